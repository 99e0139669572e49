//! Manifests: what is asked, what is verified, what is refused.

use std::sync::Arc;

use airlock::diagnostic::{Class, Diagnose as _};
use airlock::oci::digest_of;
use airlock::registry::Settings;
use airlock::upstream::image::{Flavour, index};
use airlock::upstream::{Asked, Body, Reply, Scripted, rule};
use lock_format::{Algorithm, Descriptor, MediaType};

use crate::support::{Station, code, image, reference, with_image};

#[test]
fn a_tag_gives_the_bytes_as_they_are() {
    let (registry, image) = with_image();
    let station = Station::default();
    let client = station.client(Settings::default());
    let got = client
        .fetch_manifest(&reference(&registry, "library/app:1"))
        .unwrap();
    assert_eq!(got.descriptor, image.top);
    assert_eq!(got.bytes, image.manifests[0].1);
    let requests = registry.requests();
    assert_eq!(requests.len(), 1, "no ping, no second question");
    let accept = requests[0].header("accept").unwrap();
    for media_type in [
        MediaType::OCI_INDEX,
        MediaType::OCI_MANIFEST,
        MediaType::DOCKER_LIST,
        MediaType::DOCKER_MANIFEST,
    ] {
        assert!(accept.contains(media_type), "{accept}");
    }
}

#[test]
fn a_digest_decides_where_a_tag_stands_beside_it() {
    let (registry, image) = with_image();
    let station = Station::default();
    let client = station.client(Settings::default());
    let name = format!("library/app:other@{}", image.top.digest);
    let got = client.fetch_manifest(&reference(&registry, &name)).unwrap();
    assert_eq!(got.descriptor, image.top);
}

#[test]
fn indexes_of_both_kinds_and_sha512_are_carried() {
    let registry = Scripted::start().unwrap();
    let station = Station::default();
    let client = station.client(Settings::default());
    let amd64 = "linux/amd64".parse().unwrap();
    for (tag, flavour) in [("oci", Flavour::Oci), ("docker", Flavour::Docker)] {
        let whole = index(flavour, &[(Some(&amd64), &image(flavour))]);
        registry.push("library/app", tag, &whole);
        let got = client
            .fetch_manifest(&reference(&registry, &format!("library/app:{tag}")))
            .unwrap();
        assert_eq!(got.descriptor, whole.top);
    }
    let bytes = &image(Flavour::Oci).manifests[0].1;
    let long = Descriptor {
        digest: digest_of(Algorithm::Sha512, bytes),
        size: bytes.len() as u64,
        media_type: MediaType::OCI_MANIFEST.parse().unwrap(),
    };
    registry.put_manifest_as("library/app", &long, bytes);
    let name = format!("library/app@{}", long.digest);
    let got = client.fetch_manifest(&reference(&registry, &name)).unwrap();
    assert_eq!(got.descriptor, long);
}

#[test]
fn a_missing_media_type_is_found_by_shape() {
    let (registry, _) = with_image();
    let station = Station::default();
    let client = station.client(Settings::default());
    let bytes = br#"{"schemaVersion":2,"manifests":[]}"#;
    let bare = registry.put_manifest("library/app", MediaType::OCI_INDEX.parse().unwrap(), bytes);
    for content_type in [
        None,
        Some("application/json"),
        Some("text/plain; charset=utf-8"),
    ] {
        registry.clear_rules();
        registry.add_rule(Arc::new(move |_, reply: Reply| match content_type {
            None => reply.without_header("content-type"),
            Some(value) => reply.with_header("content-type", value),
        }));
        let name = format!("library/app@{}", bare.digest);
        let got = client.fetch_manifest(&reference(&registry, &name)).unwrap();
        assert_eq!(got.descriptor, bare);
    }
}

/// Asks for `library/app:1` under a rule and returns code, class and message.
fn refused(
    edit: impl Fn(&Asked, Reply) -> Reply + Send + Sync + 'static,
) -> (String, Class, String) {
    let (registry, _) = with_image();
    registry.add_rule(rule::on(Asked::is_manifest, edit));
    let station = Station::default();
    let error = station.refused(&registry);
    let message = error.to_string().replace(&registry.host(), "HOST");
    (code(&error).to_owned(), error.class(), message)
}

fn json(bytes: &[u8]) -> Body {
    Body::Bytes(bytes.to_vec())
}

#[test]
fn schema_1_is_refused_by_name() {
    let (code, class, message) = refused(|_, reply| {
        reply
            .with_header(
                "content-type",
                "application/vnd.docker.distribution.manifest.v1+prettyjws",
            )
            .without_header("docker-content-digest")
    });
    assert_eq!((code.as_str(), class), ("registry/schema1", Class::Usage));
    assert!(message.contains("HOST/library/app:1"), "{message}");
    let (code, _, _) = refused(|_, reply| {
        reply
            .with_header("content-type", "application/json")
            .without_header("docker-content-digest")
            .with_body(json(br#"{"schemaVersion":1,"fsLayers":[]}"#))
    });
    assert_eq!(code, "registry/schema1");
}

#[test]
fn bytes_that_are_others_than_promised_are_refused() {
    let (code, class, _) = refused(|_, reply| reply.with_body(json(b"{}")));
    assert_eq!(
        (code.as_str(), class),
        ("registry/wrong-digest", Class::Verification)
    );
    let (code, _, message) =
        refused(|_, reply| reply.with_header("docker-content-digest", "sha256:nonsense"));
    assert_eq!(code, "registry/wrong-digest");
    assert!(message.contains("not sha256:nonsense"), "{message}");
}

#[test]
fn a_digest_is_verified_even_if_the_registry_says_nothing() {
    let (registry, image) = with_image();
    registry.add_rule(rule::on(Asked::is_manifest, |_, reply| {
        reply
            .without_header("docker-content-digest")
            .with_body(json(b"{}"))
    }));
    let station = Station::default();
    let client = station.client(Settings::default());
    let name = format!("library/app@{}", image.top.digest);
    let error = client
        .fetch_manifest(&reference(&registry, &name))
        .unwrap_err();
    assert_eq!(code(&error), "registry/wrong-digest");
}

#[test]
fn a_web_page_is_no_manifest() {
    let (code, _, message) = refused(|_, reply| {
        reply
            .with_header("content-type", "text/html")
            .without_header("docker-content-digest")
            .with_body(json(b"<html><title>Sign in</title></html>"))
    });
    assert_eq!(code, "registry/not-a-manifest");
    assert!(message.contains("titled \"Sign in\""), "{message}");
}

#[test]
fn an_encoded_answer_is_refused() {
    let (code, _, message) = refused(|_, reply| reply.with_header("content-encoding", "gzip"));
    assert_eq!(code, "registry/encoded-answer");
    assert!(message.contains("`gzip`"), "{message}");
}

/// Builds a manifest of exactly so many bytes.
fn manifest_of(length: usize) -> Vec<u8> {
    let frame = br#"{"schemaVersion":2,"layers":[],"x":""}"#.len();
    format!(
        r#"{{"schemaVersion":2,"layers":[],"x":"{}"}}"#,
        "a".repeat(length - frame)
    )
    .into_bytes()
}

#[test]
fn a_manifest_has_a_longest_length() {
    let limit = usize::try_from(airlock::run::limits::MANIFEST_BYTES).unwrap();
    let registry = Scripted::start().unwrap();
    let station = Station::default();
    let client = station.client(Settings::default());
    let manifest = MediaType::OCI_MANIFEST.parse::<MediaType>().unwrap();
    for (length, chunked, fits) in [
        (limit, false, true),
        (limit + 1, false, false),
        (limit, true, true),
        (limit + 1, true, false),
    ] {
        let put = registry.put_manifest("library/app", manifest.clone(), &manifest_of(length));
        registry.clear_rules();
        if chunked {
            // Without a length the body ends with the connection.
            registry.add_rule(Arc::new(|_, reply: Reply| {
                let end = reply.body.length();
                reply.without_header("content-length").cut_after(end)
            }));
        }
        let name = format!("library/app@{}", put.digest);
        let got = client.fetch_manifest(&reference(&registry, &name));
        match got {
            Ok(got) => assert!(fits && got.descriptor == put, "{length}"),
            Err(error) => assert!(!fits && code(&error) == "registry/too-large", "{error}"),
        }
    }
}

#[test]
fn a_missing_manifest_is_told_with_the_registrys_words() {
    let (registry, _) = with_image();
    let station = Station::default();
    let client = station.client(Settings::default());
    let error = client
        .fetch_manifest(&reference(&registry, "library/nope:2"))
        .unwrap_err();
    assert_eq!(code(&error), "registry/not-found");
    assert_eq!(
        error.to_string(),
        format!(
            "{host} answered 404 to {host}/library/nope:2: manifest unknown (MANIFEST_UNKNOWN)",
            host = registry.host()
        )
    );
    assert!(error.help().unwrap().contains("check the name and the tag"));
    assert!(station.sleeper.waits().is_empty());
}

#[test]
fn a_cut_manifest_is_asked_for_again() {
    let (registry, image) = with_image();
    registry.add_rule(rule::first(2, Asked::is_manifest, |_, reply| {
        reply.cut_after(10)
    }));
    let station = Station::default();
    let client = station.client(Settings::default());
    let got = client
        .fetch_manifest(&reference(&registry, "library/app:1"))
        .unwrap();
    assert_eq!(got.descriptor, image.top);
    assert_eq!(registry.requests().len(), 3);
    assert_eq!(station.sleeper.waits().len(), 2);
}

#[test]
fn nobody_listening_on_this_machine_is_told_at_once() {
    let (registry, _) = with_image();
    let gone = reference(&registry, "library/app:1");
    drop(registry);
    let station = Station::default();
    let client = station.client(Settings::default());
    let error = client.fetch_manifest(&gone).unwrap_err();
    assert_eq!(code(&error), "registry/unreachable");
    assert!(error.to_string().contains("connection refused"), "{error}");
    assert!(station.sleeper.waits().is_empty());
}
