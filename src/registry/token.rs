//! Tokens (distribution, "Token Authentication Specification" and "`OAuth2` Token Authentication").

use std::io::{self, Read as _};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
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

/// Longest token, in bytes: a registry has to take it as one header.
const TOKEN_BYTES: usize = 32 * 1024;

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
    token: Option<Secret>,
    #[serde(default)]
    access_token: Option<Secret>,
    #[serde(default)]
    expires_in: Option<Value>,
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
        // The bytes are a secret, so an error in them is not quoted. A list would pass for an object.
        let given = Some(&bytes)
            .filter(|bytes| bytes.trim_ascii_start().starts_with(b"{"))
            .and_then(|bytes| serde_json::from_slice::<Given>(bytes).ok());
        let Some(given) = given else {
            return Err(no_token(at, host, "its answer cannot be read".to_owned()));
        };
        let life = given.expires_in.as_ref().and_then(seconds);
        let text = [given.token, given.access_token]
            .into_iter()
            .flatten()
            .find(|text| is_token(text.expose()));
        let Some(text) = text else {
            return Err(no_token(at, host, "its answer has none".to_owned()));
        };
        if text.expose().len() > TOKEN_BYTES {
            let reason = format!("its token is longer than {TOKEN_BYTES} bytes");
            return Err(no_token(at, host, reason));
        }
        let life = life.unwrap_or(DEFAULT_LIFE);
        let life = life.saturating_sub(MARGIN.min(life / 2));
        Ok(Token {
            text,
            ends: self.run.clock.unix_seconds().saturating_add(life),
        })
    }
}

/// Reads a number of seconds; none where it says nothing: some servers write it as a text, others
/// write 0 where they mean that nothing is said.
fn seconds(value: &Value) -> Option<u64> {
    let number = match value.as_str() {
        Some(text) => text.trim().parse().ok()?,
        None => value.as_f64()?,
    };
    let seconds = Duration::try_from_secs_f64(number).ok()?.as_secs();
    (seconds > 0).then_some(seconds)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_life_is_read_in_every_spelling() {
        for (value, life) in [
            (json!(300), Some(300)),
            (json!("300"), Some(300)),
            (json!(" 3600 "), Some(3600)),
            (json!(300.9), Some(300)),
            (json!(0), None),
            (json!(-1), None),
            (json!("soon"), None),
            (json!(1e300), None),
            (json!(null), None),
            (json!([300]), None),
        ] {
            assert_eq!(seconds(&value), life, "{value}");
        }
    }
}
