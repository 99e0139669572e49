//! What an age plugin says and asks, at the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use age::secrecy::SecretString;

use crate::diagnostic::sanitize;

/// Longest text of a plugin that is shown, in characters.
const SHOWN: usize = 500;
/// Longest answer that is read, in bytes.
const LONGEST: u64 = 1024;

/// Carries what a plugin says to a person, and the answer back.
#[derive(Clone, Copy, Debug)]
pub(super) struct PluginTalk;

impl age::Callbacks for PluginTalk {
    fn display_message(&self, message: &str) {
        // A closed standard error is nobody to tell.
        drop(writeln!(io::stderr(), "{}", sanitize(message, SHOWN)));
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let (yes, no) = (sanitize(yes, SHOWN), sanitize(no.unwrap_or("no"), SHOWN));
        let question = format!("{} [y: {yes}, n: {no}]", sanitize(message, SHOWN));
        match self.request_public_string(&question)?.trim() {
            "y" | "Y" => Some(true),
            _ => Some(false),
        }
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        if !io::stdin().is_terminal() {
            return None;
        }
        write!(io::stderr(), "{}: ", sanitize(description, SHOWN)).ok()?;
        let mut line = String::new();
        io::stdin().lock().take(LONGEST).read_line(&mut line).ok()?;
        Some(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        if !io::stdin().is_terminal() {
            return None;
        }
        let prompt = format!("{} (not shown): ", sanitize(description, SHOWN));
        rpassword::prompt_password(prompt)
            .ok()
            .map(SecretString::from)
    }
}
