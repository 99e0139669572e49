//! Registries as they differ: how they ask for a login, what logins look like, how token servers
//! answer, what they say of a repository that is not there.

use std::sync::Arc;

use airlock::diagnostic::Diagnose as _;
use airlock::registry::Settings;
use airlock::upstream::{Asked, Body, Reply, Scripted, access, rule};
use serde_json::{Value, json};

use crate::logins::login;
use crate::support::{Station, code, reference, with_image};

/// A registry that takes this token alone, and whose token server answers with `given`.
fn giving(token: &'static str, given: String) -> Scripted {
    let (registry, _) = with_image();
    let realm = format!("Bearer realm=\"http://{}/token\"", registry.host());
    registry.add_rule(Arc::new(move |asked, reply| {
        if asked.path == "/token" {
            return Reply::new(200).with_body(Body::Bytes(given.clone().into_bytes()));
        }
        let sent = asked.header("authorization");
        if sent.and_then(|sent| sent.strip_prefix("Bearer ")) == Some(token) {
            return reply;
        }
        Reply::error(401, "UNAUTHORIZED", "no").with_header("WWW-Authenticate", &realm)
    }));
    registry
}

fn fetched(
    registry: &Scripted,
    settings: Settings,
) -> Result<(), airlock::registry::RegistryError> {
    let station = Station::default();
    let client = station.client(settings);
    client
        .fetch_manifest(&reference(registry, "library/app:1"))
        .map(|_| ())
}

#[test]
fn a_token_is_found_however_it_is_written() {
    for given in [
        json!({ "token": "T" }),
        json!({ "access_token": "T" }),
        json!({ "token": "T", "access_token": "T" }),
        json!({ "token": "", "access_token": "T" }),
        json!({ "token": null, "access_token": "T" }),
        json!({ "token": "T", "expires_in": "300" }),
        json!({ "token": "T", "expires_in": 0 }),
        json!({ "token": "T", "expires_in": -1 }),
        json!({ "token": "T", "expires_in": 299.5 }),
        json!({ "token": "T", "expires_in": null }),
        json!({ "token": "T", "expires_in": u64::MAX }),
        json!({ "token": "T", "issued_at": "2999-01-01T00:00:00Z", "refresh_token": "R" }),
        json!({ "token": "T", "issued_at": 1_457_510_670, "scope": "x", "other": [{}] }),
    ] {
        let registry = giving("T", given.to_string());
        fetched(&registry, Settings::default()).unwrap_or_else(|error| panic!("{given}: {error}"));
        assert_eq!(registry.requests().len(), 3, "{given}");
    }
}

#[test]
fn what_is_no_token_is_told_without_being_shown() {
    let long = "hunter2".repeat(6000);
    for given in [
        String::new(),
        "hunter2".to_owned(),
        "[\"hunter2\"]".to_owned(),
        json!({}).to_string(),
        json!({ "token": "" }).to_string(),
        json!({ "token": "hunter2\r\nX-Injected: 1" }).to_string(),
        json!({ "token": "hunter2 hunter2" }).to_string(),
        json!({ "token": ["hunter2"] }).to_string(),
        json!({ "token": long }).to_string(),
    ] {
        let registry = giving("T", given.clone());
        let error = fetched(&registry, Settings::default()).unwrap_err();
        assert_eq!(code(&error), "registry/token", "{given:.60}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(&registry.host()), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(registry.requests().len(), 2, "{given:.60}");
    }
}

/// A registry that wants `header`, and asks for it with these challenges, each a header of its own.
fn challenging(header: String, challenges: &'static [&'static str]) -> Scripted {
    let (registry, _) = with_image();
    let host = registry.host();
    registry.add_rule(Arc::new(move |asked: &Asked, reply| {
        if asked.path == "/token" {
            let body = json!({ "token": "T" }).to_string();
            return Reply::new(200).with_body(Body::Bytes(body.into_bytes()));
        }
        if asked.header("authorization") == Some(header.as_str()) {
            return reply;
        }
        let mut refusal = Reply::error(401, "UNAUTHORIZED", "no");
        for challenge in challenges {
            let value = challenge.replace("HOST", &host);
            refusal.headers.push(("WWW-Authenticate".to_owned(), value));
        }
        refusal
    }));
    registry
}

#[test]
fn a_challenge_is_understood_in_every_spelling() {
    let basic = access::basic_header("joe", "secret");
    let bearer = "Bearer T".to_owned();
    for (header, challenges) in [
        (&basic, &["Basic"][..]),
        (
            &basic,
            &["BASIC realm=\"Sonatype Nexus Repository Manager\""],
        ),
        (
            &basic,
            &["basic realm=\"Zugriff f\u{fc}r M\u{fc}ller\", charset=\"UTF-8\""],
        ),
        (
            &basic,
            &[
                "Basic realm=\"https://1.dkr.ecr.eu-west-1.amazonaws.com/\",service=\"ecr.amazonaws.com\"",
            ],
        ),
        (&basic, &["Negotiate", "NTLM", "Basic realm=\"a, b\""]),
        (&bearer, &["bearer realm=http://HOST/token,service=s"]),
        (
            &bearer,
            &[
                "BEARER\trealm = \"http://HOST/token\" ,\tservice = \"a \\\"b\\\", c\" , scope = \"\"",
            ],
        ),
        (
            &bearer,
            &[
                "Basic realm=\"x\", Bearer realm=\"http://HOST/token\",service=\"s\",error=\"invalid_token\"",
            ],
        ),
        (
            &bearer,
            &["Basic realm=\"x\"", "Bearer realm=\"http://HOST/token\""],
        ),
        (
            &bearer,
            &["Bearer realm=\"http://HOST/token\"", "Basic realm=\"x\""],
        ),
        (
            &bearer,
            &["Bearer realm=\"http://HOST/token?tenant=1#top\",service=\"s\""],
        ),
        (
            &bearer,
            &["Negotiate YII=, Bearer service=\"s\", realm=\"http://HOST/token\", scope=\"aws\""],
        ),
    ] {
        let registry = challenging(header.clone(), challenges);
        fetched(&registry, login(&registry, "joe:secret"))
            .unwrap_or_else(|error| panic!("{challenges:?}: {error}"));
        let requests = registry.requests();
        let token = requests.iter().find(|asked| asked.path == "/token");
        let query = token.map(|asked| asked.query.clone().unwrap());
        if let Some(query) = query {
            assert!(
                query.contains("scope=repository%3Alibrary%2Fapp%3Apull"),
                "{query}"
            );
            assert!(query.contains("account=joe"), "{query}");
        }
    }
}

#[test]
fn logins_of_every_kind_are_sent_as_they_are() {
    let key = "{\n  \"type\": \"service_account\",\n  \"private_key\": \"-----BEGIN\\n:==\"\n}\n";
    for (user, password) in [
        ("AWS", format!("eyJwYXlsb2FkIjoi{}", "QUJD+/=".repeat(500))),
        ("_json_key", key.to_owned()),
        ("_json_key_base64", "ey==".repeat(600)),
        ("oauth2accesstoken", format!("ya29.{}", "x-_".repeat(400))),
        (
            "00000000-0000-0000-0000-000000000000",
            "eyJ.eyJ.c2ln".to_owned(),
        ),
        ("acme+robot$ci", "A1B2:C3".to_owned()),
        ("joe@example.com", "pä:ss wörd \"'\\".to_owned()),
    ] {
        for bearer in [false, true] {
            let (registry, _) = with_image();
            let login_rule = access::Bearer::default().with_login(user, &password);
            registry.add_rule(if bearer {
                login_rule.rule()
            } else {
                access::basic(user, &password)
            });
            let settings = login(&registry, &format!("{user}:{password}"));
            fetched(&registry, settings).unwrap_or_else(|error| panic!("{user}: {error}"));
        }
    }
}

#[test]
fn a_repository_that_is_not_there_is_told_in_each_registrys_words() {
    let denied = json!({ "errors": [{ "code": "DENIED", "message": "requested access to the resource is denied" }] });
    let quay = json!({ "errors": [{ "code": "UNAUTHORIZED", "detail": {}, "message": "access to the requested resource is not authorized" }] });
    let ecr = json!({ "errors": [{ "code": "NAME_UNKNOWN", "message": "The repository with name 'library/app' does not exist in the registry with id '1'" }] });
    let hub = json!({ "errors": [{ "code": "UNAUTHORIZED", "message": "authentication required", "detail": [{ "Type": "repository", "Class": "", "Name": "library/app", "Action": "pull" }] }] });
    let artifactory =
        json!({ "errors": [{ "status": 404, "message": "The requested resource was not found" }] });
    for (at_token_server, status, body, told, words) in [
        (
            true,
            403,
            &denied,
            "registry/unauthorized",
            "resource is denied (DENIED)",
        ),
        (
            false,
            403,
            &denied,
            "registry/denied",
            "resource is denied (DENIED)",
        ),
        (
            false,
            401,
            &quay,
            "registry/unauthorized",
            "is not authorized (UNAUTHORIZED)",
        ),
        (
            false,
            401,
            &hub,
            "registry/unauthorized",
            "authentication required (UNAUTHORIZED)",
        ),
        (
            false,
            404,
            &ecr,
            "registry/not-found",
            "does not exist in the registry with id '1'",
        ),
        (
            false,
            404,
            &artifactory,
            "registry/not-found",
            "was not found",
        ),
    ] {
        let (registry, _) = with_image();
        registry.add_rule(access::Bearer::default().rule());
        registry.add_rule(refusing(at_token_server, status, body));
        let error = fetched(&registry, Settings::default()).unwrap_err();
        assert_eq!(code(&error), told, "{body}");
        let message = error.to_string();
        let name = format!("{}/library/app:1", registry.host());
        for part in [&format!("answered {status} to {name}"), words] {
            assert!(message.contains(part), "{message}");
        }
        let help = error.help().unwrap();
        assert!(
            help.contains("check the name") && help.contains(&name),
            "{help}"
        );
        let command = format!("docker login {}", registry.host());
        assert!(
            told == "registry/not-found" || help.contains(&command),
            "{help}"
        );
    }
}

/// Refuses tokens, or manifests once there is a token.
fn refusing(at_token_server: bool, status: u16, body: &Value) -> airlock::upstream::Rule {
    let body = body.to_string().into_bytes();
    rule::on(
        move |asked| {
            if at_token_server {
                asked.path == "/token"
            } else {
                asked.header("authorization").is_some()
            }
        },
        move |_, _| Reply::new(status).with_body(Body::Bytes(body.clone())),
    )
}

#[test]
fn words_that_repeat_the_login_are_left_out() {
    let (registry, _) = with_image();
    registry.add_rule(access::Bearer::default().rule());
    for status in [401, 403, 404, 418, 500] {
        registry.add_rule(rule::on(
            |asked| asked.header("authorization").is_some(),
            move |asked, _| {
                let sent = asked.header("authorization").unwrap();
                Reply::error(status, "DENIED", &format!("cannot verify {sent}"))
            },
        ));
        let error = fetched(&registry, Settings::default()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(&status.to_string()), "{shown}");
        assert!(!shown.contains("token-"), "{shown}");
    }
}

#[test]
fn a_token_server_over_plain_http_is_refused_unless_it_is_named() {
    let (registry, _) = with_image();
    let realm = "http://harbor.example/service/token";
    registry.add_rule(access::Bearer::default().with_realm(realm).rule());
    let error = fetched(&registry, Settings::default()).unwrap_err();
    assert_eq!(code(&error), "registry/token");
    let message = error.to_string();
    for words in ["the token server harbor.example", "plain HTTP"] {
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(registry.requests().len(), 1);
    let named = Settings {
        insecure: ["harbor.example".to_owned()].into(),
        ..Settings::default()
    };
    let error = fetched(&registry, named).unwrap_err();
    // The name has no address: it was asked.
    assert_eq!(code(&error), "registry/unreachable");
    assert!(error.to_string().contains("harbor.example"), "{error}");
}
