//! Bytes with the name under which people know them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::InputError;
use super::error::words;

/// The name of standard input.
const STANDARD_INPUT: &str = "-";

/// The bytes of a project file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The path relative to the root, with `/`; `-` for standard input.
    pub name: String,
    /// All its bytes.
    pub bytes: Vec<u8>,
}

impl Input {
    /// Reads a file that a person named beside the project's own, wherever it lies, up to `limit`
    /// bytes.
    pub fn from_file(path: &Path, limit: u64) -> Result<Self, InputError> {
        let name = path.display().to_string();
        let mut file = File::open(path).map_err(|error| InputError::Unreadable {
            path: name.clone(),
            reason: words(&error),
        })?;
        let bytes = read_bounded(&mut file, &name, limit)?;
        Ok(Self { name, bytes })
    }

    /// Reads standard input, or whatever stands in for it, up to `limit` bytes.
    pub fn from_standard_input(source: &mut dyn Read, limit: u64) -> Result<Self, InputError> {
        Ok(Self {
            name: STANDARD_INPUT.to_owned(),
            bytes: read_bounded(source, STANDARD_INPUT, limit)?,
        })
    }
}

/// Reads to the end, and no further than one byte beyond `limit`.
pub(super) fn read_bounded(
    source: &mut dyn Read,
    path: &str,
    limit: u64,
) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "the reader is bounded by `take`, and the result is checked against the limit"
    )]
    let read = source.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    let length = read.map_err(|error| InputError::Unreadable {
        path: path.to_owned(),
        reason: words(&error),
    })?;
    if u64::try_from(length).map_or(true, |length| length > limit) {
        return Err(InputError::TooLarge {
            path: path.to_owned(),
            limit,
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_exact() {
        for (length, fits) in [(0, true), (4, true), (5, false), (100, false)] {
            let bytes = vec![b'a'; length];
            let input = Input::from_standard_input(&mut bytes.as_slice(), 4);
            assert_eq!(input.is_ok(), fits, "{length}");
        }
    }
}
