//! Which credentials go with a question.
//!
//! What a host asks for is learned from its first 401. From then on each question to it carries
//! Basic credentials, or a token for the repository; a token that is refused is replaced once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::challenge::{self, Challenge};
use super::credentials::Login;
use super::error::At;
use super::exchange::{Answer, Broken, Origin, Question};
use super::token::Token;
use super::{Client, RegistryError, Secret};

/// The token of a repository; whoever holds the lock fetches it, the others wait for it.
type Slot = Arc<Mutex<Option<Token>>>;

/// What was learned and given.
#[derive(Debug, Default)]
pub(super) struct Authorization {
    challenges: Mutex<BTreeMap<String, Challenge>>,
    tokens: Mutex<BTreeMap<(String, String), Slot>>,
    /// Hosts that a login was used for.
    with_login: Mutex<BTreeSet<String>>,
}

impl Authorization {
    /// Tells whether a login was used for a host.
    pub(super) fn used_login(&self, host: &str) -> bool {
        lock(&self.with_login).contains(host)
    }

    fn slot(&self, host: &str, repository: &str) -> Slot {
        let key = (host.to_owned(), repository.to_owned());
        Arc::clone(lock(&self.tokens).entry(key).or_default())
    }
}

impl Client<'_> {
    /// Asks with credentials where the host wants some.
    pub(super) fn authorized(
        &self,
        at: &At,
        repository: &str,
        question: &Question,
    ) -> Result<Answer, Broken> {
        if question.origin == Origin::Layer {
            return self.exchange(at, question);
        }
        let first = self.credentials_for(at, repository, None)?;
        let answer = self.exchange(at, &with(question, first.clone()))?;
        if answer.status != 401 || !answer.direct {
            return Ok(answer);
        }
        let Some(asked) = challenge::of(&answer.headers) else {
            return Ok(answer);
        };
        lock(&self.authorization.challenges).insert(at.host.clone(), asked);
        let second = self.credentials_for(at, repository, first.as_ref())?;
        if second.is_none() || second == first {
            return Ok(answer);
        }
        self.exchange(at, &with(question, second))
    }

    /// Returns the `Authorization` header; a token equal to `refused` is replaced.
    fn credentials_for(
        &self,
        at: &At,
        repository: &str,
        refused: Option<&Secret>,
    ) -> Result<Option<Secret>, Broken> {
        let known = lock(&self.authorization.challenges).get(&at.host).cloned();
        match known {
            None => Ok(None),
            Some(Challenge::Basic) => Ok(self.login(at, repository)?.map(|login| login.basic())),
            Some(Challenge::Bearer { realm, service }) => {
                let slot = self.authorization.slot(&at.host, repository);
                let mut held = lock(&slot);
                let now = self.run.clock.unix_seconds();
                let current = held
                    .as_ref()
                    .filter(|token| token.holds_at(now))
                    .map(Token::header);
                if current.is_some() && current.as_ref() != refused {
                    return Ok(current);
                }
                let token = self.fetch_token(at, repository, &realm, service.as_deref())?;
                let header = token.header();
                *held = Some(token);
                Ok(Some(header))
            }
        }
    }

    /// Finds the login of a registry.
    pub(super) fn login(&self, at: &At, repository: &str) -> Result<Option<Login>, RegistryError> {
        let login = self
            .settings
            .credentials
            .lookup(&at.registry, repository, self.run.cancel)?;
        if login.is_some() {
            lock(&self.authorization.with_login).insert(at.host.clone());
        }
        Ok(login)
    }
}

impl Login {
    /// Returns the header of Basic credentials (RFC 7617).
    pub(super) fn basic(&self) -> Secret {
        let pair = Secret::new(format!("{}:{}", self.user, self.password.expose()));
        let encoded = Secret::new(BASE64_STANDARD.encode(pair.expose()));
        Secret::new(format!("Basic {}", encoded.expose()))
    }
}

fn with(question: &Question, authorization: Option<Secret>) -> Question {
    Question {
        authorization,
        ..question.clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
