//! Reading a configuration file, bounded.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::ConfigError;

/// Longest configuration file, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Reads a configuration file; none where there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    let unreadable = |cause| ConfigError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut text = String::new();
    file.take(LONGEST.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > LONGEST {
        return Err(unreadable(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is longer than 1 MiB",
        )));
    }
    Ok(Some(text))
}
