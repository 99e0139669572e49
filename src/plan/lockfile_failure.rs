//! A lockfile that cannot be used, told with the file it is.

use std::sync::Arc;

use lock_format::LockError;

use super::codes;
use crate::diagnostic::{Class, Code, Diagnose, Label, sanitize};

/// A lockfile that cannot be used, with its name and text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {}", sanitize(&error.to_string(), SHOWN))]
pub struct LockfileFailure {
    path: String,
    text: Arc<str>,
    error: LockError,
}

/// Longest sentence about a lock, in characters.
const SHOWN: usize = 400;

impl LockfileFailure {
    /// Joins an error with the file it is about; `path` as people know it. The text is empty where
    /// the lock never was one.
    pub fn new(path: &str, text: &str, error: LockError) -> Self {
        Self {
            path: path.to_owned(),
            text: text.into(),
            error,
        }
    }
}

impl Diagnose for LockfileFailure {
    fn code(&self) -> Code {
        if self.error.is_newer() {
            codes::NEWER
        } else {
            codes::BROKEN
        }
    }

    fn class(&self) -> Class {
        Class::Usage
    }

    fn help(&self) -> Option<String> {
        self.error.help()
    }

    fn labels(&self) -> Vec<Label> {
        let label = self.error.span().map(|span| Label {
            file: self.path.clone(),
            text: Arc::clone(&self.text),
            span,
            message: "here".to_owned(),
        });
        label.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lock_format::Lockfile;

    #[test]
    fn newer_and_broken_are_two_codes_with_a_place() {
        for (text, code, start) in [
            ("version = 2\n", codes::NEWER, 0),
            ("version = 1\n[x]\n", codes::NEWER, 13),
            ("version = 1\nimage = 3\n", codes::BROKEN, 20),
        ] {
            let error = Lockfile::parse(text).unwrap_err();
            let failure = LockfileFailure::new("airlock.lock", text, error);
            assert_eq!(failure.code(), code, "{text}");
            assert_eq!(failure.class(), Class::Usage);
            assert_eq!(
                failure.labels().first().map(|label| label.span.start),
                Some(start)
            );
            assert!(failure.help().is_some());
        }
    }

    #[test]
    fn text_from_the_file_is_tamed() {
        let text = "version = 1\n\"\\u001b[2J\" = 1\n";
        let error = Lockfile::parse(text).unwrap_err();
        let shown = LockfileFailure::new("airlock.lock", text, error).to_string();
        assert_eq!(
            shown,
            "airlock.lock: the lock of version 1 has no key `\u{fffd}[2J`"
        );
    }
}
