//! Answers that are unusual and right, and some that look right and are not.

use std::sync::Arc;

use airlock::oci::digest_of;
use airlock::registry::Settings;
use airlock::upstream::{Asked, Body, Reply, Scripted, rule};
use lock_format::{Algorithm, Blob};

use crate::support::{Station, app, code, drain, read, reference, with_blob, with_image};

/// Sends a body in chunks of odd sizes (RFC 9112 section 7.1), without its length.
fn chunked(reply: Reply) -> Reply {
    let Body::Bytes(bytes) = bytes_of(&reply.body) else {
        unreachable!("it was just read")
    };
    let mut body = Vec::new();
    for chunk in bytes.chunks(777) {
        body.extend(format!("{:X};part=1\r\n", chunk.len()).into_bytes());
        body.extend_from_slice(chunk);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"0\r\nX-Trailer: 1\r\n\r\n");
    reply
        .with_body(Body::Bytes(body))
        .without_header("content-length")
        .with_header("Transfer-Encoding", "chunked")
}

fn bytes_of(body: &Body) -> Body {
    match body {
        Body::Bytes(bytes) => Body::Bytes(bytes.clone()),
        Body::Part {
            content,
            first,
            length,
        } => {
            let mut bytes = vec![0; usize::try_from(*length).unwrap()];
            assert_eq!(content.read_at(&mut bytes, *first).unwrap(), bytes.len());
            Body::Bytes(bytes)
        }
    }
}

#[test]
fn chunks_without_a_length_are_read() {
    let (registry, image) = with_image();
    registry.add_rule(rule::on(
        |asked| asked.method == "GET",
        |_, reply| chunked(reply),
    ));
    let station = Station::default();
    let client = station.client(Settings::default());
    let name = reference(&registry, "library/app:1");
    assert_eq!(client.fetch_manifest(&name).unwrap().descriptor, image.top);
    let (big, blob) = with_blob(100_000);
    big.add_rule(rule::on(Asked::is_blob, |_, reply| chunked(reply)));
    let body = client.open_blob(&app(&big), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 100_000);
    let body = client.open_blob(&app(&big), &blob, &[], 60_000).unwrap();
    assert_eq!((body.offset, drain(body).len()), (60_000, 40_000));
}

#[test]
fn a_redirect_is_followed_whatever_its_status_and_form() {
    let (store, blob) = with_blob(5000);
    let (registry, _) = with_blob(5000);
    let path = format!("/v2/library/app/blobs/{}", blob.digest);
    let elsewhere = format!("//{}{path}?sig=a b\"c", store.host());
    for status in [301, 302, 303, 307, 308] {
        for location in [
            elsewhere.clone(),
            format!("http:{elsewhere}"),
            format!("HTTP:{elsewhere}"),
            format!("{path}?there=1"),
            format!("{}?there=1", blob.digest).replacen("sha256", "./sha256", 1),
            format!("../blobs/{}?there=1", blob.digest),
            "?there=1".to_owned(),
        ] {
            registry.clear_rules();
            registry.clear_requests();
            store.clear_requests();
            let sent = location.clone();
            registry.add_rule(rule::on(
                |asked| asked.query.is_none(),
                move |_, _| Reply::new(status).with_header("Location", &sent),
            ));
            let station = Station::default();
            let client = station.client(Settings::default());
            let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
            assert_eq!(read(body, blob).unwrap().len(), 5000, "{status} {location}");
            let there = if location.contains("sig=") {
                &store
            } else {
                &registry
            };
            let last = there.requests().pop().unwrap();
            assert_eq!(last.method, "GET");
            let query = if location.contains("sig=") {
                "sig=a%20b%22c"
            } else {
                "there=1"
            };
            assert_eq!(last.query.as_deref(), Some(query), "{status} {location}");
        }
    }
}

#[test]
fn a_redirect_without_a_target_is_told() {
    let (registry, blob) = with_blob(5000);
    registry.add_rule(rule::on(Asked::is_blob, |_, _| Reply::new(307)));
    assert_eq!(refused(&registry, &blob, 0), "registry/refused");
}

fn refused(registry: &Scripted, blob: &Blob, offset: u64) -> &'static str {
    let station = Station::default();
    let client = station.client(Settings::default());
    let opened = client.open_blob(&app(registry), blob, &[], offset);
    code(&opened.unwrap_err())
}

#[test]
fn a_part_that_is_not_the_one_asked_for_is_not_taken() {
    for range in [
        None,
        Some("bytes 400-999/1001"),
        Some("bytes 400-998/1000"),
        Some("bytes 401-999/1000"),
        Some("bytes 400-999"),
        Some("bytes */1000"),
        Some("items 400-999/1000"),
        Some("bytes 400-18446744073709551615/*"),
        Some("bytes 999-400/1000"),
        Some("nonsense"),
    ] {
        let (registry, blob) = with_blob(1000);
        registry.add_rule(rule::on(
            |asked| asked.range().is_some(),
            move |_, reply| match range {
                None => reply.without_header("content-range"),
                Some(range) => reply.with_header("Content-Range", range),
            },
        ));
        let station = Station::default();
        let client = station.client(Settings::default());
        let body = client.open_blob(&app(&registry), &blob, &[], 400).unwrap();
        assert_eq!((body.offset, drain(body).len()), (0, 1000), "{range:?}");
        let ranges: Vec<_> = registry.requests().iter().map(Asked::range).collect();
        assert_eq!(ranges, [Some((400, Some(999))), None], "{range:?}");
    }
}

#[test]
fn a_part_of_unknown_whole_is_taken() {
    let (registry, blob) = with_blob(1000);
    registry.add_rule(rule::on(
        |asked| asked.range().is_some(),
        |_, reply| reply.with_header("Content-Range", "bytes 400-999/*"),
    ));
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 400).unwrap();
    assert_eq!((body.offset, drain(body).len()), (400, 600));
}

#[test]
fn a_success_without_the_content_is_a_refusal() {
    let (registry, blob) = with_blob(1000);
    for status in [201, 202, 204, 205, 206] {
        registry.clear_rules();
        registry.clear_requests();
        registry.add_rule(rule::on(Asked::is_blob, move |_, _| Reply::new(status)));
        assert_eq!(refused(&registry, &blob, 0), "registry/refused", "{status}");
        assert!(registry.requests().len() <= 2, "{status}");
    }
    let (registry, _) = with_image();
    registry.add_rule(rule::on(Asked::is_manifest, |_, _| Reply::new(204)));
    let station = Station::default();
    assert_eq!(code(&station.refused(&registry)), "registry/refused");
}

#[test]
fn the_digest_that_a_registry_names_may_be_missing_or_of_another_algorithm() {
    let (registry, image) = with_image();
    let bytes = image.manifests[0].1.clone();
    let long = digest_of(Algorithm::Sha512, &bytes).to_string();
    let wrong = digest_of(Algorithm::Sha512, b"other").to_string();
    for (named, expected) in [
        (None, Ok(())),
        (Some(String::new()), Ok(())),
        (Some(long), Ok(())),
        (Some(wrong), Err("registry/wrong-digest")),
        (Some("sha384:00".to_owned()), Err("registry/wrong-digest")),
    ] {
        registry.clear_rules();
        let sent = named.clone();
        registry.add_rule(rule::on(Asked::is_manifest, move |_, reply| match &sent {
            None => reply.without_header("docker-content-digest"),
            Some(digest) => reply.with_header("Docker-Content-Digest", digest),
        }));
        let station = Station::default();
        let client = station.client(Settings::default());
        let got = client.fetch_manifest(&reference(&registry, "library/app:1"));
        let got = got.map(|got| assert_eq!(got.descriptor, image.top));
        assert_eq!(got.map_err(|error| code(&error)), expected, "{named:?}");
    }
}

#[test]
fn the_words_of_a_compressed_error_are_left_out() {
    let (registry, _) = with_image();
    registry.add_rule(rule::on(Asked::is_manifest, |_, _| {
        Reply::new(403)
            .with_body(Body::Bytes(vec![0x1f, 0x8b, 8, 0, 0x20, 0x41, 0x42, 0x43]))
            .with_header("Content-Encoding", "gzip")
    }));
    let station = Station::default();
    let error = station.refused(&registry).to_string();
    let name = format!("{0} answered 403 to {0}/library/app:1", registry.host());
    assert_eq!(error, name);
}

#[test]
fn a_wait_until_a_moment_is_told_in_seconds() {
    let (registry, _) = with_image();
    registry.add_rule(Arc::new(|_: &Asked, _| {
        Reply::error(429, "TOOMANYREQUESTS", "slow down").with_header("Retry-After", "1746136938")
    }));
    let station = Station::default();
    station.clock.advance(1_746_136_900);
    let error = station.refused(&registry);
    assert!(
        error.to_string().ends_with("it asks to wait 38 s"),
        "{error}"
    );
    let waits = station.sleeper.waits();
    assert_eq!(waits[0].as_secs(), 38);
}
