//! A call of a program: bounded in time, with everything it said kept for the report.

use std::io::Write as _;
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
    pub(crate) fn arg(mut self, word: impl AsRef<std::path::Path>) -> Self {
        self.words.push(word.as_ref().to_str().unwrap().to_owned());
        self
    }

    /// Adds arguments, separated by single spaces.
    pub(crate) fn args(mut self, words: &str) -> Self {
        self.words.extend(words.split(' ').map(str::to_owned));
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

    /// Requires an exit code.
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.output.status.code(), Some(code), "{self}");
        self
    }

    /// Tells whether the program succeeded.
    pub(crate) fn succeeded(&self) -> bool {
        self.output.status.success()
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
