//! Arguments of `airlock cache`.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::clean::CleanArguments;
use super::status::StatusArguments;
use crate::cli::context::{Context, Outcome};
use crate::report::{counted, human_size};
use crate::store::CacheNumbers;

/// Arguments of `airlock cache`.
#[derive(Args, Debug)]
pub(crate) struct CacheArguments {
    /// What to do with the cache.
    #[command(subcommand)]
    command: CacheCommand,
}

/// What to do with the cache.
#[derive(Debug, Subcommand)]
enum CacheCommand {
    /// Remove downloads: all of them, or what the flags say
    Clean(CleanArguments),
    /// Say how much there is
    Status(StatusArguments),
}

impl CacheArguments {
    /// Runs the command.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match &self.command {
            CacheCommand::Clean(arguments) => arguments.run(context),
            CacheCommand::Status(arguments) => arguments.run(context),
        }
    }
}

/// How much, as data.
#[derive(Serialize)]
pub(super) struct Amount {
    blobs: u64,
    bytes: u64,
    partial: u64,
    partial_bytes: u64,
}

impl From<CacheNumbers> for Amount {
    fn from(numbers: CacheNumbers) -> Self {
        let CacheNumbers {
            blobs,
            bytes,
            partial,
            partial_bytes,
        } = numbers;
        Self {
            blobs,
            bytes,
            partial,
            partial_bytes,
        }
    }
}

/// How much, as text: `3 blobs, 1.4 GiB; 1 cut download, 2.0 MiB`.
pub(super) fn text(numbers: CacheNumbers) -> String {
    let count = |number: u64, noun| counted(usize::try_from(number).unwrap_or(usize::MAX), noun);
    let whole = format!(
        "{}, {}",
        count(numbers.blobs, "blob"),
        human_size(numbers.bytes)
    );
    if numbers.partial == 0 {
        return whole;
    }
    format!(
        "{whole}; {}, {}",
        count(numbers.partial, "cut download"),
        human_size(numbers.partial_bytes)
    )
}
