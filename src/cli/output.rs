//! Standard output (data) and standard error (text for people).

use std::io::{self, Write as _};

use serde::Serialize;

use super::arguments::Format;
use super::arguments::Global;
use crate::diagnostic::{Class, Code, Diagnose};

/// Every code of output.
pub(crate) const CODES: &[Code] = &[CLOSED, FAILED, NO_SUCH_PAGE, WRONG_FORMAT];

const CLOSED: Code = Code::new("cli/output-closed");
const FAILED: Code = Code::new("cli/output-failed");
const NO_SUCH_PAGE: Code = Code::new("cli/no-such-page");
const WRONG_FORMAT: Code = Code::new("cli/wrong-format");

/// Where results go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    format: Format,
    quiet: bool,
}

/// Output could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    /// The reader of standard output went away: `airlock … | head`.
    #[error("standard output was closed")]
    Closed,
    /// Any other failure.
    #[error("standard output cannot be written")]
    Failed(#[source] io::Error),
    /// There is no such command.
    #[error("there is no command `{0}` to show the manual page of")]
    NoSuchPage(String),
    /// The command does not give its result in this format.
    #[error("this command has no output in the format `{0}`")]
    WrongFormat(&'static str),
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::Failed(error)
        }
    }
}

impl Diagnose for OutputError {
    fn code(&self) -> Code {
        match self {
            Self::Closed => CLOSED,
            Self::Failed(_) => FAILED,
            Self::NoSuchPage(_) => NO_SUCH_PAGE,
            Self::WrongFormat(_) => WRONG_FORMAT,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Closed | Self::Failed(_) => Class::Environment,
            Self::NoSuchPage(_) | Self::WrongFormat(_) => Class::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Closed => None,
            Self::Failed(_) => Some("is the disk behind the redirection full?".to_owned()),
            Self::NoSuchPage(_) => Some("`airlock --help` lists the commands".to_owned()),
            Self::WrongFormat(_) => {
                Some("take --format json; the other formats are those of `lock --check`".to_owned())
            }
        }
    }
}

impl Output {
    /// Data, where no arguments could be read.
    pub(crate) const JSON: Self = Self {
        format: Format::Json,
        quiet: false,
    };

    pub(crate) fn new(global: &Global) -> Self {
        Self {
            format: if global.json {
                Format::Json
            } else {
                global.format
            },
            quiet: global.quiet,
        }
    }

    /// Returns how results are printed.
    pub(crate) fn format(self) -> Format {
        self.format
    }

    /// Tells whether data is asked for instead of text.
    pub(crate) fn is_json(self) -> bool {
        self.format == Format::Json
    }

    /// Tells whether only what went wrong is to be said.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Writes bytes to standard output.
    #[expect(
        clippy::unused_self,
        reason = "output is only reached through the context"
    )]
    pub(crate) fn bytes(self, bytes: &[u8]) -> Result<(), OutputError> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()?;
        Ok(())
    }

    /// Writes a value as pretty JSON and a newline to standard output.
    pub(crate) fn data<T: Serialize>(self, value: &T) -> Result<(), OutputError> {
        let mut text = serde_json::to_vec_pretty(value).map_err(io::Error::from)?;
        text.push(b'\n');
        self.bytes(&text)
    }

    /// Writes text for people to standard error, unless told to be quiet or to give JSON.
    pub(crate) fn say(self, text: &str) {
        if !self.quiet && !self.is_json() {
            self.always(text);
        }
    }

    /// Writes a line of a log: to standard output where JSON was asked for, else to standard error.
    pub(crate) fn log(self, line: &[u8]) -> io::Result<()> {
        if self.is_json() {
            let mut out = io::stdout().lock();
            out.write_all(line)?;
            out.flush()
        } else {
            io::stderr().lock().write_all(line)
        }
    }

    /// Writes to standard error whatever was asked. A closed standard error is nobody to tell.
    #[expect(
        clippy::unused_self,
        reason = "output is only reached through the context"
    )]
    pub(crate) fn always(self, text: &str) {
        let mut err = io::stderr().lock();
        let written = err.write_all(text.as_bytes()).and_then(|()| {
            if text.ends_with('\n') {
                Ok(())
            } else {
                err.write_all(b"\n")
            }
        });
        drop(written);
    }
}
