//! Redirects: followed, bounded, and never with a login that is for somebody else.

use std::sync::Arc;

use airlock::registry::Settings;
use airlock::upstream::{Asked, Reply, Scripted, access, rule};
use lock_format::Reference;

use crate::authority::Authority;
use crate::logins::login;
use crate::support::{Station, app, code, listing, read, reference, with_blob, with_image};

/// Sends every blob of `from` to the same path of `to`.
fn send_blobs(from: &Scripted, to: String) {
    from.add_rule(rule::on(Asked::is_blob, move |asked, _| {
        rule::redirect(format!("{to}{}?sig=1", asked.path))
    }));
}

#[test]
fn a_login_does_not_follow_to_another_host() {
    let (registry, blob) = with_blob(5000);
    let (store, _) = with_blob(5000);
    registry.add_rule(access::basic("joe", "secret"));
    send_blobs(&registry, format!("http://{}", store.host()));
    // The rule above stands after the login, so the login was asked for and given.
    let station = Station::default();
    let client = station.client(login(&registry, "joe:secret"));
    client
        .fetch_manifest(&reference(&registry, "library/app:1"))
        .unwrap_err();
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 5000);
    let sent = access::basic_header("joe", "secret");
    let first = registry.requests();
    assert!(
        first
            .iter()
            .any(|asked| asked.header("authorization") == Some(sent.as_str()))
    );
    let captured = store.requests();
    assert_eq!(captured.len(), 1);
    assert_eq!(captured[0].header("authorization"), None);
    assert_eq!(captured[0].query.as_deref(), Some("sig=1"));
}

#[test]
fn a_login_stays_with_its_own_host() {
    let (registry, image) = with_image();
    registry.add_rule(rule::on(
        |asked| asked.path.ends_with("/manifests/1"),
        move |_, _| rule::redirect("/v2/library/app/manifests/2"),
    ));
    registry.tag("library/app", "2", image.top.digest);
    registry.add_rule(access::basic("joe", "secret"));
    let station = Station::default();
    let client = station.client(login(&registry, "joe:secret"));
    let got = client
        .fetch_manifest(&reference(&registry, "library/app:1"))
        .unwrap();
    assert_eq!(got.descriptor, image.top);
}

#[test]
fn a_range_follows() {
    let (registry, blob) = with_blob(5000);
    let (store, _) = with_blob(5000);
    send_blobs(&registry, format!("http://{}", store.host()));
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 4000).unwrap();
    assert_eq!(body.offset, 4000);
    assert_eq!(store.requests()[0].header("range"), Some("bytes=4000-4999"));
}

#[test]
fn a_cut_behind_a_redirect_goes_through_the_registry_again() {
    let (registry, blob) = with_blob(300_000);
    let (store, _) = with_blob(300_000);
    send_blobs(&registry, format!("http://{}", store.host()));
    store.add_rule(rule::first(1, Asked::is_blob, |_, reply| {
        reply.cut_after(100_000)
    }));
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 300_000);
    assert_eq!(
        registry.requests().len(),
        2,
        "a signed URL may have expired"
    );
    assert_eq!(store.requests()[1].range(), Some((100_000, Some(299_999))));
}

#[test]
fn a_chain_is_followed_and_a_loop_is_not() {
    let (registry, image) = with_image();
    for hop in 2..=11 {
        registry.add_rule(rule::on(
            move |asked| asked.path.ends_with(&format!("/manifests/{}", hop - 1)),
            move |_, _| rule::redirect(format!("/v2/library/app/manifests/{hop}")),
        ));
    }
    registry.tag("library/app", "11", image.top.digest);
    let station = Station::default();
    let client = station.client(Settings::default());
    // From 2 there are nine redirects, from 1 there are ten.
    client
        .fetch_manifest(&reference(&registry, "library/app:2"))
        .unwrap();
    registry.add_rule(rule::on(
        |asked| asked.path.ends_with("/manifests/11"),
        |_, _| rule::redirect("/v2/library/app/manifests/1"),
    ));
    registry.clear_requests();
    let error = client
        .fetch_manifest(&reference(&registry, "library/app:1"))
        .unwrap_err();
    assert_eq!(code(&error), "registry/redirect");
    assert!(error.to_string().contains("more than 10"), "{error}");
    assert_eq!(registry.requests().len(), 1 + 10);
}

#[test]
fn a_step_down_to_plain_http_is_refused() {
    let (registry, _) = with_image();
    let plain = format!("http://{}", registry.host());
    registry.add_rule(Arc::new(move |asked: &Asked, _| {
        rule::redirect(format!("{plain}{}", asked.path))
    }));
    let authority = Authority::new();
    let address = authority.front(registry.address());
    let station = Station::default();
    let client = station.client(Settings {
        authorities: vec![authority.file()],
        ..Settings::default()
    });
    let name = Reference::parse(&format!("{address}/library/app:1")).unwrap();
    let error = client.fetch_manifest(&name).unwrap_err();
    assert_eq!(code(&error), "registry/redirect");
    assert!(
        error.to_string().contains("from HTTPS to plain HTTP"),
        "{error}"
    );
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn a_location_that_is_no_web_url_is_refused() {
    for location in [
        "ftp://x/y",
        "file:///etc/passwd",
        "https://joe:x@127.0.0.1/",
    ] {
        let (registry, _) = with_image();
        registry.add_rule(rule::on(Asked::is_manifest, move |_, _| {
            rule::redirect(location)
        }));
        let station = Station::default();
        let error = station.refused(&registry);
        assert_eq!(code(&error), "registry/redirect", "{location}");
    }
}

/// What each of them asks for.
const CHALLENGES: [&str; 2] = [
    "Basic realm=\"yours\"",
    "Bearer realm=\"http://HOST/token\",service=\"yours\"",
];

/// Answers 401 to whatever is asked.
fn greedy(challenge: &str) -> Scripted {
    let (registry, _) = with_image();
    let challenge = challenge.replace("HOST", &registry.host());
    registry.add_rule(Arc::new(move |_: &Asked, _| {
        Reply::error(401, "UNAUTHORIZED", "log in").with_header("WWW-Authenticate", &challenge)
    }));
    registry
}

#[test]
fn a_store_that_asks_for_a_login_gets_none() {
    for challenge in CHALLENGES {
        let (registry, blob) = with_blob(5000);
        let store = greedy(challenge);
        registry.add_rule(access::Bearer::default().with_login("joe", "secret").rule());
        send_blobs(&registry, format!("http://{}", store.host()));
        let station = Station::default();
        let client = station.client(login(&registry, "joe:secret"));
        let error = client
            .open_blob(&app(&registry), &blob, &[], 0)
            .unwrap_err();
        assert_eq!(code(&error), "registry/unauthorized");
        assert!(error.to_string().starts_with(&store.host()), "{error}");
        let asked = store.requests();
        assert_eq!(asked.len(), 1, "its token server is not asked: {challenge}");
        assert_eq!(asked[0].header("authorization"), None);
        // Nor does the registry get what the store asked for.
        let basic = access::basic_header("joe", "secret");
        for asked in registry.requests() {
            let sent = asked.header("authorization") == Some(basic.as_str());
            assert!(!sent || asked.path == "/token", "{}", asked.path);
        }
    }
}

#[test]
fn a_layers_url_that_asks_for_a_login_gets_none() {
    for challenge in CHALLENGES {
        let (registry, blob) = with_blob(5000);
        let elsewhere = greedy(challenge);
        registry.add_rule(rule::on(Asked::is_blob, |_, _| {
            Reply::error(404, "BLOB_UNKNOWN", "blob unknown")
        }));
        registry.add_rule(access::basic("joe", "secret"));
        let urls = [format!("http://{}/layer", elsewhere.host())];
        let station = Station::default();
        let client = station.client(Settings {
            reach: listing(&elsewhere).reach,
            ..login(&registry, "joe:secret")
        });
        let error = client
            .open_blob(&app(&registry), &blob, &urls, 0)
            .unwrap_err();
        assert_eq!(code(&error), "registry/unauthorized");
        assert!(error.to_string().starts_with(&elsewhere.host()), "{error}");
        let asked = elsewhere.requests();
        assert_eq!(asked.len(), 1, "{challenge}");
        assert_eq!(asked[0].header("authorization"), None);
    }
}
