//! The arguments of `airlock`, as clap reads them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::apply::ApplyArguments;
use super::bundle::BundleArguments;
use super::cache::CacheArguments;
use super::completions::CompletionsArguments;
use super::config::ConfigArguments;
use super::context::{Context, Outcome};
use super::demo::DemoArguments;
use super::diff::DiffArguments;
use super::init::InitArguments;
use super::inspect::InspectArguments;
use super::keys::KeysArguments;
use super::ledger::LedgerArguments;
use super::lock::LockArguments;
use super::man::ManArguments;
use super::request::RequestArguments;
use super::scan::ScanArguments;
use super::serve::ServeArguments;
use super::tls::TlsArguments;
use super::token::TokenArguments;

/// Carries container images across an air gap, driven by a lockfile.
#[derive(Debug, Parser)]
#[command(
    name = "airlock",
    disable_version_flag = true,
    subcommand_required = false,
    arg_required_else_help = true,
    after_help = "Inside has no internet, outside does: lock and bundle run outside; diff, apply and serve inside."
)]
pub(crate) struct Arguments {
    /// Flags of every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// Print the version
    #[arg(long, short = 'V')]
    pub(crate) version: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What stands above the flags of every command in the help of each.
const COMMON: &str = "Options of every command";

/// Flags that every command takes.
#[derive(Args, Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct Global {
    /// Run as if started in this folder
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = COMMON)]
    pub(crate) directory: Option<PathBuf>,
    /// Say only what went wrong
    #[arg(short, long, global = true, help_heading = COMMON, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more
    #[arg(short, long, global = true, help_heading = COMMON)]
    pub(crate) verbose: bool,
    /// How results are printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human, global = true, help_heading = COMMON)]
    pub(crate) format: Format,
    /// Short for --format json: data on standard output, errors as JSON too
    #[arg(long, global = true, help_heading = COMMON)]
    pub(crate) json: bool,
    /// Draw no progress
    #[arg(long, global = true, help_heading = COMMON)]
    pub(crate) no_progress: bool,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, global = true, help_heading = COMMON)]
    pub(crate) color: Color,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people, on standard error.
    Human,
    /// Data, on standard output.
    Json,
    /// A comment or a summary, on standard output; only of `lock --check`.
    Markdown,
    /// Annotations of GitHub Actions, on standard output; only of `lock --check`.
    Github,
    /// For code scanning, on standard output; only of `lock --check`.
    Sarif,
}

impl Format {
    /// Returns the name as it is typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Sarif => "sarif",
        }
    }
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` or `CLICOLOR=0` is set; elsewhere with `CLICOLOR_FORCE=1`.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import a bundle, verified against the lock, and publish it
    Apply(ApplyArguments),
    /// Fetch what a request asks for, and seal it
    Bundle(BundleArguments),
    /// Show or clean what the outside keeps of its downloads
    Cache(CacheArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Show each setting, its value, and where it comes from
    Config(ConfigArguments),
    /// Walk the whole trip on this machine: no Docker, no internet, nothing left behind
    Demo(DemoArguments),
    /// Compare the lock with the store, and write a request for what is missing
    Diff(DiffArguments),
    /// Write an airlock.toml for what is in this folder, or below it
    Init(InitArguments),
    /// Show what a request, bundle or receipt holds
    Inspect(InspectArguments),
    /// Make keys, take over those of the other side, export them
    Keys(KeysArguments),
    /// Show or void what the site remembers of requests and bundles
    Ledger(LedgerArguments),
    /// Resolve what Dockerfiles and compose projects need into airlock.lock
    Lock(Box<LockArguments>),
    /// Print or write the manual pages
    Man(ManArguments),
    /// List or cancel the requests of this site
    Request(RequestArguments),
    /// List the images that Dockerfiles and compose projects need, without a network
    Scan(ScanArguments),
    /// Serve the store as a read-only registry
    Serve(ServeArguments),
    /// Make the certificate of the registry
    Tls(TlsArguments),
    /// Say who may read a registry that requires tokens
    Token(TokenArguments),
}

impl Command {
    /// Tells whether the command gives its result in a format.
    pub(crate) fn gives(&self, format: Format) -> bool {
        match (format, self) {
            (Format::Human | Format::Json, _) => true,
            (Format::Markdown | Format::Github | Format::Sarif, Self::Lock(lock)) => lock.checks(),
            (Format::Markdown | Format::Github | Format::Sarif, _) => false,
        }
    }

    /// Runs the command.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Apply(arguments) => arguments.run(context),
            Self::Bundle(arguments) => arguments.run(context),
            Self::Cache(arguments) => arguments.run(context),
            Self::Completions(arguments) => arguments.run(context),
            Self::Config(arguments) => arguments.run(context),
            Self::Demo(arguments) => arguments.run(context),
            Self::Diff(arguments) => arguments.run(context),
            Self::Ledger(arguments) => arguments.run(context),
            Self::Init(arguments) => arguments.run(context),
            Self::Lock(arguments) => arguments.run(context),
            Self::Inspect(arguments) => arguments.run(context),
            Self::Keys(arguments) => arguments.run(context),
            Self::Man(arguments) => arguments.run(context),
            Self::Request(arguments) => arguments.run(context),
            Self::Scan(arguments) => arguments.run(context),
            Self::Serve(arguments) => arguments.run(context),
            Self::Tls(arguments) => arguments.run(context),
            Self::Token(arguments) => arguments.run(context),
        }
    }
}
