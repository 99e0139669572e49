//! From a request's head to an answer.

use std::sync::Arc;

use hyper::Method;
use lock_format::{Descriptor, Digest};

use super::cache::ManifestCache;
use super::content::{Freshness, Inquiry};
use super::directory::{Directories, Directory};
use super::endpoint::{Asked, Endpoint, endpoint};
use super::listing::Page;
use super::missing::Missing;
use super::names::{Names, Place, place};
use super::problem::Problem;
use super::referrers::{self, Referrers};
use super::refusal::Refusal;
use super::request::RequestHead;
use super::response::Response;
use crate::oci::StoreView;

/// Answers requests from a store that is only read.
pub struct Router {
    view: Arc<dyn StoreView>,
    names: Names,
    directories: Directories,
    cache: ManifestCache,
    referrers: Referrers,
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
    Referrers(Arc<Directory>, Option<Digest>, Option<String>),
    Nothing(Missing),
}

impl Router {
    /// Answers from `view`; `names` mean this server itself.
    pub fn new(view: Arc<dyn StoreView>, names: Names) -> Self {
        Self {
            view,
            names,
            directories: Directories::default(),
            cache: ManifestCache::default(),
            referrers: Referrers::default(),
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
            Want::Referrers(directory, subject, artifact_type) => {
                let found = self.referrers.of(view, &directory, subject.as_ref());
                referrers::answer(place, &found, artifact_type.as_deref())
            }
            Want::Nothing(missing) => missing.answer(view, place),
        };
        fit(head, response)
    }

    fn route(&self, head: &RequestHead<'_>) -> Result<Step, Refusal> {
        head.check_body()?;
        let host = head.host()?;
        let segments = head.segments()?;
        let ns = head.parameter("ns")?;
        let directory = self.directories.of(self.view.catalog());
        let locate = |name: &str| place(&directory, &self.names, ns.as_deref(), host, name);
        Ok(match endpoint(&segments)? {
            Endpoint::Home => Step::Ready(Response::fixed("text/plain", HOME)),
            Endpoint::Health => Step::Ready(Response::fixed("text/plain", "ok\n")),
            Endpoint::Version => Step::Ready(Response::fixed("application/json", "{}")),
            Endpoint::Manifest(name, asked) => {
                self.manifest(head, &directory, locate(&name), asked)
            }
            Endpoint::Blob(name, digest) => Step::Later(Errand {
                place: locate(&name),
                want: Want::Blob(digest),
            }),
            Endpoint::Tags(name) => {
                let page = Page::of(head)?;
                let place = locate(&name);
                match directory.tags(&place.host, &place.path) {
                    Some(tags) => Step::Ready(page.tags(&name, &place, tags.keys())),
                    None => Step::Later(Errand {
                        place,
                        want: Want::Nothing(Missing::repository()),
                    }),
                }
            }
            Endpoint::Catalog => Step::Ready(Page::of(head)?.catalog(&directory.repositories())),
            Endpoint::Referrers(name, subject) => Step::Later(Errand {
                place: locate(&name),
                want: Want::Referrers(directory, subject, head.parameter("artifactType")?),
            }),
        })
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

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
