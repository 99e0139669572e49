//! Basic and Bearer, with logins from docker's file.

use std::collections::BTreeMap;

use airlock::diagnostic::Diagnose as _;
use airlock::registry::{Credentials, Settings};
use airlock::upstream::{Asked, Reply, Scripted, access, rule};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::support::{Station, app, code, read, reference, with_image};

/// Settings with a login for one registry.
pub(crate) fn login(registry: &Scripted, pair: &str) -> Settings {
    login_for(&registry.host(), pair)
}

/// Settings with a login for one host, as `docker login` leaves it.
pub(crate) fn login_for(host: &str, pair: &str) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let config = serde_json::json!({
        "auths": { host: { "auth": BASE64_STANDARD.encode(pair) } },
    });
    #[expect(clippy::disallowed_methods, reason = "a file of the test")]
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let folder = folder.path().to_str().unwrap().to_owned();
    let environment = BTreeMap::from([("DOCKER_CONFIG".to_owned(), folder)]);
    Settings {
        credentials: Credentials::find(&environment).unwrap(),
        ..Settings::default()
    }
}

#[test]
fn basic_credentials_are_sent_when_asked_for() {
    let (registry, image) = with_image();
    registry.add_rule(access::basic("joe", "secret"));
    let station = Station::default();
    let client = station.client(login(&registry, "joe:secret"));
    let app_1 = reference(&registry, "library/app:1");
    assert_eq!(client.fetch_manifest(&app_1).unwrap().descriptor, image.top);
    assert_eq!(registry.requests().len(), 2);
    client.fetch_manifest(&app_1).unwrap();
    assert_eq!(registry.requests().len(), 3, "the second time at once");
}

#[test]
fn a_missing_or_wrong_login_is_told_with_the_command() {
    let (registry, _) = with_image();
    registry.add_rule(access::basic("joe", "secret"));
    let station = Station::default();
    for (settings, sentence) in [
        (Settings::default(), "no login for it was found"),
        (login(&registry, "joe:wrong"), "authentication required"),
    ] {
        let client = station.client(settings);
        let error = client
            .fetch_manifest(&reference(&registry, "library/app:1"))
            .unwrap_err();
        assert_eq!(code(&error), "registry/unauthorized");
        assert!(error.to_string().contains(sentence), "{error}");
        let help = error.help().unwrap();
        assert!(
            help.contains(&format!("run `docker login {}`", registry.host())),
            "{help}"
        );
        assert!(help.contains("check the name"), "{help}");
        assert!(!format!("{error} {error:?}").contains("wrong"));
    }
}

#[test]
fn an_anonymous_token_is_fetched_once_for_a_repository() {
    let (registry, image) = with_image();
    registry.add_rule(access::Bearer::default().rule());
    let station = Station::default();
    let client = station.client(Settings::default());
    client
        .fetch_manifest(&reference(&registry, "library/app:1"))
        .unwrap();
    for (blob, bytes) in &image.blobs {
        let body = client.open_blob(&app(&registry), blob, &[], 0).unwrap();
        assert_eq!(read(body, *blob).unwrap(), *bytes);
    }
    let requests = registry.requests();
    let tokens: Vec<_> = requests
        .iter()
        .filter(|asked| asked.path == "/token")
        .collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(
        tokens[0].query.as_deref(),
        Some("scope=repository%3Alibrary%2Fapp%3Apull&service=scripted")
    );
    assert_eq!(tokens[0].header("authorization"), None);
}

#[test]
fn a_login_buys_the_token() {
    let (registry, _) = with_image();
    let bearer = access::Bearer::default().with_login("joe", "secret");
    registry.add_rule(bearer.rule());
    let station = Station::default();
    let app_1 = reference(&registry, "library/app:1");
    let client = station.client(login(&registry, "joe:secret"));
    client.fetch_manifest(&app_1).unwrap();
    let client = station.client(login(&registry, "joe:wrong"));
    let error = client.fetch_manifest(&app_1).unwrap_err();
    assert_eq!(code(&error), "registry/unauthorized");
    assert!(error.to_string().contains("incorrect username"), "{error}");
    let basic = access::basic_header("joe", "secret");
    for asked in registry.requests() {
        let sent = asked.header("authorization") == Some(basic.as_str());
        assert!(!sent || asked.path == "/token", "{}", asked.path);
    }
}

#[test]
fn an_expired_token_is_replaced_before_it_is_refused() {
    let (registry, _) = with_image();
    registry.add_rule(access::Bearer::default().with_life(300).rule());
    let station = Station::default();
    let client = station.client(Settings::default());
    let app_1 = reference(&registry, "library/app:1");
    client.fetch_manifest(&app_1).unwrap();
    let asked = |path: &str| {
        let requests = registry.requests();
        requests.iter().filter(|asked| asked.path == path).count()
    };
    station.clock.advance(289);
    client.fetch_manifest(&app_1).unwrap();
    assert_eq!(asked("/token"), 1, "it still holds");
    station.clock.advance(1);
    client.fetch_manifest(&app_1).unwrap();
    assert_eq!(asked("/token"), 2);
    assert_eq!(asked("/v2/library/app/manifests/1"), 4, "one 401 in all");
}

#[test]
fn a_revoked_token_is_replaced_once() {
    let (registry, _) = with_image();
    let bearer = access::Bearer::default();
    registry.add_rule(bearer.clone().rule());
    let station = Station::default();
    let client = station.client(Settings::default());
    let app_1 = reference(&registry, "library/app:1");
    client.fetch_manifest(&app_1).unwrap();
    bearer.revoke();
    client.fetch_manifest(&app_1).unwrap();
    let requests = registry.requests();
    let tokens = requests.iter().filter(|asked| asked.path == "/token");
    assert_eq!(tokens.count(), 2);
}

#[test]
fn a_registry_that_always_answers_401_is_asked_twice() {
    let (registry, _) = with_image();
    registry.add_rule(access::Bearer::default().rule());
    let host = registry.host();
    registry.add_rule(rule::on(Asked::is_manifest, move |_, _| {
        let realm = format!("Bearer realm=\"http://{host}/token\"");
        Reply::error(401, "UNAUTHORIZED", "never").with_header("WWW-Authenticate", &realm)
    }));
    let station = Station::default();
    let error = station.refused(&registry);
    assert_eq!(code(&error), "registry/unauthorized");
    let requests = registry.requests();
    let manifests = requests.iter().filter(|asked| asked.is_manifest());
    assert_eq!((manifests.count(), requests.len()), (2, 3));
}

#[test]
fn a_wrong_login_is_not_sent_twice_for_one_question() {
    let (registry, _) = with_image();
    registry.add_rule(access::basic("joe", "secret"));
    let station = Station::default();
    let client = station.client(login(&registry, "joe:wrong"));
    let app_1 = reference(&registry, "library/app:1");
    for asked in [2, 3] {
        client.fetch_manifest(&app_1).unwrap_err();
        assert_eq!(registry.requests().len(), asked);
    }
}

#[test]
fn threads_share_one_token() {
    let (registry, image) = with_image();
    registry.add_rule(access::Bearer::default().rule());
    let station = Station::default();
    let client = station.client(Settings::default());
    // What the registry asks for is learned by the first question.
    client
        .fetch_manifest(&reference(&registry, "library/app:1"))
        .unwrap();
    registry.push("library/other", "1", &image);
    registry.clear_requests();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                client
                    .fetch_manifest(&reference(&registry, "library/other:1"))
                    .unwrap();
            });
        }
    });
    let requests = registry.requests();
    let tokens = requests.iter().filter(|asked| asked.path == "/token");
    assert_eq!((tokens.count(), requests.len()), (1, 17));
}
