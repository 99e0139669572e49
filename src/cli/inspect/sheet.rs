//! Names and values, aligned.

use std::fmt::Display;

use jiff::Timestamp;

use crate::cli::lines::Lines;

/// Columns before a value.
const INDENT: usize = 12;

/// Names and values, one to a line.
#[derive(Default)]
pub(super) struct Sheet(Lines);

impl Sheet {
    /// Adds a name with its value.
    pub(super) fn fact(&mut self, name: &str, value: impl Display) {
        self.0.add(format_args!("{name:<INDENT$}{value}"));
    }

    /// Adds a name with several values, one to a line; nothing for none.
    pub(super) fn list(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        let mut name = name;
        for value in values {
            self.fact(name, value);
            name = "";
        }
    }

    /// Adds a name with a time.
    pub(super) fn time(&mut self, name: &str, unix_seconds: u64) {
        let time = i64::try_from(unix_seconds)
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok());
        match time {
            Some(time) => self.fact(name, time),
            None => self.fact(name, format_args!("{unix_seconds} seconds after 1970")),
        }
    }

    pub(super) fn into_text(self) -> String {
        self.0.into_text()
    }
}
