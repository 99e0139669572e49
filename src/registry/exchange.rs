//! One question and its answer, through redirects.

use std::io::{self, Read as _};
use std::time::Duration;

use ureq::http::{HeaderMap, Method, Request, Response};
use ureq::{Agent, AsSendBody, Body};

use super::address::is_public;
use super::agents::Way;
use super::error::{Answered, At};
use super::fault::Fault;
use super::guard::{PrivateAddress, address_in_name};
use super::reach::NamedBy;
use super::url::Url;
use super::{Client, RegistryError, Secret, message};

/// Most redirects followed for one question.
const REDIRECTS: usize = 10;

/// A question.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) accept: Option<&'static str>,
    /// First and last byte.
    pub(super) range: Option<(u64, u64)>,
    pub(super) authorization: Option<Secret>,
    pub(super) origin: Origin,
    /// Fields to be sent by `POST`, which are not sent on through a redirect.
    pub(super) form: Option<Secret>,
    /// How long the body may take, where that is not the ordinary time of an answer.
    pub(super) body_time: Option<Duration>,
}

impl Question {
    pub(super) fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            accept: None,
            range: None,
            authorization: None,
            origin: Origin::Reference,
            form: None,
            body_time: None,
        }
    }
}

/// Where the URL of a question comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A reference names its host.
    Reference,
    /// The registry names it as its token server.
    TokenServer,
    /// A layer names it: it is asked without any login, whatever it wants.
    Layer,
}

/// An answer: any status but a redirect.
#[derive(Debug)]
pub(super) struct Answer {
    /// The host that answered in the end.
    pub(super) host: String,
    /// Whether that is the host that was asked.
    pub(super) direct: bool,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
    /// The credentials that were sent for it.
    sent: Option<Secret>,
}

/// Why there is no answer that can be used.
#[derive(Debug)]
pub(super) enum Broken {
    /// A failure below HTTP.
    Fault(Fault),
    /// An answer that may be another one the next time.
    Passing(Box<Answer>),
    /// Anything else.
    Error(RegistryError),
}

impl From<RegistryError> for Broken {
    fn from(error: RegistryError) -> Self {
        Self::Error(error)
    }
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Answer {
    /// Returns a header, if it is there and readable.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the number in `Content-Length`.
    pub(super) fn length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    /// Takes the answer as a refusal, with the registry's own words: none where they are compressed,
    /// or repeat the credentials.
    pub(super) fn refusal(self, at: &At) -> Answered {
        let is_plain = self.encoding().is_none();
        let mut body = Vec::new();
        let mut reader = self.body.into_reader().take(message::BODY_BYTES);
        // What came before a cut is still worth reading.
        drop(io::copy(&mut reader, &mut body));
        Answered {
            at: At {
                host: self.host,
                ..at.clone()
            },
            status: self.status,
            message: message::read(&body)
                .filter(|_| is_plain && !self.sent.is_some_and(|sent| sent.is_within(&body))),
        }
    }

    /// Returns how the body is encoded, where that is not as it is.
    pub(super) fn encoding(&self) -> Option<&str> {
        self.header("content-encoding")
            .map(str::trim)
            .filter(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity"))
    }
}

impl Client<'_> {
    /// Asks, and follows redirects; credentials stay with the host they are for.
    pub(super) fn exchange(&self, at: &At, question: &Question) -> Result<Answer, Broken> {
        let (asked, mut response) = self.ask_first(at, question)?;
        let mut url = asked.clone();
        for _ in 0..REDIRECTS {
            let location = location(&response).filter(|_| question.form.is_none());
            let Some(location) = location else {
                let direct = asked.same_origin(&url);
                let (parts, body) = response.into_parts();
                return Ok(Answer {
                    host: url.authority().to_owned(),
                    direct,
                    status: parts.status.as_u16(),
                    headers: parts.headers,
                    body,
                    sent: question.authorization.clone(),
                });
            };
            let next = hop(at, &url, &location)?;
            let login = question
                .authorization
                .as_ref()
                .filter(|_| asked.same_origin(&next));
            response = self.send(at, &next, question, login, NamedBy::Host(url.authority()))?;
            url = next;
        }
        Err(redirect(
            at,
            &url,
            format!("there are more than {REDIRECTS} in a row"),
        )
        .into())
    }

    /// Asks over HTTPS, and over plain HTTP where that is allowed and HTTPS is not spoken.
    fn ask_first(&self, at: &At, question: &Question) -> Result<(Url, Response<Body>), Broken> {
        let url = &question.url;
        let named_by = match question.origin {
            Origin::Reference => NamedBy::Reference,
            Origin::TokenServer => NamedBy::Host(&at.host),
            Origin::Layer => NamedBy::Layer,
        };
        let send = |url: &Url| {
            let login = question.authorization.as_ref();
            self.send(at, url, question, login, named_by)
        };
        let plain_allowed = url.is_secure() && self.settings.may_be_plain(url.authority());
        let known = self.schemes.get(url.authority());
        let url = match known {
            Some(false) if plain_allowed => url.plain(),
            _ => url.clone(),
        };
        let (url, response) = match send(&url) {
            Err(Broken::Fault(fault))
                if plain_allowed && known.is_none() && fault.may_be_plain() =>
            {
                let plain = url.plain();
                let response = send(&plain)?;
                (plain, response)
            }
            other => (url, other?),
        };
        self.schemes.learn(url.authority(), url.is_secure());
        Ok((url, response))
    }

    fn send(
        &self,
        at: &At,
        url: &Url,
        question: &Question,
        login: Option<&Secret>,
        named_by: NamedBy<'_>,
    ) -> Result<Response<Body>, Broken> {
        let authority = url.authority();
        let is_private = |host: &str| self.agents.private_hosts.contains(host);
        let reach = &self.settings.reach;
        let way = Way {
            authority: authority.to_owned(),
            secure: url.is_secure(),
            private_allowed: self.settings.is_configured(authority)
                || reach.allows_private(authority, named_by, is_private),
        };
        let refused = |address| RegistryError::PrivateAddress {
            at: At {
                host: authority.to_owned(),
                ..at.clone()
            },
            address,
        };
        // Where a proxy resolves the name, the guard does not see its address.
        match address_in_name(authority) {
            Some(address) if !way.private_allowed && !is_public(address) => {
                return Err(refused(address).into());
            }
            _ => {}
        }
        let agent = self.agents.get(&way, &self.settings)?;
        request(&agent, url, question, login).map_err(|error| {
            if let ureq::Error::Other(inner) = &error
                && let Some(PrivateAddress { address }) = inner.downcast_ref()
            {
                return refused(*address).into();
            }
            Broken::Fault(Fault::new(authority, error))
        })
    }
}

fn request(
    agent: &Agent,
    url: &Url,
    question: &Question,
    login: Option<&Secret>,
) -> Result<Response<Body>, ureq::Error> {
    let mut request = Request::builder()
        .method(question.method.clone())
        .uri(url.as_request());
    if let Some(accept) = question.accept {
        request = request.header("Accept", accept);
    }
    if let Some((first, last)) = question.range {
        request = request.header("Range", format!("bytes={first}-{last}"));
    }
    if let Some(login) = login {
        request = request.header("Authorization", login.expose());
    }
    match &question.form {
        Some(form) => {
            let request = request.header("Content-Type", "application/x-www-form-urlencoded");
            run(agent, request.body(form.expose())?, question.body_time)
        }
        None => run(agent, request.body(())?, question.body_time),
    }
}

fn run(
    agent: &Agent,
    request: Request<impl AsSendBody>,
    body_time: Option<Duration>,
) -> Result<Response<Body>, ureq::Error> {
    let Some(time) = body_time else {
        return agent.run(request);
    };
    let request = agent
        .configure_request(request)
        .timeout_recv_body(Some(time))
        .build();
    agent.run(request)
}

/// Returns where a redirect points.
fn location(response: &Response<Body>) -> Option<String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get("location")?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

fn hop(at: &At, from: &Url, location: &str) -> Result<Url, RegistryError> {
    let next = from
        .join(location)
        .ok_or_else(|| redirect(at, from, "it points to no http or https URL".to_owned()))?;
    if from.is_secure() && !next.is_secure() {
        let reason = format!("it leads from HTTPS to plain HTTP at {}", next.authority());
        return Err(redirect(at, from, reason));
    }
    Ok(next)
}

fn redirect(at: &At, from: &Url, reason: String) -> RegistryError {
    RegistryError::Redirect {
        at: At {
            host: from.authority().to_owned(),
            ..at.clone()
        },
        reason,
    }
}
