//! What the keyring makes of the keys of an envelope, at the time it was opened.

use std::collections::BTreeMap;

use crate::seal::{KeyState, Keyring};
use crate::wire::{Address, Kid};

/// The states of the keys that an envelope names, and of all others that the keyring knows.
#[derive(Clone, Debug)]
pub struct Standing {
    states: BTreeMap<Kid, KeyState>,
    /// Whether the key that signed is current.
    pub signer_is_current: bool,
    /// Whether a current key of this end is among those it is sealed to.
    pub recipient_is_current: bool,
}

impl Standing {
    pub(super) fn of(keyring: &Keyring, address: &Address, now: u64) -> Self {
        let current = Some(KeyState::Current);
        let states = keyring.list();
        Self {
            states: states
                .iter()
                .map(|entry| (entry.kid, entry.state.at(now)))
                .collect(),
            signer_is_current: keyring.state_of(&address.from, now) == current,
            recipient_is_current: address
                .to
                .iter()
                .any(|kid| keyring.own_state_of(kid, now) == current),
        }
    }

    /// Returns the state of a key then; none where the keyring does not have it.
    pub fn state(&self, kid: &Kid) -> Option<KeyState> {
        self.states.get(kid).copied()
    }
}
