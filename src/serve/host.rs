//! Registry hosts as requests spell them, brought to one form.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Names of the Docker Hub that all mean `docker.io`.
const HUB: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/// Returns the one spelling of a host: lower case, one name for the Docker Hub, without the port of
/// https.
pub(crate) fn canonical(host: &str) -> String {
    let lower = host.to_ascii_lowercase();
    let bare = lower.strip_suffix(":443").unwrap_or(&lower);
    if HUB.contains(&bare) {
        "docker.io".to_owned()
    } else {
        bare.to_owned()
    }
}

/// Writes a canonical host as the first part of a path: a colon has no place there.
pub(crate) fn path_form(host: &str) -> String {
    host.replacen(':', "_", 1)
}

/// Reads the first part of a path as a canonical host.
///
/// Only the last `_` can stand for the colon, and only before a port of one to five digits: a host
/// has no `_`, and a path has no `:`.
pub(crate) fn from_path_form(part: &str) -> String {
    match part.rsplit_once('_') {
        Some((host, port)) if is_port(port) => canonical(&format!("{host}:{port}")),
        _ => canonical(part),
    }
}

/// Tells whether a Host header may name a registry at all.
///
/// An address, `localhost` and a single label always mean this server, whatever the store holds.
pub(crate) fn may_name_a_registry(host: &str) -> bool {
    let name = without_port(host);
    let address = name.starts_with('[')
        || name.parse::<Ipv4Addr>().is_ok()
        || name.parse::<Ipv6Addr>().is_ok();
    !address && name.contains('.')
}

/// Cuts off the port, if there is one.
pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) && !name.ends_with(':') => name,
        _ => host,
    }
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_host_become_one() {
        for (host, one) in [
            ("GHCR.io", "ghcr.io"),
            ("ghcr.io:443", "ghcr.io"),
            ("reg.lan:5000", "reg.lan:5000"),
            ("reg.lan:80", "reg.lan:80"),
            ("index.docker.io", "docker.io"),
            ("registry-1.docker.io:443", "docker.io"),
        ] {
            assert_eq!(canonical(host), one, "{host}");
        }
    }

    #[test]
    fn a_port_survives_the_path() {
        assert_eq!(path_form("reg.lan:5000"), "reg.lan_5000");
        for (part, host) in [
            ("reg.lan_5000", "reg.lan:5000"),
            ("reg.lan_443", "reg.lan"),
            ("a_b_5000", "a_b:5000"),
            ("reg_500000", "reg_500000"),
            ("reg_", "reg_"),
            ("reg_5x", "reg_5x"),
            ("ghcr.io", "ghcr.io"),
        ] {
            assert_eq!(from_path_form(part), host, "{part}");
        }
    }

    #[test]
    fn addresses_and_single_labels_name_no_registry() {
        for host in [
            "127.0.0.1",
            "10.0.0.1:5000",
            "[::1]:5000",
            "::1",
            "localhost",
            "localhost:5000",
            "airlock",
            "",
        ] {
            assert!(!may_name_a_registry(host), "{host}");
        }
        assert!(may_name_a_registry("ghcr.io"));
        assert!(may_name_a_registry("reg.lan:5000"));
    }
}
