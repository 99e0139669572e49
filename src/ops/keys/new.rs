//! `airlock keys new`.

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

use super::may_save;
use crate::diagnostic::Failure;
use crate::run::Entropy;
use crate::seal::{Fingerprint, Keyring, Phrase, WordCount};

/// What was made. The phrase is kept nowhere else: it is to be shown once.
pub struct NewKeys {
    /// The words, separated by single spaces.
    pub phrase: Zeroizing<String>,
    /// What both sides compare.
    pub fingerprint: Fingerprint,
}

/// Makes a phrase and saves its keys into a folder.
///
/// Without `replace`, fails when there are keys already.
pub fn new_keys(
    folder: &Path,
    words: WordCount,
    replace: bool,
    entropy: &dyn Entropy,
) -> Result<NewKeys, Failure> {
    may_save(folder, replace)?;
    let phrase = Phrase::generate(words, entropy)?;
    let keyring = Keyring::from_phrase(&phrase);
    keyring.save(folder, replace)?;
    Ok(NewKeys {
        phrase: phrase.words(),
        fingerprint: keyring.fingerprint()?,
    })
}

impl fmt::Debug for NewKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKeys")
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}
