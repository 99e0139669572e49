//! What a bundle could not bring.

use std::collections::BTreeMap;

use lock_format::{Digest, Reference};

use super::Text;
use super::accept::read_text;
use super::json::{JsonError, ObjectWriter, Reader, need};
use super::request::{read_reference, reference_fits};

/// Names what was asked for: a blob, or a pending reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A blob.
    Digest(Digest),
    /// A reference that could not be resolved.
    Reference(Reference),
}

/// Tells why something is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The code of the failure, such as `registry/not-found`.
    pub code: Text,
    /// The sentence.
    pub text: Text,
}

/// One line of the list, as it is written.
pub(super) struct MissingLine<'a> {
    subject: &'a Subject,
    missing: &'a Missing,
}

impl Missing {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<(Subject, Self), JsonError> {
        let (mut code, mut digest, mut reference, mut text) = (None, None, None, None);
        reader.object(|key, value| {
            match key {
                "code" => code = Some(read_text(value)?),
                "digest" => digest = Some(value.parsed("digest")?),
                "reference" => reference = Some(read_reference(value, "reference")?),
                "text" => text = Some(read_text(value)?),
                _ => return Err(JsonError::newer(key)),
            }
            Ok(())
        })?;
        let subject = match (digest, reference) {
            (Some(digest), None) => Subject::Digest(digest),
            (None, Some(reference)) => Subject::Reference(reference),
            _ => {
                return Err(JsonError::bad(
                    "missing",
                    "names exactly one of `digest` and `reference`",
                ));
            }
        };
        let missing = Self {
            code: need(code, "code")?,
            text: need(text, "text")?,
        };
        Ok((subject, missing))
    }

    /// Lists blobs first, then references by their text.
    pub(super) fn sorted(all: &BTreeMap<Subject, Self>) -> Vec<MissingLine<'_>> {
        let mut lines: Vec<MissingLine<'_>> = all
            .iter()
            .map(|(subject, missing)| MissingLine { subject, missing })
            .collect();
        lines.sort_by_cached_key(|line| match line.subject {
            Subject::Digest(digest) => (0, digest.to_string()),
            Subject::Reference(reference) => (1, reference.to_string()),
        });
        lines
    }
}

impl MissingLine<'_> {
    pub(super) fn write(&self, o: &mut ObjectWriter<'_>) {
        o.string("code", &self.missing.code);
        match self.subject {
            Subject::Digest(digest) => o.string("digest", digest),
            Subject::Reference(reference) => o.string("reference", reference),
        }
        o.string("text", &self.missing.text);
    }
}

impl Subject {
    pub(super) fn check(&self) -> Result<(), JsonError> {
        match self {
            Self::Digest(_) => Ok(()),
            Self::Reference(reference) => reference_fits(reference),
        }
    }
}
