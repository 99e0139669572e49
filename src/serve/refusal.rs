//! Requests that get no further than their head.

use hyper::header;

use super::endpoint::{Kind, NoEndpoint};
use super::listing::BadNumber;
use super::problem::Problem;
use super::request::Malformed;
use super::response::Response;

/// Why a request gets no further than its head.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    NoEndpoint(#[from] NoEndpoint),
    #[error(transparent)]
    Number(#[from] BadNumber),
}

impl Refusal {
    /// Answers with the code and the sentence.
    pub(super) fn answer(&self) -> Response {
        let mut response = self.problem().plain(&self.to_string());
        if matches!(self, Self::Malformed(_)) {
            // Where one message ends and the next begins is not beyond doubt any more.
            response.set(header::CONNECTION, "close");
        }
        response
    }

    fn problem(&self) -> Problem {
        match self {
            Self::Malformed(_) => Problem::RequestInvalid,
            Self::Number(_) => Problem::PageInvalid,
            Self::NoEndpoint(NoEndpoint::Unknown) => Problem::NotFound,
            Self::NoEndpoint(NoEndpoint::Name) => Problem::NameInvalid,
            Self::NoEndpoint(NoEndpoint::Digest) => Problem::DigestInvalid,
            Self::NoEndpoint(NoEndpoint::Algorithm(Kind::Manifest)) => Problem::ManifestUnknown,
            Self::NoEndpoint(NoEndpoint::Algorithm(Kind::Blob)) => Problem::BlobUnknown,
        }
    }
}
