//! Lists of tags and repositories, page by page (OCI distribution specification, listing tags).

use std::collections::BTreeSet;

use hyper::{StatusCode, header};
use serde_json::{Value, json};

use super::names::Place;
use super::refusal::Refusal;
use super::request::RequestHead;
use super::response::Response;

/// The part of a list that is asked for.
#[derive(Debug)]
pub(super) struct Page<'a> {
    path: &'a str,
    ns: Option<String>,
    most: Option<usize>,
    last: Option<String>,
}

/// The number of entries is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the parameter n is not a number of entries: it takes decimal digits")]
pub(super) struct BadNumber;

impl<'a> Page<'a> {
    /// Reads `n` and `last`.
    pub(super) fn of(head: &RequestHead<'a>) -> Result<Self, Refusal> {
        Ok(Self {
            path: head.uri.path(),
            ns: head.parameter("ns")?,
            most: head.parameter("n")?.as_deref().map(number).transpose()?,
            last: head.parameter("last")?,
        })
    }

    /// Answers the tags of a repository under the name it was asked by.
    pub(super) fn tags<'t>(
        &self,
        name: &str,
        place: &Place,
        tags: impl Iterator<Item = &'t String>,
    ) -> Response {
        let mut response = self.answer(tags, |tags| json!({"name": name, "tags": tags}));
        response.about.name = Some(place.to_string());
        response
    }

    /// Answers the repositories.
    pub(super) fn catalog(&self, repositories: &BTreeSet<String>) -> Response {
        self.answer(repositories.iter(), |names| json!({"repositories": names}))
    }

    fn answer<'t>(
        &self,
        sorted: impl Iterator<Item = &'t String>,
        write: impl Fn(&[&String]) -> Value,
    ) -> Response {
        let mut rest =
            sorted.skip_while(|entry| self.last.as_ref().is_some_and(|last| *entry <= last));
        let most = self.most.unwrap_or(usize::MAX);
        let shown: Vec<&String> = rest.by_ref().take(most).collect();
        let value = write(&shown);
        let mut response = Response::json(StatusCode::OK, "application/json", &value);
        if let (Some(most), Some(last), Some(_)) = (self.most, shown.last(), rest.next()) {
            response.set(header::LINK, &self.link(most, last));
        }
        response
    }

    /// Writes where the list goes on, under the same name that it was asked by.
    fn link(&self, most: usize, last: &str) -> String {
        let mut link = format!("<{}?n={most}&last={}", self.path, encode(last));
        if let Some(ns) = &self.ns {
            link.push_str("&ns=");
            link.push_str(&encode(ns));
        }
        link.push_str(">; rel=\"next\"");
        link
    }
}

/// Reads a number of entries; what is above the address space is all of them.
fn number(text: &str) -> Result<usize, BadNumber> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadNumber);
    }
    Ok(text.parse().unwrap_or(usize::MAX))
}

/// Percent-encodes everything that is not plain in a query (RFC 3986 section 3.4).
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            let digits = [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16));
            out.extend(digits.into_iter().flatten());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_decimal_digits() {
        for (text, found) in [
            ("0", Ok(0)),
            ("12", Ok(12)),
            ("99999999999999999999999", Ok(usize::MAX)),
            ("", Err(BadNumber)),
            ("-1", Err(BadNumber)),
            ("+1", Err(BadNumber)),
            ("1.0", Err(BadNumber)),
            ("x", Err(BadNumber)),
        ] {
            assert_eq!(number(text), found, "{text}");
        }
    }

    #[test]
    fn nothing_in_a_link_ends_it_early() {
        assert_eq!(encode("a/b_1-c.d"), "a/b_1-c.d");
        assert_eq!(encode("a>\r\n\"&é"), "a%3e%0d%0a%22%26%c3%a9");
    }
}
