//! From a request's head to an answer.

use std::sync::Arc;

use hyper::Method;
use hyper::header::HeaderName;
use lock_format::{Descriptor, Digest};

use super::access::Guard;
use super::cache::ManifestCache;
use super::content::{Freshness, Inquiry};
use super::directory::{Directories, Directory};
use super::endpoint::{Asked, Endpoint, endpoint};
use super::health::Health;
use super::listing::Page;
use super::missing::Missing;
use super::names::{Names, Place, place};
use super::problem::Problem;
use super::referrers::{self, Referrers};
use super::refusal::Refusal;
use super::request::{LONGEST_HOST, RequestHead};
use super::response::Response;
use super::soundness::Soundness;
use crate::oci::StoreView;

/// Answers requests from a store that is only read.
pub struct Router {
    view: Arc<dyn StoreView>,
    names: Names,
    directories: Directories,
    cache: ManifestCache,
    referrers: Referrers,
    health: Health,
    guard: Option<Guard>,
    soundness: Soundness,
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
    frame: Frame,
    place: Place,
    want: Want,
}

/// What an answer tells beside what was found.
#[derive(Debug)]
struct Frame {
    word: &'static str,
    who: Option<String>,
    /// The registry by which the request was scoped, as the client wrote it.
    ns: Option<String>,
}

#[derive(Debug)]
enum Want {
    Manifest(Descriptor, Freshness),
    Blob(Digest),
    Referrers(Arc<Directory>, Option<Digest>, Option<String>),
    Nothing(Missing),
}

impl Router {
    /// Answers from `view`; `names` mean this server itself. Without a guard everybody may read.
    pub fn new(view: Arc<dyn StoreView>, names: Names, guard: Option<Guard>) -> Self {
        Self {
            view,
            names,
            directories: Directories::default(),
            cache: ManifestCache::default(),
            referrers: Referrers::default(),
            health: Health::default(),
            guard,
            soundness: Soundness::default(),
        }
    }

    /// Returns the store.
    pub(crate) fn view(&self) -> &dyn StoreView {
        &*self.view
    }

    /// Returns what is damaged.
    pub(crate) fn soundness(&self) -> &Soundness {
        &self.soundness
    }

    /// Returns what `/healthz` tells.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// Looks after the store and the tokens; returns what is newly wrong. May wait for a disk.
    pub(crate) fn look(&self) -> Vec<String> {
        let tokens = self.guard.as_ref().map_or(Ok(()), Guard::reload);
        let store = self.health.store(self.view.trouble());
        let tokens = self
            .health
            .tokens(tokens.err().map(|error| error.to_string()));
        store.into_iter().chain(tokens).collect()
    }

    fn exchange(&self, head: &RequestHead<'_>) -> Response {
        match &self.guard {
            Some(guard) => guard.exchange(head),
            None => Problem::NotFound.plain("reading takes no token here"),
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
        self.read(head)
            .and_then(|question| self.step(head, question))
            .unwrap_or_else(|refusal| Step::Ready(refusal.answer().fit(head.method)))
    }

    /// Returns who asks, where that matters, or the answer to who may not.
    fn admit(
        &self,
        head: &RequestHead<'_>,
        to: &Endpoint,
    ) -> Result<Option<String>, Box<Response>> {
        let guard = self.guard.as_ref().filter(|_| to.is_guarded());
        guard.map(|guard| guard.admit(head, to.name())).transpose()
    }

    /// Reads what [`Router::begin`] left to be read.
    pub fn finish(&self, errand: Errand, head: &RequestHead<'_>) -> Response {
        let Errand { frame, place, want } = errand;
        let place = &place;
        let inquiry = Inquiry { head, place };
        let view = &*self.view;
        let response = match want {
            Want::Manifest(Descriptor { digest, .. }, _) | Want::Blob(digest)
                if self.soundness.is_withdrawn(&digest) =>
            {
                inquiry.withdrawn(digest)
            }
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
        frame.around(response, head.method)
    }

    /// Reads what is asked for, and of which repository.
    fn read(&self, head: &RequestHead<'_>) -> Result<Question, Refusal> {
        head.check_body()?;
        let host = head.host()?;
        let segments = head.segments()?;
        let ns = head.parameter("ns")?;
        let directory = self.directories.of(self.view.catalog());
        let endpoint = endpoint(&segments)?;
        let place = endpoint
            .name()
            .map(|name| place(&directory, &self.names, ns.as_deref(), host, name));
        Ok(Question {
            endpoint,
            ns: ns.filter(|ns| place.is_some() && ns.len() <= LONGEST_HOST),
            place: place.unwrap_or_default(),
            directory,
        })
    }

    fn step(&self, head: &RequestHead<'_>, question: Question) -> Result<Step, Refusal> {
        let word = question.endpoint.word();
        let who = match self.admit(head, &question.endpoint) {
            Ok(who) => who,
            Err(refused) => return Ok(Step::Ready(refused.of(word).fit(head.method))),
        };
        let Question {
            endpoint,
            ns,
            place,
            directory,
        } = question;
        let frame = Frame { word, who, ns };
        let want = match endpoint {
            Endpoint::Home => Ok(Response::fixed("text/plain", HOME)),
            Endpoint::Health => Ok(self.health.answer(&self.soundness.withdrawn())),
            Endpoint::Token => Ok(self.exchange(head)),
            Endpoint::Version => Ok(Response::fixed("application/json", "{}")),
            Endpoint::Catalog => Ok(Page::of(head)?.catalog(&directory.repositories())),
            Endpoint::Manifest(_, asked) => self.manifest(head, &directory, &place, asked),
            Endpoint::Blob(_, digest) => Err(Want::Blob(digest)),
            Endpoint::Tags(name) => {
                let page = Page::of(head)?;
                directory
                    .tags(&place.host, &place.path)
                    .map(|tags| page.tags(&name, &place, tags.keys()))
                    .ok_or_else(|| {
                        let others = directory.elsewhere(&place.host, &place.path);
                        Want::Nothing(Missing::repository(others))
                    })
            }
            Endpoint::Referrers(_, subject) => {
                let artifact_type = head.parameter("artifactType")?;
                Err(Want::Referrers(directory, subject, artifact_type))
            }
        };
        Ok(match want {
            Ok(response) => Step::Ready(frame.around(response, head.method)),
            Err(want) => Step::Later(Errand { frame, place, want }),
        })
    }

    /// Answers from memory, or says what has to be read.
    fn manifest(
        &self,
        head: &RequestHead<'_>,
        directory: &Directory,
        place: &Place,
        asked: Asked,
    ) -> Result<Response, Want> {
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
            return Err(Want::Nothing(Missing::manifest(asked)));
        };
        match self.cache.get(&descriptor.digest) {
            Some(bytes) => Ok(Inquiry { head, place }.kept(descriptor, freshness, bytes)),
            None => Err(Want::Manifest(descriptor.clone(), freshness)),
        }
    }
}

impl Frame {
    /// Adds what it tells; a client that scoped its request learns that this was heeded (OCI
    /// distribution specification, registry proxying).
    fn around(self, mut response: Response, method: &Method) -> Response {
        if let Some(ns) = &self.ns {
            response.set(HeaderName::from_static("oci-namespace"), ns);
        }
        response.of(self.word).to(self.who).fit(method)
    }
}

/// A request that has been read.
struct Question {
    endpoint: Endpoint,
    ns: Option<String>,
    place: Place,
    directory: Arc<Directory>,
}

/// What people see who open the address in a browser.
const HOME: &str = "airlock serves container images here, read-only.\n\
    Pull them under their own names: see `airlock client-config`.\n";

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
