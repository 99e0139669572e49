//! What a request presents (RFC 7617 Basic, RFC 6750 Bearer).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{self, HeaderMap};
use zeroize::Zeroizing;

/// Returns the token of a request: a Bearer token, or the password of Basic under any user name.
pub(super) fn token(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    let line = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, value) = line.split_once(' ')?;
    let value = value.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Zeroizing::new(value.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(value).ok()?);
    let (_, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some(Zeroizing::new(password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_schemes_are_read() {
        for (line, found) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic dXNlcjphYmM=", Some("abc")),
            ("basic OmE6Yg==", Some("a:b")),
            ("Basic dXNlcg==", None),
            ("Basic ???", None),
            ("Digest abc", None),
            ("Bearer", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, line.parse().unwrap());
            let token = token(&headers);
            assert_eq!(token.as_ref().map(|token| token.as_str()), found, "{line}");
        }
        assert_eq!(token(&HeaderMap::new()), None);
    }
}
