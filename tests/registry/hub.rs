//! Docker Hub as it answers: three hosts over HTTPS, tokens, a quota, links with a signature.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use airlock::diagnostic::Diagnose as _;
use airlock::registry::{Proxies, Settings};
use airlock::upstream::image::{Flavour, Image};
use airlock::upstream::{Asked, Body, Reply, Scripted, rule};
use lock_format::{Reference, Repository};
use serde_json::{Value, json};

use crate::authority::Authority;
use crate::proxy::Proxy;
use crate::support::{Station, code, image, read};

const REGISTRY: &str = "registry-1.docker.io";
const TOKENS: &str = "auth.docker.io";
const STORE: &str = "production.cloudflare.docker.com";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";
/// What a link to the store carries; one byte of it changed, and the store refuses.
const SIGNATURE: &str = "Expires=1732177000&Signature=x~y_%2Fz%2B%3D&Key-Pair-Id=APKA";

/// Docker Hub with `library/alpine:3.20`, and the way to it.
struct Hub {
    registry: Scripted,
    image: Image,
    authority: Authority,
    proxy: Proxy,
}

impl Hub {
    /// Starts it with so many manifests left of the quota.
    fn new(quota: u64) -> Self {
        let registry = Scripted::start().unwrap();
        let image = image(Flavour::Docker);
        registry.push("library/alpine", "3.20", &image);
        let left = AtomicU64::new(quota);
        registry.add_rule(Arc::new(move |asked, reply| {
            match asked.header("host").unwrap_or_default() {
                TOKENS => token(asked),
                STORE => stored(asked, reply),
                _ => answered(asked, reply, &left),
            }
        }));
        let authority = Authority::new();
        let names = [REGISTRY, TOKENS, STORE].join(",");
        let proxy = Proxy::new(
            authority.front_as(&names, false, registry.address()),
            "200 OK",
        );
        Self {
            registry,
            image,
            authority,
            proxy,
        }
    }

    fn settings(&self) -> Settings {
        let proxy = format!("http://{}", self.proxy.address);
        let environment = BTreeMap::from([("HTTPS_PROXY".to_owned(), proxy)]);
        Settings {
            authorities: vec![self.authority.file()],
            proxies: Proxies::from_environment(&environment),
            ..Settings::default()
        }
    }

    /// What a host was asked, and not what it refused to answer without a token.
    fn asked(&self, host: &str) -> Vec<Asked> {
        let mut requests = self.registry.requests();
        requests.retain(|asked| asked.header("host") == Some(host));
        requests
    }
}

fn json_reply(status: u16, body: &Value) -> Reply {
    Reply::new(status)
        .with_header("Content-Type", "application/json")
        .with_body(Body::Bytes(body.to_string().into_bytes()))
}

fn token(asked: &Asked) -> Reply {
    let query = asked.query.as_deref().unwrap_or_default();
    if !query
        .split('&')
        .any(|field| field == "service=registry.docker.io")
    {
        return json_reply(400, &json!({ "details": "unknown service" }));
    }
    json_reply(
        200,
        &json!({
            "token": TOKEN,
            "access_token": TOKEN,
            "expires_in": 300,
            "issued_at": "2040-01-01T00:00:00.123456789Z",
        }),
    )
}

fn answered(asked: &Asked, reply: Reply, left: &AtomicU64) -> Reply {
    let may_read = asked.path.starts_with("/v2/library/alpine/");
    if asked.header("authorization") != Some(&format!("Bearer {TOKEN}")) || !may_read {
        let challenge = "Bearer realm=\"https://auth.docker.io/token\",\
            service=\"registry.docker.io\",scope=\"repository:library/alpine:pull\"";
        return Reply::error(401, "UNAUTHORIZED", "authentication required")
            .with_header("Www-Authenticate", challenge);
    }
    if asked.is_blob() {
        return rule::redirect(format!("https://{STORE}{}?{SIGNATURE}", asked.path));
    }
    let counts = u64::from(asked.method == "GET");
    let before = left
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some(left.saturating_sub(counts))
        })
        .unwrap();
    let reply = if before < counts {
        Reply::error(
            429,
            "TOOMANYREQUESTS",
            "You have reached your pull rate limit. You may increase the limit by authenticating",
        )
    } else {
        reply
    };
    let remaining = before.saturating_sub(counts);
    reply
        .with_header("ratelimit-limit", "100;w=21600")
        .with_header("ratelimit-remaining", &format!("{remaining};w=21600"))
}

fn stored(asked: &Asked, reply: Reply) -> Reply {
    let refused = |status, code: &str, message: &str| {
        let body = format!(
            "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        Reply::new(status)
            .with_header("Content-Type", "application/xml")
            .with_body(Body::Bytes(body.into_bytes()))
    };
    if asked.header("authorization").is_some() {
        return refused(400, "InvalidArgument", "Only one auth mechanism allowed");
    }
    if asked.query.as_deref() != Some(SIGNATURE) {
        return refused(403, "AccessDenied", "Request has expired");
    }
    reply
}

fn alpine() -> Reference {
    Reference::parse("alpine:3.20").unwrap()
}

#[test]
fn an_image_comes_from_docker_hub() {
    let hub = Hub::new(100);
    let station = Station::default();
    let client = station.client(hub.settings());
    let found = client.look_up(&alpine()).unwrap();
    assert_eq!(found.as_ref(), Some(&hub.image.top));
    let got = client.fetch_manifest(&alpine()).unwrap();
    assert_eq!(got.descriptor, hub.image.top);
    let repository = Repository::new("docker.io", "library/alpine").unwrap();
    for (blob, bytes) in &hub.image.blobs {
        let body = client.open_blob(&repository, blob, &[], 0).unwrap();
        assert_eq!(read(body, *blob).unwrap(), *bytes);
    }
    let tokens = hub.asked(TOKENS);
    assert_eq!(tokens.len(), 1, "one token for the repository");
    assert_eq!(tokens[0].header("authorization"), None);
    assert_eq!(
        tokens[0].query.as_deref(),
        Some("scope=repository%3Alibrary%2Falpine%3Apull&service=registry.docker.io")
    );
    assert_eq!(hub.asked(STORE).len(), hub.image.blobs.len());
    let manifests: Vec<_> = hub
        .asked(REGISTRY)
        .iter()
        .filter(|asked| asked.is_manifest())
        .map(|asked| asked.method.clone())
        .collect();
    assert_eq!(manifests, ["HEAD", "HEAD", "GET"], "no ping, one 401");
    assert_eq!(station.warnings(), Vec::<String>::new());
}

#[test]
fn a_quota_that_is_used_up_is_told_in_docker_hubs_words() {
    let hub = Hub::new(1);
    let station = Station::default();
    let client = station.client(hub.settings());
    client.fetch_manifest(&alpine()).unwrap();
    client.look_up(&alpine()).unwrap();
    let error = client.fetch_manifest(&alpine()).unwrap_err();
    assert_eq!(code(&error), "registry/rate-limited");
    let message = error.to_string();
    for words in [
        "registry-1.docker.io answered 429 to docker.io/library/alpine:3.20",
        "You have reached your pull rate limit",
    ] {
        assert!(message.contains(words), "{message}");
    }
    assert!(error.help().unwrap().contains("run `docker login`"));
}

#[test]
fn a_floor_is_kept_from_the_first_answer_that_tells_the_quota() {
    let hub = Hub::new(0);
    let station = Station::default();
    let client = station.client(Settings {
        quota_floor: 1,
        ..hub.settings()
    });
    let error = client.fetch_manifest(&alpine()).unwrap_err();
    assert_eq!(code(&error), "registry/rate-limited");
    hub.registry.clear_requests();
    let error = client.fetch_manifest(&alpine()).unwrap_err();
    assert_eq!(code(&error), "registry/quota-floor");
    assert!(hub.registry.requests().is_empty());
}

#[test]
fn a_name_that_docker_hub_does_not_have_is_told_as_such() {
    let hub = Hub::new(100);
    let station = Station::default();
    let client = station.client(hub.settings());
    let error = client
        .fetch_manifest(&Reference::parse("alpin:3.20").unwrap())
        .unwrap_err();
    assert_eq!(code(&error), "registry/unauthorized");
    assert_eq!(
        error.to_string(),
        "registry-1.docker.io answered 401 to docker.io/library/alpin:3.20: \
         authentication required (UNAUTHORIZED); no login for it was found"
    );
    let help = error.help().unwrap();
    assert!(
        help.starts_with("check the name docker.io/library/alpin:3.20"),
        "{help}"
    );
}

#[test]
fn a_store_that_is_blocked_is_named() {
    let hub = Hub::new(100);
    hub.registry.add_rule(rule::on(
        |asked| asked.header("host") == Some(STORE),
        |_, _| {
            let page = b"<html><head><TITLE>Web filter</TITLE></head></html>".to_vec();
            Reply::new(403).with_body(Body::Bytes(page))
        },
    ));
    let station = Station::default();
    let client = station.client(hub.settings());
    let repository = Repository::new("docker.io", "library/alpine").unwrap();
    let (blob, _) = &hub.image.blobs[0];
    let error = client.open_blob(&repository, blob, &[], 0).unwrap_err();
    assert_eq!(code(&error), "registry/denied");
    assert_eq!(
        error.to_string(),
        format!(
            "{STORE} answered 403 to {} of docker.io/library/alpine: a web page titled \"Web filter\"",
            blob.digest
        )
    );
    let help = error.help().unwrap();
    assert!(
        help.starts_with(&format!("{STORE} keeps it for docker.io")),
        "{help}"
    );
}
