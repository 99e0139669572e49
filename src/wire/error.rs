//! Why an envelope's text is refused.

use lock_format::Digest;

use super::json::JsonError;
use crate::diagnostic::{Class, Code, Diagnose};

const BAD_FIELD: Code = Code::new("wire/bad-field");
const DUPLICATE_ENTRY: Code = Code::new("wire/duplicate-entry");
const LIMIT: Code = Code::new("wire/limit");
const MISSING_FIELD: Code = Code::new("wire/missing-field");
const NEWER: Code = Code::new("wire/newer");
const NOT_CANONICAL: Code = Code::new("wire/not-canonical");
const SIGNATURE_LINE: Code = Code::new("wire/signature-line");
const SIGNED_OTHERWISE: Code = Code::new("wire/signed-otherwise");

/// Every code of this room.
pub const CODES: &[Code] = &[
    BAD_FIELD,
    DUPLICATE_ENTRY,
    LIMIT,
    MISSING_FIELD,
    NEWER,
    NOT_CANONICAL,
    SIGNATURE_LINE,
    SIGNED_OTHERWISE,
];

/// Tells why an envelope's text is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// `transfer.json` is not what it must be.
    #[error("transfer.json of the envelope: {0}")]
    Json(#[from] JsonError),
    /// Two entries carry the same blob.
    #[error("transfer.json of the envelope carries {digest} twice")]
    DuplicateEntry {
        /// The blob.
        digest: Digest,
    },
    /// `transfer.sig` is not of its form.
    #[error("transfer.sig of the envelope is not a signature line")]
    SignatureLine,
    /// The signature line names another kind or key than `transfer.json`.
    #[error("the envelope is signed as {field} {signed}, its transfer.json says {said}")]
    SignedOtherwise {
        /// `kind` or `from`.
        field: &'static str,
        /// What the signature line says.
        signed: String,
        /// What `transfer.json` says.
        said: String,
    },
}

impl Diagnose for WireError {
    fn code(&self) -> Code {
        match self {
            Self::Json(JsonError::NotCanonical { .. }) => NOT_CANONICAL,
            Self::Json(JsonError::Newer { .. }) => NEWER,
            Self::Json(JsonError::Missing { .. }) => MISSING_FIELD,
            Self::Json(JsonError::Bad { .. }) => BAD_FIELD,
            Self::Json(JsonError::Limit { .. }) => LIMIT,
            Self::DuplicateEntry { .. } => DUPLICATE_ENTRY,
            Self::SignatureLine => SIGNATURE_LINE,
            Self::SignedOtherwise { .. } => SIGNED_OTHERWISE,
        }
    }

    fn class(&self) -> Class {
        Class::Verification
    }

    fn help(&self) -> Option<String> {
        Some(
            match self {
                Self::Json(JsonError::Newer { .. }) => {
                    "the other side runs a newer airlock: install the same version here"
                }
                Self::Json(JsonError::Limit { .. }) => {
                    "ask for less at once: fewer images in one lockfile, or fewer blobs in one bundle"
                }
                Self::Json(
                    JsonError::NotCanonical { .. }
                    | JsonError::Missing { .. }
                    | JsonError::Bad { .. },
                )
                | Self::DuplicateEntry { .. }
                | Self::SignatureLine
                | Self::SignedOtherwise { .. } => "make the envelope again on the other side",
            }
            .to_owned(),
        )
    }
}
