//! Why a manifest, an index or a config is refused.

use lock_format::{Digest, MediaType};

use crate::diagnostic::{Class, Code, Diagnose, sanitize};
use crate::oci::codes;
use crate::oci::strict::StrictError;

/// Why a manifest, an index or a config is refused.
///
/// Texts in it come from outside and are sanitized when the error is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// More bytes than the limit.
    #[error("the {what} is longer than {most} bytes")]
    TooLong {
        /// What it is.
        what: &'static str,
        /// The limit.
        most: u64,
    },
    /// More children, layers, keys or levels than the limit.
    #[error("the document has more than {most} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// Not JSON in UTF-8, or something behind it.
    #[error("the document is not JSON: {reason}")]
    NotJson {
        /// What the parser says.
        reason: String,
    },
    /// A key that is there twice, perhaps in another case: clients would read different values.
    #[error("the keys `{first}` and `{second}` are the same to some clients")]
    KeyTwice {
        /// The key.
        first: String,
        /// The same key again.
        second: String,
    },
    /// A known key in another case: some clients would read it and some would not.
    #[error("the key `{key}` is `{known}` to some clients and nothing to others")]
    KeyInOtherCase {
        /// As written.
        key: String,
        /// As it is known.
        known: &'static str,
    },
    /// An index and a manifest at once.
    #[error(
        "the document has `manifests` and `{other}`: it is an index to some clients and a manifest to others"
    )]
    IndexAndManifest {
        /// The key of a manifest.
        other: &'static str,
    },
    /// The media type inside is another one than was promised.
    #[error("the document says it is `{found}`, and was promised as `{promised}`")]
    OtherMediaType {
        /// What it was promised as.
        promised: MediaType,
        /// What it says it is.
        found: MediaType,
    },
    /// A media type that is neither an index nor a manifest that airlock carries.
    #[error("`{0}` is neither an index nor a manifest that can be carried")]
    UnknownMediaType(MediaType),
    /// A Docker schema 1 manifest.
    #[error(
        "this is a Docker schema 1 manifest, which cannot be verified by the digests of its layers"
    )]
    Schema1,
    /// Something that is needed is missing or wrong.
    #[error("the {what} cannot be read: {reason}")]
    Malformed {
        /// What it is.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Embedded data that is not what its descriptor says.
    #[error("the data embedded for {0} is not what its digest and size say")]
    OtherData(Digest),
}

/// Longest piece of foreign text in a message, in characters.
const SHOWN: usize = 200;

impl DocumentError {
    /// Makes an error that something is malformed.
    pub(super) fn malformed(what: &'static str, reason: &str) -> Self {
        Self::Malformed {
            what,
            reason: sanitize(reason, SHOWN),
        }
    }
}

impl From<StrictError> for DocumentError {
    fn from(error: StrictError) -> Self {
        use crate::run::limits::{JSON_DEPTH, JSON_MEMBERS};
        match error {
            StrictError::Syntax { reason } => Self::NotJson {
                reason: sanitize(&reason, SHOWN),
            },
            StrictError::NotUtf8 { offset } => Self::NotJson {
                reason: format!("byte {offset} is not UTF-8"),
            },
            StrictError::ArrayForObject => {
                Self::malformed("document", "an array stands where an object belongs")
            }
            StrictError::TooDeep => Self::TooMany {
                what: "levels of nesting",
                most: JSON_DEPTH,
            },
            StrictError::TooManyMembers => Self::TooMany {
                what: "members of an object or array",
                most: JSON_MEMBERS,
            },
            StrictError::Twice { first, second } => Self::KeyTwice {
                first: sanitize(&first, SHOWN),
                second: sanitize(&second, SHOWN),
            },
            StrictError::OtherCase { key, known } => Self::KeyInOtherCase {
                key: sanitize(&key, SHOWN),
                known,
            },
        }
    }
}

impl Diagnose for DocumentError {
    fn code(&self) -> Code {
        match self {
            Self::TooLong { .. } | Self::TooMany { .. } => codes::TOO_LARGE,
            Self::NotJson { .. } | Self::Malformed { .. } => codes::MALFORMED,
            Self::KeyTwice { .. } | Self::KeyInOtherCase { .. } | Self::IndexAndManifest { .. } => {
                codes::AMBIGUOUS
            }
            Self::OtherMediaType { .. } => codes::OTHER_MEDIA_TYPE,
            Self::UnknownMediaType(_) => codes::UNKNOWN_MEDIA_TYPE,
            Self::Schema1 => codes::SCHEMA1,
            Self::OtherData(_) => codes::OTHER_DATA,
        }
    }

    fn class(&self) -> Class {
        Class::Verification
    }

    fn help(&self) -> Option<String> {
        let help = if matches!(self, Self::Schema1) {
            "push the image again with a current docker, podman or skopeo"
        } else if matches!(self, Self::UnknownMediaType(_)) {
            "name an image: OCI and Docker schema 2 indexes and manifests can be carried"
        } else {
            "build and push the image again with a current tool; \
             what clients could read differently is not carried"
        };
        Some(help.to_owned())
    }
}
