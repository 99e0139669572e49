//! What a person is asked for: a passphrase, never shown; whether a fingerprint is right.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::error::KeysError;
use crate::seal::{Fingerprint, Passphrase};

/// Longest passphrase, in bytes.
const LONGEST: usize = 1024;
/// Shortest new passphrase, in characters.
const SHORTEST: usize = 12;

/// Reads the first line of a file: a pipe or a descriptor as well.
pub(super) fn passphrase_in(path: &Path) -> Result<Passphrase, KeysError> {
    let failed = |cause| KeysError::PassphraseFile {
        path: path.to_owned(),
        cause,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    #[expect(clippy::disallowed_methods, reason = "bounded by take")]
    file.take(LONGEST as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    if line.len() > LONGEST {
        return Err(failed(io::Error::new(
            io::ErrorKind::InvalidData,
            "its first line is longer than 1,024 bytes",
        )));
    }
    match std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)) {
        Ok("") | Err(_) => Err(failed(io::Error::new(
            io::ErrorKind::InvalidData,
            "its first line is empty or is no text",
        ))),
        Ok(text) => Ok(Passphrase::new(text)),
    }
}

/// Asks for a passphrase at a terminal; none where there is no terminal.
pub(super) fn passphrase_at_terminal(prompt: &str) -> Result<Option<Passphrase>, KeysError> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let typed = rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(KeysError::Unreadable)?;
    Ok(Some(Passphrase::new(&typed)))
}

/// Gets a new passphrase: from a file, else twice from a terminal.
pub(super) fn new_passphrase(file: Option<&Path>) -> Result<Passphrase, KeysError> {
    let passphrase = if let Some(path) = file {
        passphrase_in(path)?
    } else {
        let first = passphrase_at_terminal("new passphrase (not shown): ")?;
        let second = passphrase_at_terminal("once more: ")?;
        match (first, second) {
            (Some(first), Some(second)) if first == second => first,
            (Some(_), Some(_)) => return Err(KeysError::PassphrasesDiffer),
            _ => return Err(KeysError::NoTerminal),
        }
    };
    if passphrase.characters() < SHORTEST {
        return Err(KeysError::PassphraseShort { least: SHORTEST });
    }
    Ok(passphrase)
}

/// Asks whether the other side reads the same fingerprint; fails where nobody can be asked.
pub(super) fn confirmed(fingerprint: Fingerprint) -> Result<(), KeysError> {
    if !io::stdin().is_terminal() {
        return Err(KeysError::NotConfirmed);
    }
    let mut err = io::stderr().lock();
    write!(
        err,
        "\nCall the other side. Does it read this fingerprint: {fingerprint}? [y/N] "
    )
    .and_then(|()| err.flush())
    .map_err(KeysError::Unreadable)?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .take(64)
        .read_line(&mut answer)
        .map_err(KeysError::Unreadable)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(KeysError::NotConfirmed)
    }
}
