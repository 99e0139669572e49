//! Where a registry is asked.

use std::net::IpAddr;

/// A host that answers for a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Endpoint {
    /// Host and, where it is not the scheme's own, port.
    pub(super) authority: String,
}

impl Endpoint {
    /// Returns where the registry of a reference is asked.
    pub(super) fn of(registry: &str) -> Self {
        let authority = match registry {
            // The name in references is not the host that answers.
            "docker.io" | "index.docker.io" => "registry-1.docker.io",
            other => other,
        };
        Self {
            authority: authority.to_ascii_lowercase(),
        }
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
    fn docker_hub_answers_elsewhere() {
        assert_eq!(Endpoint::of("docker.io").authority, "registry-1.docker.io");
        assert_eq!(Endpoint::of("Ghcr.IO").authority, "ghcr.io");
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
