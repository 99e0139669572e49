//! A stable name for each kind of failure, and the class that decides the exit code.

use std::fmt;

/// Names a kind of failure: `room/what-is-wrong`, kebab-case, never renamed once released.
///
/// Each room lists its codes in a `CODES` constant; `docs/errors.md` has a paragraph for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// Names a code.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Returns the name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Sorts failures by who can do something about them; `cli` maps each to an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A gate failed: drift, findings, a project source that cannot be read (exit 1).
    Gate,
    /// Arguments, configuration, a lockfile that is broken or newer than known (exit 2).
    Usage,
    /// Network, disk, permissions, a busy store (exit 3).
    Environment,
    /// Verification or decryption failed, a wrong phrase (exit 4).
    Verification,
    /// Done in part; the message says what is missing (exit 5).
    Partial,
    /// Stopped by Ctrl-C or a signal (exit 130 or 143).
    Cancelled,
}
