//! One question and its answer, through redirects.

use std::io::{self, Read as _};
use std::time::Duration;

use ureq::http::{HeaderMap, Method, Request, Response};
use ureq::{Agent, AsSendBody, Body};

use super::agents::may_be_plain;
use super::error::{Answered, At};
use super::fault::{Fault, FaultKind};
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
    /// Goes without any login, whatever the host asks for.
    pub(super) anonymous: bool,
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
            anonymous: false,
            form: None,
            body_time: None,
        }
    }
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

    /// Takes the answer as a refusal, with the registry's own words.
    pub(super) fn refusal(self, at: &At) -> Answered {
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
            message: message::read(&body),
        }
    }
}

impl Client<'_> {
    /// Asks, and follows redirects; credentials stay with the host they are for.
    pub(super) fn exchange(&self, at: &At, question: &Question) -> Result<Answer, Broken> {
        let (asked, mut response) = self.ask_first(&question.url, question)?;
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
                });
            };
            let next = hop(at, &url, &location)?;
            let with_login = asked.same_origin(&next);
            response = self.send(&next, question, with_login)?;
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
    fn ask_first(&self, url: &Url, question: &Question) -> Result<(Url, Response<Body>), Broken> {
        let plain_allowed = url.is_secure() && may_be_plain(url.authority(), &self.settings);
        let known = self.schemes.get(url.authority());
        let url = match known {
            Some(false) if plain_allowed => url.plain(),
            _ => url.clone(),
        };
        let (url, response) = match self.send(&url, question, true) {
            Err(Broken::Fault(fault))
                if plain_allowed && known.is_none() && fault.may_be_plain() =>
            {
                let plain = url.plain();
                let response = self.send(&plain, question, true)?;
                (plain, response)
            }
            other => (url, other?),
        };
        self.schemes.learn(url.authority(), url.is_secure());
        Ok((url, response))
    }

    fn send(
        &self,
        url: &Url,
        question: &Question,
        with_login: bool,
    ) -> Result<Response<Body>, Broken> {
        let agent = self.agents.get(url.authority(), &self.settings)?;
        let request = request(&agent, url, question, with_login);
        request.map_err(|error| {
            let mut fault = Fault::from(error);
            // On this machine, nobody listening is no passing state.
            if fault.kind == FaultKind::NobodyListens
                && !super::endpoint::is_loopback(url.authority())
            {
                fault.kind = FaultKind::Passing;
            }
            fault.into()
        })
    }
}

fn request(
    agent: &Agent,
    url: &Url,
    question: &Question,
    with_login: bool,
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
    if let (Some(authorization), true) = (&question.authorization, with_login) {
        request = request.header("Authorization", authorization.expose());
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
