//! Where a command writes an envelope: `-`, or a path that is not overwritten without `--force`, with
//! its `.sums` beside it (`docs/transfer-format.md`, section 10).

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use lock_format::Algorithm;

use crate::diagnostic::Failure;
use crate::oci::Hasher;
use crate::store::{Existing, OutputFile};

/// Transfer files are for the courier as well.
pub(crate) const MODE: u32 = 0o644;

/// An output that has its name only when it is whole.
pub(crate) enum Target {
    /// Standard output.
    Standard(io::Stdout),
    /// A file beside its final name.
    File(Box<Named>),
}

/// A file and its `.sums`; neither has its name yet.
pub(crate) struct Named {
    path: PathBuf,
    file: OutputFile,
    sums: OutputFile,
    hasher: Hasher,
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
        Ok(Self::File(Box::new(Named {
            path: path.to_owned(),
            file: OutputFile::create(path, MODE, existing)?,
            sums: OutputFile::create(&sums_of(path), MODE, existing)?,
            hasher: Hasher::new(Algorithm::Sha256),
        })))
    }

    /// Gives the file its name and returns that, for the message.
    pub(crate) fn finish(self) -> Result<String, Failure> {
        match self {
            Self::Standard(_) => Ok("standard output".to_owned()),
            Self::File(named) => named.finish(),
        }
    }
}

impl Named {
    fn finish(mut self) -> Result<String, Failure> {
        self.file.finish()?;
        let name = self.path.file_name().unwrap_or_default();
        let line = sums_line(&self.hasher.finish().hex(), name);
        self.sums.take(&line)?;
        self.sums.finish()?;
        Ok(self.path.display().to_string())
    }
}

/// The name of the file of sums beside a file.
pub(crate) fn sums_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".sums");
    name.into()
}

/// One line as `sha256sum` writes it; a name with a line feed or backslash is escaped, and the line
/// then begins with a backslash.
pub(crate) fn sums_line(hex: &str, name: &OsStr) -> Vec<u8> {
    let mut escaped = Vec::new();
    for byte in name.as_bytes() {
        match byte {
            b'\\' => escaped.extend(b"\\\\"),
            b'\n' => escaped.extend(b"\\n"),
            b'\r' => escaped.extend(b"\\r"),
            other => escaped.push(*other),
        }
    }
    let mark: &[u8] = if escaped.len() == name.len() {
        b""
    } else {
        b"\\"
    };
    [mark, hex.as_bytes(), b"  ", &escaped, b"\n"].concat()
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(out) => out.write(bytes),
            Self::File(named) => {
                let count = named.file.write(bytes)?;
                named.hasher.update(bytes.get(..count).unwrap_or_default());
                Ok(count)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(out) => out.flush(),
            Self::File(named) => named.file.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_sha256sum_writes_it() {
        let line = |name: &str| String::from_utf8(sums_line("00", OsStr::new(name)));
        assert_eq!(line("a b.age").as_deref(), Ok("00  a b.age\n"));
        assert_eq!(line("a\\b\n").as_deref(), Ok("\\00  a\\\\b\\n\n"));
    }
}
