//! What must hold among the current keys of a keyring (section 3.2).

use std::collections::BTreeSet;

use super::Keyring;
use super::key::{Key, KeyState, Mode, Role};
use crate::wire::json::JsonError;

impl Keyring {
    /// Fails unless the current keys are one end's: one of each direction of a phrase, or one with a
    /// card; and the trusted cards are of the other role, each under a name of its own.
    pub(super) fn consistent(&self) -> Result<(), JsonError> {
        let current: Vec<&Key> = self
            .keys
            .values()
            .filter(|key| key.state == KeyState::Current)
            .collect();
        let roles: BTreeSet<Role> = current.iter().map(|key| key.role).collect();
        let phrase = current.iter().all(|key| key.mode == Mode::Phrase);
        if roles.len() < current.len() || (current.len() > 1 && !phrase) {
            return Err(JsonError::bad(
                "keys",
                "has current keys of more than one end",
            ));
        }
        let own = current.first().map(|key| key.role).filter(|_| !phrase);
        let mut names = BTreeSet::new();
        for known in self.cards.values() {
            if known.state == KeyState::Current {
                if own == Some(known.card.role()) {
                    return Err(JsonError::bad(
                        "cards",
                        "trusts a card of the keyring's own role",
                    ));
                }
                if !names.insert(known.card.name()) {
                    return Err(JsonError::bad("cards", "has two current cards of one name"));
                }
            }
        }
        Ok(())
    }
}
