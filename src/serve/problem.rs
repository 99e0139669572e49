//! Errors as clients of a registry read them (OCI distribution specification, error codes).

use hyper::{StatusCode, header};
use serde_json::{Value, json};

use super::response::Response;

/// The codes that this server gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    BlobUnknown,
    ContentDiffers,
    Denied,
    DigestInvalid,
    ManifestUnknown,
    NameInvalid,
    NameUnknown,
    NotFound,
    PageInvalid,
    RangeInvalid,
    RequestInvalid,
    StoreUnreadable,
    Unauthorized,
    Unsupported,
}

impl Problem {
    fn code(self) -> &'static str {
        match self {
            Self::BlobUnknown => "BLOB_UNKNOWN",
            Self::DigestInvalid => "DIGEST_INVALID",
            Self::ManifestUnknown => "MANIFEST_UNKNOWN",
            Self::NameInvalid => "NAME_INVALID",
            Self::NameUnknown => "NAME_UNKNOWN",
            Self::Denied => "DENIED",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::RangeInvalid => "SIZE_INVALID",
            // The list of codes is closed for what a client does wrong; this is the nearest.
            Self::ContentDiffers
            | Self::NotFound
            | Self::PageInvalid
            | Self::RequestInvalid
            | Self::Unsupported => "UNSUPPORTED",
            // It has none for a failure of the server, and clients know this one.
            Self::StoreUnreadable => "UNKNOWN",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::BlobUnknown | Self::ManifestUnknown | Self::NameUnknown | Self::NotFound => {
                StatusCode::NOT_FOUND
            }
            Self::DigestInvalid | Self::NameInvalid | Self::PageInvalid | Self::RequestInvalid => {
                StatusCode::BAD_REQUEST
            }
            Self::ContentDiffers => StatusCode::PRECONDITION_FAILED,
            Self::RangeInvalid => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::StoreUnreadable => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Denied => StatusCode::FORBIDDEN,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Unsupported => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    /// Makes the answer; `detail` is null where the sentence says all.
    pub(crate) fn answer(self, message: &str, detail: Value) -> Response {
        let mut error = json!({"code": self.code(), "message": message});
        if let (Some(map), false) = (error.as_object_mut(), detail.is_null()) {
            map.insert("detail".to_owned(), detail);
        }
        let errors = json!({"errors": [error]});
        let mut response = Response::json(self.status(), "application/json", &errors);
        if self == Self::Unsupported {
            response.set(header::ALLOW, "GET, HEAD");
        }
        response
    }

    /// Makes the answer to a failure here: the log gets the cause, the client learns where to look.
    pub(crate) fn unreadable(trouble: String) -> Response {
        let message = "the store could not be read; the log of `airlock serve` says why";
        let mut response = Self::StoreUnreadable.plain(message);
        response.about.trouble = Some(trouble);
        response
    }

    /// Makes the answer of a sentence alone.
    pub(crate) fn plain(self, message: &str) -> Response {
        self.answer(message, Value::Null)
    }
}
