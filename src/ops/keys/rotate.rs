//! `airlock keys rotate`.

use super::{Grace, NewKeys};
use crate::diagnostic::Failure;
use crate::run::Run;
use crate::seal::{Card, Keyring, OpenKeyring, Phrase, TokenRecipient, WordCount};

/// What the other side needs of the new keys.
#[derive(Debug)]
pub enum Rotated {
    /// The new card.
    Card(Box<Card>),
    /// The new phrase.
    Phrase(NewKeys),
}

/// Makes fresh keys in the place of the current ones, which stay for a grace.
///
/// A keyring with a card gets a new card of the same name and role, of a token where one is given;
/// one that is paired by a phrase gets a new phrase.
pub fn rotate(
    open: &mut OpenKeyring,
    grace: Grace,
    words: WordCount,
    token: Option<TokenRecipient>,
    run: &Run<'_>,
) -> Result<Rotated, Failure> {
    let now = run.clock.unix_seconds();
    let until = grace.end(now);
    let Some((name, role)) = open.keyring.identity() else {
        let phrase = Phrase::generate(words, run.entropy)?;
        open.keyring
            .rotate(Keyring::from_phrase(&phrase), until, now)?;
        open.save()?;
        return Ok(Rotated::Phrase(NewKeys {
            phrase: phrase.words(),
            fingerprint: open.keyring.fingerprint()?,
        }));
    };
    let fresh = Keyring::with_card(name, role, token, run.entropy)?;
    open.keyring.rotate(fresh, until, now)?;
    open.save()?;
    Ok(Rotated::Card(Box::new(open.keyring.card()?)))
}
