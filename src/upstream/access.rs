//! Rules that ask for credentials: Basic (RFC 7617), and Bearer with a token server beside the
//! registry (distribution, "Token Authentication Specification").

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{Asked, Body, Reply, Rule};

/// Where the token server answers.
const TOKEN_PATH: &str = "/token";

/// Asks for a user and a password on every request.
pub fn basic(user: &str, password: &str) -> Rule {
    let expected = basic_header(user, password);
    Arc::new(move |asked, reply| {
        if asked.header("authorization") == Some(expected.as_str()) {
            reply
        } else {
            unauthorized("Basic realm=\"scripted\"")
        }
    })
}

/// Returns the header that Basic credentials make.
pub fn basic_header(user: &str, password: &str) -> String {
    format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{user}:{password}"))
    )
}

/// A token server and the registry that takes its tokens.
#[derive(Clone, Debug, Default)]
pub struct Bearer {
    login: Option<(String, String)>,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
    realm: Option<String>,
    issued: Arc<Mutex<Issued>>,
}

#[derive(Debug, Default)]
struct Issued {
    valid: BTreeSet<String>,
    count: u64,
}

impl Bearer {
    /// Gives tokens to this login only; without it, to anybody.
    #[must_use]
    pub fn with_login(mut self, user: &str, password: &str) -> Self {
        self.login = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Gives tokens for this refresh token too, by `POST` (OAuth 2, RFC 6749 section 6).
    #[must_use]
    pub fn with_refresh_token(mut self, token: &str) -> Self {
        self.refresh_token = Some(token.to_owned());
        self
    }

    /// Says that a token holds for so many seconds; without it, nothing is said.
    #[must_use]
    pub fn with_life(mut self, seconds: u64) -> Self {
        self.expires_in = Some(seconds);
        self
    }

    /// Names this URL as the token server; without it, the registry's own host.
    #[must_use]
    pub fn with_realm(mut self, url: &str) -> Self {
        self.realm = Some(url.to_owned());
        self
    }

    /// Forgets every token it gave, so that the registry refuses them.
    pub fn revoke(&self) {
        self.lock().valid.clear();
    }

    /// Makes the rule.
    pub fn rule(self) -> Rule {
        Arc::new(move |asked, reply| self.answer(asked, reply))
    }

    fn answer(&self, asked: &Asked, reply: Reply) -> Reply {
        if asked.path == TOKEN_PATH {
            return self.token(asked);
        }
        let token = asked
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "));
        if token.is_some_and(|token| self.lock().valid.contains(token)) {
            return reply;
        }
        let realm = self.realm.clone().unwrap_or_else(|| {
            format!("http://{}{TOKEN_PATH}", asked.header("host").unwrap_or(""))
        });
        let scope = asked
            .path
            .strip_prefix("/v2/")
            .and_then(|rest| {
                rest.rsplit_once("/manifests/")
                    .or(rest.rsplit_once("/blobs/"))
            })
            .map(|(repository, _)| format!(",scope=\"repository:{repository}:pull\""))
            .unwrap_or_default();
        unauthorized(&format!(
            "Bearer realm=\"{realm}\",service=\"scripted\"{scope}"
        ))
    }

    fn token(&self, asked: &Asked) -> Reply {
        let by_login = match &self.login {
            None => asked.method == "GET",
            Some((user, password)) => {
                asked.header("authorization") == Some(basic_header(user, password).as_str())
            }
        };
        let by_refresh = self.refresh_token.as_ref().is_some_and(|token| {
            let field = format!("refresh_token={token}");
            String::from_utf8_lossy(&asked.body)
                .split('&')
                .any(|pair| pair == field)
        });
        if !by_login && !by_refresh {
            return Reply::error(401, "UNAUTHORIZED", "incorrect username or password");
        }
        let mut issued = self.lock();
        issued.count += 1;
        let token = format!("token-{}", issued.count);
        issued.valid.insert(token.clone());
        let name = if by_refresh { "access_token" } else { "token" };
        let mut body = serde_json::json!({ name: token });
        if let Some(seconds) = self.expires_in {
            body["expires_in"] = seconds.into();
        }
        Reply::new(200)
            .with_header("Content-Type", "application/json")
            .with_body(Body::Bytes(body.to_string().into_bytes()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Issued> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unauthorized(challenge: &str) -> Reply {
    Reply::error(401, "UNAUTHORIZED", "authentication required")
        .with_header("WWW-Authenticate", challenge)
}
