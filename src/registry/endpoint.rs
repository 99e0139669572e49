//! Where a registry is asked.

use std::net::IpAddr;

use lock_format::Repository;

use super::error::At;
use super::{RegistryError, Settings};
use crate::diagnostic::sanitize;

/// A host that is asked before a registry: `mirror.lan:5000`, or `mirror.lan/hub` where it keeps
/// the repositories of that registry below a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mirror {
    /// Host and, where it is not that of HTTPS, port.
    pub authority: String,
    /// What stands before the path of a repository; empty, or without slashes at its ends.
    pub prefix: String,
}

impl Mirror {
    /// Reads `host[:port][/path]`.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Mirror`] where it has another form.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        let (authority, prefix) = text.split_once('/').unwrap_or((text, ""));
        let prefix = prefix.trim_matches('/');
        // Both follow the grammar of references.
        let path = if prefix.is_empty() { "any" } else { prefix };
        Repository::new(authority, path).map_err(|_| RegistryError::Mirror {
            text: sanitize(text, 120),
        })?;
        Ok(Self {
            authority: authority.to_ascii_lowercase(),
            prefix: prefix.to_owned(),
        })
    }
}

/// A host that answers for a registry, and how it calls a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// The registry whose logins are for it.
    pub(super) registry: String,
    pub(super) authority: String,
    pub(super) repository: String,
}

impl Endpoint {
    /// Returns where a repository is asked for: mirrors first, then its registry.
    pub(super) fn all(repository: &Repository, settings: &Settings) -> Vec<Self> {
        let mirrors = settings.mirrors.get(repository.registry());
        let path = repository.path();
        let mut all: Vec<Self> = mirrors
            .into_iter()
            .flatten()
            .map(|mirror| Self {
                registry: mirror.authority.clone(),
                authority: mirror.authority.clone(),
                repository: match mirror.prefix.as_str() {
                    "" => path.to_owned(),
                    prefix => format!("{prefix}/{path}"),
                },
            })
            .collect();
        all.push(Self {
            registry: repository.registry().to_owned(),
            authority: answering(repository.registry()),
            repository: path.to_owned(),
        });
        all
    }

    /// Says for messages that this host is asked for `what`.
    pub(super) fn at(&self, what: &str) -> At {
        At {
            registry: self.registry.clone(),
            host: self.authority.clone(),
            what: what.to_owned(),
        }
    }
}

/// Returns the host that answers for a registry: for Docker Hub it is not the name in references.
pub(super) fn answering(registry: &str) -> String {
    match registry {
        "docker.io" | "index.docker.io" => "registry-1.docker.io".to_owned(),
        other => other.to_ascii_lowercase(),
    }
}

/// Returns the host of an authority, without port and brackets.
pub(super) fn host_of(authority: &str) -> &str {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split_once(']').map_or(rest, |(host, _)| host);
    }
    authority
        .split_once(':')
        .map_or(authority, |(host, _)| host)
}

/// Tells whether a host is this machine by its name alone: `localhost`, 127.0.0.0/8, `::1`.
pub(super) fn is_loopback(authority: &str) -> bool {
    let host = host_of(authority);
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_come_before_the_registry() {
        let mut settings = Settings::default();
        let mirrors =
            ["mirror.lan:5000", "Cache.lan/hub/"].map(|text| Mirror::parse(text).unwrap());
        settings
            .mirrors
            .insert("docker.io".to_owned(), mirrors.into());
        let hosts = |registry| -> Vec<String> {
            let repository = Repository::new(registry, "library/alpine").unwrap();
            Endpoint::all(&repository, &settings)
                .into_iter()
                .map(|endpoint| format!("{} {}", endpoint.authority, endpoint.repository))
                .collect()
        };
        assert_eq!(
            hosts("docker.io"),
            [
                "mirror.lan:5000 library/alpine",
                "cache.lan hub/library/alpine",
                "registry-1.docker.io library/alpine",
            ]
        );
        assert_eq!(hosts("Ghcr.IO"), ["ghcr.io library/alpine"]);
    }

    #[test]
    fn what_is_no_host_is_no_mirror() {
        for text in [
            "",
            "/hub",
            "https://mirror.lan",
            "a b",
            "user@mirror.lan",
            "m/a?b",
        ] {
            assert!(Mirror::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn this_machine_is_known_by_name() {
        for authority in [
            "localhost",
            "localhost:5000",
            "127.0.0.1:5000",
            "127.9.9.9",
            "[::1]:5000",
        ] {
            assert!(is_loopback(authority), "{authority}");
        }
        for authority in [
            "localhost.example.com",
            "128.0.0.1",
            "reg.lan:127",
            "[::2]:1",
        ] {
            assert!(!is_loopback(authority), "{authority}");
        }
    }
}
