//! Credential helpers (docker-credential-helpers, "Usage"): programs that keep logins.
//!
//! `docker-credential-NAME get` reads a server's name on standard input and writes its login as
//! JSON on standard output. Nothing secret is in its arguments.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde::Deserialize;

use super::super::{RegistryError, Secret};
use super::Login;
use crate::diagnostic::sanitize;
use crate::run::Cancel;

/// Longest answer that is read, in bytes.
const ANSWER_BYTES: u64 = 256 * 1024;

/// How often a stop is looked for while a helper works.
const SLICE: Duration = Duration::from_millis(100);

/// How long a helper may take; it may ask a person for a passphrase.
const SLICES: u32 = 10 * 120;

/// The user name that marks a refresh token.
const TOKEN_USER: &str = "<token>";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: Secret,
}

/// Asks a helper for the login of a server; none where it has none.
pub(super) fn get(
    name: &str,
    server: &str,
    environment: &BTreeMap<String, String>,
    cancel: &Cancel,
) -> Result<Option<Login>, RegistryError> {
    let failed = |reason: String| RegistryError::CredentialHelper {
        helper: sanitize(name, 60),
        server: server.to_owned(),
        reason,
    };
    if !is_name(name) {
        return Err(failed("its name is not that of a program".to_owned()));
    }
    let mut child = start(name, environment).map_err(|error| failed(not_started(&error)))?;
    let output = talk(&mut child, server, cancel);
    // One that still runs has nothing more to say; one that has ended is not harmed.
    drop(child.kill());
    let ended = child.wait().map_err(|error| failed(error.to_string()))?;
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            cancel.check()?;
            return Err(failed(error.to_string()));
        }
    };
    if ended.success() {
        return read(output.expose())
            // Some say by empty fields that they have none.
            .map(|login| Some(login).filter(|login| !login.is_empty()))
            .ok_or_else(|| failed("its answer cannot be read".to_owned()));
    }
    if output.expose().len() as u64 == ANSWER_BYTES {
        return Err(failed(format!(
            "its answer is longer than {ANSWER_BYTES} bytes"
        )));
    }
    let message = output.expose().trim();
    if message.contains("credentials not found") {
        return Ok(None);
    }
    Err(failed(match message {
        "" => format!("it ended with {ended}"),
        // It may be a login, whatever the exit status says.
        message if message.starts_with('{') => format!("it ended with {ended}"),
        message => sanitize(message, 160),
    }))
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
}

fn start(name: &str, environment: &BTreeMap<String, String>) -> io::Result<Child> {
    Command::new(format!("docker-credential-{name}"))
        .arg("get")
        .env_clear()
        .envs(environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

fn not_started(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        "there is no such program".to_owned()
    } else {
        format!("it cannot be started: {error}")
    }
}

/// Gives the name and takes the answer, which may hold a secret even if it is an error.
fn talk(child: &mut Child, server: &str, cancel: &Cancel) -> io::Result<Secret> {
    if let Some(mut input) = child.stdin.take() {
        // A helper that does not read its input may still answer.
        drop(input.write_all(server.as_bytes()));
    }
    let output = child
        .stdout
        .take()
        .ok_or_else(|| io::Error::other("it has no output"))?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let result = output.take(ANSWER_BYTES).read_to_string(&mut text);
        // Nobody listens any more after a stop.
        drop(sender.send(result.map(|_| Secret::new(text))));
    });
    for _ in 0..SLICES {
        match receiver.recv_timeout(SLICE) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Timeout) if cancel.is_set() => break,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Err(io::Error::other("it did not end in time"))
}

fn read(text: &str) -> Option<Login> {
    let Answer { username, secret } = serde_json::from_str(text).ok()?;
    Some(if username == TOKEN_USER {
        Login {
            user: username,
            password: Secret::new(""),
            identity: Some(secret),
        }
    } else {
        Login {
            user: username,
            password: secret,
            identity: None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let login = read(r#"{"ServerURL":"x","Username":"joe","Secret":"s"}"#).unwrap();
        assert_eq!((login.user.as_str(), login.password.expose()), ("joe", "s"));
        let login = read(r#"{"Username":"<token>","Secret":"t"}"#).unwrap();
        assert_eq!(login.identity, Some(Secret::new("t")));
        assert_eq!(read("{}"), None);
        assert_eq!(read("credentials"), None);
    }

    #[test]
    fn only_a_plain_name_is_a_program() {
        for (name, plain) in [
            ("pass", true),
            ("ecr-login", true),
            ("desktop.exe", true),
            ("", false),
            ("../x", false),
            ("a b", false),
        ] {
            assert_eq!(is_name(name), plain, "{name}");
        }
    }
}
