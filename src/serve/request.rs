//! The head of a request, read strictly: one meaning or none.

use std::net::Ipv6Addr;

use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{HeaderMap, Method, Uri, Version, header};

use super::host;

/// What a request says before its body.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: &'a Method,
    /// The target as sent.
    pub uri: &'a Uri,
    /// HTTP/1.0 or 1.1.
    pub version: Version,
    /// The header lines in order.
    pub headers: &'a HeaderMap,
    /// Whether nobody on a network could read along: TLS, this machine, a Unix socket.
    pub is_private: bool,
}

/// Why a head has no single meaning (RFC 9112 section 3.2; RFC 3986 section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("an HTTP/1.1 request takes one Host header, and this one has none")]
    NoHost,
    #[error("a request takes one Host header, and this one has several")]
    TwoHosts,
    #[error("the Host header is not a host name or address with an optional port")]
    Host,
    #[error("the target is neither a path nor an http address")]
    Target,
    #[error("the target names another host than the Host header")]
    TwoAuthorities,
    #[error(
        "a percent sign in the target is not followed by two hex digits, or hides bytes that are not UTF-8"
    )]
    Percent,
    #[error("the parameter {0} is given twice")]
    TwoParameters(&'static str),
    #[error("a request to read carries no chunked body")]
    ChunkedBody,
}

/// Longest `Host` header that can be a name and a port: 255 bytes, a colon, five digits.
pub(crate) const LONGEST_HOST: usize = 261;

impl<'a> RequestHead<'a> {
    /// Looks at a head as hyper gives it.
    pub fn of(parts: &'a Parts, is_private: bool) -> Self {
        Self {
            method: &parts.method,
            uri: &parts.uri,
            version: parts.version,
            headers: &parts.headers,
            is_private,
        }
    }

    /// Returns the host that the request is addressed to; none in HTTP/1.0 without Host.
    pub(crate) fn host(&self) -> Result<Option<&'a str>, Malformed> {
        let mut lines = self.headers.get_all(header::HOST).iter();
        let host = match lines.next() {
            None if self.version < Version::HTTP_11 => None,
            None => return Err(Malformed::NoHost),
            Some(line) => {
                let host = line.to_str().map_err(|_| Malformed::Host)?.trim();
                Some(host).filter(|host| is_host(host))
            }
        };
        if lines.next().is_some() {
            return Err(Malformed::TwoHosts);
        }
        if host.is_none() && self.headers.contains_key(header::HOST) {
            return Err(Malformed::Host);
        }
        let is_http = matches!(self.uri.scheme_str(), Some("http" | "https"));
        match (self.uri.authority(), host) {
            (Some(_), _) if !is_http => Err(Malformed::Target),
            (Some(target), Some(host)) if !same_authority(target, host) => {
                Err(Malformed::TwoAuthorities)
            }
            (Some(target), None) => Ok(Some(target.as_str())),
            _ => Ok(host),
        }
    }

    /// Returns the parts of the path between slashes, each percent-decoded once.
    ///
    /// The split comes first: an encoded slash never becomes a separator.
    pub(crate) fn segments(&self) -> Result<Vec<String>, Malformed> {
        let path = self.uri.path();
        path.strip_prefix('/')
            .unwrap_or(path)
            .split('/')
            .map(decode)
            .collect()
    }

    /// Returns a parameter of the query, percent-decoded once; twice the same is an error.
    ///
    /// A plus sign stays one: media types have it, and no value here has spaces.
    pub(crate) fn parameter(&self, name: &'static str) -> Result<Option<String>, Malformed> {
        let mut found = None;
        for pair in self.uri.query().unwrap_or("").split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if decode(key)? == name && found.replace(decode(value)?).is_some() {
                return Err(Malformed::TwoParameters(name));
            }
        }
        Ok(found)
    }

    /// Refuses what a reading request does not carry.
    pub(crate) fn check_body(&self) -> Result<(), Malformed> {
        if self.headers.contains_key(header::TRANSFER_ENCODING) {
            Err(Malformed::ChunkedBody)
        } else {
            Ok(())
        }
    }
}

fn same_authority(target: &Authority, host: &str) -> bool {
    host::canonical(target.as_str()) == host::canonical(host)
}

/// Host names, IPv4 and bracketed IPv6 addresses, with an optional port; an empty Host is allowed
/// (RFC 9110 section 7.2) and names nothing.
fn is_host(host: &str) -> bool {
    let fits = if let Some(rest) = host.strip_prefix('[') {
        rest.split_once(']').is_some_and(|(address, port)| {
            let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
            address.parse::<Ipv6Addr>().is_ok() && is_port
        })
    } else {
        let (name, port) = host.split_once(':').unwrap_or((host, ""));
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
        name.bytes().all(plain) && is_port(port)
    };
    fits && host.len() <= LONGEST_HOST
}

/// A port may be left out after its colon (RFC 3986 section 3.2.3).
fn is_port(text: &str) -> bool {
    text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Percent-decodes once.
fn decode(text: &str) -> Result<String, Malformed> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = bytes.next().and_then(hex).ok_or(Malformed::Percent)?;
            let low = bytes.next().and_then(hex).ok_or(Malformed::Percent)?;
            out.push((high << 4) | low);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).map_err(|_| Malformed::Percent)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(target: &str, hosts: &[&str], ask: impl Fn(&RequestHead<'_>) -> T) -> T {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, host.parse().unwrap());
        }
        ask(&RequestHead {
            method: &Method::GET,
            uri: &target.parse().unwrap(),
            version: Version::HTTP_11,
            headers: &headers,
            is_private: false,
        })
    }

    #[test]
    fn a_request_has_one_host() {
        for (target, hosts, found) in [
            ("/v2/", &["a:1"][..], Ok(Some("a:1".to_owned()))),
            ("/v2/", &[], Err(Malformed::NoHost)),
            ("/v2/", &["a", "a"], Err(Malformed::TwoHosts)),
            ("/v2/", &["a b"], Err(Malformed::Host)),
            ("/v2/", &["a/b"], Err(Malformed::Host)),
            ("http://A:1/v2/", &["a:1"], Ok(Some("a:1".to_owned()))),
            ("http://b/v2/", &["a"], Err(Malformed::TwoAuthorities)),
            ("/v2/", &["[::1]:5000"], Ok(Some("[::1]:5000".to_owned()))),
            ("/v2/", &["[::1]"], Ok(Some("[::1]".to_owned()))),
            ("/v2/", &["a_b.lan:"], Ok(Some("a_b.lan:".to_owned()))),
            ("/v2/", &[""], Ok(Some(String::new()))),
            ("/v2/", &["a:x"], Err(Malformed::Host)),
            ("/v2/", &["a:1:2"], Err(Malformed::Host)),
            ("/v2/", &["a:100000"], Err(Malformed::Host)),
            ("/v2/", &["::1"], Err(Malformed::Host)),
            ("/v2/", &["["], Err(Malformed::Host)),
            ("/v2/", &["[]"], Err(Malformed::Host)),
            ("/v2/", &["[::1"], Err(Malformed::Host)),
            ("/v2/", &["[::1]a"], Err(Malformed::Host)),
            ("/v2/", &["[::1]:x"], Err(Malformed::Host)),
            ("https://a/v2/", &["a"], Ok(Some("a".to_owned()))),
            ("a:80", &["a:80"], Err(Malformed::Target)),
            ("a", &["a"], Err(Malformed::Target)),
            ("ftp://a/v2/", &["a"], Err(Malformed::Target)),
        ] {
            let host = with(target, hosts, |head| {
                head.host().map(|host| host.map(str::to_owned))
            });
            assert_eq!(host, found, "{target} {hosts:?}");
        }
    }

    #[test]
    fn the_path_is_decoded_once_after_the_split() {
        for (target, found) in [
            ("/v2/a%2Fb", Ok("v2 a/b")),
            ("/v2/a%252Fb", Ok("v2 a%2Fb")),
            ("/v2/sha256%3aab", Ok("v2 sha256:ab")),
            ("/v2/%", Err(Malformed::Percent)),
            ("/v2/%4", Err(Malformed::Percent)),
            ("/v2/%ff", Err(Malformed::Percent)),
            ("/", Ok("")),
        ] {
            let segments = with(target, &["a"], |head| {
                head.segments().map(|segments| segments.join(" "))
            });
            assert_eq!(segments, found.map(str::to_owned), "{target}");
        }
    }

    #[test]
    fn a_parameter_is_given_once() {
        for (target, found) in [
            ("/v2/", Ok(None)),
            ("/v2/?ns=a%3A1&x=%41", Ok(Some("a:1".to_owned()))),
            ("/v2/?ns=reg.lan:5000", Ok(Some("reg.lan:5000".to_owned()))),
            ("/v2/?ns=a&%6es=b", Err(Malformed::TwoParameters("ns"))),
            ("/v2/?ns=a&ns=a", Err(Malformed::TwoParameters("ns"))),
            ("/v2/?ns=a+b", Ok(Some("a+b".to_owned()))),
        ] {
            assert_eq!(
                with(target, &["a"], |head| head.parameter("ns")),
                found,
                "{target}"
            );
        }
    }
}
