//! The file that tokens are kept in.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::tokens::Tokens;
use crate::run::limits::MIB;
use crate::serve::ServeError;

/// Where tokens are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFile(PathBuf);

/// Held by who changes tokens.
#[derive(Debug)]
pub struct TokenLock(#[expect(dead_code, reason = "held until dropped")] File);

/// Longest file of tokens, in bytes.
const LONGEST: u64 = MIB;

impl TokenFile {
    /// Names a file.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Waits until nobody else changes the tokens; they are changed until the lock is dropped.
    pub fn lock(&self) -> Result<TokenLock, ServeError> {
        let folder = match self.0.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let locked = File::open(folder).and_then(|folder| {
            flock(&folder, FlockOperation::LockExclusive)?;
            Ok(folder)
        });
        locked
            .map(TokenLock)
            .map_err(|cause| ServeError::TokensUnreadable {
                path: self.0.clone(),
                cause,
            })
    }

    /// Reads the tokens; a file that is not there has none.
    pub fn read(&self) -> Result<Tokens, ServeError> {
        let unreadable = |cause| ServeError::TokensUnreadable {
            path: self.0.clone(),
            cause,
        };
        let file = match File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Tokens::default()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut text = Vec::new();
        io::copy(&mut file.take(LONGEST), &mut text).map_err(unreadable)?;
        Tokens::parse(&text).map_err(|why| ServeError::TokensUnusable {
            path: self.0.clone(),
            why,
        })
    }
}
