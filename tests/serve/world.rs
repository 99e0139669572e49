//! A small store, questions to it, and how to read the answers.

use std::sync::Arc;

use airlock::serve::{Body, Names, RequestHead, Response, Router};
use hyper::Request;
use hyper::body::Bytes;
use lock_format::{Digest, MediaType};
use serde_json::Value;

use super::store::MemoryStore;

pub(crate) const INDEX: &[u8] = b"{\"manifests\":[]}";
pub(crate) const MANIFEST: &[u8] = b"{\"layers\":[]}";
pub(crate) const LAYER: &[u8] = b"0123456789";

/// A store with an index under a tag, a manifest under none, and a layer.
pub(crate) struct World {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) router: Router,
    pub(crate) index: Digest,
    pub(crate) manifest: Digest,
    pub(crate) layer: Digest,
}

pub(crate) fn world() -> World {
    let store = Arc::new(MemoryStore::default());
    let index = store.publish(
        &["alpine:3.20", "ghcr.io/acme/app:1"],
        MediaType::DOCKER_LIST,
        INDEX,
    );
    let manifest = store.publish(&[], MediaType::OCI_MANIFEST, MANIFEST);
    let layer = store.hold(LAYER);
    World {
        router: Router::new(store.clone(), Names::default(), None),
        store,
        index,
        manifest,
        layer,
    }
}

impl World {
    pub(crate) fn ask(&self, method: &str, target: &str, lines: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(target);
        if lines.iter().all(|(name, _)| *name != "host") {
            request = request.header("host", "127.0.0.1:5000");
        }
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        self.router.respond(&RequestHead::of(&parts, false))
    }

    pub(crate) fn get(&self, target: &str) -> Response {
        self.ask("GET", target, &[])
    }
}

pub(crate) fn bytes(body: Body) -> Bytes {
    match body {
        Body::Empty => Bytes::new(),
        Body::Bytes(bytes) => bytes,
        Body::Blob { reader, range } => {
            let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap()];
            assert_eq!(
                reader.read_at(&mut bytes, range.start).unwrap(),
                bytes.len()
            );
            bytes.into()
        }
    }
}

pub(crate) fn line<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

/// The only error of an answer: code, message, detail.
pub(crate) fn error(response: Response) -> (String, String, Value) {
    assert_eq!(line(&response, "content-type"), "application/json");
    let body: Value = serde_json::from_slice(&bytes(response.body)).unwrap();
    let errors = body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    let text = |key: &str| errors[0][key].as_str().unwrap().to_owned();
    (text("code"), text("message"), errors[0]["detail"].clone())
}
