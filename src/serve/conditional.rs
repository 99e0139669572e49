//! Conditions on an answer (RFC 9110 section 13): by entity tag, which is the digest in quotes.

use hyper::header::{self, HeaderMap, HeaderName};
use lock_format::Digest;

/// Returns the strong entity tag of content.
pub(crate) fn entity_tag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

/// Tells whether the client asks for other content than this (RFC 9110 section 13.1.1); a weak tag
/// never matches.
pub(crate) fn is_other(headers: &HeaderMap, tag: &str) -> bool {
    headers.contains_key(header::IF_MATCH)
        && !listed(headers, &header::IF_MATCH).any(|wanted| wanted == "*" || wanted == tag)
}

/// Tells whether the client has this content already.
pub(crate) fn is_unchanged(headers: &HeaderMap, tag: &str) -> bool {
    listed(headers, &header::IF_NONE_MATCH)
        .any(|wanted| wanted == "*" || wanted.strip_prefix("W/").unwrap_or(wanted) == tag)
}

/// Returns the entity tags of a header; none of ours has a comma in it.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}

/// Returns the range asked for, unless it is meant for other content or stands twice.
pub(crate) fn wanted_range<'a>(headers: &'a HeaderMap, tag: &str) -> Option<&'a str> {
    let mut lines = headers.get_all(header::RANGE).iter();
    let range = lines.next()?.to_str().ok()?;
    let meant = headers
        .get_all(header::IF_RANGE)
        .iter()
        .all(|line| line.as_bytes() == tag.as_bytes());
    (lines.next().is_none() && meant).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(HeaderName, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(name, value.parse().unwrap());
        }
        map
    }

    #[test]
    fn an_entity_tag_is_found_in_every_form() {
        for (value, unchanged) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            let map = headers(&[(header::IF_NONE_MATCH, value)]);
            assert_eq!(is_unchanged(&map, "\"a\""), unchanged, "{value}");
        }
        assert!(!is_unchanged(&HeaderMap::new(), "\"a\""));
    }

    #[test]
    fn content_that_differs_is_noticed() {
        for (lines, other) in [
            (&[][..], false),
            (&["\"a\""], false),
            (&["\"b\", \"a\""], false),
            (&["\"b\"", "\"a\""], false),
            (&["*"], false),
            (&["\"b\""], true),
            (&["W/\"a\""], true),
            (&["a"], true),
            (&[""], true),
        ] {
            let lines: Vec<_> = lines.iter().map(|line| (header::IF_MATCH, *line)).collect();
            assert_eq!(is_other(&headers(&lines), "\"a\""), other, "{lines:?}");
        }
    }

    #[test]
    fn a_range_counts_for_the_content_it_is_meant_for() {
        let range = (header::RANGE, "bytes=0-1");
        for (lines, wanted) in [
            (vec![range.clone()], true),
            (vec![range.clone(), (header::IF_RANGE, "\"a\"")], true),
            (vec![range.clone(), (header::IF_RANGE, "W/\"a\"")], false),
            (vec![range.clone(), (header::IF_RANGE, "\"b\"")], false),
            (
                vec![
                    range.clone(),
                    (header::IF_RANGE, "Fri, 20 Nov 2026 10:00:00 GMT"),
                ],
                false,
            ),
            (vec![range.clone(), range], false),
            (vec![], false),
        ] {
            let map = headers(&lines);
            assert_eq!(wanted_range(&map, "\"a\"").is_some(), wanted, "{lines:?}");
        }
    }
}
