//! Names are resolved under the eyes of the rules: an address that may not be reached is refused
//! where it is connected to, so that a name cannot mean one address to a check and another later.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::address::is_public;
use super::endpoint::host_of;

/// Hosts that turned out to have an address that is not on the internet, and were let through.
#[derive(Clone, Debug, Default)]
pub(super) struct PrivateHosts(Arc<Mutex<BTreeSet<String>>>);

impl PrivateHosts {
    pub(super) fn contains(&self, authority: &str) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(authority)
    }

    fn insert(&self, authority: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(authority.to_owned());
    }
}

/// An address that may not be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it has the address {address}, which is not on the internet")]
pub(super) struct PrivateAddress {
    pub(super) address: IpAddr,
}

/// Resolves the names of one host.
#[derive(Debug)]
pub(super) struct Guard {
    resolver: DefaultResolver,
    private_allowed: bool,
    private_hosts: PrivateHosts,
}

impl Guard {
    pub(super) fn new(private_allowed: bool, private_hosts: PrivateHosts) -> Self {
        Self {
            resolver: DefaultResolver::default(),
            private_allowed,
            private_hosts,
        }
    }
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.resolver.resolve(uri, config, timeout)?;
        // A proxy is chosen by the person who runs this; ureq asks for its address here too.
        let is_proxy = config
            .proxy()
            .is_some_and(|proxy| proxy.uri().authority() == uri.authority());
        let private = found.iter().find(|found| !is_public(found.ip()));
        match private {
            Some(found) if !is_proxy && !self.private_allowed => {
                let address = found.ip();
                Err(ureq::Error::Other(Box::new(PrivateAddress { address })))
            }
            Some(_) if !is_proxy => {
                let authority = uri.authority().map_or("", |authority| authority.as_str());
                self.private_hosts.insert(authority);
                Ok(found)
            }
            _ => Ok(found),
        }
    }
}

/// Finds an address that a host's name itself says, for the case that a proxy resolves names.
pub(super) fn address_in_name(authority: &str) -> Option<IpAddr> {
    const THIS_MACHINE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    let host = host_of(authority).trim_end_matches('.');
    if let Ok(address) = host.parse() {
        return Some(address);
    }
    let last = host.rsplit('.').next().unwrap_or(host);
    let local = host.eq_ignore_ascii_case("localhost") || last.eq_ignore_ascii_case("localhost");
    // Older ways to write an IPv4 address (`127.1`, `0x7f000001`) end in a number too.
    let number = last.starts_with(|c: char| c.is_ascii_digit())
        && last
            .bytes()
            .all(|b| b.is_ascii_hexdigit() || matches!(b, b'x' | b'X'));
    (local || number).then_some(THIS_MACHINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(uri: &str, private_allowed: bool) -> (Result<usize, String>, bool) {
        let private_hosts = PrivateHosts::default();
        let guard = Guard::new(private_allowed, private_hosts.clone());
        let uri: Uri = uri.parse().unwrap();
        let found = guard
            .resolve(&uri, &Config::builder().build(), NextTimeout::default())
            .map(|found| found.len())
            .map_err(|error| error.to_string());
        let authority = uri.authority().unwrap().as_str();
        (found, private_hosts.contains(authority))
    }

    #[test]
    fn an_address_off_the_internet_is_refused_where_it_is_resolved() {
        let (refused, noted) = resolve("http://127.0.0.1:5000/", false);
        assert!(
            refused
                .unwrap_err()
                .contains("127.0.0.1, which is not on the internet")
        );
        assert!(!noted);
        assert_eq!(resolve("http://127.0.0.1:5000/", true), (Ok(1), true));
        assert_eq!(resolve("http://1.1.1.1/", false), (Ok(1), false));
    }

    #[test]
    fn names_that_are_addresses_are_seen() {
        for (authority, public) in [
            ("ghcr.io", None),
            ("1.1.1.1:5000", Some(true)),
            ("10.0.0.1", Some(false)),
            ("[::1]:5000", Some(false)),
            ("localhost", Some(false)),
            ("a.localhost:1", Some(false)),
            ("127.1", Some(false)),
            ("0x7f000001", Some(false)),
            ("2130706433:80", Some(false)),
            ("localhost.", Some(false)),
            ("reg.lan", None),
            ("3com.example", None),
        ] {
            assert_eq!(
                address_in_name(authority).map(is_public),
                public,
                "{authority}"
            );
        }
    }
}
