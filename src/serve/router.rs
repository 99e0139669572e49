//! From a request's head to an answer.

use std::sync::{Arc, PoisonError, RwLock};

use hyper::{Method, header};
use lock_format::{Descriptor, Digest};

use super::cache::ManifestCache;
use super::content::{Freshness, Inquiry};
use super::directory::Directory;
use super::endpoint::{Asked, Endpoint, Kind, NoEndpoint, endpoint};
use super::missing::Missing;
use super::names::{Names, Place, place};
use super::problem::Problem;
use super::request::{Malformed, RequestHead};
use super::response::Response;
use crate::oci::{Catalog, StoreView};

/// Answers requests from a store that is only read.
pub struct Router {
    view: Arc<dyn StoreView>,
    names: Names,
    directory: RwLock<Arc<Directory>>,
    cache: ManifestCache,
}

/// How far an answer has come.
#[derive(Debug)]
pub enum Step {
    /// It is there: nothing had to be read.
    Ready(Response),
    /// The store has to be read first; that may wait for a disk.
    Later(Errand),
}

/// What is still to be read for an answer.
#[derive(Debug)]
pub struct Errand {
    place: Place,
    want: Want,
}

#[derive(Debug)]
enum Want {
    Manifest(Descriptor, Freshness),
    Blob(Digest),
    Nothing(Missing),
}

impl Router {
    /// Answers from `view`; `names` mean this server itself.
    pub fn new(view: Arc<dyn StoreView>, names: Names) -> Self {
        let directory = Directory::new(Arc::new(Catalog::default()));
        Self {
            view,
            names,
            directory: RwLock::new(Arc::new(directory)),
            cache: ManifestCache::default(),
        }
    }

    /// Answers whole: both steps in one.
    pub fn respond(&self, head: &RequestHead<'_>) -> Response {
        match self.begin(head) {
            Step::Ready(response) => response,
            Step::Later(errand) => self.finish(errand, head),
        }
    }

    /// Does what needs no reading of blobs.
    pub fn begin(&self, head: &RequestHead<'_>) -> Step {
        let method = head.method;
        if method != Method::GET && method != Method::HEAD {
            let refused = "this registry is read-only: images come in by `airlock apply`";
            return Step::Ready(Problem::Unsupported.plain(refused));
        }
        match self.route(head) {
            Ok(Step::Ready(response)) => Step::Ready(fit(head, response)),
            Ok(later @ Step::Later(_)) => later,
            Err(refusal) => Step::Ready(fit(head, refusal.answer())),
        }
    }

    /// Reads what [`Router::begin`] left to be read.
    pub fn finish(&self, errand: Errand, head: &RequestHead<'_>) -> Response {
        let Errand { place, want } = errand;
        let place = &place;
        let inquiry = Inquiry { head, place };
        let view = &*self.view;
        let response = match want {
            Want::Manifest(descriptor, freshness) => {
                inquiry.manifest(view, &self.cache, &descriptor, freshness)
            }
            Want::Blob(digest) => inquiry.blob(view, digest),
            Want::Nothing(missing) => missing.answer(view, place),
        };
        fit(head, response)
    }

    fn route(&self, head: &RequestHead<'_>) -> Result<Step, Refusal> {
        head.check_body()?;
        let host = head.host()?;
        let segments = head.segments()?;
        let ns = head.parameter("ns")?;
        let locate = |directory: &Directory, name: &str| {
            place(directory, &self.names, ns.as_deref(), host, name)
        };
        match endpoint(&segments)? {
            Endpoint::Home => Ok(Step::Ready(Response::fixed("text/plain", HOME))),
            Endpoint::Health => Ok(Step::Ready(Response::fixed("text/plain", "ok\n"))),
            Endpoint::Version => Ok(Step::Ready(Response::fixed("application/json", "{}"))),
            Endpoint::Manifest(name, asked) => {
                let directory = self.directory();
                Ok(self.manifest(head, &directory, locate(&directory, &name), asked))
            }
            Endpoint::Blob(name, digest) => Ok(Step::Later(Errand {
                place: locate(&self.directory(), &name),
                want: Want::Blob(digest),
            })),
        }
    }

    fn manifest(
        &self,
        head: &RequestHead<'_>,
        directory: &Directory,
        place: Place,
        asked: Asked,
    ) -> Step {
        let (found, freshness) = match &asked {
            Asked::Tag(tag) => (
                directory
                    .tags(&place.host, &place.path)
                    .and_then(|tags| tags.get(tag)),
                Freshness::Changes,
            ),
            Asked::Digest(digest) => (directory.manifest(digest), Freshness::Stays),
        };
        let Some(descriptor) = found else {
            let want = Want::Nothing(Missing::manifest(asked));
            return Step::Later(Errand { place, want });
        };
        match self.cache.get(&descriptor.digest) {
            Some(bytes) => {
                let place = &place;
                Step::Ready(Inquiry { head, place }.kept(descriptor, freshness, bytes))
            }
            None => Step::Later(Errand {
                place,
                want: Want::Manifest(descriptor.clone(), freshness),
            }),
        }
    }

    /// Returns the catalog that is published now, arranged; arranged anew only when it is another.
    fn directory(&self) -> Arc<Directory> {
        let catalog = self.view.catalog();
        let known = Arc::clone(
            &self
                .directory
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        );
        if known.is_of(&catalog) {
            return known;
        }
        let fresh = Arc::new(Directory::new(catalog));
        *self
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        fresh
    }
}

/// What people see who open the address in a browser.
const HOME: &str = "airlock serves container images here, read-only.\n\
    Pull them under their own names: see `airlock client-config`.\n";

/// HEAD gets the header lines of GET and nothing behind them.
fn fit(head: &RequestHead<'_>, response: Response) -> Response {
    if head.method == Method::HEAD {
        response.without_body()
    } else {
        response
    }
}

/// Why a request gets no further than its head.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    NoEndpoint(#[from] NoEndpoint),
}

impl Refusal {
    fn answer(&self) -> Response {
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
            Self::NoEndpoint(NoEndpoint::Unknown) => Problem::NotFound,
            Self::NoEndpoint(NoEndpoint::Name) => Problem::NameInvalid,
            Self::NoEndpoint(NoEndpoint::Digest) => Problem::DigestInvalid,
            Self::NoEndpoint(NoEndpoint::Algorithm(Kind::Manifest)) => Problem::ManifestUnknown,
            Self::NoEndpoint(NoEndpoint::Algorithm(Kind::Blob)) => Problem::BlobUnknown,
        }
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
