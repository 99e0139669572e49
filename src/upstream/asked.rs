//! A request as it came in.

/// Records a request: what the rules look at, and what the log keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method, such as `GET`.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, without its question mark.
    pub query: Option<String>,
    /// The headers, in the order they came in.
    pub headers: Vec<(String, String)>,
    /// The body, at most [`BODY_BYTES`](Self::BODY_BYTES) of it.
    pub body: Vec<u8>,
}

impl Asked {
    /// How much of a request's body is kept, in bytes.
    pub const BODY_BYTES: u64 = 64 * 1024;

    /// Returns the first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns first and last byte of a single range; the last is none when the range is open.
    pub fn range(&self) -> Option<(u64, Option<u64>)> {
        let (first, last) = self
            .header("range")?
            .strip_prefix("bytes=")?
            .split_once('-')?;
        match last {
            "" => Some((first.parse().ok()?, None)),
            last => Some((first.parse().ok()?, Some(last.parse().ok()?))),
        }
    }

    /// Tells whether a blob is asked for.
    pub fn is_blob(&self) -> bool {
        self.path.contains("/blobs/")
    }

    /// Tells whether a manifest is asked for.
    pub fn is_manifest(&self) -> bool {
        self.path.contains("/manifests/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str) -> Asked {
        Asked {
            method: "GET".to_owned(),
            path: "/v2/a/blobs/x".to_owned(),
            query: None,
            headers: vec![("Range".to_owned(), range.to_owned())],
            body: Vec::new(),
        }
    }

    #[test]
    fn single_ranges_are_read() {
        for (text, range) in [
            ("bytes=3-9", Some((3, Some(9)))),
            ("bytes=3-", Some((3, None))),
            ("bytes=-3", None),
            ("items=1-2", None),
            ("bytes=a-2", None),
        ] {
            assert_eq!(asked(text).range(), range, "{text}");
        }
    }
}
