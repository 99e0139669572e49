//! All keys of one end.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use age::x25519::Identity;
use zeroize::Zeroizing;

use super::derive::derive;
use super::key::{Key, KeyState, Role};
use super::{Fingerprint, Phrase, Recipient, SealError, Signer};
use crate::wire::{Kid, Kind, SignatureLine};

/// All keys of one end, by their ids.
#[derive(Debug)]
pub struct Keyring {
    keys: BTreeMap<Kid, Key>,
}

/// The identities that may open an envelope.
#[derive(Clone)]
pub struct Identities(Arc<[Identity]>);

impl Keyring {
    /// Derives the keyring of a phrase: one key for each direction.
    pub fn from_phrase(phrase: &Phrase) -> Self {
        let pairs = derive(phrase);
        Self::of(
            [(pairs.request, Role::Site), (pairs.bundle, Role::Station)].map(|(pair, role)| Key {
                pair,
                role,
                state: KeyState::Current,
            }),
        )
    }

    pub(super) fn of(keys: impl IntoIterator<Item = Key>) -> Self {
        Self {
            keys: keys.into_iter().map(|key| (key.kid(), key)).collect(),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.values()
    }

    /// Lists the keys: id, what it may sign, state.
    pub fn list(&self) -> Vec<(Kid, Role, KeyState)> {
        self.keys()
            .map(|key| (key.kid(), key.role, key.state))
            .collect()
    }

    /// Returns what both ends compare; fails while a direction has no current key.
    pub fn fingerprint(&self) -> Result<Fingerprint, SealError> {
        let request = self.current(Role::Site)?.kid();
        let bundle = self.current(Role::Station)?.kid();
        Ok(Fingerprint::of(
            &[*request.as_bytes(), *bundle.as_bytes()].concat(),
        ))
    }

    /// Returns what signs envelopes of a kind.
    pub fn signer(&self, kind: Kind) -> Result<Signer<'_>, SealError> {
        Ok(Signer::new(self.current(Role::signing(kind))?))
    }

    /// Returns whom envelopes of a kind are sealed to.
    pub fn recipients(&self, kind: Kind) -> Result<Vec<Recipient>, SealError> {
        // Both ends hold both pairs of a phrase: what is signed with a pair is sealed to it.
        let key = self.current(Role::signing(kind))?;
        Ok(vec![Recipient::new(key.kid(), key.pair.recipient())])
    }

    /// Verifies who signed `transfer.json`: known, still used, in the right role, strictly.
    ///
    /// `now` is in unix seconds; it decides whether a key in grace is still used.
    pub fn verify(
        &self,
        line: &SignatureLine,
        transfer_json: &[u8],
        now: u64,
    ) -> Result<(), SealError> {
        let kid = line.kid;
        let key = self
            .keys
            .get(&kid)
            .ok_or(SealError::UnknownSender { kid })?;
        match key.state {
            KeyState::Revoked => return Err(SealError::RevokedKey { kid }),
            state if !state.is_open(now) => return Err(SealError::RetiredKey { kid }),
            KeyState::Current | KeyState::Grace { .. } | KeyState::Retired => {}
        }
        if key.role != Role::signing(line.kind) {
            return Err(SealError::WrongRole {
                kid,
                kind: line.kind,
            });
        }
        Signer::verify(&key.pair.signing().verifying_key(), line, transfer_json)
    }

    /// Tells whether an envelope to this key is one that this keyring may open.
    pub fn opens(&self, kid: &Kid, now: u64) -> bool {
        self.keys.get(kid).is_some_and(|key| key.state.is_open(now))
    }

    /// Returns what opens envelopes at a time, in unix seconds.
    pub fn identities(&self, now: u64) -> Identities {
        Identities(
            self.keys()
                .filter(|key| key.state.is_open(now))
                .map(|key| key.pair.identity().clone())
                .collect(),
        )
    }

    /// Writes all identities as an identity file of age.
    pub fn age_identities(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(4096));
        for key in self.keys() {
            let opens = match key.role {
                Role::Site => "requests and receipts",
                Role::Station => "bundles",
            };
            let note = format!("# {opens}, key {} ({})\n", key.kid(), key.state.name());
            text.push_str(&note);
            text.push_str(&key.pair.identity_text());
            text.push('\n');
        }
        text
    }

    fn current(&self, role: Role) -> Result<&Key, SealError> {
        self.keys()
            .find(|key| key.role == role && key.state == KeyState::Current)
            .ok_or(SealError::NoCurrentKey { role })
    }
}

impl Identities {
    pub(super) fn iter(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|identity| identity as _)
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identities({})", self.0.len())
    }
}
