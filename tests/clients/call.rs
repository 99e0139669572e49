//! A call of a program: bounded in time, with everything it said kept for the report.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

/// A program about to be called.
pub(crate) struct Call {
    enter: Command,
    words: Vec<String>,
    settings: Vec<(String, String)>,
    input: Vec<u8>,
    seconds: u32,
}

/// What came of a call.
pub(crate) struct Answer {
    told: String,
    output: Output,
}

impl Call {
    /// Prepares a call; `enter` takes the program and its arguments as its own last arguments.
    pub(crate) fn new(enter: Command, program: &str) -> Self {
        Self {
            enter,
            words: vec![program.to_owned()],
            settings: Vec::new(),
            input: Vec::new(),
            seconds: 120,
        }
    }

    /// Adds one argument.
    pub(crate) fn arg(mut self, word: impl AsRef<Path>) -> Self {
        self.words.push(word.as_ref().to_str().unwrap().to_owned());
        self
    }

    /// Adds arguments, separated by single spaces.
    pub(crate) fn args(mut self, words: &str) -> Self {
        self.words.extend(words.split(' ').map(str::to_owned));
        self
    }

    /// Sets a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        let value = value.as_ref().to_str().unwrap().to_owned();
        self.settings.push((name.to_owned(), value));
        self
    }

    /// Gives the program something to read; otherwise standard input is empty.
    pub(crate) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Has GNU time write the peak of resident memory, in KiB, to `file` when the program ends.
    pub(crate) fn measured(mut self, file: &Path) -> Self {
        let file = file.to_str().unwrap();
        let prefix = ["/usr/bin/time", "--format=%M", "--output", file];
        self.words.splice(0..0, prefix.map(str::to_owned));
        self
    }

    /// Allows another time than two minutes.
    pub(crate) fn within(mut self, seconds: u32) -> Self {
        self.seconds = seconds;
        self
    }

    /// Calls the program and waits for its end.
    pub(crate) fn run(self) -> Answer {
        let told = self.words.join(" ");
        let input = self.input.clone();
        let limit = self.seconds.to_string();
        let mut command = self.into_command(&["timeout", "--kill-after=5", &limit]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // A program may end without having read everything.
        let writer = thread::spawn(move || pipe.write_all(&input).unwrap_or(()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Answer { told, output }
    }

    /// Turns into a command that has `prefix` before the program.
    pub(crate) fn into_command(mut self, prefix: &[&str]) -> Command {
        self.enter.envs(self.settings);
        self.enter.args(prefix).args(self.words);
        self.enter
    }
}

impl Answer {
    /// Returns standard output, without the white space around it; the call must have succeeded.
    pub(crate) fn done(&self) -> String {
        String::from_utf8(self.bytes().to_vec())
            .unwrap()
            .trim()
            .to_owned()
    }

    /// Returns standard output as it came; the call must have succeeded.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.exits(0);
        &self.output.stdout
    }

    /// Returns standard output as JSON; the call must have succeeded.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(self.bytes())
            .unwrap_or_else(|error| panic!("{error} in the output of {self}"))
    }

    /// Requires an exit code.
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.output.status.code(), Some(code), "{self}");
        self
    }

    /// Tells whether the program succeeded.
    pub(crate) fn succeeded(&self) -> bool {
        self.output.status.success()
    }

    /// Returns standard output as it came, however the call ended.
    pub(crate) fn output(&self) -> &[u8] {
        &self.output.stdout
    }

    /// Returns standard error.
    pub(crate) fn error(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stdout = String::from_utf8_lossy(&self.output.stdout);
        writeln!(f, "`{}`: {}", self.told, self.output.status)?;
        writeln!(f, "--- standard output\n{stdout}")?;
        write!(f, "--- standard error\n{}", self.error())
    }
}
