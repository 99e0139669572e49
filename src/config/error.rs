//! What can be wrong with a configuration file.

use std::path::PathBuf;
use std::sync::Arc;

use lock_format::Span;

use crate::diagnostic::{Class, Code, Diagnose, Label};

/// Every code this room can give.
pub const CODES: &[Code] = &[
    UNREADABLE,
    SYNTAX,
    UNKNOWN_KEY,
    BAD_VALUE,
    MISSING_KEY,
    NO_MATCH,
];

const UNREADABLE: Code = Code::new("config/unreadable");
const SYNTAX: Code = Code::new("config/syntax");
const UNKNOWN_KEY: Code = Code::new("config/unknown-key");
const BAD_VALUE: Code = Code::new("config/bad-value");
const MISSING_KEY: Code = Code::new("config/missing-key");
const NO_MATCH: Code = Code::new("config/no-match");

/// A configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is there and cannot be read, or is too long.
    #[error("the configuration {path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// It is not TOML.
    #[error("the configuration {} is not TOML: {reason}", place.file.display())]
    Syntax {
        /// Where.
        place: Place,
        /// What the parser says.
        reason: String,
    },
    /// A key that does not exist.
    #[error("`{key}` is no setting of {}", place.file.display())]
    UnknownKey {
        /// Where.
        place: Place,
        /// The key as written.
        key: String,
        /// The known key that is nearest, if one is near.
        nearest: Option<&'static str>,
        /// All keys that are known there.
        known: &'static [&'static str],
    },
    /// A value of the wrong type or out of range.
    #[error("`{key}` in {} takes {wanted}", place.file.display())]
    BadValue {
        /// Where.
        place: Place,
        /// The key.
        key: &'static str,
        /// What it takes.
        wanted: &'static str,
    },
    /// A table lacks a key that it must have.
    #[error("a `[[{table}]]` in {} has no `{key}`", place.file.display())]
    MissingKey {
        /// Where the table is.
        place: Place,
        /// The table.
        table: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A path or pattern for files fits none.
    #[error("`{pattern}` in {} fits no file", place.file.display())]
    NoMatch {
        /// Where.
        place: Place,
        /// The pattern.
        pattern: String,
    },
}

/// A place in a configuration file.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Its text.
    pub text: Arc<str>,
    /// The part that is blamed.
    pub span: Span,
}

impl Diagnose for ConfigError {
    fn code(&self) -> Code {
        match self {
            Self::Unreadable { .. } => UNREADABLE,
            Self::Syntax { .. } => SYNTAX,
            Self::UnknownKey { .. } => UNKNOWN_KEY,
            Self::BadValue { .. } => BAD_VALUE,
            Self::MissingKey { .. } => MISSING_KEY,
            Self::NoMatch { .. } => NO_MATCH,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Unreadable { .. } => Class::Environment,
            Self::Syntax { .. }
            | Self::UnknownKey { .. }
            | Self::BadValue { .. }
            | Self::MissingKey { .. }
            | Self::NoMatch { .. } => Class::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Unreadable { cause, .. } if cause.kind() == std::io::ErrorKind::InvalidData => {
                Some("save it as UTF-8".to_owned())
            }
            Self::Unreadable { .. } => Some("make it readable, or move it away".to_owned()),
            Self::Syntax { .. } => Some("docs/configuration.md shows the form".to_owned()),
            Self::UnknownKey {
                nearest: Some(key), ..
            } => Some(format!("did you mean `{key}`?")),
            Self::UnknownKey {
                nearest: None,
                known,
                ..
            } => Some(format!("the settings are {}", known.join(", "))),
            Self::BadValue { .. } => {
                Some("docs/configuration.md describes each setting".to_owned())
            }
            Self::MissingKey { key, .. } => Some(format!("add {key} = [\"…\"]")),
            Self::NoMatch { .. } => Some(
                "paths start at the folder of airlock.toml; `*` stays in a folder, `**/` goes through them"
                    .to_owned(),
            ),
        }
    }

    fn labels(&self) -> Vec<Label> {
        let (place, message) = match self {
            Self::Unreadable { .. } => return Vec::new(),
            Self::Syntax { place, .. } => (place, "here"),
            Self::UnknownKey { place, .. } => (place, "not known"),
            Self::BadValue { place, wanted, .. } => (place, *wanted),
            Self::MissingKey { place, .. } => (place, "this table"),
            Self::NoMatch { place, .. } => (place, "no such file"),
        };
        vec![Label {
            file: place.file.display().to_string(),
            text: Arc::clone(&place.text),
            span: place.span,
            message: message.to_owned(),
        }]
    }
}
