//! The contract of `docs/serving.md`, without sockets: a head in, an answer out.

use airlock::oci::Explanation;
use airlock::serve::Body;
use lock_format::{MediaType, Reference};

use super::world::{INDEX, MANIFEST, bytes, error, line, world};

#[test]
fn every_answer_has_its_length_and_says_what_protocol_it_is() {
    let world = world();
    for target in [
        "/",
        "/healthz",
        "/v2",
        "/v2/",
        "/v2/alpine/manifests/3.20",
        "/v2/alpine/manifests/none",
        "/v2/A/manifests/x",
        "/nowhere",
        "/v2/_catalog",
        "/v2/alpine/tags/list",
        &format!("/v2/alpine/referrers/{}", world.layer),
        &format!("/v2/alpine/blobs/{}", world.layer),
    ] {
        for method in ["GET", "HEAD", "POST"] {
            let response = world.ask(method, target, &[]);
            let length: u64 = line(&response, "content-length").parse().unwrap();
            let version = line(&response, "docker-distribution-api-version");
            assert_eq!(version, "registry/2.0", "{method} {target}");
            assert_eq!(line(&response, "x-content-type-options"), "nosniff");
            if method == "HEAD" {
                let same = world.get(target);
                assert_eq!(same.status, response.status, "{target}");
                assert_eq!(line(&same, "content-length"), length.to_string());
                assert!(matches!(response.body, Body::Empty), "{target}");
            } else {
                assert_eq!(bytes(response.body).len() as u64, length, "{target}");
            }
        }
    }
}

#[test]
fn the_version_check_is_an_empty_object_without_redirect() {
    for target in ["/v2", "/v2/"] {
        let response = world().get(target);
        assert_eq!(response.status, 200);
        assert_eq!(line(&response, "content-type"), "application/json");
        assert_eq!(bytes(response.body), "{}");
    }
}

#[test]
fn a_manifest_is_the_stored_bytes_under_the_stored_type() {
    let world = world();
    let by_digest = format!("/v2/alpine/manifests/{}", world.index);
    for (target, control) in [
        ("/v2/library/alpine/manifests/3.20", "no-cache"),
        ("/v2/alpine/manifests/3.20", "no-cache"),
        ("/v2/docker.io/library/alpine/manifests/3.20", "no-cache"),
        ("/v2/ghcr.io/acme/app/manifests/1", "no-cache"),
        ("/v2/acme/app/manifests/1?ns=ghcr.io", "no-cache"),
        (&*by_digest, "public, max-age=31536000, immutable"),
    ] {
        // Asked twice: read from the store, then from memory.
        for _ in 0..2 {
            let accept = [("accept", MediaType::OCI_MANIFEST)];
            let response = world.ask("GET", target, &accept);
            assert_eq!(response.status, 200, "{target}");
            assert_eq!(line(&response, "content-type"), MediaType::DOCKER_LIST);
            let digest = world.index.to_string();
            assert_eq!(line(&response, "docker-content-digest"), digest);
            assert_eq!(line(&response, "etag"), format!("\"{digest}\""));
            assert_eq!(line(&response, "cache-control"), control, "{target}");
            assert_eq!(line(&response, "content-encoding"), "");
            assert_eq!(bytes(response.body), INDEX);
        }
    }
}

/// Sparse and nested indexes, schema 2, artifacts, foreign, zstd and encrypted layers: nothing is
/// looked into, so nothing is changed.
#[test]
fn every_kind_of_manifest_is_served_as_it_is_stored() {
    let world = world();
    let layer = |kind: &str, more: &str| {
        let digest = world.layer;
        format!(
            "{{\"layers\": [ {{\"mediaType\":\"{kind}\",\"digest\":\"{digest}\",\"size\":10{more}}}]}}\n"
        )
    };
    let oci = "application/vnd.oci.image.layer.v1.tar";
    for (number, (media_type, body)) in [
        (
            MediaType::OCI_INDEX,
            format!(
                "{{\"manifests\":[{{\"digest\":\"sha256:{}\"}}]}}",
                "0".repeat(64)
            ),
        ),
        (
            MediaType::OCI_INDEX,
            format!(
                "{{\"manifests\":[{{\"mediaType\":\"{}\"}}]}}",
                MediaType::OCI_INDEX
            ),
        ),
        (MediaType::DOCKER_LIST, "{\"schemaVersion\": 2}".to_owned()),
        (
            MediaType::DOCKER_MANIFEST,
            layer("application/vnd.docker.image.rootfs.diff.tar.gzip", ""),
        ),
        (
            MediaType::DOCKER_MANIFEST,
            layer(
                "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                ",\"urls\":[\"https://example.test/a\"]",
            ),
        ),
        (MediaType::OCI_MANIFEST, layer(&format!("{oci}+zstd"), "")),
        (
            MediaType::OCI_MANIFEST,
            layer(&format!("{oci}+gzip+encrypted"), ",\"annotations\":{}"),
        ),
        (MediaType::OCI_MANIFEST, layer(oci, "")),
        (
            MediaType::OCI_MANIFEST,
            "{\"artifactType\":\"application/vnd.acme\",\"layers\":[]}".to_owned(),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("reg.lan:5000/kinds:{number}");
        let digest = world.store.publish(&[&name], media_type, body.as_bytes());
        for target in [
            format!("/v2/kinds/manifests/{number}?ns=reg.lan:5000"),
            format!("/v2/reg.lan_5000/kinds/manifests/{digest}"),
        ] {
            let lines = [("accept", "application/json"), ("accept-encoding", "gzip")];
            let response = world.ask("GET", &target, &lines);
            assert_eq!(line(&response, "content-type"), media_type, "{target}");
            assert_eq!(line(&response, "content-encoding"), "", "{target}");
            assert_eq!(line(&response, "docker-content-digest"), digest.to_string());
            assert_eq!(bytes(response.body), body.as_bytes(), "{target}");
        }
    }
}

#[test]
fn a_digest_answers_in_every_repository_without_a_tag() {
    let world = world();
    for target in [
        format!("/v2/alpine/manifests/{}", world.manifest),
        format!("/v2/moved/away/manifests/{}?ns=quay.io", world.manifest),
    ] {
        let response = world.get(&target);
        assert_eq!(response.status, 200, "{target}");
        assert_eq!(line(&response, "content-type"), MediaType::OCI_MANIFEST);
        assert_eq!(bytes(response.body), MANIFEST);
    }
}

#[test]
fn a_blob_is_no_manifest() {
    let world = world();
    let response = world.get(&format!("/v2/alpine/manifests/{}", world.layer));
    assert_eq!(response.status, 404);
}

#[test]
fn a_host_header_names_the_registry_that_is_carried() {
    let world = world();
    for (host, target, status) in [
        ("ghcr.io", "/v2/acme/app/manifests/1", 200),
        ("GHCR.io:443", "/v2/acme/app/manifests/1", 200),
        ("ghcr.io", "/v2/library/alpine/manifests/3.20", 404),
        ("quay.io", "/v2/library/alpine/manifests/3.20", 200),
        ("127.0.0.1:5000", "/v2/acme/app/manifests/1", 404),
    ] {
        let response = world.ask("GET", target, &[("host", host)]);
        assert_eq!(response.status, status, "{host} {target}");
    }
}

#[test]
fn a_blob_comes_whole_or_in_the_part_asked_for() {
    let world = world();
    let target = format!("/v2/alpine/blobs/{}", world.layer);
    for (range, status, content_range, body) in [
        (None, 200, "", "0123456789"),
        (Some("bytes=2-5"), 206, "bytes 2-5/10", "2345"),
        (Some("bytes=7-"), 206, "bytes 7-9/10", "789"),
        (Some("bytes=-2"), 206, "bytes 8-9/10", "89"),
        (Some("bytes=8-99"), 206, "bytes 8-9/10", "89"),
        (Some("bytes=0-1,4-5"), 200, "", "0123456789"),
        (Some("lines=0-1"), 200, "", "0123456789"),
    ] {
        let lines: Vec<_> = range.map(|range| ("range", range)).into_iter().collect();
        let response = world.ask("GET", &target, &lines);
        assert_eq!(response.status, status, "{range:?}");
        assert_eq!(line(&response, "content-range"), content_range);
        assert_eq!(line(&response, "content-length"), body.len().to_string());
        assert_eq!(line(&response, "accept-ranges"), "bytes");
        assert_eq!(line(&response, "content-type"), "application/octet-stream");
        assert_eq!(line(&response, "etag"), format!("\"{}\"", world.layer));
        assert_eq!(
            line(&response, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(
            line(&response, "docker-content-digest"),
            world.layer.to_string()
        );
        assert_eq!(bytes(response.body), body, "{range:?}");
    }
}

#[test]
fn a_range_beyond_the_blob_is_refused_with_its_size() {
    let world = world();
    let target = format!("/v2/alpine/blobs/{}", world.layer);
    for range in ["bytes=10-", "bytes=5-2", "bytes=-0", "bytes=99-100"] {
        let response = world.ask("GET", &target, &[("range", range)]);
        assert_eq!(response.status, 416, "{range}");
        assert_eq!(line(&response, "content-range"), "bytes */10");
        assert_eq!(line(&response, "cache-control"), "no-cache");
        let (code, ..) = error(response);
        assert_eq!(code, "SIZE_INVALID");
    }
}

#[test]
fn a_range_is_for_get_and_for_the_content_it_names() {
    let world = world();
    let target = format!("/v2/alpine/blobs/{}", world.layer);
    let range = ("range", "bytes=0-0");
    let tag = format!("\"{}\"", world.layer);
    for (method, lines, status) in [
        ("HEAD", vec![range], 200),
        ("GET", vec![range, ("if-range", &*tag)], 206),
        ("GET", vec![range, ("if-range", "\"sha256:0\"")], 200),
        ("GET", vec![range, ("if-none-match", &*tag)], 304),
    ] {
        let response = world.ask(method, &target, &lines);
        assert_eq!(response.status, status, "{method} {lines:?}");
    }
}

#[test]
fn who_has_the_content_gets_304() {
    let world = world();
    for (target, digest) in [
        ("/v2/alpine/manifests/3.20".to_owned(), world.index),
        (format!("/v2/alpine/blobs/{}", world.layer), world.layer),
    ] {
        for _ in 0..2 {
            let tag = format!("\"{digest}\"");
            let response = world.ask("GET", &target, &[("if-none-match", &tag)]);
            assert_eq!(response.status, 304);
            assert_eq!(line(&response, "etag"), tag);
            assert_eq!(line(&response, "content-type"), "");
            assert_eq!(bytes(response.body), "");
        }
    }
}

#[test]
fn content_is_not_sent_to_who_wants_other_content() {
    let world = world();
    for (target, digest) in [
        ("/v2/alpine/manifests/3.20".to_owned(), world.index),
        (format!("/v2/alpine/blobs/{}", world.layer), world.layer),
    ] {
        let tag = format!("\"{digest}\"");
        for (wanted, status) in [(&*tag, 200), ("*", 200), ("\"sha256:0\"", 412)] {
            for method in ["GET", "HEAD"] {
                let response = world.ask(method, &target, &[("if-match", wanted)]);
                assert_eq!(response.status, status, "{method} {target} {wanted}");
                assert_eq!(response.about.digest, Some(digest));
            }
        }
        let lines = [("if-match", "\"sha256:0\""), ("if-none-match", &*tag)];
        let refused = world.ask("GET", &target, &lines);
        assert_eq!(refused.status, 412);
        assert_eq!(error(refused).0, "UNSUPPORTED");
    }
}

#[test]
fn a_client_learns_by_which_registry_its_request_was_scoped() {
    let world = world();
    let index = world.index;
    for (target, status, told) in [
        (
            "/v2/acme/app/manifests/1?ns=ghcr.io".to_owned(),
            200,
            "ghcr.io",
        ),
        (
            format!("/v2/a/manifests/{index}?ns=GHCR.io"),
            200,
            "GHCR.io",
        ),
        (
            format!("/v2/a/blobs/{}?ns=r.lan:5000", world.layer),
            200,
            "r.lan:5000",
        ),
        (
            "/v2/acme/app/tags/list?ns=ghcr.io".to_owned(),
            200,
            "ghcr.io",
        ),
        (
            format!("/v2/a/referrers/{index}?ns=ghcr.io"),
            200,
            "ghcr.io",
        ),
        (
            "/v2/acme/app/manifests/2?ns=ghcr.io".to_owned(),
            404,
            "ghcr.io",
        ),
        ("/v2/ghcr.io/acme/app/manifests/1".to_owned(), 200, ""),
        ("/v2/_catalog?ns=ghcr.io".to_owned(), 200, ""),
        ("/v2/?ns=ghcr.io".to_owned(), 200, ""),
        ("/v2/a/tags/list?ns=a%0d%0aX:y".to_owned(), 404, ""),
        (format!("/v2/a/tags/list?ns={}", "a".repeat(1000)), 404, ""),
    ] {
        let response = world.get(&target);
        assert_eq!(response.status, status, "{target}");
        assert_eq!(line(&response, "oci-namespace"), told, "{target}");
    }
}

/// For what a client does wrong, the list of codes in the OCI distribution specification is closed.
#[test]
fn errors_have_the_codes_of_the_specification() {
    let world = world();
    let blob = format!("/v2/a/blobs/{}", world.layer);
    let known = [
        "BLOB_UNKNOWN",
        "DENIED",
        "DIGEST_INVALID",
        "MANIFEST_UNKNOWN",
        "NAME_INVALID",
        "NAME_UNKNOWN",
        "SIZE_INVALID",
        "UNAUTHORIZED",
        "UNSUPPORTED",
    ];
    for (method, target, lines) in [
        ("GET", "/nowhere", &[][..]),
        ("GET", "/token", &[]),
        ("GET", "/v2/A/manifests/x", &[]),
        ("GET", "/v2/a/manifests/x", &[]),
        ("GET", "/v2/a/manifests/sha256:x", &[]),
        ("GET", "/v2/a/blobs/sha256:x", &[]),
        ("GET", "/v2/a/tags/list", &[]),
        ("GET", "/v2/alpine/tags/list?n=x", &[]),
        ("GET", "/v2/%", &[]),
        ("GET", &*blob, &[("range", "bytes=99-")]),
        ("GET", &*blob, &[("if-match", "\"a\"")]),
        ("PUT", &*blob, &[]),
    ] {
        let response = world.ask(method, target, lines);
        assert!(response.status.is_client_error(), "{target}");
        let (code, ..) = error(response);
        assert!(known.contains(&&*code), "{target}: {code}");
    }
}

#[test]
fn what_is_not_there_says_what_was_looked_for() {
    let world = world();
    let gone = format!("sha256:{}", "ab".repeat(32));
    for (target, status, code, looked_for) in [
        (
            "/v2/alpine/manifests/4".to_owned(),
            404,
            "MANIFEST_UNKNOWN",
            "docker.io/library/alpine:4".to_owned(),
        ),
        (
            "/v2/quay.io/a/b/manifests/4".to_owned(),
            404,
            "MANIFEST_UNKNOWN",
            "quay.io/a/b:4".to_owned(),
        ),
        (
            format!("/v2/a/b/manifests/{gone}?ns=reg.lan:5000"),
            404,
            "MANIFEST_UNKNOWN",
            format!("reg.lan:5000/a/b@{gone}"),
        ),
        (
            format!("/v2/a/b/blobs/{gone}"),
            404,
            "BLOB_UNKNOWN",
            format!("docker.io/a/b@{gone}"),
        ),
    ] {
        let response = world.get(&target);
        assert_eq!(response.status, status, "{target}");
        assert_eq!(response.about.name.as_deref(), Some(&*looked_for));
        let (found, message, detail) = error(response);
        assert_eq!(found, code, "{target}");
        assert_eq!(detail["looked_for"], looked_for);
        assert_eq!(detail["why"], "unknown");
        assert!(message.contains(&looked_for), "{message}");
    }
}

#[test]
fn the_store_tells_what_would_bring_it() {
    let world = world();
    let held = Reference::parse("ghcr.io/acme/app:1").unwrap();
    for (explanation, why, words) in [
        (
            Explanation::HeldAs(vec![held.clone()]),
            "held-under-another-name",
            "held as ghcr.io/acme/app:1",
        ),
        (
            Explanation::Pending(held.clone()),
            "pending",
            "`airlock lock` pins it",
        ),
        (
            Explanation::Damaged(held.clone()),
            "damaged",
            "airlock diff",
        ),
        (Explanation::Held(held), "held-unpublished", "--lockfile"),
    ] {
        *world.store.explanation.lock().unwrap() = Some(explanation);
        let (_, message, detail) = error(world.get("/v2/acme/app/manifests/1"));
        assert_eq!(detail["why"], why);
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn a_damaged_manifest_is_not_served() {
    let world = world();
    let mut other = INDEX.to_vec();
    for changed in [b'x', b' '] {
        other[0] = changed;
        world.store.replace(world.index, &other);
        let response = world.get("/v2/alpine/manifests/3.20");
        assert_eq!(response.status, 404);
        assert!(response.about.trouble.is_some());
        let (_, message, _) = error(response);
        assert!(message.contains("damaged"), "{message}");
        other.push(b' ');
    }
}

/// One that is too long to be kept in memory is sent as it is read, so its length must be right.
#[test]
fn a_long_manifest_of_another_length_is_not_served() {
    let world = world();
    let long = format!("{{\"layers\":[]{}}}", " ".repeat(1 << 20));
    let digest = world.store.image("alpine:long", long.as_bytes());
    let target = "/v2/alpine/manifests/long";
    let response = world.get(target);
    assert_eq!(line(&response, "docker-content-digest"), digest.to_string());
    assert_eq!(bytes(response.body), long);
    world.store.replace(digest, &long.as_bytes()[1..]);
    let response = world.get(target);
    assert_eq!(response.status, 404);
    assert_eq!(error(response).2["why"], "damaged");
}

#[test]
fn malformed_requests_have_their_own_codes() {
    let world = world();
    for (target, status, code) in [
        ("/v2/Alpine/manifests/1", 400, "NAME_INVALID"),
        ("/v2/a%2fb/manifests/1", 400, "NAME_INVALID"),
        ("/v2/%2e%2e/manifests/1", 400, "NAME_INVALID"),
        ("/v2/a/manifests/sha256:abc", 400, "DIGEST_INVALID"),
        ("/v2/a/blobs/latest", 400, "DIGEST_INVALID"),
        ("/v2/a/blobs/blake3:00", 404, "BLOB_UNKNOWN"),
        ("/v2/a/manifests/blake3:00", 404, "MANIFEST_UNKNOWN"),
        ("/v2/a/b", 404, "UNSUPPORTED"),
        ("/v2/a/manifests/%zz", 400, "UNSUPPORTED"),
        ("/v2/a/manifests/1?ns=a&ns=b", 400, "UNSUPPORTED"),
    ] {
        let response = world.get(target);
        assert_eq!(response.status, status, "{target}");
        assert_eq!(error(response).0, code, "{target}");
    }
}

#[test]
fn hosts_that_disagree_are_refused() {
    let world = world();
    for (target, lines) in [
        ("/v2/", vec![("host", "a"), ("host", "a")]),
        ("/v2/", vec![("host", "a b")]),
        ("/v2/", vec![("host", "a,b")]),
        ("/v2/", vec![("host", "me@a")]),
        ("/v2/", vec![("host", "a/")]),
        ("/v2/", vec![("host", "a:1:2")]),
        ("/v2/", vec![("host", "[::1")]),
        ("a:80", vec![("host", "a:80")]),
        ("ftp://a/v2/", vec![("host", "a")]),
        ("http://b/v2/", vec![("host", "a")]),
        ("http://a:1/v2/", vec![("host", "a")]),
        ("http://me@a/v2/", vec![("host", "a")]),
        ("/v2/", vec![("transfer-encoding", "chunked")]),
    ] {
        let response = world.ask("GET", target, &lines);
        assert_eq!(response.status, 400, "{target} {lines:?}");
        assert_eq!(line(&response, "connection"), "close");
    }
}

#[test]
fn an_absolute_target_means_what_its_host_means() {
    let world = world();
    for (target, host, status) in [
        ("http://ghcr.io/v2/acme/app/manifests/1", "ghcr.io", 200),
        (
            "https://GHCR.io:443/v2/acme/app/manifests/1",
            "ghcr.io",
            200,
        ),
        (
            "http://a.lan:5000/v2/acme/app/manifests/1",
            "a.lan:5000",
            404,
        ),
        (
            "http://a.lan:5000/v2/ghcr.io/acme/app/manifests/1",
            "a.lan:5000",
            200,
        ),
    ] {
        let response = world.ask("GET", target, &[("host", host)]);
        assert_eq!(response.status, status, "{target}");
    }
}

#[test]
fn forwarding_headers_change_nothing() {
    let world = world();
    let lines = [
        ("x-forwarded-host", "ghcr.io"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "host=ghcr.io"),
    ];
    let response = world.ask("GET", "/v2/acme/app/manifests/1", &lines);
    assert_eq!(response.status, 404);
}

#[test]
fn writes_are_refused_by_name() {
    let world = world();
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
        let response = world.ask(method, "/v2/alpine/blobs/uploads/", &[]);
        assert_eq!(response.status, 405, "{method}");
        assert_eq!(line(&response, "allow"), "GET, HEAD");
        assert_eq!(error(response).0, "UNSUPPORTED");
    }
}

#[test]
fn a_new_index_is_seen_by_the_next_request() {
    let world = world();
    assert_eq!(world.get("/v2/alpine/manifests/4").status, 404);
    world.store.image("alpine:4", b"{}");
    assert_eq!(world.get("/v2/alpine/manifests/4").status, 200);
}
