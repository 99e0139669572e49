//! `airlock keys new`.

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

use super::may_save;
use crate::diagnostic::Failure;
use crate::run::Entropy;
use crate::seal::{
    Card, CardName, Fingerprint, Keyring, Passphrase, Phrase, Role, TokenRecipient, WordCount,
};

/// What was made. The phrase is kept nowhere else: it is to be shown once.
pub struct NewKeys {
    /// The words, separated by single spaces.
    pub phrase: Zeroizing<String>,
    /// What both sides compare.
    pub fingerprint: Fingerprint,
}

/// Makes a phrase and saves its keys into a folder, sealed where a passphrase is given.
///
/// Without `replace`, fails when there are keys already.
pub fn new_keys(
    folder: &Path,
    words: WordCount,
    passphrase: Option<&Passphrase>,
    replace: bool,
    entropy: &dyn Entropy,
) -> Result<NewKeys, Failure> {
    may_save(folder, replace, passphrase.is_some())?;
    let phrase = Phrase::generate(words, entropy)?;
    let keyring = Keyring::from_phrase(&phrase);
    keyring.save_sealed(folder, passphrase, replace)?;
    Ok(NewKeys {
        phrase: phrase.words(),
        fingerprint: keyring.fingerprint()?,
    })
}

/// Makes an end's own keys and saves them into a folder; returns the card for the other side.
///
/// With a token, the age identity is there, and only its recipient here. Without `replace`, fails
/// when there are keys already.
pub fn new_card_keys(
    folder: &Path,
    end: (CardName, Role),
    token: Option<TokenRecipient>,
    passphrase: Option<&Passphrase>,
    replace: bool,
    entropy: &dyn Entropy,
) -> Result<Card, Failure> {
    may_save(folder, replace, passphrase.is_some())?;
    let keyring = Keyring::with_card(end.0, end.1, token, entropy)?;
    keyring.save_sealed(folder, passphrase, replace)?;
    Ok(keyring.card()?)
}

impl fmt::Debug for NewKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKeys")
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}
