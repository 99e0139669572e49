//! Why an envelope is refused, or could not be written.

use std::io;
use std::ops::RangeInclusive;

use super::VolumeError;
use super::volume_error;
use crate::diagnostic::{Class, Code, Diagnose};
use crate::oci::VerifyError;
use crate::run::Cancelled;
use crate::seal::SealError;
use crate::wire::{Kind, Part, WireError};

const BAD_ENCODING: Code = Code::new("transfer/bad-encoding");
const FRAMING: Code = Code::new("transfer/framing");
const MISSING_DATA: Code = Code::new("transfer/missing-data");
const NOT_FOR_ME: Code = Code::new("transfer/not-for-me");
const NOT_READ: Code = Code::new("transfer/not-read");
const OTHER_INDEX_JSON: Code = Code::new("transfer/other-index-json");
const OTHER_KEYS: Code = Code::new("transfer/other-keys");
const OTHER_KIND: Code = Code::new("transfer/other-kind");
const OUTPUT: Code = Code::new("transfer/output");
const PAYLOAD_DIFFERS: Code = Code::new("transfer/payload-differs");
const PAYLOAD_UNREADABLE: Code = Code::new("transfer/payload-unreadable");
const TRAILING_DATA: Code = Code::new("transfer/trailing-data");

/// Every code of this room.
pub const CODES: &[Code] = &[
    BAD_ENCODING,
    FRAMING,
    MISSING_DATA,
    NOT_FOR_ME,
    NOT_READ,
    OTHER_INDEX_JSON,
    OTHER_KEYS,
    OTHER_KIND,
    OUTPUT,
    PAYLOAD_DIFFERS,
    PAYLOAD_UNREADABLE,
    TRAILING_DATA,
    volume_error::DIFFERS,
    volume_error::FOREIGN,
    volume_error::MISSING,
    volume_error::ORDER,
    volume_error::TWICE,
];

/// Tells why an envelope is refused, or could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// What it says is not of the format.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Keys, sealing or signature.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Another kind than the caller takes.
    #[error("this is a {found}, not a {}", names(expected))]
    OtherKind {
        /// What it is.
        found: Kind,
        /// What was expected.
        expected: Vec<Kind>,
    },
    /// Sealed to a key of mine, and addressed to somebody else.
    #[error("the envelope is addressed to none of my keys")]
    NotForMe,
    /// The address of what is to be signed is not that of the keyring.
    #[error("the envelope names other keys than the keyring has now")]
    OtherKeys,
    /// The bytes of `index.json` are not those that the bundle promises.
    #[error("the index.json to be carried is not the one that the bundle names")]
    OtherIndexJson,
    /// Parts are missing at the end.
    #[error("the envelope holds {found} of the {computed} bytes that it lists")]
    MissingData {
        /// How many bytes there are.
        found: u64,
        /// How many there must be.
        computed: u64,
    },
    /// There is more than the envelope lists.
    #[error("the envelope has {found} bytes, and {computed} are all that it lists")]
    TrailingData {
        /// How many bytes there are.
        found: u64,
        /// How many there must be.
        computed: u64,
    },
    /// A byte between payloads is another one.
    #[error(
        "the framing before {part} is not the computed one: an entry was moved, left out or added"
    )]
    Framing {
        /// The part behind it.
        part: String,
    },
    /// A payload is not the one that is listed.
    #[error("{part} is not what it must be: {cause}")]
    PayloadDiffers {
        /// The part.
        part: String,
        /// How it differs.
        cause: VerifyError,
    },
    /// A payload does not decode to what is listed.
    #[error("{part} does not decode: {why}")]
    BadEncoding {
        /// The part.
        part: String,
        /// What is wrong.
        why: String,
    },
    /// The volumes do not make it whole.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// Some entry was not read to its end.
    #[error("{part} was not read to its end, so the envelope is not verified")]
    NotRead {
        /// The part.
        part: String,
    },
    /// A payload that is to be carried cannot be read.
    #[error("{part} cannot be read while the envelope is written")]
    PayloadUnreadable {
        /// The part.
        part: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The envelope cannot be written.
    #[error("the envelope cannot be written")]
    Output(#[source] io::Error),
}

impl TransferError {
    /// Takes the cause out of an I/O error that a reader of this room gave.
    pub fn reading(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => error,
            Err(error) => match SealError::from_io(error) {
                Ok(error) => Self::Seal(error),
                // The length was proved, so an early end is a file that changes under our hands.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    Self::Seal(SealError::Truncated)
                }
                Err(error) => Self::Seal(SealError::Read(error)),
            },
        }
    }

    /// Takes the cause out of an I/O error met while a payload was verified, which lies in
    /// `volumes` where there are several.
    pub fn payload(part: String, volumes: Option<RangeInclusive<u32>>, error: io::Error) -> Self {
        let Some(cause) = VerifyError::within(&error).cloned() else {
            return Self::reading(error);
        };
        match volumes {
            None => Self::PayloadDiffers { part, cause },
            Some(volumes) => VolumeError::Differs {
                part,
                volumes,
                cause,
            }
            .into(),
        }
    }
}

impl From<TransferError> for io::Error {
    fn from(error: TransferError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Names a part for a message; none is the end.
pub(super) fn part_name(part: Option<Part>) -> String {
    part.map_or_else(|| "the end".to_owned(), |part| part.to_string())
}

fn names(kinds: &[Kind]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    names.join(" or ")
}

impl Diagnose for TransferError {
    fn code(&self) -> Code {
        match self {
            Self::Wire(error) => error.code(),
            Self::Seal(error) => error.code(),
            Self::Cancelled(error) => error.code(),
            Self::OtherKind { .. } => OTHER_KIND,
            Self::NotForMe => NOT_FOR_ME,
            Self::OtherKeys => OTHER_KEYS,
            Self::OtherIndexJson => OTHER_INDEX_JSON,
            Self::MissingData { .. } => MISSING_DATA,
            Self::TrailingData { .. } => TRAILING_DATA,
            Self::Framing { .. } => FRAMING,
            Self::PayloadDiffers { .. } => PAYLOAD_DIFFERS,
            Self::BadEncoding { .. } => BAD_ENCODING,
            Self::Volume(error) => error.code(),
            Self::NotRead { .. } => NOT_READ,
            Self::PayloadUnreadable { .. } => PAYLOAD_UNREADABLE,
            Self::Output(_) => OUTPUT,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Wire(error) => error.class(),
            Self::Seal(error) => error.class(),
            Self::Cancelled(error) => error.class(),
            Self::Volume(error) => error.class(),
            Self::OtherKind { .. } | Self::OtherKeys => Class::Usage,
            Self::PayloadUnreadable { .. } | Self::Output(_) => Class::Environment,
            Self::NotForMe
            | Self::OtherIndexJson
            | Self::MissingData { .. }
            | Self::TrailingData { .. }
            | Self::Framing { .. }
            | Self::PayloadDiffers { .. }
            | Self::BadEncoding { .. }
            | Self::NotRead { .. } => Class::Verification,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Wire(error) => return error.help(),
            Self::Seal(error) => return error.help(),
            Self::Cancelled(error) => return error.help(),
            Self::Volume(error) => return error.help(),
            Self::OtherKind { found, .. } => match found {
                Kind::Request => "give it to `airlock bundle`, outside",
                Kind::Bundle => "give it to `airlock apply`, inside",
                Kind::Receipt => "a receipt only tells the outside what became of its bundles",
            },
            Self::NotForMe => "ask the other side to make it again, for this side",
            Self::OtherKeys => "run the command again",
            Self::MissingData { .. } | Self::Framing { .. } | Self::BadEncoding { .. } => {
                "do not use it; ask the other side to make it again"
            }
            Self::TrailingData { .. } => "copy the file again; compare it with its .sums",
            Self::PayloadDiffers { .. } => {
                "ask the other side to make it again; outside, `airlock bundle` fetches a damaged blob anew"
            }
            Self::PayloadUnreadable { .. } => "check the folder that it is read from",
            Self::Output(_) => "check that there is room, and that the folder can be written",
            Self::OtherIndexJson | Self::NotRead { .. } => return None,
        };
        Some(help.to_owned())
    }
}
