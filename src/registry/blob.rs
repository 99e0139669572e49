//! One answer to a question for a blob.

use std::time::Duration;

use lock_format::{Blob, Repository};
use ureq::BodyReader;

use super::endpoint::Endpoint;
use super::error::{Answered, At};
use super::exchange::{Answer, Origin, Question};
use super::url::Url;
use super::{Client, RegistryError};

/// A blob that is asked for at one endpoint.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) at: At,
    pub(super) blob: Blob,
    endpoint: Endpoint,
    urls: Vec<String>,
}

/// The bytes of a blob from some offset on.
pub(super) struct Part {
    pub(super) host: String,
    pub(super) offset: u64,
    pub(super) reader: BodyReader<'static>,
}

impl Wanted {
    pub(super) fn new(
        repository: &Repository,
        endpoint: &Endpoint,
        blob: &Blob,
        urls: &[String],
    ) -> Self {
        Self {
            at: endpoint.at(&format!("{} of {repository}", blob.digest)),
            blob: *blob,
            endpoint: endpoint.clone(),
            urls: urls.to_vec(),
        }
    }

    /// Asks for the bytes from `offset` on; what comes may begin at 0.
    ///
    /// A foreign layer that the registry does not have is fetched from its own URLs, without any
    /// login.
    pub(super) fn ask(&self, client: &Client<'_>, offset: u64) -> Result<Part, RegistryError> {
        let Endpoint {
            authority,
            repository,
            ..
        } = &self.endpoint;
        let path = format!("/v2/{repository}/blobs/{}", self.blob.digest);
        let url = Url::new(true, authority, &path);
        let mut last = match self.ask_at(client, &self.question(client, url, offset), offset) {
            Err(error @ (RegistryError::NotFound(_) | RegistryError::Denied(_))) => error,
            other => return other,
        };
        for url in self.urls.iter().filter_map(|url| Url::parse(url)) {
            let question = Question {
                origin: Origin::Layer,
                ..self.question(client, url, offset)
            };
            match self.ask_at(client, &question, offset) {
                Ok(part) => return Ok(part),
                Err(error @ RegistryError::Cancelled(_)) => return Err(error),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn question(&self, client: &Client<'_>, url: Url, offset: u64) -> Question {
        let left = self.blob.size.saturating_sub(offset);
        let timeouts = client.settings.timeouts;
        let transfer = Duration::from_secs(left / timeouts.slowest.max(1));
        Question {
            // The end is always named: some registries refuse a range without one.
            range: (offset > 0).then(|| (offset, self.blob.size.saturating_sub(1))),
            body_time: Some(timeouts.answer.saturating_add(transfer)),
            ..Question::get(url)
        }
    }

    fn ask_at(
        &self,
        client: &Client<'_>,
        question: &Question,
        offset: u64,
    ) -> Result<Part, RegistryError> {
        let at = At {
            host: question.url.authority().to_owned(),
            ..self.at.clone()
        };
        let ask = |question: &Question| client.ask(&at, &self.endpoint.repository, question);
        let whole = || {
            ask(&Question {
                range: None,
                ..question.clone()
            })
        };
        let answer = match ask(question) {
            Err(RegistryError::Refused(refused)) if offset > 0 && refused.status == 416 => whole()?,
            other => other?,
        };
        match self.part(answer, offset)? {
            Some(part) => Ok(part),
            // Another range than was asked for: then rather the whole.
            None => self.part(whole()?, 0)?.ok_or_else(|| {
                RegistryError::Refused(Answered {
                    at: at.clone(),
                    status: 206,
                    message: Some("a part where the whole was asked for".to_owned()),
                })
            }),
        }
    }

    fn part(&self, answer: Answer, offset: u64) -> Result<Option<Part>, RegistryError> {
        let at = At {
            host: answer.host.clone(),
            ..self.at.clone()
        };
        refuse_encoding(&answer, &at)?;
        let offset = match answer.status {
            206 if content_range(&answer) == Some((offset, self.blob.size)) => offset,
            206 => return Ok(None),
            _ => 0,
        };
        let promised = self.blob.size.saturating_sub(offset);
        match answer.length() {
            Some(announced) if announced != promised => Err(RegistryError::WrongLength {
                at,
                promised,
                announced,
            }),
            _ => Ok(Some(Part {
                host: answer.host,
                offset,
                reader: answer.body.into_reader(),
            })),
        }
    }
}

/// Returns the first byte and the whole length that `Content-Range` names (RFC 9110 section 14.4),
/// where the range goes to the end.
fn content_range(answer: &Answer) -> Option<(u64, u64)> {
    let (range, whole) = answer
        .header("content-range")?
        .trim()
        .strip_prefix("bytes ")?
        .split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let end = last.checked_add(1)?;
    let fits = whole == "*" || whole.parse() == Ok(end);
    fits.then_some((first, end))
}

/// Refuses an answer whose bytes are not those of the content.
pub(super) fn refuse_encoding(answer: &Answer, at: &At) -> Result<(), RegistryError> {
    match answer.encoding() {
        None => Ok(()),
        Some(encoding) => Err(RegistryError::EncodedAnswer {
            at: at.clone(),
            encoding: crate::diagnostic::sanitize(encoding, 40),
        }),
    }
}
