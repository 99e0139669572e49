//! Any bytes as a request, and what must hold of the answer; for tests and the fuzz target.

use std::sync::Arc;

use airlock::oci::digest_of;
use airlock::serve::{Body, Names, RequestHead, Response, Router};
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Uri};
use lock_format::{Algorithm, MediaType};

use super::store::MemoryStore;

/// Makes a router over a small store.
pub(crate) fn router() -> Router {
    let store = MemoryStore::default();
    store.publish(
        &["alpine:3.20", "ghcr.io/acme/app:1", "reg.lan:5000/a/b:1"],
        MediaType::OCI_INDEX,
        b"{\"manifests\":[]}",
    );
    store.hold(b"0123456789");
    Router::new(Arc::new(store), Names::new(["airlock.lan"]), None)
}

/// Asks the router what bytes spell: a line with method and target, then header lines. Bytes that
/// no parser of HTTP would let through ask nothing.
pub(crate) fn probe(router: &Router, bytes: &[u8]) {
    let Some(parts) = parse(bytes) else { return };
    let response = router.respond(&RequestHead::of(&parts, false));
    check(&parts, response);
}

fn parse(bytes: &[u8]) -> Option<Parts> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let mut first = lines.next()?.splitn(2, |byte| *byte == b' ');
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(first.next()?).ok()?;
    *request.uri_mut() = Uri::try_from(first.next()?).ok()?;
    for line in lines.filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        request.headers_mut().append(name, value);
    }
    Some(request.into_parts().0)
}

fn check(parts: &Parts, response: Response) {
    let status = response.status.as_u16();
    let known = [200, 206, 304, 400, 404, 405, 412, 416];
    assert!(known.contains(&status), "{status} for {}", parts.uri);
    let line = |name: &str| {
        let value = response.headers.get(name);
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(
        line("docker-distribution-api-version").as_deref(),
        Some("registry/2.0")
    );
    let promised: Option<u64> = line("content-length").map(|value| value.parse().unwrap());
    let digest = line("docker-content-digest");
    let body = read(response.body);
    if status == 304 || parts.method == Method::HEAD {
        assert!(body.is_empty());
        return;
    }
    assert_eq!(promised, Some(body.len() as u64));
    if status == 200 {
        if let Some(digest) = digest {
            assert_eq!(digest_of(Algorithm::Sha256, &body).to_string(), digest);
        }
    } else if status != 206 {
        let error: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert!(error["errors"][0]["code"].is_string());
    }
}

fn read(body: Body) -> Vec<u8> {
    match body {
        Body::Empty => Vec::new(),
        Body::Bytes(bytes) => bytes.to_vec(),
        Body::Blob { reader, range } => {
            let length = usize::try_from(range.end - range.start).unwrap();
            let mut bytes = vec![0; length];
            assert_eq!(reader.read_at(&mut bytes, range.start).unwrap(), length);
            bytes
        }
    }
}
