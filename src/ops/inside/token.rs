//! `airlock token`: who may read a registry that requires tokens.

use crate::diagnostic::Failure;
use crate::run::Run;
use crate::serve::{Secret, ServeError, TokenFile, Tokens, TokensError};
use crate::store::{Existing, publish_file};

/// Mode of the file: digests of random tokens open nothing, and `serve` may be another user.
const MODE: u32 = 0o644;

/// Makes a token under a name that is free, and returns it: it is not kept anywhere.
pub fn add(file: &TokenFile, name: &str, run: &Run<'_>) -> Result<Secret, Failure> {
    let secret = Secret::new(run.entropy)?;
    let now = run.clock.unix_seconds();
    change(file, |tokens| tokens.add(name, &secret, now))?;
    Ok(secret)
}

/// Takes a token away; a running server refuses it within a second or two.
pub fn revoke(file: &TokenFile, name: &str) -> Result<(), Failure> {
    change(file, |tokens| tokens.revoke(name))
}

/// Returns the names of the tokens, and when each was made, in seconds since 1970.
pub fn list(file: &TokenFile) -> Result<Vec<(String, u64)>, Failure> {
    let tokens = file.read()?;
    Ok(tokens
        .list()
        .map(|(name, created)| (name.to_owned(), created))
        .collect())
}

fn change(
    file: &TokenFile,
    apply: impl FnOnce(&mut Tokens) -> Result<(), TokensError>,
) -> Result<(), Failure> {
    let _lock = file.lock()?;
    let mut tokens = file.read()?;
    apply(&mut tokens).map_err(|why| ServeError::TokensUnusable {
        path: file.path().to_owned(),
        why,
    })?;
    let text = tokens.text();
    Ok(publish_file(
        file.path(),
        text.as_bytes(),
        MODE,
        Existing::Replace,
    )?)
}
