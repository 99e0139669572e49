//! Exit codes: one enum, one file (listed in `docs/exit-codes.md`).

use std::process::ExitCode;

use crate::diagnostic::Class;

/// Tells a script how a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done.
    Done = 0,
    /// A gate failed: drift, something missing with `--exit-code`, findings, a project source that
    /// cannot be read.
    Gate = 1,
    /// Usage, configuration, a lockfile that is broken or newer than known.
    Usage = 2,
    /// Network, disk, permissions, a busy store.
    Environment = 3,
    /// Verification or decryption failed; a wrong phrase.
    Verification = 4,
    /// Done in part; the output says what is missing.
    Partial = 5,
    /// Stopped by Ctrl-C.
    Interrupted = 130,
    /// Stopped by SIGTERM.
    Terminated = 143,
}

impl From<Class> for ExitStatus {
    fn from(class: Class) -> Self {
        match class {
            Class::Gate => Self::Gate,
            Class::Usage => Self::Usage,
            Class::Environment => Self::Environment,
            Class::Verification => Self::Verification,
            Class::Partial => Self::Partial,
            Class::Cancelled => Self::Interrupted,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_the_documented_code() {
        for (class, code) in [
            (Class::Gate, 1),
            (Class::Usage, 2),
            (Class::Environment, 3),
            (Class::Verification, 4),
            (Class::Partial, 5),
            (Class::Cancelled, 130),
        ] {
            assert_eq!(ExitStatus::from(class) as u8, code);
        }
    }
}
