//! Proxies, as the environment names them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ureq::Proxy;

use super::endpoint::{host_of, is_loopback};
use super::{RegistryError, Secret};

/// The proxies and who goes without them. A URL may hold a password, so none is ever shown.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    https: Option<Named>,
    http: Option<Named>,
    all: Option<Named>,
    direct: Vec<String>,
}

/// A proxy and the variable that names it.
#[derive(Clone, Debug)]
struct Named {
    variable: &'static str,
    url: Secret,
}

impl Proxies {
    /// Takes `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, upper case before lower case.
    pub fn from_environment(environment: &BTreeMap<String, String>) -> Self {
        let value = |name: &str| {
            let found = environment
                .get(name)
                .or_else(|| environment.get(&name.to_ascii_lowercase()))?;
            Some(found.trim()).filter(|value| !value.is_empty())
        };
        let named = |variable: &'static str| {
            value(variable).map(|url| Named {
                variable,
                url: Secret::new(url),
            })
        };
        Self {
            https: named("HTTPS_PROXY"),
            http: named("HTTP_PROXY"),
            all: named("ALL_PROXY"),
            direct: value("NO_PROXY")
                .unwrap_or("")
                .split([',', ' '])
                .filter(|entry| !entry.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Returns the proxy for a host; loopback is always reached directly.
    pub(super) fn for_host(
        &self,
        authority: &str,
        secure: bool,
    ) -> Result<Option<Proxy>, RegistryError> {
        let own = if secure { &self.https } else { &self.http };
        let Some(named) = own.as_ref().or(self.all.as_ref()) else {
            return Ok(None);
        };
        if is_loopback(authority) || self.goes_direct(authority, secure) {
            return Ok(None);
        }
        let proxy = Proxy::new(named.url.expose());
        proxy.map(Some).map_err(|_| RegistryError::Proxy {
            variable: named.variable,
        })
    }

    fn goes_direct(&self, authority: &str, secure: bool) -> bool {
        let host = host_of(authority).to_ascii_lowercase();
        let port = authority
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse().ok())
            .unwrap_or(if secure { 443 } else { 80 });
        self.direct
            .iter()
            .any(|entry| covers(&entry.to_ascii_lowercase(), &host, port))
    }
}

/// Matches as Go's `httpproxy` does: `example.com` covers itself and what is below, `.example.com`
/// and `*.example.com` only what is below, and an address may be a network; a port must fit.
fn covers(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        if let Some((network, bits)) = entry.split_once('/') {
            return in_network(address, network, bits);
        }
        let (name, fits) = split_port(entry, port);
        return fits && name.trim_matches(['[', ']']).parse() == Ok(address);
    }
    let (name, fits) = split_port(entry, port);
    let below = |suffix: &str| {
        host.strip_suffix(suffix)
            .is_some_and(|rest| rest.ends_with('.') && rest.len() > 1)
    };
    fits && match name.strip_prefix("*.").or_else(|| name.strip_prefix('.')) {
        Some(suffix) => below(suffix),
        None => name == host || below(name),
    }
}

fn split_port(entry: &str, port: u16) -> (&str, bool) {
    match entry.rsplit_once(':') {
        Some((name, own)) if !name.contains(':') || name.ends_with(']') => {
            (name, own.parse() == Ok(port))
        }
        _ => (entry, true),
    }
}

fn in_network(address: IpAddr, network: &str, bits: &str) -> bool {
    let Ok(bits) = bits.parse::<u32>() else {
        return false;
    };
    match (address, network.parse()) {
        (IpAddr::V4(address), Ok(IpAddr::V4(network))) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(address) & mask == u32::from(network) & mask
        }
        (IpAddr::V6(address), Ok(IpAddr::V6(network))) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(address) & mask == u128::from(network) & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(pairs: &[(&str, &str)]) -> Proxies {
        let pairs = pairs.iter().map(|&(k, v)| (k.to_owned(), v.to_owned()));
        Proxies::from_environment(&pairs.collect())
    }

    fn host(proxies: &Proxies, authority: &str, secure: bool) -> Option<String> {
        let proxy = proxies.for_host(authority, secure).unwrap();
        proxy.map(|proxy| proxy.host().to_owned())
    }

    #[test]
    fn the_scheme_chooses_the_proxy() {
        let found = proxies(&[
            ("HTTPS_PROXY", "http://secure:1"),
            ("http_proxy", "http://plain:1"),
        ]);
        assert_eq!(host(&found, "ghcr.io", true).as_deref(), Some("secure"));
        assert_eq!(host(&found, "ghcr.io", false).as_deref(), Some("plain"));
        let found = proxies(&[("ALL_PROXY", "all:1"), ("HTTP_PROXY", "")]);
        assert_eq!(host(&found, "ghcr.io", true).as_deref(), Some("all"));
        assert_eq!(host(&found, "ghcr.io", false).as_deref(), Some("all"));
        assert_eq!(host(&proxies(&[]), "ghcr.io", true), None);
    }

    #[test]
    fn some_hosts_go_direct() {
        for (entries, authority, direct) in [
            ("example.com", "example.com", true),
            ("example.com", "reg.example.com:5000", true),
            ("example.com", "notexample.com", false),
            (".example.com", "reg.example.com", true),
            (".example.com", "example.com", false),
            ("*.example.com", "reg.example.com", true),
            ("example.com:5000", "example.com:5000", true),
            ("example.com:5000", "example.com", false),
            ("example.com:443", "example.com", true),
            ("EXAMPLE.com, other", "example.COM", true),
            ("10.0.0.0/8", "10.1.2.3:5000", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("10.0.0.0/33", "10.1.2.3", false),
            ("0.0.0.0/0", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.3", true),
            ("fd00::/8", "[fd00::1]:5000", true),
            ("[fd00::1]:5000", "[fd00::1]:5000", true),
            ("[fd00::1]:5001", "[fd00::1]:5000", false),
            ("*", "ghcr.io", true),
            ("", "localhost:5000", true),
            ("", "127.0.0.1:5000", true),
            ("", "ghcr.io", false),
        ] {
            let found = proxies(&[("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", entries)]);
            assert_eq!(
                host(&found, authority, true).is_none(),
                direct,
                "{entries} {authority}"
            );
        }
    }

    #[test]
    fn a_password_is_neither_shown_nor_quoted() {
        let found = proxies(&[("HTTPS_PROXY", "http://joe:hunter2@[bad")]);
        let error = found.for_host("ghcr.io", true).unwrap_err();
        assert!(error.to_string().contains("HTTPS_PROXY"), "{error}");
        assert!(!format!("{error} {error:?} {found:?}").contains("hunter2"));
    }
}
