//! The decision at the door of a request.

use std::sync::{Arc, PoisonError, RwLock};

use hyper::{StatusCode, header};
use serde_json::json;

use super::credentials;
use super::realm::Realm;
use super::token_file::TokenFile;
use super::tokens::Tokens;
use crate::serve::ServeError;
use crate::serve::problem::Problem;
use crate::serve::request::RequestHead;
use crate::serve::response::Response;

/// Lets in who holds a token.
#[derive(Debug)]
pub struct Guard {
    file: TokenFile,
    tokens: RwLock<Arc<Tokens>>,
    realm: Option<Realm>,
}

/// Who reads without credentials, for the log.
const ANONYMOUS: &str = "anonymous";

impl Guard {
    /// Guards with the tokens of a file. Fails where there is none: nobody could read.
    pub fn new(file: TokenFile, realm: Option<Realm>) -> Result<Self, ServeError> {
        let tokens = file.read()?;
        let open = realm
            .as_ref()
            .is_some_and(|realm| realm.anonymous().is_some());
        if tokens.is_empty() && !open {
            return Err(ServeError::NoTokens(file.path().to_owned()));
        }
        Ok(Self {
            file,
            tokens: RwLock::new(Arc::new(tokens)),
            realm,
        })
    }

    /// Reads the file again; what cannot be read leaves the tokens before in force.
    pub(crate) fn reload(&self) -> Result<(), ServeError> {
        let fresh = Arc::new(self.file.read()?);
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Tells whether everybody gets in after all.
    pub(crate) fn is_open(&self) -> bool {
        self.anonymous().is_some()
    }

    /// Returns who may read, or the answer to who may not. `name` is the repository as asked for.
    pub(crate) fn admit(
        &self,
        head: &RequestHead<'_>,
        name: Option<&str>,
    ) -> Result<String, Box<Response>> {
        let Some(presented) = credentials::token(head.headers) else {
            return Err(self.challenge("this registry is read with a token", name));
        };
        if self.anonymous() == Some(&presented) {
            return Ok(ANONYMOUS.to_owned());
        }
        if !head.is_private {
            return Err(Box::new(in_clear()));
        }
        let known = self.tokens().find(&presented).map(str::to_owned);
        known.ok_or_else(|| self.challenge("the token is not known, or was revoked", name))
    }

    /// Exchanges credentials for a Bearer token: a token for itself, nothing for the anonymous one.
    pub(crate) fn exchange(&self, head: &RequestHead<'_>) -> Response {
        if self.realm.is_none() {
            return Problem::NotFound.plain("no realm of tokens is configured here");
        }
        let granted = match credentials::token(head.headers) {
            Some(_) if !head.is_private => return in_clear(),
            Some(presented) if self.tokens().find(&presented).is_some() => presented.to_string(),
            Some(_) => return basic("the token is not known, or was revoked"),
            None => match self.anonymous() {
                Some(anonymous) => anonymous.to_owned(),
                None => return basic("send a token as the password"),
            },
        };
        let value = json!({"token": granted, "access_token": granted, "expires_in": 300});
        let mut response = Response::json(StatusCode::OK, "application/json", &value);
        response.set(header::CACHE_CONTROL, "no-store");
        response
    }

    fn challenge(&self, sentence: &str, name: Option<&str>) -> Box<Response> {
        let Some(realm) = &self.realm else {
            return Box::new(basic(sentence));
        };
        let mut response = Problem::Unauthorized.plain(sentence);
        response.set(header::WWW_AUTHENTICATE, &realm.challenge(name));
        Box::new(response)
    }

    fn anonymous(&self) -> Option<&str> {
        self.realm.as_ref().and_then(Realm::anonymous)
    }

    fn tokens(&self) -> Arc<Tokens> {
        Arc::clone(&self.tokens.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn basic(sentence: &str) -> Response {
    let mut response = Problem::Unauthorized.plain(sentence);
    response.set(header::WWW_AUTHENTICATE, "Basic realm=\"airlock\"");
    response
}

/// A token that crossed a network in the clear is not taken, so that nobody gets used to it.
fn in_clear() -> Response {
    Problem::Denied.plain("a token is taken over TLS, from this machine, or over a Unix socket")
}
