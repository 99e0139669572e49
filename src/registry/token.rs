//! Tokens (distribution, "Token Authentication Specification" and "`OAuth2` Token Authentication").

use std::io::{self, Read as _};

use serde::Deserialize;
use ureq::http::Method;

use super::credentials::Login;
use super::error::At;
use super::exchange::{Answer, Broken, Origin, Question};
use super::fault::Fault;
use super::realm;
use super::retry::is_passing;
use super::{Client, RegistryError, Secret};

/// Longest answer of a token server, in bytes.
const ANSWER_BYTES: u64 = 1024 * 1024;

/// How long a token holds whose server does not say, in seconds.
const DEFAULT_LIFE: u64 = 60;

/// How long before its end a token is replaced, in seconds.
const MARGIN: u64 = 10;

/// How this program names itself to a token server.
const CLIENT_ID: &str = "airlock";

/// A token for pulling from one repository.
#[derive(Debug)]
pub(super) struct Token {
    text: Secret,
    /// Seconds since 1970.
    ends: u64,
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    expires_in: Option<u64>,
}

impl Token {
    /// Tells whether it may still be used.
    pub(super) fn holds_at(&self, now: u64) -> bool {
        now < self.ends
    }

    /// Returns the header that carries it (RFC 6750).
    pub(super) fn header(&self) -> Secret {
        Secret::new(format!("Bearer {}", self.text.expose()))
    }
}

impl Client<'_> {
    /// Fetches a token for a repository, with the login of the registry if there is one.
    pub(super) fn fetch_token(
        &self,
        at: &At,
        repository: &str,
        realm: &str,
        service: Option<&str>,
    ) -> Result<Token, Broken> {
        let login = self.login(at, repository)?;
        let url = realm::check(at, realm, login.is_some(), &self.settings)?;
        let scope = format!("repository:{repository}:pull");
        let mut fields = vec![("scope", scope.as_str())];
        fields.extend(service.map(|service| ("service", service)));
        let question = match &login {
            Some(Login {
                identity: Some(identity),
                ..
            }) => {
                fields.extend([
                    ("grant_type", "refresh_token"),
                    ("refresh_token", identity.expose()),
                    ("client_id", CLIENT_ID),
                ]);
                Question {
                    method: Method::POST,
                    form: Some(Secret::new(realm::encode(&fields))),
                    origin: Origin::TokenServer,
                    ..Question::get(url)
                }
            }
            login => {
                fields.extend(login.iter().map(|login| ("account", login.user.as_str())));
                Question {
                    authorization: login.as_ref().map(Login::basic),
                    origin: Origin::TokenServer,
                    ..Question::get(url.with_query(&realm::encode(&fields)))
                }
            }
        };
        let answer = self.exchange(at, &question)?;
        self.read_token(at, answer, login.is_some())
    }

    fn read_token(&self, at: &At, answer: Answer, with_login: bool) -> Result<Token, Broken> {
        match answer.status {
            200 => {}
            401 | 403 => {
                let answered = answer.refusal(at);
                return Err(RegistryError::Unauthorized {
                    answered,
                    with_login,
                }
                .into());
            }
            status if is_passing(status) => return Err(Broken::Passing(Box::new(answer))),
            status => {
                let realm = answer.host.clone();
                let reason = match answer.refusal(at).message {
                    Some(message) => format!("it answered {status}: {message}"),
                    None => format!("it answered {status}"),
                };
                return Err(no_token(at, realm, reason));
            }
        }
        let host = answer.host.clone();
        let mut bytes = Vec::new();
        io::copy(
            &mut answer.body.into_reader().take(ANSWER_BYTES),
            &mut bytes,
        )
        .map_err(|error| Fault::of_body(&host, &error))?;
        let given: Result<Given, _> = serde_json::from_slice(&bytes);
        // The bytes are a secret, so an error in them is not quoted.
        let Ok(given) = given else {
            return Err(no_token(at, host, "its answer cannot be read".to_owned()));
        };
        let text = given
            .token
            .or(given.access_token)
            .filter(|text| is_token(text));
        let Some(text) = text else {
            return Err(no_token(at, host, "its answer has none".to_owned()));
        };
        let life = given.expires_in.unwrap_or(DEFAULT_LIFE);
        let life = life.saturating_sub(MARGIN.min(life / 2));
        Ok(Token {
            text: Secret::new(text),
            ends: self.run.clock.unix_seconds().saturating_add(life),
        })
    }
}

/// Tells whether a text can stand in a header.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

fn no_token(at: &At, realm: String, reason: String) -> Broken {
    RegistryError::Token {
        at: at.clone(),
        realm,
        reason,
    }
    .into()
}
