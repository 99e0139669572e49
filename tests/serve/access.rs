//! Tokens: who is let in, and what the others are told.

use std::sync::Arc;

use airlock::ops::inside::serve::{Access, ServeOptions, serve};
use airlock::ops::inside::token;
use airlock::run::{Cancel, FixedClock, FixedEntropy, Run, Silent};
use airlock::serve::{
    Guard, Listen, Names, Realm, RequestHead, Response, Router, Secret, Setup, TokenFile,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Request;
use serde_json::Value;
use tempfile::TempDir;

use super::client::header;
use super::server::{Notes, Server, free_port};
use super::store::MemoryStore;
use super::world::{bytes, error, line};

const REALM: &str = "https://airlock.lan:5000/token";

struct Guarded {
    folder: TempDir,
    router: Router,
    token: String,
}

fn run<T>(act: impl FnOnce(&Run<'_>) -> T) -> T {
    act(&Run {
        events: &Silent,
        cancel: &Cancel::default(),
        clock: &FixedClock(7),
        entropy: &FixedEntropy::new(1),
    })
}

fn file(folder: &TempDir) -> TokenFile {
    TokenFile::new(folder.path().join("tokens.json"))
}

/// A router that lets in one token, `ci`.
fn guarded(realm: Option<Realm>) -> Guarded {
    let folder = tempfile::tempdir().unwrap();
    let secret = run(|run| token::add(&file(&folder), "ci", run)).unwrap();
    let store = Arc::new(MemoryStore::default());
    store.image("alpine:3.20", b"{}");
    let guard = Guard::new(file(&folder), realm).unwrap();
    Guarded {
        router: Router::new(store, Names::default(), Some(guard)),
        token: secret.reveal().to_owned(),
        folder,
    }
}

impl Guarded {
    fn ask(&self, target: &str, authorization: Option<&str>, is_private: bool) -> Response {
        let mut request = Request::get(target).header("host", "airlock.lan:5000");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        self.router.respond(&RequestHead::of(&parts, is_private))
    }

    fn basic(&self) -> String {
        format!(
            "Basic {}",
            STANDARD.encode(format!("anyone:{}", self.token))
        )
    }
}

#[test]
fn a_token_opens_as_bearer_and_as_password() {
    let guarded = guarded(None);
    let bearer = format!("Bearer {}", guarded.token);
    for authorization in [&bearer, &guarded.basic()] {
        for target in ["/v2/", "/v2/alpine/manifests/3.20", "/v2/_catalog"] {
            let response = guarded.ask(target, Some(authorization), true);
            assert_eq!(response.status, 200, "{target}");
            assert_eq!(response.about.who.as_deref(), Some("ci"));
        }
    }
}

#[test]
fn without_a_token_there_is_a_challenge_and_nothing_else() {
    let guarded = guarded(None);
    let wrong = format!("Bearer {}x", guarded.token);
    for authorization in [
        None,
        Some("Bearer airlock_"),
        Some(&*wrong),
        Some("Basic !"),
    ] {
        for target in ["/v2/", "/v2/alpine/manifests/3.20", "/v2/none/manifests/1"] {
            let response = guarded.ask(target, authorization, true);
            assert_eq!(response.status, 401, "{target} {authorization:?}");
            let challenge = line(&response, "www-authenticate");
            assert_eq!(challenge, "Basic realm=\"airlock\"");
            assert_eq!(error(response).0, "UNAUTHORIZED");
        }
    }
    for target in ["/healthz", "/"] {
        assert_eq!(guarded.ask(target, None, true).status, 200, "{target}");
    }
}

#[test]
fn a_token_in_the_clear_is_refused() {
    let guarded = guarded(None);
    let response = guarded.ask("/v2/", Some(&guarded.basic()), false);
    assert_eq!(response.status, 403);
    assert_eq!(error(response).0, "DENIED");
}

#[test]
fn a_realm_exchanges_the_password_for_a_bearer_token() {
    let guarded = guarded(Realm::new(REALM, None));
    let response = guarded.ask("/v2/library/alpine/manifests/3.20", None, true);
    assert_eq!(
        line(&response, "www-authenticate"),
        format!(
            "Bearer realm=\"{REALM}\",service=\"airlock\",scope=\"repository:library/alpine:pull\""
        )
    );
    let target = "/token?service=airlock&scope=repository:library/alpine:pull&account=anyone";
    let response = guarded.ask(target, Some(&guarded.basic()), true);
    assert_eq!(response.status, 200);
    assert_eq!(line(&response, "cache-control"), "no-store");
    let granted: Value = serde_json::from_slice(&bytes(response.body)).unwrap();
    let bearer = format!("Bearer {}", granted["token"].as_str().unwrap());
    assert_eq!(guarded.ask("/v2/", Some(&bearer), true).status, 200);
    let refused = guarded.ask(target, None, true);
    assert_eq!(refused.status, 401);
    assert_eq!(
        line(&refused, "www-authenticate"),
        "Basic realm=\"airlock\""
    );
    assert_eq!(guarded.ask(target, Some("Basic eDp5"), true).status, 401);
    assert_eq!(
        guarded.ask(target, Some(&guarded.basic()), false).status,
        403
    );
}

#[test]
fn an_anonymous_realm_gives_a_token_to_everybody() {
    let secret = Secret::new(&FixedEntropy::new(77)).unwrap();
    let guarded = guarded(Realm::new(REALM, Some(secret)));
    let response = guarded.ask("/token?scope=repository:library/alpine:pull", None, false);
    let granted: Value = serde_json::from_slice(&bytes(response.body)).unwrap();
    let bearer = format!("Bearer {}", granted["token"].as_str().unwrap());
    let response = guarded.ask("/v2/alpine/manifests/3.20", Some(&bearer), false);
    assert_eq!(response.status, 200);
    assert_eq!(response.about.who.as_deref(), Some("anonymous"));
    // Who sends another token is still known by it, or not let in.
    let wrong = guarded.ask("/v2/", Some("Bearer airlock_"), true);
    assert_eq!(wrong.status, 401);
    let named = guarded.ask("/v2/", Some(&guarded.basic()), true);
    assert_eq!(named.about.who.as_deref(), Some("ci"));
}

#[test]
fn that_reading_is_open_is_told_when_the_server_begins() {
    let folder = tempfile::tempdir().unwrap();
    for anonymous in [true, false] {
        let file = file(&folder);
        run(|run| token::add(&file, &format!("ci-{anonymous}"), run)).unwrap();
        let options = ServeOptions {
            setup: Setup {
                registry: vec![free_port()],
                ..Setup::default()
            },
            access: Some(Access {
                tokens: file,
                realm: Some(REALM.to_owned()),
                anonymous,
            }),
            ..ServeOptions::default()
        };
        let server = Server::with_options(Arc::new(MemoryStore::default()), options);
        let told = server.notes.told.lock().unwrap().join("\n");
        assert_eq!(told.contains("reading is open"), anonymous, "{told}");
    }
}

#[test]
fn without_a_realm_nothing_is_exchanged() {
    let guarded = guarded(None);
    assert_eq!(
        guarded.ask("/token", Some(&guarded.basic()), true).status,
        404
    );
}

#[test]
fn tokens_are_added_listed_and_revoked() {
    let guarded = guarded(None);
    let file = file(&guarded.folder);
    let again = run(|run| token::add(&file, "ci", run)).unwrap_err();
    assert!(again.to_string().contains("`ci`"), "{again}");
    assert_eq!(token::list(&file).unwrap(), [("ci".to_owned(), 7)]);
    token::revoke(&file, "ci").unwrap();
    assert_eq!(token::list(&file).unwrap(), []);
    assert!(token::revoke(&file, "ci").is_err());
}

#[test]
fn a_revoked_token_is_refused_by_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let secret = run(|run| token::add(&file(&folder), "ci", run)).unwrap();
    let options = ServeOptions {
        setup: Setup {
            registry: vec![free_port()],
            ..Setup::default()
        },
        access: Some(Access {
            tokens: file(&folder),
            realm: None,
            anonymous: false,
        }),
        ..ServeOptions::default()
    };
    let server = Server::with_options(Arc::new(MemoryStore::default()), options);
    let request = format!(
        "GET /v2/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        secret.reveal()
    );
    let status = || server.client().exchange(request.as_bytes()).0[9..12].to_owned();
    assert_eq!(status(), "200");
    token::revoke(&file(&folder), "ci").unwrap();
    super::wait_for(|| status() == "401");
    let (head, _) = server.client().get("/healthz");
    assert_eq!(header(&head, "content-type"), "application/json");
}

#[test]
fn a_server_that_nobody_could_read_or_everybody_could_overhear_does_not_begin() {
    let folder = tempfile::tempdir().unwrap();
    let begin = |listen: &str, realm: Option<&str>| {
        let options = ServeOptions {
            setup: Setup {
                registry: vec![Listen::Tcp(listen.parse().unwrap())],
                ..Setup::default()
            },
            access: Some(Access {
                tokens: file(&folder),
                realm: realm.map(str::to_owned),
                anonymous: false,
            }),
            ..ServeOptions::default()
        };
        let view = Arc::new(MemoryStore::default());
        let refused = run(|run| serve(view, options, Arc::new(Notes::default()), run));
        refused.unwrap_err().facts().code().to_string()
    };
    assert_eq!(begin("127.0.0.1:0", None), "serve/no-tokens");
    assert_eq!(begin("0.0.0.0:0", None), "serve/tokens-in-clear");
    assert_eq!(
        begin("127.0.0.1:0", Some("airlock.lan/token")),
        "serve/bad-realm"
    );
}
