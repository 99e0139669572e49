//! Arguments that cannot be read: told as the reader of arguments does, or as data.

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;

use super::exit::ExitStatus;
use super::output::Output;
use crate::diagnostic::{Class, Code, Diagnose};
use crate::report;

/// The code of arguments that cannot be read.
pub(crate) const USAGE: Code = Code::new("cli/usage");

/// The arguments cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct UsageError {
    message: String,
    help: String,
}

impl Diagnose for UsageError {
    fn code(&self) -> Code {
        USAGE
    }

    fn class(&self) -> Class {
        Class::Usage
    }

    fn help(&self) -> Option<String> {
        Some(self.help.clone())
    }
}

/// Tells why arguments cannot be read, or the help that was asked for. Nothing was read, so the form
/// is looked for in the arguments as they were typed.
pub(crate) fn told(error: &clap::Error, arguments: &[OsString]) -> ExitStatus {
    if error.use_stderr() && asks_for_json(arguments) {
        Output::JSON.always(&report::json(&UsageError::of(error)));
    } else {
        // A closed output is nobody to tell.
        drop(error.print());
    }
    if error.use_stderr() {
        ExitStatus::Usage
    } else {
        ExitStatus::Done
    }
}

impl UsageError {
    /// Takes the first paragraph for the sentence, and the tip or the usage for what helps.
    fn of(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let lines = |paragraph: &str| paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let paragraphs: Vec<String> = text.split("\n\n").map(lines).collect();
        let beginning = |sign: &str| {
            let found = paragraphs.iter().find_map(|text| text.strip_prefix(sign));
            found.map(|rest| rest.trim().to_owned())
        };
        let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        let message = beginning("error:").filter(|_| !is_help);
        let usage = beginning("Usage:").map(|usage| format!("the form is `{usage}`"));
        Self {
            message: message.unwrap_or_else(|| "no command is named".to_owned()),
            help: beginning("tip:")
                .or(usage)
                .unwrap_or_else(|| "`airlock --help` lists the commands".to_owned()),
        }
    }
}

fn asks_for_json(arguments: &[OsString]) -> bool {
    let words: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
    let words = words.split(|word| *word == "--").next().unwrap_or_default();
    let named = |pair: &[&OsStr]| pair == ["--format", "json"];
    words
        .iter()
        .any(|word| *word == "--json" || *word == "--format=json")
        || words.windows(2).any(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::Arguments;
    use clap::Parser as _;

    #[test]
    fn the_form_is_found_in_arguments_that_cannot_be_read() {
        for (words, json) in [
            (&["lock", "--nonsense"][..], false),
            (&["--json", "lock", "--nonsense"], true),
            (&["lock", "--nonsense", "--format", "json"], true),
            (&["lock", "--nonsense", "--format=json"], true),
            (&["lock", "--format", "sarif", "--nonsense"], false),
            (&["lock", "--", "--json"], false),
        ] {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(asks_for_json(&words), json, "{words:?}");
        }
    }

    #[test]
    fn the_sentence_is_one_line_and_something_helps() {
        for (words, message, help) in [
            (
                &["airlock", "lock", "--chek"][..],
                "unexpected argument '--chek' found",
                "a similar argument exists: '--check'",
            ),
            (
                &["airlock", "inspect"],
                "the following required arguments",
                "the form is `airlock inspect",
            ),
            (&["airlock"], "no command is named", "the form is `airlock"),
        ] {
            let error = Arguments::try_parse_from(words).expect_err("cannot be read");
            let error = UsageError::of(&error);
            assert!(error.message.starts_with(message), "{}", error.message);
            assert!(!error.message.contains('\n'), "{}", error.message);
            assert!(error.help.starts_with(help), "{}", error.help);
        }
    }
}
