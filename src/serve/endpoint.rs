//! What a path asks for (OCI distribution specification, endpoints).

use lock_format::{Digest, DigestError, Repository};

/// Something that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `/`: a word for people who open it in a browser.
    Home,
    /// `/healthz`.
    Health,
    /// `/token`: the realm of tokens, where one is configured.
    Token,
    /// `/v2/`: tells that this is a registry.
    Version,
    /// `/v2/<name>/manifests/<reference>`.
    Manifest(String, Asked),
    /// `/v2/<name>/blobs/<digest>`.
    Blob(String, Digest),
    /// `/v2/<name>/tags/list`.
    Tags(String),
    /// `/v2/_catalog`.
    Catalog,
    /// `/v2/<name>/referrers/<digest>`; without a digest when nothing here can have it.
    Referrers(String, Option<Digest>),
}

impl Endpoint {
    /// Returns the name of the repository, as asked; none where none is asked for.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Manifest(name, _)
            | Self::Blob(name, _)
            | Self::Tags(name)
            | Self::Referrers(name, _) => Some(name),
            Self::Home | Self::Health | Self::Token | Self::Version | Self::Catalog => None,
        }
    }

    /// Tells whether a token may be required for it.
    pub(crate) fn is_guarded(&self) -> bool {
        !matches!(self, Self::Home | Self::Health | Self::Token)
    }

    /// Returns the word that counters and the log know it by.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Health => "health",
            Self::Token => "token",
            Self::Version => "version",
            Self::Manifest(..) => "manifests",
            Self::Blob(..) => "blobs",
            Self::Tags(_) => "tags",
            Self::Catalog => "catalog",
            Self::Referrers(..) => "referrers",
        }
    }
}

/// How a manifest is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// By tag; any text that the directory may or may not know.
    Tag(String),
    /// By digest.
    Digest(Digest),
}

/// Why a path asks for nothing that can be there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoEndpoint {
    #[error("nothing is served under this path")]
    Unknown,
    #[error(
        "the name is not a repository's: lower-case letters and digits, joined by . _ __ or -, in parts between slashes"
    )]
    Name,
    #[error("the digest is malformed: it takes the form algorithm:hex")]
    Digest,
    #[error("no blob has a digest of this algorithm here: sha256 and sha512 are known")]
    Algorithm(Kind),
}

/// What would have been there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Manifest,
    Blob,
}

/// Reads the decoded parts of a path.
pub(crate) fn endpoint(segments: &[String]) -> Result<Endpoint, NoEndpoint> {
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [""] => Ok(Endpoint::Home),
        ["healthz"] => Ok(Endpoint::Health),
        ["token"] => Ok(Endpoint::Token),
        ["v2"] | ["v2", ""] => Ok(Endpoint::Version),
        ["v2", name @ .., "manifests", reference] if !name.is_empty() => {
            Ok(Endpoint::Manifest(repository(name)?, asked(reference)?))
        }
        ["v2", name @ .., "blobs", text] if !name.is_empty() => {
            Ok(Endpoint::Blob(repository(name)?, digest(text, Kind::Blob)?))
        }
        ["v2", name @ .., "tags", "list"] if !name.is_empty() => {
            Ok(Endpoint::Tags(repository(name)?))
        }
        ["v2", name @ .., "referrers", text] if !name.is_empty() => {
            Ok(Endpoint::Referrers(repository(name)?, subject(text)?))
        }
        ["v2", "_catalog"] => Ok(Endpoint::Catalog),
        _ => Err(NoEndpoint::Unknown),
    }
}

/// Nothing refers to a digest of an unknown algorithm, and that is an answer.
fn subject(text: &str) -> Result<Option<Digest>, NoEndpoint> {
    match digest(text, Kind::Manifest) {
        Ok(digest) => Ok(Some(digest)),
        Err(NoEndpoint::Algorithm(_)) => Ok(None),
        Err(why) => Err(why),
    }
}

fn repository(parts: &[&str]) -> Result<String, NoEndpoint> {
    // A slash that was encoded is part of a name, and no name has one.
    let hidden = parts.iter().any(|part| part.contains('/'));
    let name = parts.join("/");
    let whole = is_path(&name);
    // A mirror's path is longer than any repository's by the host it begins with.
    let below_a_host = || {
        name.split_once('/')
            .is_some_and(|(host, path)| is_path(host) && is_path(path))
    };
    if !hidden && (whole || below_a_host()) {
        Ok(name)
    } else {
        Err(NoEndpoint::Name)
    }
}

/// Hosts in their path form follow the grammar of paths as well.
fn is_path(text: &str) -> bool {
    Repository::new("docker.io", text).is_ok()
}

fn asked(reference: &str) -> Result<Asked, NoEndpoint> {
    if reference.contains(':') {
        digest(reference, Kind::Manifest).map(Asked::Digest)
    } else {
        Ok(Asked::Tag(reference.to_owned()))
    }
}

fn digest(text: &str, kind: Kind) -> Result<Digest, NoEndpoint> {
    text.parse().map_err(|error| match error {
        DigestError::UnknownAlgorithm(_) if is_digest(text) => NoEndpoint::Algorithm(kind),
        DigestError::UnknownAlgorithm(_)
        | DigestError::NoAlgorithm(_)
        | DigestError::NotHex { .. } => NoEndpoint::Digest,
    })
}

/// The grammar that every digest follows, known algorithm or not (OCI image specification,
/// descriptor.md).
fn is_digest(text: &str) -> bool {
    let Some((algorithm, encoded)) = text.split_once(':') else {
        return false;
    };
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    algorithm.split(['+', '.', '_', '-']).all(plain)
        && !encoded.is_empty()
        && encoded
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"=_-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Result<Endpoint, NoEndpoint> {
        let parts: Vec<String> = path.split('/').map(str::to_owned).collect();
        endpoint(&parts)
    }

    #[test]
    fn paths_are_read_from_their_end() {
        let hex = "ab".repeat(32);
        let digest: Digest = format!("sha256:{hex}").parse().unwrap();
        for (path, found) in [
            (String::new(), Endpoint::Home),
            ("v2".to_owned(), Endpoint::Version),
            ("v2/".to_owned(), Endpoint::Version),
            ("healthz".to_owned(), Endpoint::Health),
            (
                "v2/a/manifests/b/manifests/latest".to_owned(),
                Endpoint::Manifest("a/manifests/b".to_owned(), Asked::Tag("latest".to_owned())),
            ),
            (
                format!("v2/reg.lan_5000/a__b/c-d/manifests/sha256:{hex}"),
                Endpoint::Manifest("reg.lan_5000/a__b/c-d".to_owned(), Asked::Digest(digest)),
            ),
            (
                format!("v2/a/blobs/sha256:{hex}"),
                Endpoint::Blob("a".to_owned(), digest),
            ),
            (
                "v2/a/manifests/tags/list".to_owned(),
                Endpoint::Tags("a/manifests".to_owned()),
            ),
            ("v2/_catalog".to_owned(), Endpoint::Catalog),
            (
                format!("v2/a/referrers/sha256:{hex}"),
                Endpoint::Referrers("a".to_owned(), Some(digest)),
            ),
            (
                "v2/a/referrers/blake3:00".to_owned(),
                Endpoint::Referrers("a".to_owned(), None),
            ),
        ] {
            assert_eq!(of(&path), Ok(found), "{path}");
        }
    }

    #[test]
    fn what_cannot_be_there_is_told_apart() {
        let many = format!("v2/{}/manifests/latest", vec!["a"; 10_000].join("/"));
        let upper = format!("v2/a/blobs/sha256:{}", "AB".repeat(32));
        for (path, why) in [
            ("v1/x", NoEndpoint::Unknown),
            ("v2//", NoEndpoint::Unknown),
            ("v2/manifests/latest", NoEndpoint::Unknown),
            ("v2/a/b", NoEndpoint::Unknown),
            ("v2/../manifests/x", NoEndpoint::Name),
            ("v2/a//b/manifests/x", NoEndpoint::Name),
            ("v2/a/b/manifests/../../x/manifests/y", NoEndpoint::Name),
            ("v2/A/manifests/x", NoEndpoint::Name),
            ("v2/a\0/manifests/x", NoEndpoint::Name),
            ("v2/é/manifests/x", NoEndpoint::Name),
            ("v2/reg.lan:5000/a/manifests/x", NoEndpoint::Name),
            (&many, NoEndpoint::Name),
            (&upper, NoEndpoint::Digest),
            ("v2/a/blobs/latest", NoEndpoint::Digest),
            ("v2/a/blobs/sha256:", NoEndpoint::Digest),
            ("v2/a/blobs/sha256:..%2f", NoEndpoint::Digest),
            ("v2/a/blobs/blake3:ab", NoEndpoint::Algorithm(Kind::Blob)),
            (
                "v2/a/manifests/md5+x:ab",
                NoEndpoint::Algorithm(Kind::Manifest),
            ),
            ("v2/a/manifests/:ab", NoEndpoint::Digest),
        ] {
            assert_eq!(of(path), Err(why), "{path}");
        }
    }
}
