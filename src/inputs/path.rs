//! Paths below a root.

use std::fmt;

/// Names a place below a root: parts joined by `/`, `.` for the root itself.
///
/// Never absolute, never with `.` or `..` as a part. Bytes that are not UTF-8 do not occur.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootPath(Vec<String>);

/// A path leads out of the root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` leads out of the root")]
pub struct Outside(pub String);

impl RootPath {
    /// Names the root itself.
    pub fn root() -> Self {
        Self(Vec::new())
    }

    /// Reads a path relative to the root.
    pub fn new(path: &str) -> Result<Self, Outside> {
        Self::root().join(path)
    }

    /// Names what `path` names when read in this folder; absolute paths lead out.
    ///
    /// `..` is taken away together with the name before it, as in a URL.
    pub fn join(&self, path: &str) -> Result<Self, Outside> {
        let outside = || Outside(path.to_owned());
        if path.starts_with('/') {
            return Err(outside());
        }
        let mut parts = self.0.clone();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or_else(outside)?;
                }
                part => parts.push(part.to_owned()),
            }
        }
        Ok(Self(parts))
    }

    /// Returns the folder that this lies in; the root lies in itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        let mut parts = self.0.clone();
        parts.pop();
        Self(parts)
    }

    /// Returns the last part; none for the root.
    pub fn file_name(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }

    /// Returns the parts.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for RootPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            f.write_str(".")
        } else {
            f.write_str(&self.0.join("/"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_plain() {
        let folder = RootPath::new("a/b").unwrap();
        for (path, expected) in [
            ("c", "a/b/c"),
            ("./c//d/", "a/b/c/d"),
            ("../c", "a/c"),
            ("../..", "."),
            ("", "a/b"),
        ] {
            assert_eq!(folder.join(path).unwrap().to_string(), expected, "{path}");
        }
        assert_eq!(folder.parent().to_string(), "a");
        assert_eq!(folder.file_name(), Some("b"));
    }

    #[test]
    fn no_path_leads_out() {
        let folder = RootPath::new("a").unwrap();
        for path in ["/a", "../..", "b/../../../c"] {
            assert!(folder.join(path).is_err(), "{path}");
        }
    }
}
