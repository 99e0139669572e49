//! Secrets: nothing of them is in an error, a warning, a debug text or a request to somebody else.

use std::collections::BTreeMap;

use airlock::diagnostic::Diagnose as _;
use airlock::registry::{Credentials, Proxies, RegistryError, Settings};
use airlock::upstream::{Asked, Body, Reply, Scripted, access, rule};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::support::{Station, reference, with_image};

const PASSWORD: &str = "corr3ct-h0rse";
const REFRESH: &str = "refresh-b4ttery";
const PROXY: &str = "st4ple-proxy";
const AMBIENT: &str = "ambient-v4lue";

/// All that must not be seen, in the forms it travels in.
fn needles() -> Vec<String> {
    let basic = BASE64_STANDARD.encode(format!("joe:{PASSWORD}"));
    [
        PASSWORD, REFRESH, PROXY, AMBIENT, &basic, "token-1", "s1gned",
    ]
    .map(str::to_owned)
    .into()
}

fn settings(registry: &Scripted, entry: &serde_json::Value) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let config = json!({ "auths": { registry.host(): entry } });
    #[expect(clippy::disallowed_methods, reason = "a file of the test")]
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let folder = folder.path().to_str().unwrap().to_owned();
    let environment = BTreeMap::from([
        ("DOCKER_CONFIG".to_owned(), folder),
        (
            "HTTPS_PROXY".to_owned(),
            format!("http://joe:{PROXY}@p.example:1"),
        ),
        ("SECRET".to_owned(), AMBIENT.to_owned()),
    ]);
    Settings {
        credentials: Credentials::find(&environment).unwrap(),
        proxies: Proxies::from_environment(&environment),
        ..Settings::default()
    }
}

/// Everything that a failed fetch shows to anybody.
fn shown(settings: Settings, registry: &Scripted) -> (String, RegistryError) {
    let station = Station::default();
    let client = station.client(settings);
    let error = client
        .fetch_manifest(&reference(registry, "library/app:1"))
        .unwrap_err();
    let text = format!(
        "{error}\n{error:?}\n{:?}\n{client:?}\n{:?}",
        error.help(),
        station.warnings()
    );
    (text, error)
}

#[test]
fn no_failure_shows_a_secret() {
    let with_password = json!({ "auth": BASE64_STANDARD.encode(format!("joe:{PASSWORD}")) });
    let with_refresh = json!({ "auth": BASE64_STANDARD.encode("joe:"), "identitytoken": REFRESH });
    let bearer = || access::Bearer::default().with_refresh_token(REFRESH);
    let unreadable = || {
        rule::on(
            |asked: &Asked| asked.path == "/token",
            |_, _| Reply::new(200).with_body(Body::Bytes(b"{\"token\": \"token-1".to_vec())),
        )
    };
    let denied = |status| {
        rule::on(Asked::is_manifest, move |asked: &Asked, reply: Reply| {
            if asked.header("authorization").is_some() {
                Reply::error(status, "DENIED", "not for you")
            } else {
                reply
            }
        })
    };
    let to_signed = || {
        rule::on(Asked::is_manifest, |_, _| {
            rule::redirect("http://127.0.0.1:1/?X-Signature=s1gned")
        })
    };
    let wrong = || access::basic("other", "password");
    let basic = || access::basic("joe", PASSWORD);
    for (entry, rules) in [
        (&with_password, vec![wrong()]),
        (&with_password, vec![basic(), denied(403)]),
        (&with_password, vec![basic(), denied(500)]),
        (&with_password, vec![bearer().rule(), unreadable()]),
        (
            &with_password,
            vec![bearer().with_realm("https://elsewhere.example/t").rule()],
        ),
        (&with_refresh, vec![bearer().rule(), denied(403)]),
        (&with_refresh, vec![bearer().rule(), denied(429)]),
        (&with_refresh, vec![bearer().with_realm("ftp://x/").rule()]),
        (&with_password, vec![to_signed()]),
    ] {
        let (registry, _) = with_image();
        let settings = settings(&registry, entry);
        for rule in rules {
            registry.add_rule(rule);
        }
        let (text, error) = shown(settings, &registry);
        for needle in needles() {
            assert!(!text.contains(&needle), "{needle} in {text}");
        }
        assert!(
            error
                .to_string()
                .contains(&registry.host().replace("127.0.0.1:1/", ""))
                || error.to_string().contains("127.0.0.1")
        );
    }
}

#[test]
fn no_url_and_no_other_registry_gets_a_secret() {
    let (registry, _) = with_image();
    let (other, _) = with_image();
    let entry = json!({ "auth": BASE64_STANDARD.encode(format!("joe:{PASSWORD}")) });
    registry.add_rule(access::Bearer::default().with_login("joe", PASSWORD).rule());
    other.add_rule(access::basic("joe", PASSWORD));
    let station = Station::default();
    let client = station.client(settings(&registry, &entry));
    client
        .fetch_manifest(&reference(&registry, "library/app:1"))
        .unwrap();
    client
        .fetch_manifest(&reference(&other, "library/app:1"))
        .unwrap_err();
    for asked in registry.requests() {
        let line = format!("{} {:?}", asked.path, asked.query);
        for needle in needles() {
            assert!(!line.contains(&needle), "{needle} in {line}");
        }
    }
    for asked in other.requests() {
        assert_eq!(asked.header("authorization"), None);
    }
}

#[test]
fn a_login_is_not_sent_to_a_foreign_token_server() {
    let (registry, _) = with_image();
    let (thief, _) = with_image();
    thief.add_rule(access::Bearer::default().rule());
    let entry = json!({ "auth": BASE64_STANDARD.encode(format!("joe:{PASSWORD}")) });
    // The same machine by another name: a host that does not belong to the registry.
    let realm = format!("http://localhost:{}/token", thief.address().port());
    registry.add_rule(access::Bearer::default().with_realm(&realm).rule());
    let (_, error) = shown(settings(&registry, &entry), &registry);
    assert_eq!(error.code().as_str(), "registry/foreign-realm");
    assert!(thief.requests().is_empty());
    let mut settings = settings(&registry, &entry);
    let named = format!("localhost:{}", thief.address().port());
    settings
        .token_realms
        .insert(registry.host(), [named].into());
    shown(settings, &registry);
    let basic = access::basic_header("joe", PASSWORD);
    let sent = &thief.requests()[0];
    assert_eq!(sent.header("authorization"), Some(basic.as_str()));
}
