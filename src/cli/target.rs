//! Where a command writes a file: `-`, or a path that is not overwritten without `--force`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::diagnostic::Failure;
use crate::store::{Existing, OutputFile};

/// Transfer files are for the courier as well.
const MODE: u32 = 0o644;

/// An output that has its name only when it is whole.
pub(crate) enum Target {
    /// Standard output.
    Standard(io::Stdout),
    /// A file beside its final name.
    File(PathBuf, OutputFile),
}

impl Target {
    /// Opens the output; a file that is there is refused unless `force`.
    pub(crate) fn open(path: &Path, force: bool) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Self::Standard(io::stdout()));
        }
        let existing = if force {
            Existing::Replace
        } else {
            Existing::Refuse
        };
        Ok(Self::File(
            path.to_owned(),
            OutputFile::create(path, MODE, existing)?,
        ))
    }

    /// Gives the file its name and returns that, for the message.
    pub(crate) fn finish(self) -> Result<String, Failure> {
        match self {
            Self::Standard(_) => Ok("standard output".to_owned()),
            Self::File(path, file) => {
                file.finish()?;
                Ok(path.display().to_string())
            }
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(out) => out.write(bytes),
            Self::File(_, file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(out) => out.flush(),
            Self::File(_, file) => file.flush(),
        }
    }
}
