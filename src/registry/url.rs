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
        let uri: Uri = text.parse().ok()?;
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

    /// Resolves a `Location` (RFC 9110 section 10.2.2) against this URL.
    pub(super) fn join(&self, location: &str) -> Option<Self> {
        let scheme = if self.secure { "https" } else { "http" };
        if location.starts_with("//") {
            return Self::parse(&format!("{scheme}:{location}"));
        }
        if location.starts_with('/') {
            return Self::parse(&format!("{scheme}://{}{location}", self.authority));
        }
        if location.contains("://") {
            return Self::parse(location);
        }
        let path = self
            .path_and_query
            .split_once('?')
            .map_or(self.path_and_query.as_str(), |(path, _)| path);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        Self::parse(&format!("{scheme}://{}{folder}/{location}", self.authority))
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
