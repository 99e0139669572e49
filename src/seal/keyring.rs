//! All keys of one end: its own, and the cards that it trusts.

use std::collections::BTreeMap;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::derive::derive;
use super::identities::Identities;
use super::key::{Key, KeyLabel, KeyState, Known, Mode, Role};
use super::public_pair::PublicPair;
use super::{Card, CardName, Fingerprint, IdentityFile, PairingError, Phrase, SealError, Signer};
use crate::wire::{Kid, Kind, SignatureLine};

/// All keys of one end, by their ids.
#[derive(Debug, Default)]
pub struct Keyring {
    pub(super) keys: BTreeMap<Kid, Key>,
    pub(super) cards: BTreeMap<Kid, Known>,
    /// What opens besides.
    identity_file: Option<Arc<IdentityFile>>,
}

/// A key as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// Its id.
    pub kid: Kid,
    /// What it signs.
    pub role: Role,
    /// Whether it is still used.
    pub state: KeyState,
    /// What its end is called; none for a key of a phrase.
    pub name: Option<CardName>,
    /// Whether it is one's own; of others there are only cards.
    pub own: bool,
    /// What its identity is, where it is one's own.
    pub elsewhere: bool,
    /// The fingerprint of its card.
    pub fingerprint: Option<Fingerprint>,
}

/// What a keyring knows of a key.
pub(super) struct Seen<'k> {
    pub(super) public: &'k PublicPair,
    pub(super) role: Role,
    pub(super) state: KeyState,
    pub(super) name: Option<&'k CardName>,
}

impl Keyring {
    /// Derives the keyring of a phrase: one key for each direction.
    pub fn from_phrase(phrase: &Phrase) -> Self {
        let pairs = derive(phrase);
        let keys = [(pairs.request, Role::Site), (pairs.bundle, Role::Station)];
        Self::of(keys.map(|(pair, role)| Key {
            pair,
            mode: Mode::Phrase,
            role,
            state: KeyState::Current,
        }))
    }

    pub(super) fn of(keys: impl IntoIterator<Item = Key>) -> Self {
        Self {
            keys: keys.into_iter().map(|key| (key.kid(), key)).collect(),
            ..Self::default()
        }
    }

    /// Lets the identities of a file open envelopes as well.
    pub fn add_identity_file(&mut self, file: IdentityFile) {
        self.identity_file = Some(Arc::new(file));
    }

    /// Lists all keys, one's own first.
    pub fn list(&self) -> Vec<KeyEntry> {
        let own = self.keys.values().map(|key| KeyEntry {
            kid: key.kid(),
            role: key.role,
            state: key.state,
            name: key.name().cloned(),
            own: true,
            elsewhere: key.pair.identity().is_none(),
            fingerprint: key.card().map(|card| card.fingerprint()),
        });
        let others = self.cards.values().map(|known| KeyEntry {
            kid: known.card.kid(),
            role: known.card.role(),
            state: known.state,
            name: Some(known.card.name().clone()),
            own: false,
            elsewhere: false,
            fingerprint: Some(known.card.fingerprint()),
        });
        own.chain(others).collect()
    }

    /// Returns one's own card; fails where the keyring is paired by a phrase.
    pub fn card(&self) -> Result<Card, SealError> {
        let current = self
            .keys
            .values()
            .find(|key| key.state == KeyState::Current);
        current
            .and_then(Key::card)
            .ok_or_else(|| PairingError::NoCard.into())
    }

    /// Returns what both ends compare: of one's own card, or of both keys of a phrase.
    ///
    /// Fails while a direction has no current key.
    pub fn fingerprint(&self) -> Result<Fingerprint, SealError> {
        if let Ok(card) = self.card() {
            return Ok(card.fingerprint());
        }
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
        let seen = self.find(&kid).ok_or(SealError::UnknownSender { kid })?;
        let key = seen.label();
        match seen.state.at(now) {
            KeyState::Revoked => return Err(SealError::RevokedKey { key }),
            KeyState::Retired => return Err(SealError::RetiredKey { key }),
            KeyState::Current | KeyState::Grace { .. } => {}
        }
        if seen.role != Role::signing(line.kind) {
            let kind = line.kind;
            return Err(SealError::WrongRole { key, kind });
        }
        Signer::verify(seen.public.ed25519(), line, transfer_json)
            .map_err(|_| SealError::WrongSignature { key })
    }

    /// Returns the state that a key is in at a time; none for a stranger's.
    pub fn state_of(&self, kid: &Kid, now: u64) -> Option<KeyState> {
        Some(self.find(kid)?.state.at(now))
    }

    /// Returns the state of a key of one's own at a time.
    pub fn own_state_of(&self, kid: &Kid, now: u64) -> Option<KeyState> {
        Some(self.keys.get(kid)?.state.at(now))
    }

    /// Tells whether an envelope to this key is one that this keyring may open.
    pub fn opens(&self, kid: &Kid, now: u64) -> bool {
        self.keys.get(kid).is_some_and(|key| key.state.is_open(now))
    }

    /// Returns what opens envelopes at a time, in unix seconds.
    pub fn identities(&self, now: u64) -> Identities {
        Identities::new(self.keys.values(), self.identity_file.clone(), now)
    }

    /// Writes all identities as an identity file of age. Those that are elsewhere are left out.
    pub fn age_identities(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(64 * 1024));
        for key in self.keys.values() {
            let opens = match (&key.mode, key.role) {
                (Mode::Phrase, Role::Site) | (Mode::Card(_), Role::Station) => {
                    "requests and receipts"
                }
                (Mode::Phrase, Role::Station) | (Mode::Card(_), Role::Site) => "bundles",
            };
            let (kid, state) = (key.kid(), key.state.name());
            let note = format!("# {opens}, key {kid} ({state})\n");
            text.push_str(&note);
            if key.pair.identity().is_none() {
                text.push_str("# elsewhere: recipient ");
            }
            text.push_str(&key.pair.age_text());
            text.push('\n');
        }
        text
    }

    pub(super) fn find(&self, kid: &Kid) -> Option<Seen<'_>> {
        let own = self.keys.get(kid).map(|key| Seen {
            public: key.public(),
            role: key.role,
            state: key.state,
            name: key.name(),
        });
        own.or_else(|| {
            self.cards.get(kid).map(|known| Seen {
                public: known.card.public(),
                role: known.card.role(),
                state: known.state,
                name: Some(known.card.name()),
            })
        })
    }

    pub(super) fn current(&self, role: Role) -> Result<&Key, SealError> {
        self.keys
            .values()
            .find(|key| key.role == role && key.state == KeyState::Current)
            .ok_or(SealError::NoCurrentKey { role })
    }
}

impl Seen<'_> {
    pub(super) fn label(&self) -> KeyLabel {
        KeyLabel {
            kid: self.public.kid(),
            name: self.name.cloned(),
        }
    }
}
