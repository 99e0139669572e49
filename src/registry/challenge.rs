//! What a 401 asks for (RFC 9110 section 11.6.1; distribution, "Token Authentication Specification").

use ureq::http::HeaderMap;

/// A challenge that this client can meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User and password with every request (RFC 7617).
    Basic,
    /// A token from a token server (RFC 6750).
    Bearer {
        /// Where tokens are given.
        realm: String,
        /// What the token is for, as the registry names itself.
        service: Option<String>,
    },
}

/// Finds what the headers of a 401 ask for. Names of realms may be in any language and encoding.
pub(super) fn of(headers: &HeaderMap) -> Option<Challenge> {
    let values: Vec<_> = headers
        .get_all("www-authenticate")
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    read(values.iter().map(AsRef::as_ref))
}

/// Reads the values of `WWW-Authenticate`; a token is preferred to Basic.
fn read<'a>(values: impl Iterator<Item = &'a str>) -> Option<Challenge> {
    let mut found = None;
    for value in values {
        for (scheme, parameters) in challenges(value) {
            if scheme.eq_ignore_ascii_case("bearer") {
                let named = |name: &str| {
                    parameters
                        .iter()
                        .find(|(key, _)| key.eq_ignore_ascii_case(name))
                        .map(|(_, value)| value.clone())
                };
                if let Some(realm) = named("realm") {
                    let service = named("service");
                    return Some(Challenge::Bearer { realm, service });
                }
            } else if scheme.eq_ignore_ascii_case("basic") {
                found = Some(Challenge::Basic);
            }
        }
    }
    found
}

type Parameters = Vec<(String, String)>;

/// Splits `Scheme key="value", key=value, Scheme2 …`.
fn challenges(text: &str) -> Vec<(String, Parameters)> {
    let mut found: Vec<(String, Parameters)> = Vec::new();
    for part in split_outside_quotes(text) {
        let part = part.trim();
        // `Scheme key=value` starts a challenge; `key=value` continues one.
        let before_value = part.split('=').next().unwrap_or(part).trim_end();
        let rest = match before_value.split_once(char::is_whitespace) {
            Some((scheme, _)) => {
                found.push((scheme.to_owned(), Vec::new()));
                part.get(scheme.len()..).unwrap_or("").trim_start()
            }
            None if !part.contains('=') => {
                found.push((part.to_owned(), Vec::new()));
                continue;
            }
            None => part,
        };
        if let (Some((_, parameters)), Some((key, value))) =
            (found.last_mut(), rest.split_once('='))
        {
            parameters.push((key.trim().to_owned(), unquote(value.trim())));
        }
    }
    found
}

fn split_outside_quotes(text: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(|c: char| {
        let splits = c == ',' && !quoted;
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && quoted && !escaped;
        splits
    })
    .filter(|part| !part.trim().is_empty())
    .collect()
}

fn unquote(value: &str) -> String {
    let Some(inner) = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return value.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>) -> Challenge {
        Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
        }
    }

    #[test]
    fn challenges_of_real_registries_are_read() {
        for (values, challenge) in [
            (
                &[
                    r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull""#,
                ][..],
                Some(bearer(
                    "https://auth.docker.io/token",
                    Some("registry.docker.io"),
                )),
            ),
            (
                &[r#"Bearer realm="https://a/t",service="a, \"b\"",error="invalid_token""#],
                Some(bearer("https://a/t", Some("a, \"b\""))),
            ),
            (
                &[r#"Bearer service="a \", realm=", realm="https://a/t""#],
                Some(bearer("https://a/t", Some("a \", realm="))),
            ),
            (&[r#"Basic realm="Registry Realm""#], Some(Challenge::Basic)),
            (&["basic"], Some(Challenge::Basic)),
            (
                &[r#"Basic realm="x", Bearer realm="https://a/t""#],
                Some(bearer("https://a/t", None)),
            ),
            (
                &[
                    r#"Basic realm="x""#,
                    "bearer  realm=https://a/t , service=s",
                ],
                Some(bearer("https://a/t", Some("s"))),
            ),
            (&["Negotiate", r#"Digest realm="x", nonce="y""#], None),
            (&["Bearer service=x", ""], None),
            (&["=", ",,,", "\""], None),
        ] {
            assert_eq!(read(values.iter().copied()), challenge, "{values:?}");
        }
    }
}
