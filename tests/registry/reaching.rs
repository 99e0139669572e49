//! What may be asked: allow-lists, addresses off the internet, mirrors, the quota.

use airlock::diagnostic::{Class, Diagnose as _};
use airlock::registry::{Mirror, PrivateReach, Reach, Settings};
use airlock::upstream::{Asked, Reply, access, rule};
use lock_format::{Reference, Repository};

use crate::logins::login;
use crate::support::{Station, app, code, read, reference, with_blob, with_image};

fn requested(hosts: &[String]) -> Settings {
    Settings {
        reach: Reach {
            private: PrivateReach::Listed(hosts.iter().cloned().collect()),
            ..Reach::default()
        },
        ..Settings::default()
    }
}

#[test]
fn a_requested_host_on_this_machine_is_refused_unless_listed() {
    let (registry, _) = with_image();
    let (_, port) = registry
        .host()
        .split_once(':')
        .map(|(h, p)| (h.to_owned(), p.to_owned()))
        .unwrap();
    let station = Station::default();
    let client = station.client(requested(&[]));
    for host in [
        registry.host(),
        format!("localhost:{port}"),
        format!("127.1:{port}"),
    ] {
        let name = Reference::parse(&format!("{host}/library/app:1")).unwrap();
        let error = client.fetch_manifest(&name).unwrap_err();
        assert_eq!(code(&error), "registry/private-address", "{error}");
        assert_eq!(error.class(), Class::Usage);
    }
    assert!(registry.requests().is_empty(), "nothing was sent");
    let name = reference(&registry, "library/app:1");
    let listed = station.client(requested(&[registry.host()]));
    listed.fetch_manifest(&name).unwrap();
    let insecure = station.client(Settings {
        insecure: [registry.host()].into(),
        ..requested(&[])
    });
    insecure.fetch_manifest(&name).unwrap();
}

#[test]
fn only_what_is_allowed_is_asked() {
    let (registry, blob) = with_blob(10);
    let allow = |entry: String| Settings {
        reach: Reach {
            allowed: vec!["ghcr.io".to_owned(), entry],
            ..Reach::default()
        },
        ..Settings::default()
    };
    let station = Station::default();
    let client = station.client(allow(format!("{}/library", registry.host())));
    client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    registry.clear_requests();
    let client = station.client(allow(format!("{}/other", registry.host())));
    let error = client
        .open_blob(&app(&registry), &blob, &[], 0)
        .unwrap_err();
    assert_eq!(code(&error), "registry/not-allowed");
    let name = reference(&registry, "library/app:1");
    assert_eq!(
        code(&client.fetch_manifest(&name).unwrap_err()),
        "registry/not-allowed"
    );
    assert_eq!(
        code(&client.look_up(&name).unwrap_err()),
        "registry/not-allowed"
    );
    assert!(registry.requests().is_empty());
}

#[test]
fn a_mirror_is_asked_first_with_its_own_login() {
    let (mirror, image) = with_image();
    mirror.push("hub/library/app", "1", &image);
    mirror.add_rule(access::basic("joe", "secret"));
    let mut settings = login(&mirror, "joe:secret");
    let entry = Mirror::parse(&format!("{}/hub", mirror.host())).unwrap();
    settings.mirrors.insert("docker.io".to_owned(), vec![entry]);
    // Mirrors are listed by being configured.
    settings.reach.private = PrivateReach::Listed([].into());
    let station = Station::default();
    let client = station.client(settings);
    let name = Reference::parse("app:1").unwrap();
    assert_eq!(client.fetch_manifest(&name).unwrap().descriptor, image.top);
    let repository = Repository::new("docker.io", "library/app").unwrap();
    let (blob, bytes) = &image.blobs[0];
    let body = client.open_blob(&repository, blob, &[], 0).unwrap();
    assert_eq!(read(body, *blob).unwrap(), *bytes);
}

#[test]
fn the_registry_is_asked_where_a_mirror_fails() {
    let (registry, image) = with_image();
    let (empty, _) = with_blob(1);
    let mut settings = Settings::default();
    let entry = Mirror::parse(&empty.host()).unwrap();
    settings.mirrors.insert(registry.host(), vec![entry]);
    let station = Station::default();
    let client = station.client(settings);
    let name = reference(&registry, "library/app:1");
    assert_eq!(client.fetch_manifest(&name).unwrap().descriptor, image.top);
    assert_eq!(empty.requests().len(), 1);
    let warnings = station.warnings();
    assert!(warnings[0].contains("a mirror failed"), "{warnings:?}");
    assert!(warnings[0].contains(&empty.host()), "{warnings:?}");
    let error = client
        .fetch_manifest(&reference(&registry, "library/app:9"))
        .unwrap_err();
    assert!(error.to_string().starts_with(&registry.host()), "{error}");
}

#[test]
fn the_floor_of_a_quota_is_kept() {
    let (registry, _) = with_image();
    let left = std::sync::atomic::AtomicU64::new(4);
    registry.add_rule(rule::on(Asked::is_manifest, move |_, reply| {
        let left = left.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
        reply.with_header("ratelimit-remaining", &format!("{left};w=21600"))
    }));
    let station = Station::default();
    let client = station.client(Settings {
        quota_floor: 2,
        ..Settings::default()
    });
    let name = reference(&registry, "library/app:1");
    for _ in 0..3 {
        client.fetch_manifest(&name).unwrap();
    }
    let error = client.fetch_manifest(&name).unwrap_err();
    assert_eq!(code(&error), "registry/quota-floor");
    assert!(
        error.to_string().contains("leaves 2 more requests"),
        "{error}"
    );
    assert_eq!(registry.requests().len(), 3);
}

#[test]
fn a_name_is_looked_up_without_fetching() {
    let (registry, image) = with_image();
    let station = Station::default();
    let client = station.client(Settings::default());
    let name = reference(&registry, "library/app:1");
    assert_eq!(client.look_up(&name).unwrap(), Some(image.top));
    assert_eq!(registry.requests()[0].method, "HEAD");
    registry.add_rule(rule::on(Asked::is_manifest, |_, reply: Reply| {
        reply.without_header("docker-content-digest")
    }));
    assert_eq!(client.look_up(&name).unwrap(), None);
    let gone = reference(&registry, "library/app:9");
    assert_eq!(
        code(&client.look_up(&gone).unwrap_err()),
        "registry/not-found"
    );
}

#[test]
fn the_registry_continues_a_blob_that_a_mirror_gives_up() {
    let (mirror, blob) = with_blob(300_000);
    let (registry, _) = with_blob(300_000);
    mirror.add_rule(rule::first(1, Asked::is_blob, |_, reply| {
        reply.cut_after(100_000)
    }));
    mirror.add_rule(rule::on(
        |asked| asked.range().is_some(),
        |_, _| Reply::error(404, "BLOB_UNKNOWN", "gone"),
    ));
    let mut settings = Settings::default();
    let entry = Mirror::parse(&mirror.host()).unwrap();
    settings.mirrors.insert(registry.host(), vec![entry]);
    let station = Station::default();
    let client = station.client(settings);
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 300_000);
    let ranges: Vec<_> = registry.requests().iter().map(Asked::range).collect();
    assert_eq!(ranges, [Some((100_000, Some(299_999)))]);
}

#[test]
fn a_stop_is_no_failure_of_a_mirror() {
    let (mirror, _) = with_image();
    let (registry, _) = with_image();
    let mut settings = Settings::default();
    let entry = Mirror::parse(&mirror.host()).unwrap();
    settings.mirrors.insert(registry.host(), vec![entry]);
    let station = Station::default();
    let client = station.client(settings);
    station.cancel.set();
    let error = client
        .fetch_manifest(&reference(&registry, "library/app:1"))
        .unwrap_err();
    assert_eq!(code(&error), "run/cancelled");
    assert_eq!(station.warnings(), Vec::<String>::new());
}
