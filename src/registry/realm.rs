//! Token servers: which ones a registry may send to.
//!
//! A registry names its token server itself. So that a wrong or a hostile one does not collect
//! logins, a login goes only to a server that is known to belong to the registry.

use super::endpoint::host_of;
use super::error::At;
use super::url::{Url, push_escaped};
use super::{RegistryError, Settings};

/// Registries whose token server has another name, by their own documentation.
const KNOWN: &[(&str, &str)] = &[
    ("registry-1.docker.io", "auth.docker.io"),
    ("registry.gitlab.com", "gitlab.com"),
    ("docker.elastic.co", "docker-auth.elastic.co"),
    ("registry.connect.redhat.com", "sso.redhat.com"),
];

/// Checks where a token is fetched: HTTPS, or plain HTTP for hosts that may speak it; with a login
/// only where the login belongs.
pub(super) fn check(
    at: &At,
    realm: &str,
    with_login: bool,
    settings: &Settings,
) -> Result<Url, RegistryError> {
    let unusable = |reason: &str| RegistryError::Token {
        at: at.clone(),
        realm: Url::parse(realm).map_or_else(String::new, |url| url.authority().to_owned()),
        reason: reason.to_owned(),
    };
    let url = Url::parse(realm).ok_or_else(|| unusable("it is no http or https URL"))?;
    if !url.is_secure() && !settings.may_be_plain(url.authority()) {
        return Err(unusable(
            "it speaks plain HTTP, and is not named as insecure",
        ));
    }
    if with_login && !belongs(at, url.authority(), settings) {
        return Err(RegistryError::ForeignRealm {
            at: at.clone(),
            realm: url.authority().to_owned(),
        });
    }
    Ok(url)
}

fn belongs(at: &At, realm: &str, settings: &Settings) -> bool {
    let host = at.host.as_str();
    let named = settings.token_realms.get(&at.registry);
    host_of(host) == host_of(realm)
        || KNOWN.contains(&(host, realm))
        || named.is_some_and(|hosts| hosts.contains(realm))
}

/// Writes fields as a query or a form (WHATWG URL, application/x-www-form-urlencoded).
pub(super) fn encode(fields: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    out.push(char::from(byte));
                }
                _ => push_escaped(&mut out, byte),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str) -> At {
        At {
            registry: host.to_owned(),
            host: host.to_owned(),
            what: "x".to_owned(),
        }
    }

    #[test]
    fn a_login_goes_only_where_it_belongs() {
        for (host, realm, with_login, allowed) in [
            (
                "registry-1.docker.io",
                "https://auth.docker.io/token",
                true,
                true,
            ),
            ("ghcr.io", "https://ghcr.io/token", true, true),
            ("reg.lan:5000", "https://reg.lan:5001/auth", true, true),
            ("ghcr.io", "https://evil.example/token", true, false),
            ("ghcr.io", "https://evil.example/token", false, true),
            ("ghcr.io", "http://ghcr.io/token", false, false),
            ("127.0.0.1:5000", "http://127.0.0.1:5000/token", true, true),
            ("ghcr.io", "file:///etc/passwd", false, false),
            ("ghcr.io.evil.example", "https://ghcr.io/token", true, false),
        ] {
            let checked = check(&at(host), realm, with_login, &Settings::default());
            assert_eq!(checked.is_ok(), allowed, "{host} {realm} {with_login}");
        }
    }

    #[test]
    fn fields_are_encoded() {
        assert_eq!(
            encode(&[("scope", "repository:a/b:pull"), ("s", "a b&é")]),
            "scope=repository%3Aa%2Fb%3Apull&s=a%20b%26%C3%A9"
        );
    }
}
