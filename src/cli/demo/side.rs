//! One side of the air gap: a folder, its state, and the commands that are typed there.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::failure::DemoFailure;
use crate::cli::output::Output;
use crate::diagnostic::Failure;
use crate::run::Cancel;

/// A person's machine on one side.
#[derive(Debug)]
pub(super) struct Side<'a> {
    name: &'static str,
    program: &'a Path,
    project: PathBuf,
    state: PathBuf,
    output: Output,
    cancel: &'a Cancel,
}

impl<'a> Side<'a> {
    /// Makes a side whose commands run in `project` and whose state lives below `state`.
    pub(super) fn new(
        name: &'static str,
        program: &'a Path,
        project: &Path,
        state: &Path,
        output: Output,
        cancel: &'a Cancel,
    ) -> Self {
        Self {
            name,
            program,
            project: project.to_owned(),
            state: state.join(name),
            output,
            cancel,
        }
    }

    /// Types a command, shows it with what it says, and fails unless it ends with 0.
    pub(super) fn run(&self, line: &str) -> Result<(), Failure> {
        self.show(line)?;
        let status = self
            .command(line)
            .stdin(Stdio::null())
            .status()
            .map_err(DemoFailure::setup("start a process of its own"))?;
        self.ended(line, status)
    }

    /// Types a command and keeps its standard output from the screen.
    pub(super) fn take(&self, line: &str) -> Result<Vec<u8>, Failure> {
        self.show(line)?;
        let output = self
            .command(line)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(DemoFailure::setup("start a process of its own"))?;
        self.ended(line, output.status)?;
        Ok(output.stdout)
    }

    /// Types a command that reads `input`.
    pub(super) fn feed(&self, line: &str, input: &[u8]) -> Result<(), Failure> {
        self.show(line)?;
        let mut child = self
            .command(line)
            .stdin(Stdio::piped())
            .spawn()
            .map_err(DemoFailure::setup("start a process of its own"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that fails early closes its input; its exit status tells.
            drop(stdin.write_all(input));
        }
        let status = child
            .wait()
            .map_err(DemoFailure::setup("wait for a process of its own"))?;
        self.ended(line, status)
    }

    /// Starts a command that runs until it is told to stop, with its standard output at hand.
    pub(super) fn start(&self, line: &str) -> Result<Child, Failure> {
        self.show(line)?;
        let child = self
            .command(line)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(DemoFailure::setup("start a process of its own"))?;
        Ok(child)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(self.program);
        command
            .args(line.split_whitespace().skip(1))
            .current_dir(&self.project)
            .env("AIRLOCK_STORE", self.state.join("store"))
            .env("AIRLOCK_KEYS", self.state.join("keys"))
            .env("AIRLOCK_CACHE", self.state.join("cache"))
            .env("XDG_CONFIG_HOME", self.state.join("config"));
        command
    }

    fn show(&self, line: &str) -> Result<(), Failure> {
        self.cancel.check()?;
        self.output.always(&format!("\n{}$ {line}", self.name));
        Ok(())
    }

    fn ended(&self, line: &str, status: std::process::ExitStatus) -> Result<(), Failure> {
        self.cancel.check()?;
        if status.success() {
            return Ok(());
        }
        Err(DemoFailure::Step {
            command: line.to_owned(),
            status: status.to_string(),
        }
        .into())
    }
}
