//! Tags, repositories and referrers, without sockets.

use lock_format::MediaType;
use serde_json::{Value, json};

use super::world::{World, bytes, error, line, world};

impl World {
    /// Gets a list: its JSON, and where it goes on.
    fn list(&self, target: &str) -> (Value, String) {
        let response = self.get(target);
        assert_eq!(response.status, 200, "{target}");
        let next = line(&response, "link").to_owned();
        (serde_json::from_slice(&bytes(response.body)).unwrap(), next)
    }
}

#[test]
fn tags_come_sorted_by_bytes_and_in_pages() {
    let world = world();
    for name in ["b", "B", "a", "1.0", "_x"] {
        world
            .store
            .image(&format!("reg.lan:5000/app:{name}"), b"{}");
    }
    let digest = format!("sha256:{}", "ab".repeat(32));
    world
        .store
        .image(&format!("reg.lan:5000/app:pinned@{digest}"), b"{}");
    let path = "/v2/reg.lan_5000/app/tags/list";
    for (query, tags, next) in [
        ("", &["1.0", "B", "_x", "a", "b"][..], ""),
        ("?n=2", &["1.0", "B"], "?n=2&last=B"),
        ("?n=2&last=B", &["_x", "a"], "?n=2&last=a"),
        ("?n=2&last=a", &["b"], ""),
        ("?n=1&last=a", &["b"], ""),
        ("?n=5", &["1.0", "B", "_x", "a", "b"], ""),
        ("?last=C", &["_x", "a", "b"], ""),
        ("?last=z", &[], ""),
        ("?n=0", &[], ""),
        ("?n=99999999999999999999", &["1.0", "B", "_x", "a", "b"], ""),
    ] {
        let (list, link) = world.list(&format!("{path}{query}"));
        assert_eq!(
            list,
            json!({"name": "reg.lan_5000/app", "tags": tags}),
            "{query}"
        );
        let expected = match next {
            "" => String::new(),
            next => format!("<{path}{next}>; rel=\"next\""),
        };
        assert_eq!(link, expected, "{query}");
    }
}

#[test]
fn the_next_page_is_asked_of_the_same_registry() {
    let world = world();
    world.store.image("reg.lan:5000/app:1", b"{}");
    world.store.image("reg.lan:5000/app:2", b"{}");
    let (list, link) = world.list("/v2/app/tags/list?n=1&ns=reg.lan:5000");
    assert_eq!(list, json!({"name": "app", "tags": ["1"]}));
    assert_eq!(
        link,
        "</v2/app/tags/list?n=1&last=1&ns=reg.lan:5000>; rel=\"next\""
    );
}

#[test]
fn a_repository_of_digests_has_no_tags_and_an_unknown_one_is_unknown() {
    let world = world();
    let digest = format!("sha256:{}", "ab".repeat(32));
    world
        .store
        .image(&format!("quay.io/pinned@{digest}"), b"{}");
    let (list, _) = world.list("/v2/quay.io/pinned/tags/list");
    assert_eq!(list["tags"], json!([]));
    let response = world.get("/v2/quay.io/none/tags/list");
    assert_eq!(response.status, 404);
    let (code, message, detail) = error(response);
    assert_eq!(code, "NAME_UNKNOWN");
    assert_eq!(detail["looked_for"], "quay.io/none");
    assert_eq!(detail["why"], "unknown");
    assert!(message.contains("quay.io/none"), "{message}");
    let (_, message, detail) = error(world.get("/v2/quay.io/acme/app/tags/list"));
    assert_eq!(detail["why"], "held-under-another-name");
    assert_eq!(detail["held_as"], json!(["ghcr.io/acme/app"]));
    assert!(message.contains("held as ghcr.io/acme/app"), "{message}");
}

#[test]
fn a_bad_number_of_entries_is_refused() {
    let world = world();
    for target in [
        "/v2/alpine/tags/list?n=x",
        "/v2/alpine/tags/list?n=-1",
        "/v2/alpine/tags/list?n=",
        "/v2/_catalog?n=1.5",
    ] {
        let response = world.get(target);
        assert_eq!(response.status, 400, "{target}");
        assert_eq!(error(response).0, "UNSUPPORTED");
    }
}

#[test]
fn the_catalog_names_repositories_as_paths() {
    let world = world();
    world.store.image("reg.lan:5000/app:1", b"{}");
    world.store.image("reg.lan/app:1", b"{}");
    let all = [
        "docker.io/library/alpine",
        "ghcr.io/acme/app",
        "reg.lan/app",
        "reg.lan_5000/app",
    ];
    let (list, link) = world.list("/v2/_catalog");
    assert_eq!((list, link), (json!({"repositories": all}), String::new()));
    let (list, link) = world.list("/v2/_catalog?n=1&last=docker.io/library/alpine");
    assert_eq!(list, json!({"repositories": ["ghcr.io/acme/app"]}));
    assert_eq!(
        link,
        "</v2/_catalog?n=1&last=ghcr.io/acme/app>; rel=\"next\""
    );
}

#[test]
fn referrers_are_found_by_their_subject() {
    let world = world();
    let subject = json!({"digest": world.index.to_string(), "size": 1, "mediaType": "a/b"});
    let other = json!({"digest": world.manifest.to_string(), "size": 1, "mediaType": "a/b"});
    let signature = json!({
        "subject": subject,
        "artifactType": "application/vnd.acme.signature",
        "config": {"mediaType": "application/vnd.oci.empty.v1+json"},
        "annotations": {"by": "key one"},
    });
    let sbom = json!({"subject": subject, "config": {"mediaType": "application/vnd.acme.sbom"}});
    let unrelated = json!({"subject": other});
    let publish = |value: &Value| {
        let bytes = value.to_string();
        let digest = world
            .store
            .publish(&[], MediaType::OCI_MANIFEST, bytes.as_bytes());
        (digest.to_string(), bytes.len())
    };
    let (signature, signature_size) = publish(&signature);
    let (sbom, sbom_size) = publish(&sbom);
    publish(&unrelated);
    let mut expected = [
        json!({
            "mediaType": MediaType::OCI_MANIFEST, "digest": signature, "size": signature_size,
            "artifactType": "application/vnd.acme.signature", "annotations": {"by": "key one"},
        }),
        json!({
            "mediaType": MediaType::OCI_MANIFEST, "digest": sbom, "size": sbom_size,
            "artifactType": "application/vnd.acme.sbom",
        }),
    ];
    let narrowed = expected[1].clone();
    expected.sort_by_key(|referrer| referrer["digest"].to_string());
    let target = format!("/v2/alpine/referrers/{}", world.index);
    let response = world.get(&target);
    assert_eq!(line(&response, "content-type"), MediaType::OCI_INDEX);
    assert_eq!(line(&response, "oci-filters-applied"), "");
    let index: Value = serde_json::from_slice(&bytes(response.body)).unwrap();
    assert_eq!(
        index,
        json!({"schemaVersion": 2, "mediaType": MediaType::OCI_INDEX, "manifests": expected})
    );
    let response = world.get(&format!("{target}?artifactType=application/vnd.acme.sbom"));
    assert_eq!(line(&response, "oci-filters-applied"), "artifactType");
    let index: Value = serde_json::from_slice(&bytes(response.body)).unwrap();
    assert_eq!(index["manifests"], json!([narrowed]));
}

/// Only an image manifest takes its type from its config.
#[test]
fn an_index_without_a_type_refers_without_one() {
    let world = world();
    let subject = json!({"digest": world.index.to_string()});
    let config = json!({"mediaType": "application/vnd.acme.config"});
    for (media_type, artifact_type, told) in [
        (MediaType::OCI_INDEX, "", None),
        (MediaType::OCI_INDEX, "a/b", Some("a/b")),
        (
            MediaType::OCI_MANIFEST,
            "",
            Some("application/vnd.acme.config"),
        ),
        (MediaType::OCI_MANIFEST, "a/b", Some("a/b")),
    ] {
        let mut referrer =
            json!({"subject": subject, "config": config, "artifactType": artifact_type});
        referrer["mediaType"] = media_type.into();
        let referrer = referrer.to_string();
        let digest = world.store.publish(&[], media_type, referrer.as_bytes());
        let (index, _) = world.list(&format!("/v2/alpine/referrers/{}", world.index));
        let listed = &index["manifests"][0];
        assert_eq!(listed["digest"], digest.to_string());
        assert_eq!(listed.get("artifactType").and_then(Value::as_str), told);
        world.store.unpublish(&digest);
    }
}

#[test]
fn nothing_that_refers_is_an_empty_list() {
    let world = world();
    for digest in [
        format!("sha256:{}", "ab".repeat(32)),
        "blake3:00".to_owned(),
    ] {
        let (index, _) = world.list(&format!("/v2/any/thing/referrers/{digest}"));
        assert_eq!(index["manifests"], json!([]));
    }
    assert_eq!(world.get("/v2/a/referrers/sha256:x").status, 400);
}

#[test]
fn a_referrer_published_later_is_found() {
    let world = world();
    let target = format!("/v2/alpine/referrers/{}", world.index);
    assert_eq!(world.list(&target).0["manifests"], json!([]));
    let referrer = json!({"subject": {"digest": world.index.to_string()}}).to_string();
    let digest = world
        .store
        .publish(&[], MediaType::OCI_MANIFEST, referrer.as_bytes());
    assert_eq!(
        world.list(&target).0["manifests"].as_array().unwrap().len(),
        1
    );
    world.store.unpublish(&digest);
    assert_eq!(world.list(&target).0["manifests"], json!([]));
}
