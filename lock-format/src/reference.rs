//! An image reference (the grammar of distribution's `reference` package), in its canonical form.

use std::fmt;

use crate::hex::{Hex, parse_hex};
use crate::{Digest, DigestError};

/// Names a repository: a registry host, with its port where it has one, and a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    registry: String,
    path: String,
}

/// Names an image, canonically: `docker.io/library/alpine:3.20`.
///
/// At least one of tag and digest is there; with both, the digest decides what the image is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    repository: Repository,
    tag: Option<String>,
    pin: Option<Pin>,
}

/// The digest that a reference names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Pin {
    Carried(Digest),
    /// Of the grammar, so that a build may ask for it; no lock, bundle or store holds one.
    Sha384(Box<[u8; 48]>),
}

/// Tells why a text is not an image reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Not of the grammar.
    #[error("`{0}` is not an image reference: it takes the form [registry/]name[:tag][@digest]")]
    Malformed(String),
    /// Upper case in the name.
    #[error("`{0}` has upper-case letters in its name, which must be lower case")]
    UpperCase(String),
    /// 64 hex digits alone would be taken for an image id.
    #[error("`{0}` is 64 hex digits, which name an image id and not a repository")]
    ImageId(String),
    /// The name is longer than 255 bytes.
    #[error("the name of an image takes at most 255 characters, this one has {0}")]
    TooLong(usize),
    /// The digest is malformed or of an unknown algorithm.
    #[error("in `{text}`: {error}")]
    Digest {
        /// The whole reference.
        text: String,
        /// What is wrong with its digest.
        error: DigestError,
    },
}

/// Longest name (registry and path), in bytes.
const LONGEST_NAME: usize = 255;

impl Repository {
    /// Makes a repository from parts that follow the grammar; `docker.io` is not completed.
    pub fn new(registry: &str, path: &str) -> Result<Self, ReferenceError> {
        let is_host = is_registry(registry);
        let fits = (is_host || is_loose_host(registry)) && path.split('/').all(is_path_component);
        if !fits {
            return Err(ReferenceError::Malformed(format!("{registry}/{path}")));
        }
        let length = if is_host {
            path.len()
        } else {
            path.len().saturating_add(registry.len()).saturating_add(1)
        };
        if length > LONGEST_NAME {
            return Err(ReferenceError::TooLong(length));
        }
        Ok(Self {
            registry: registry.to_owned(),
            path: path.to_owned(),
        })
    }

    /// Returns the registry host, with its port if it names one.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// Returns the path below the registry, such as `library/alpine`.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl Reference {
    /// Reads a reference as people write it: `alpine` is `docker.io/library/alpine:latest`.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if text.len() == 64 && text.bytes().all(is_lower_hex) {
            return Err(ReferenceError::ImageId(text.to_owned()));
        }
        let (registry, rest) = split_registry(text);
        let name_end = rest.find([':', '@']).unwrap_or(rest.len());
        let name = rest.get(..name_end).unwrap_or(rest);
        if name.chars().any(char::is_uppercase) {
            return Err(ReferenceError::UpperCase(text.to_owned()));
        }
        let path = if registry == "docker.io" && !name.contains('/') {
            format!("library/{name}")
        } else {
            name.to_owned()
        };
        let suffix = rest.get(name_end..).unwrap_or("");
        Self::from_parts(text, registry, &path, suffix)
    }

    fn from_parts(
        text: &str,
        registry: &str,
        path: &str,
        suffix: &str,
    ) -> Result<Self, ReferenceError> {
        let repository = Repository::new(registry, path).map_err(|error| match error {
            ReferenceError::TooLong(_) => error,
            ReferenceError::Malformed(_)
            | ReferenceError::UpperCase(_)
            | ReferenceError::ImageId(_)
            | ReferenceError::Digest { .. } => ReferenceError::Malformed(text.to_owned()),
        })?;
        let (tag, pin) = match suffix.split_once('@') {
            Some((tag, digest)) => (tag, Some(Pin::parse(text, digest)?)),
            None => (suffix, None),
        };
        let tag = match tag.strip_prefix(':') {
            Some(tag) if is_tag(tag) => Some(tag.to_owned()),
            None if tag.is_empty() => pin.is_none().then(|| "latest".to_owned()),
            _ => return Err(ReferenceError::Malformed(text.to_owned())),
        };
        Ok(Self {
            repository,
            tag,
            pin,
        })
    }

    /// Reads a reference as our formats hold it: in canonical form, and with a digest that can be
    /// carried.
    pub fn parse_canonical(text: &str) -> Result<Self, ReferenceError> {
        let reference = Self::parse(text)?;
        if let Some(algorithm) = reference.foreign_algorithm() {
            return Err(ReferenceError::Digest {
                text: text.to_owned(),
                error: DigestError::UnknownAlgorithm(algorithm.to_owned()),
            });
        }
        if reference.to_string() == text {
            Ok(reference)
        } else {
            Err(ReferenceError::Malformed(text.to_owned()))
        }
    }

    /// Names `repository` by a tag.
    pub fn tagged(repository: Repository, tag: &str) -> Result<Self, ReferenceError> {
        if is_tag(tag) {
            Ok(Self {
                repository,
                tag: Some(tag.to_owned()),
                pin: None,
            })
        } else {
            Err(ReferenceError::Malformed(format!("{repository}:{tag}")))
        }
    }

    /// Names `repository` by a digest.
    pub fn digested(repository: Repository, digest: Digest) -> Self {
        Self {
            repository,
            tag: None,
            pin: Some(Pin::Carried(digest)),
        }
    }

    /// Returns the short form in which people write it: `alpine:3.20`, `acme/app:1`; what is not
    /// at docker.io stays whole.
    ///
    /// It is what BuildKit looks a build context up by, with its one ambiguity kept: a path at
    /// docker.io that itself begins like a registry (`docker.io/reg.lan/app`) reads back as a
    /// name at that registry.
    pub fn familiar(&self) -> String {
        let full = self.to_string();
        let Some(short) = full.strip_prefix("docker.io/") else {
            return full;
        };
        match self.repository.path.strip_prefix("library/") {
            Some(name) if !name.contains('/') => {
                short.strip_prefix("library/").unwrap_or(short).to_owned()
            }
            _ => short.to_owned(),
        }
    }

    /// Returns registry and path.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Returns the tag, if one is written or implied.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Returns the digest, if one is written that can be carried.
    pub fn digest(&self) -> Option<&Digest> {
        match self.pin.as_ref()? {
            Pin::Carried(digest) => Some(digest),
            Pin::Sha384(_) => None,
        }
    }

    /// Returns the algorithm of a digest that is written but cannot be carried. A reference that has
    /// one must be refused before anybody is asked for it: without its digest it is another image.
    pub fn foreign_algorithm(&self) -> Option<&'static str> {
        match self.pin.as_ref()? {
            Pin::Carried(_) => None,
            Pin::Sha384(_) => Some(SHA384),
        }
    }
}

/// The name of the algorithm that references know beside those of [`Digest`] (go-digest, which
/// distribution's `reference` checks digests with).
const SHA384: &str = "sha384";

impl Pin {
    fn parse(text: &str, digest: &str) -> Result<Self, ReferenceError> {
        let parsed = match digest.split_once(':') {
            Some((SHA384, hex)) => match parse_hex(hex.as_bytes()) {
                Some(bytes) => Ok(Self::Sha384(Box::new(bytes))),
                None => Err(DigestError::NotHex {
                    text: digest.to_owned(),
                    algorithm: SHA384,
                    digits: 96,
                }),
            },
            _ => digest.parse().map(Self::Carried),
        };
        parsed.map_err(|error| ReferenceError::Digest {
            text: text.to_owned(),
            error,
        })
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Carried(digest) => write!(f, "{digest}"),
            Self::Sha384(bytes) => write!(f, "{SHA384}:{}", Hex(bytes.as_slice())),
        }
    }
}

/// Splits off the registry as docker does: the first part is one only if it looks like a host.
fn split_registry(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some(("index.docker.io", rest)) => ("docker.io", rest),
        Some((host, rest)) if looks_like_host(host) => (host, rest),
        _ => ("docker.io", text),
    }
}

fn looks_like_host(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost" || part.chars().any(char::is_uppercase)
}

/// A host name or bracketed IPv6 address, with an optional port.
fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) => {
                let plain = !address.is_empty()
                    && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
                return plain && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
            }
            None => return false,
        },
        None => text
            .split_once(':')
            .map_or((text, None), |(host, port)| (host, Some(port))),
    };
    host.split('.').all(is_host_component) && port.is_none_or(is_port)
}

/// A first part that is no host name and yet follows the grammar of paths: `my_reg.lan`. The
/// grammar then sees a name without a registry; what docker asks is that host all the same.
fn is_loose_host(text: &str) -> bool {
    text.contains('.') && is_path_component(text)
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_host_component(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('-')
        && !part.ends_with('-')
        && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Lower-case letters and digits, joined by one dot, one or two underscores, or any dashes.
fn is_path_component(part: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = part.as_bytes();
    let ends_plain =
        bytes.first().copied().is_some_and(plain) && bytes.last().copied().is_some_and(plain);
    ends_plain
        && part
            .split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            .all(|joint| matches!(joint, "" | "." | "_" | "__") || joint.bytes().all(|b| b == b'-'))
}

fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.repository, f)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(pin) = &self.pin {
            write!(f, "@{pin}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_becomes_canonical() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        for (text, canonical) in [
            ("alpine", "docker.io/library/alpine:latest".to_owned()),
            ("alpine:3.20", "docker.io/library/alpine:3.20".to_owned()),
            ("acme/app", "docker.io/acme/app:latest".to_owned()),
            (
                "index.docker.io/alpine",
                "docker.io/library/alpine:latest".to_owned(),
            ),
            (
                "docker.io/alpine",
                "docker.io/library/alpine:latest".to_owned(),
            ),
            (
                "registry-1.docker.io/a/b:1",
                "registry-1.docker.io/a/b:1".to_owned(),
            ),
            ("localhost/x", "localhost/x:latest".to_owned()),
            ("LOCALHOST:5000/x", "LOCALHOST:5000/x:latest".to_owned()),
            ("Example.COM/x:T", "Example.COM/x:T".to_owned()),
            (
                "reg.lan:5000/a/b__c/d--e",
                "reg.lan:5000/a/b__c/d--e:latest".to_owned(),
            ),
            ("[::1]:5000/x", "[::1]:5000/x:latest".to_owned()),
            ("my_reg.lan/x", "my_reg.lan/x:latest".to_owned()),
            (
                &format!("a@{digest}"),
                format!("docker.io/library/a@{digest}"),
            ),
            (
                &format!("a:1@{digest}"),
                format!("docker.io/library/a:1@{digest}"),
            ),
        ] {
            assert_eq!(
                Reference::parse(text).unwrap().to_string(),
                canonical,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        let id = "ab".repeat(32);
        let long = format!("ghcr.io/{}", "a".repeat(256));
        let loose = format!("my_reg.lan/{}", "a".repeat(245));
        for text in [
            "",
            ":",
            "a:",
            "a@",
            "a:b:c",
            "A",
            "a/B",
            "docker://alpine",
            "a b",
            "a..b",
            "a___b",
            "-a",
            "a-",
            "a//b",
            "/a",
            "a/",
            "localhost:x/a",
            "[::1/x",
            "[g]/x",
            "a@md5:00",
            "ä",
            id.as_str(),
            long.as_str(),
            loose.as_str(),
            "my_reg:5000/x",
            "My_reg.lan/x",
        ] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_digest_that_cannot_be_carried_is_read_and_never_taken_for_none() {
        let name = format!("docker.io/library/a@sha384:{}", "ab".repeat(48));
        let reference = Reference::parse(&name).unwrap();
        assert_eq!(reference.to_string(), name);
        assert_eq!((reference.tag(), reference.digest()), (None, None));
        assert_eq!(reference.foreign_algorithm(), Some("sha384"));
        assert!(Reference::parse_canonical(&name).is_err());
        for digits in [64, 94, 98, 128] {
            let name = format!("a@sha384:{}", "a".repeat(digits));
            assert!(Reference::parse(&name).is_err(), "{name}");
        }
        let upper = format!("a@sha384:{}", "AB".repeat(48));
        assert!(Reference::parse(&upper).is_err());
    }

    #[test]
    fn canonical_reading_is_strict() {
        assert!(Reference::parse_canonical("docker.io/library/alpine:3.20").is_ok());
        for text in [
            "alpine:3.20",
            "docker.io/library/alpine",
            "docker.io/alpine:3.20",
        ] {
            assert!(Reference::parse_canonical(text).is_err(), "{text}");
        }
    }
}
