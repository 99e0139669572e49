//! URLs: checked once, and what a redirect means relative to one.

use std::fmt;

use ureq::http::Uri;
use ureq::http::uri::PathAndQuery;

/// An absolute `http` or `https` URL without credentials in it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Url {
    secure: bool,
    authority: String,
    path_and_query: String,
}

impl Url {
    /// Makes the URL of a path below a host.
    pub(super) fn new(secure: bool, authority: &str, path_and_query: &str) -> Self {
        Self {
            secure,
            authority: authority.to_owned(),
            path_and_query: path_and_query.to_owned(),
        }
    }

    /// Reads an absolute URL; none where it is something else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.split_once('#').map_or(text, |(before, _)| before);
        let uri: Uri = escape(text).parse().ok()?;
        let secure = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority()?.as_str().to_ascii_lowercase();
        if authority.is_empty() || authority.contains('@') {
            return None;
        }
        let path_and_query = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        Some(Self::new(secure, &authority, path_and_query))
    }

    /// Resolves a `Location` (RFC 9110 section 10.2.2) against this URL (RFC 3986 section 5.2).
    pub(super) fn join(&self, location: &str) -> Option<Self> {
        let location = location.trim();
        if has_scheme(location) {
            return Self::parse(location);
        }
        let scheme = if self.secure { "https" } else { "http" };
        if location.starts_with("//") {
            return Self::parse(&format!("{scheme}:{location}"));
        }
        let path = self.path_and_query.split('?').next().unwrap_or("/");
        let target = match location.chars().next() {
            None | Some('#') => self.path_and_query.clone(),
            Some('/') => location.to_owned(),
            Some('?') => format!("{path}{location}"),
            Some(_) => beside(path, location),
        };
        Self::parse(&format!("{scheme}://{}{target}", self.authority))
    }

    /// Returns the same URL with more in its query.
    pub(super) fn with_query(&self, more: &str) -> Self {
        let joint = if self.path_and_query.contains('?') {
            '&'
        } else {
            '?'
        };
        Self {
            path_and_query: format!("{}{joint}{more}", self.path_and_query),
            ..self.clone()
        }
    }

    /// Tells whether it is `https`.
    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    /// Returns host and port as written.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// Tells whether credentials for `other` may go here: same scheme, host and port.
    pub(super) fn same_origin(&self, other: &Self) -> bool {
        self.secure == other.secure && self.explicit_authority() == other.explicit_authority()
    }

    /// Returns the same URL over plain HTTP.
    pub(super) fn plain(&self) -> Self {
        Self {
            secure: false,
            ..self.clone()
        }
    }

    /// Returns the text that is requested.
    pub(super) fn as_request(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority, self.path_and_query)
    }

    fn explicit_authority(&self) -> String {
        let has_port = self
            .authority
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        match (has_port, self.secure) {
            (true, _) => self.authority.clone(),
            (false, true) => format!("{}:443", self.authority),
            (false, false) => format!("{}:80", self.authority),
        }
    }
}

/// Without path and query, which may hold a signature.
impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({})", self.authority)
    }
}

/// Writes a byte by its number (RFC 3986 section 2.1).
pub(super) fn push_escaped(out: &mut String, byte: u8) {
    out.push('%');
    for nibble in [byte >> 4, byte & 15] {
        let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        out.push(digit.to_ascii_uppercase());
    }
}

/// Tells whether a reference begins with a scheme (RFC 3986 section 3.1).
fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        let mut bytes = scheme.bytes();
        bytes
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
            && bytes.all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

/// Resolves a relative path, with its query, against the path that it stands in.
fn beside(path: &str, location: &str) -> String {
    let (relative, query) = location
        .find('?')
        .map_or((location, ""), |at| location.split_at(at));
    let mut segments: Vec<&str> = path.split('/').skip(1).collect();
    segments.pop();
    let mut ends_open = false;
    for segment in relative.split('/') {
        ends_open = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    if ends_open {
        segments.push("");
    }
    format!("/{}{query}", segments.join("/"))
}

/// Writes what may not stand in a path or a query by its numbers, as browsers do: links with a
/// signature come with spaces and quotes in them.
fn escape(text: &str) -> String {
    let after_scheme = text.find("://").map_or(0, |at| at.saturating_add(3));
    let (host, path) = text
        .get(after_scheme..)
        .and_then(|rest| rest.find(['/', '?']))
        .map_or((text, ""), |at| {
            text.split_at(after_scheme.saturating_add(at))
        });
    let mut out = host.to_owned();
    for byte in path.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | ..=b' ' | 0x7f.. => {
                push_escaped(&mut out, byte);
            }
            _ => out.push(char::from(byte)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_resolved() {
        let base = Url::parse("https://reg.lan:5000/v2/a/blobs/x?y=z").unwrap();
        for (location, resolved) in [
            (
                "https://cdn.example/b?sig=1#part",
                "https://cdn.example/b?sig=1",
            ),
            ("//cdn.example/b", "https://cdn.example/b"),
            ("/other", "https://reg.lan:5000/other"),
            ("next", "https://reg.lan:5000/v2/a/blobs/next"),
            (
                "./next?a=/b/..",
                "https://reg.lan:5000/v2/a/blobs/next?a=/b/..",
            ),
            ("../../b/x", "https://reg.lan:5000/v2/b/x"),
            ("../../../../..", "https://reg.lan:5000/"),
            ("?z=1", "https://reg.lan:5000/v2/a/blobs/x?z=1"),
            ("", "https://reg.lan:5000/v2/a/blobs/x?y=z"),
            (
                "to?u=http://b/",
                "https://reg.lan:5000/v2/a/blobs/to?u=http://b/",
            ),
            ("HTTPS://CDN.example", "https://cdn.example/"),
            (" https://cdn.example:8443/b ", "https://cdn.example:8443/b"),
            (
                "https://cdn.example/a b?f=\"ü\"|1&s=%2F~",
                "https://cdn.example/a%20b?f=%22%C3%BC%22%7C1&s=%2F~",
            ),
            ("http://reg.lan:5000/x", "http://reg.lan:5000/x"),
        ] {
            assert_eq!(base.join(location).unwrap().as_request(), resolved);
        }
        for location in [
            "ftp://x/y",
            "https://user:pass@cdn.example/",
            "https://",
            "https://a b/",
            "file:///etc/passwd",
        ] {
            assert!(base.join(location).is_none(), "{location}");
        }
    }

    #[test]
    fn another_port_or_scheme_is_another_origin() {
        let url = |text| Url::parse(text).unwrap();
        assert!(url("https://a/x").same_origin(&url("https://A:443/y")));
        assert!(!url("https://a/").same_origin(&url("https://a:444/")));
        assert!(!url("https://a/").same_origin(&url("http://a/")));
        assert!(!url("https://a/").same_origin(&url("https://b/")));
    }

    #[test]
    fn a_signature_is_not_shown() {
        let url = Url::parse("https://cdn.example/b?sig=hunter2").unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
