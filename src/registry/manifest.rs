//! Manifests and indexes.

use std::io::{self, Read as _};

use lock_format::{Algorithm, Descriptor, Digest, Reference};
use ureq::http::Method;

use super::endpoint::Endpoint;
use super::error::At;
use super::exchange::{Answer, Question};
use super::fault::Fault;
use super::media::{self, Kind};
use super::url::Url;
use super::{Client, RegistryError, ask, message};
use crate::oci::{RawManifest, digest_of};
use crate::run::limits::MANIFEST_BYTES;

/// Fetches what a reference names; a digest decides where both tag and digest are written.
pub(super) fn fetch(
    client: &Client<'_>,
    reference: &Reference,
) -> Result<RawManifest, RegistryError> {
    client.at_each_endpoint(reference.repository(), |endpoint| {
        let at = endpoint.at(&reference.to_string());
        client.quota.check(&at, client.settings.quota_floor)?;
        fetch_at(client, endpoint, &at, reference)
    })
}

/// Asks for digest, length and media type of what a reference names, which costs no quota; none
/// where the registry does not tell all three.
pub(super) fn look_up(
    client: &Client<'_>,
    reference: &Reference,
) -> Result<Option<Descriptor>, RegistryError> {
    client.at_each_endpoint(reference.repository(), |endpoint| {
        let at = endpoint.at(&reference.to_string());
        let question = Question {
            method: Method::HEAD,
            ..question(endpoint, reference)
        };
        let answer = client.ask(&at, &endpoint.repository, &question)?;
        Ok(described(&answer))
    })
}

fn described(answer: &Answer) -> Option<Descriptor> {
    let said = answer.header("content-type");
    match media::recognise(said, b"") {
        Kind::Known(media_type) => Some(Descriptor {
            digest: answer
                .header("docker-content-digest")?
                .trim()
                .parse()
                .ok()?,
            size: answer.length().filter(|size| *size <= MANIFEST_BYTES)?,
            media_type,
        }),
        Kind::Schema1 | Kind::Unknown => None,
    }
}

fn question(endpoint: &Endpoint, reference: &Reference) -> Question {
    let name = match (reference.digest(), reference.tag()) {
        (Some(digest), _) => digest.to_string(),
        (None, tag) => tag.unwrap_or("latest").to_owned(),
    };
    let path = format!("/v2/{}/manifests/{name}", endpoint.repository);
    Question {
        accept: Some(media::ACCEPT),
        ..Question::get(Url::new(true, &endpoint.authority, &path))
    }
}

fn fetch_at(
    client: &Client<'_>,
    endpoint: &Endpoint,
    at: &At,
    reference: &Reference,
) -> Result<RawManifest, RegistryError> {
    let question = question(endpoint, reference);
    let mut attempts = 0;
    loop {
        let answer = client.ask(at, &endpoint.repository, &question)?;
        let at = At {
            host: answer.host.clone(),
            ..at.clone()
        };
        let said = Said::of(&answer, &at)?;
        match read(answer, &at)? {
            Ok(bytes) => return verified(&at, reference.digest(), &said, bytes),
            // The body was cut: a manifest is short, so it is asked for again.
            Err(fault) => {
                attempts += 1;
                if attempts > client.settings.retries.times {
                    return Err(ask::unreachable(&at, fault, attempts));
                }
                client.pause(attempts)?;
            }
        }
    }
}

/// What the head of an answer says of its body.
struct Said {
    content_type: Option<String>,
    digest: Option<String>,
}

impl Said {
    fn of(answer: &Answer, at: &At) -> Result<Self, RegistryError> {
        super::blob::refuse_encoding(answer, at)?;
        let text = |name| answer.header(name).map(|value| value.trim().to_owned());
        Ok(Self {
            content_type: text("content-type"),
            digest: text("docker-content-digest").filter(|digest| !digest.is_empty()),
        })
    }
}

/// Reads at most one byte more than a manifest may have; the inner error is a cut connection.
fn read(answer: Answer, at: &At) -> Result<Result<Vec<u8>, Fault>, RegistryError> {
    let too_large = || RegistryError::TooLarge {
        at: at.clone(),
        limit: MANIFEST_BYTES,
    };
    if answer
        .length()
        .is_some_and(|length| length > MANIFEST_BYTES)
    {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let mut reader = answer.body.into_reader().take(MANIFEST_BYTES + 1);
    match io::copy(&mut reader, &mut bytes) {
        Ok(count) if count > MANIFEST_BYTES => Err(too_large()),
        Ok(_) => Ok(Ok(bytes)),
        Err(error) => Ok(Err(Fault::of_body(&at.host, &error))),
    }
}

fn verified(
    at: &At,
    asked: Option<&Digest>,
    said: &Said,
    bytes: Vec<u8>,
) -> Result<RawManifest, RegistryError> {
    let algorithm = asked.map_or(Algorithm::Sha256, Digest::algorithm);
    let digest = digest_of(algorithm, &bytes);
    let wrong = |promised: String, found: Digest| RegistryError::WrongDigest {
        at: at.clone(),
        said: crate::diagnostic::sanitize(&promised, 160),
        found,
    };
    if let Some(asked) = asked.filter(|asked| **asked != digest) {
        return Err(wrong(asked.to_string(), digest));
    }
    if let Some(said) = &said.digest {
        match said.parse::<Digest>() {
            Ok(promised) => {
                let found = digest_of(promised.algorithm(), &bytes);
                if found != promised {
                    return Err(wrong(said.clone(), found));
                }
            }
            Err(_) => return Err(wrong(said.clone(), digest)),
        }
    }
    let media_type = match media::recognise(said.content_type.as_deref(), &bytes) {
        Kind::Known(media_type) => media_type,
        Kind::Schema1 => return Err(RegistryError::Schema1 { at: at.clone() }),
        Kind::Unknown => {
            return Err(RegistryError::NotAManifest {
                at: at.clone(),
                said: message::read(&bytes),
            });
        }
    };
    let descriptor = Descriptor {
        digest,
        size: bytes.len() as u64,
        media_type,
    };
    Ok(RawManifest { descriptor, bytes })
}
