//! Values that a person gives beside the files: named contexts, triggers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lock_format::Reference;

use crate::diagnostic::{Class, Code, Diagnose, Failure};
use crate::inputs::Input;
use crate::run::limits::CONFIG_BYTES;

/// Every code of these values.
pub(crate) const CODES: &[Code] = &[ONBUILD];

const ONBUILD: Code = Code::new("cli/onbuild-file");

/// The file of triggers is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("{} does not list ONBUILD triggers: {reason}", path.display())]
struct OnbuildFile {
    path: PathBuf,
    reason: String,
}

impl Diagnose for OnbuildFile {
    fn code(&self) -> Code {
        ONBUILD
    }

    fn class(&self) -> Class {
        Class::Usage
    }

    fn help(&self) -> Option<String> {
        let example = r#"{"docker.io/library/node:1": ["COPY --from=nginx:1 /a /b"]}"#;
        Some(format!("write it as {example}"))
    }
}

/// Reads triggers by canonical reference.
pub(super) fn onbuild_file(path: &Path) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let wrong = |reason: String| OnbuildFile {
        path: path.to_owned(),
        reason,
    };
    let input = Input::from_file(path, CONFIG_BYTES)?;
    let triggers: BTreeMap<String, Vec<String>> =
        serde_json::from_slice(&input.bytes).map_err(|error| wrong(error.to_string()))?;
    for reference in triggers.keys() {
        Reference::parse_canonical(reference).map_err(|_| {
            wrong(format!(
                "`{reference}` is not a reference in its canonical form"
            ))
        })?;
    }
    Ok(triggers)
}

/// Reads `NAME=VALUE`; a value that does not say what it is names a folder.
pub(super) fn build_context(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .ok_or_else(|| "it takes the form NAME=VALUE".to_owned())?;
    let kinds = ["docker-image:", "oci-layout:", "local:", "git@"];
    let says_what = value.contains("://") || kinds.iter().any(|kind| value.starts_with(kind));
    let value = if says_what {
        value.to_owned()
    } else {
        format!("local:{name}")
    };
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_says_nothing_is_a_folder() {
        for (text, value) in [
            ("a=docker-image://b", Some("docker-image://b")),
            ("a=foo://b", Some("foo://b")),
            ("a=git@h:p", Some("git@h:p")),
            ("a=../b", Some("local:a")),
            ("a=b=c", Some("local:a")),
            ("a=", None),
            ("=b", None),
            ("a", None),
        ] {
            let found = build_context(text).ok().map(|(_, value)| value);
            assert_eq!(found.as_deref(), value, "{text}");
        }
    }
}
