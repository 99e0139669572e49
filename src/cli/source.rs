//! Where a command reads an envelope from: a path, or `-` for standard input. What cannot be sought in
//! is copied into a file first.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::diagnostic::{Class, Code, Diagnose, Failure};

/// Every code of opening an envelope.
pub(crate) const CODES: &[Code] = &[UNREADABLE, STANDARD_INPUT];

const UNREADABLE: Code = Code::new("cli/cannot-open");
const STANDARD_INPUT: Code = Code::new("cli/cannot-read-input");

/// An envelope cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    /// It is not there, may not be read, or is no file.
    #[error("cannot open {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Standard input ended with an error, or its copy could not be kept.
    #[error("cannot read standard input")]
    StandardInput(#[source] io::Error),
}

impl Diagnose for SourceError {
    fn code(&self) -> Code {
        match self {
            Self::Unreadable { .. } => UNREADABLE,
            Self::StandardInput(_) => STANDARD_INPUT,
        }
    }

    fn class(&self) -> Class {
        Class::Environment
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Unreadable { cause, .. } if cause.kind() == io::ErrorKind::IsADirectory => {
                "name a file in it"
            }
            Self::Unreadable { cause, .. } if Errno::from_io_error(cause) == Some(Errno::MFILE) => {
                "allow more open files, with `ulimit -n`: each volume is one"
            }
            Self::Unreadable { .. } => "is the stick mounted, and the name right?",
            Self::StandardInput(_) => "name a file instead of -",
        };
        Some(help.to_owned())
    }
}

/// Opens a file; standard input, or a pipe given by its path (`<(…)` of a shell), goes into a file
/// made by `scratch` first.
pub(crate) fn open(
    path: &Path,
    scratch: impl FnOnce() -> Result<File, Failure>,
) -> Result<File, Failure> {
    if path.as_os_str() == "-" {
        let mut file = scratch()?;
        io::copy(&mut io::stdin().lock(), &mut file).map_err(SourceError::StandardInput)?;
        return Ok(file);
    }
    let unreadable = |cause| SourceError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let mut named = File::open(path).map_err(unreadable)?;
    let file_type = named.metadata().map_err(unreadable)?.file_type();
    if file_type.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()).into());
    }
    if !file_type.is_fifo() {
        return Ok(named);
    }
    let mut file = scratch()?;
    io::copy(&mut named, &mut file).map_err(unreadable)?;
    Ok(file)
}

/// A nameless file for what comes through a pipe, gone when it is closed.
pub(crate) fn scratch() -> Result<File, Failure> {
    Ok(tempfile::tempfile().map_err(SourceError::StandardInput)?)
}
