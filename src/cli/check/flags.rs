//! The flags of the check.

use clap::{Args, ValueEnum};

use crate::diagnostic::Level;

/// Whether the lock is checked in place of written.
#[derive(Args, Clone, Debug)]
pub(crate) struct CheckFlags {
    /// Compare the lock with what the sources need and write nothing; asks no network, ends with 1 where they differ
    #[arg(long, visible_alias = "locked")]
    pub(crate) check: bool,
    /// Ask the registries too whether tags have moved, without fetching anything; `warn` tells it and does not fail [default where it is given: fail]
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "fail",
        requires = "check"
    )]
    upstream: Option<Moved>,
}

/// What a moved tag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Moved {
    /// A finding that the check fails on.
    Fail,
    /// A warning.
    Warn,
}

impl CheckFlags {
    /// Returns what a moved tag is; none where the registries are not asked.
    pub(crate) fn upstream(&self) -> Option<Level> {
        self.upstream.map(|moved| match moved {
            Moved::Fail => Level::Error,
            Moved::Warn => Level::Warning,
        })
    }
}
