//! A setting as it is shown.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "lowercase")]
pub(super) enum From {
    /// A flag of this call.
    Flag(&'static str),
    /// A variable of the environment.
    Variable(&'static str),
    /// A file.
    File(#[serde(serialize_with = "shown")] PathBuf),
    /// Nobody said anything.
    Default,
}

/// A setting, one value of it, and where that comes from.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// What it is about, as a heading.
    pub(super) about: &'static str,
    /// Its name: the key of a file, or a flag without its dashes.
    pub(super) key: &'static str,
    /// Its value; none where there is none without being told.
    pub(super) value: Option<Value>,
    /// Where the value comes from.
    pub(super) from: From,
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

fn shown<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

/// Draws rows under their headings.
pub(super) fn text(rows: &[Row]) -> String {
    let keys = rows.iter().map(|row| row.key.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut about = "";
    for row in rows {
        if row.about != about {
            about = row.about;
            text.push_str(about);
            text.push('\n');
        }
        let value = match &row.value {
            Some(Value::String(value)) => value.clone(),
            Some(value) => value.to_string(),
            None => "none".to_owned(),
        };
        let line = format!("  {:keys$}  {value}  ({})\n", row.key, row.from);
        text.push_str(&line);
    }
    text
}
