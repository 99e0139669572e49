//! How the keys of a keyring come and go (section 3.3): made, rotated, trusted, revoked, forgotten.
//!
//! Every change takes the time, so that a grace that is over ends for good.

use std::collections::BTreeMap;

use age::x25519::Recipient;

use super::card::read_recipient;
use super::key::{Key, KeyLabel, KeyState, Known, Mode, Role};
use super::pair::Pair;
use super::{Card, CardName, Keyring, LockedError, PairingError, SealError};
use crate::run::{Entropy, EntropyError};
use crate::wire::Kid;

/// What came of trusting a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trusted {
    /// It is trusted from now on.
    New,
    /// It was trusted before.
    Before,
    /// It takes the place of a key, which stays for a grace.
    Rotated(KeyLabel),
}

/// The recipient of an identity that is elsewhere: on a hardware token.
#[derive(Clone, Debug)]
pub struct TokenRecipient(Recipient);

impl TokenRecipient {
    /// Reads an `age1…` recipient with X25519.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        match read_recipient(text) {
            Ok(recipient) => Ok(Self(recipient)),
            Err(why) => Err(LockedError::recipient(text, why).into()),
        }
    }
}

impl Keyring {
    /// Most keys, and most cards, of a keyring.
    pub const MOST: usize = 1024;

    /// Makes the keyring of an end that is paired by cards.
    pub fn with_card(
        name: CardName,
        role: Role,
        token: Option<TokenRecipient>,
        source: &dyn Entropy,
    ) -> Result<Self, EntropyError> {
        let pair = Pair::generate(token.map(|token| token.0), source)?;
        Ok(Self::of([Key {
            pair,
            mode: Mode::Card(name),
            role,
            state: KeyState::Current,
        }]))
    }

    /// Tells the name and the role of this end, whether or not its key is still current; none where
    /// it is paired by a phrase.
    pub fn identity(&self) -> Option<(CardName, Role)> {
        let key = self
            .keys
            .values()
            .max_by_key(|key| key.state == KeyState::Current)?;
        Some((key.name()?.clone(), key.role))
    }

    /// Puts fresh keys in the place of one's own current ones, which stay in grace until a time.
    ///
    /// Fails where a fresh key is here already, or is paired in another way.
    pub fn rotate(&mut self, fresh: Self, until: u64, now: u64) -> Result<(), SealError> {
        if let Some(known) = fresh.keys.keys().find_map(|kid| self.find(kid)) {
            let key = known.label();
            return Err(PairingError::KeyKnown { key }.into());
        }
        let (found, wanted) = (self.pairing(), fresh.pairing());
        if found != wanted {
            return Err(PairingError::OtherPairing { found, wanted }.into());
        }
        if self.keys.len().saturating_add(fresh.keys.len()) > Self::MOST {
            return Err(PairingError::TooMany { limit: Self::MOST }.into());
        }
        for key in self.keys.values_mut() {
            key.state = key.state.rotated(until);
        }
        self.keys.extend(fresh.keys);
        self.settle(now);
        Ok(())
    }

    /// Tells what trusting a card would come to, before a person is asked to confirm it.
    ///
    /// `rotated` says that the other end is known to have rotated its key; then a current card of
    /// its name must be there.
    pub fn may_trust(&self, card: &Card, rotated: bool, now: u64) -> Result<Trusted, SealError> {
        self.check_stranger(card)?;
        if let Some(known) = self.cards.get(&card.kid()) {
            return before(known, card, now);
        }
        if self.cards.len() >= Self::MOST {
            return Err(PairingError::TooMany { limit: Self::MOST }.into());
        }
        let (name, role) = (card.name().clone(), card.role());
        let same = self
            .current_cards(role)
            .find(|known| *known.card.name() == name)
            .map(label);
        match (same, rotated) {
            (None, false) => Ok(Trusted::New),
            (Some(known), true) => Ok(Trusted::Rotated(known)),
            (Some(known), false) => Err(PairingError::Changed { name, known }.into()),
            (None, true) => Err(PairingError::NoSuchPeer { name, role }.into()),
        }
    }

    /// Trusts a card whose fingerprint was confirmed. `rotated` is the end of the grace of the card
    /// whose place it takes.
    pub fn trust(
        &mut self,
        card: Card,
        rotated: Option<u64>,
        now: u64,
    ) -> Result<Trusted, SealError> {
        let trusted = self.may_trust(&card, rotated.is_some(), now)?;
        if let (Trusted::Rotated(old), Some(until)) = (&trusted, rotated)
            && let Some(known) = self.cards.get_mut(&old.kid)
        {
            known.state = known.state.rotated(until);
        }
        if trusted != Trusted::Before {
            let state = KeyState::Current;
            self.cards.insert(card.kid(), Known { card, state });
        }
        self.settle(now);
        Ok(trusted)
    }

    /// Revokes a key by its id, or every key of a name; returns those that were not revoked before.
    ///
    /// Both keys of a phrase are revoked together: whoever has one has the other.
    pub fn revoke(&mut self, which: &str, now: u64) -> Result<Vec<KeyLabel>, SealError> {
        let meant = self.meant(which)?;
        self.settle(now);
        let mut states: BTreeMap<Kid, (&mut KeyState, KeyLabel)> = BTreeMap::new();
        for key in self.keys.values_mut() {
            let label = own_label(key);
            states.insert(label.kid, (&mut key.state, label));
        }
        for known in self.cards.values_mut() {
            let label = label(known);
            states.insert(label.kid, (&mut known.state, label));
        }
        let mut revoked = Vec::new();
        for kid in meant {
            if let Some((state, label)) = states.remove(&kid)
                && *state != KeyState::Revoked
            {
                *state = KeyState::Revoked;
                revoked.push(label);
            }
        }
        Ok(revoked)
    }

    /// Takes a key out of the keyring, or every key of a name; what is sealed to it or signed by it
    /// can then no longer be named. Fails where one is still used.
    pub fn forget(&mut self, which: &str, now: u64) -> Result<Vec<KeyLabel>, SealError> {
        let meant = self.meant(which)?;
        let mut labels = Vec::new();
        for seen in meant.iter().filter_map(|kid| self.find(kid)) {
            let (key, state) = (seen.label(), seen.state.at(now));
            if state.is_open(now) {
                let state = state.name();
                return Err(PairingError::InUse { key, state }.into());
            }
            labels.push(key);
        }
        for kid in &meant {
            self.keys.remove(kid);
            self.cards.remove(kid);
        }
        self.settle(now);
        Ok(labels)
    }

    /// Fails where a card is that of this end, or of its role.
    fn check_stranger(&self, card: &Card) -> Result<(), SealError> {
        let (own_name, own_role) = self.identity().ok_or(PairingError::NoCard)?;
        let name = card.name().clone();
        let mine = |key: &Key| {
            let (ours, theirs) = (key.public(), card.public());
            ours.ed25519() == theirs.ed25519() || ours.age() == theirs.age()
        };
        if self.keys.values().any(mine) {
            return Err(PairingError::OwnCard { name: own_name }.into());
        }
        if card.role() == own_role {
            let role = own_role;
            return Err(PairingError::SameRole { name, role }.into());
        }
        Ok(())
    }

    /// Finds the keys that a text means: an id, or a name.
    fn meant(&self, which: &str) -> Result<Vec<Kid>, SealError> {
        if let Ok(kid) = which.parse::<Kid>()
            && self.find(&kid).is_some()
        {
            return Ok(self.with_mate(kid));
        }
        let own = self.keys.values().map(own_label);
        let named: Vec<Kid> = own
            .chain(self.cards.values().map(label))
            .filter(|label| {
                label
                    .name
                    .as_ref()
                    .is_some_and(|name| name.as_str() == which)
            })
            .map(|label| label.kid)
            .collect();
        if named.is_empty() {
            Err(PairingError::NoSuchKey(crate::diagnostic::sanitize(which, 64)).into())
        } else {
            Ok(named)
        }
    }

    /// Adds the other key of a phrase: the two are made, rotated and revoked together.
    fn with_mate(&self, kid: Kid) -> Vec<Kid> {
        match self.keys.get(&kid) {
            Some(key) if key.mode == Mode::Phrase => self
                .keys
                .values()
                .filter(|other| other.mode == Mode::Phrase && other.state == key.state)
                .map(Key::kid)
                .collect(),
            _ => vec![kid],
        }
    }

    fn pairing(&self) -> &'static str {
        if self.identity().is_some() {
            "cards"
        } else {
            "a phrase"
        }
    }

    /// Ends every grace that is over.
    fn settle(&mut self, now: u64) {
        for key in self.keys.values_mut() {
            key.state = key.state.at(now);
        }
        for known in self.cards.values_mut() {
            known.state = known.state.at(now);
        }
    }
}

/// Tells what a card is whose key is known already.
fn before(known: &Known, card: &Card, now: u64) -> Result<Trusted, SealError> {
    let key = label(known);
    match known.state.at(now) {
        KeyState::Revoked => Err(PairingError::Revoked { key }.into()),
        KeyState::Retired | KeyState::Grace { .. } => Err(PairingError::Retired { key }.into()),
        KeyState::Current if known.card == *card => Ok(Trusted::Before),
        KeyState::Current => {
            let name = card.name().clone();
            Err(PairingError::Renamed { name, known: key }.into())
        }
    }
}

fn label(known: &Known) -> KeyLabel {
    KeyLabel {
        kid: known.card.kid(),
        name: Some(known.card.name().clone()),
    }
}

fn own_label(key: &Key) -> KeyLabel {
    KeyLabel {
        kid: key.kid(),
        name: key.name().cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnose as _;
    use crate::run::FixedEntropy;
    use crate::seal::testing::{Counting, full};
    use crate::seal::{Phrase, WordCount};

    const NOW: u64 = 1000;

    fn end(name: &str, role: Role, seed: u8) -> Keyring {
        let source = FixedEntropy::new(seed);
        Keyring::with_card(name.parse().unwrap(), role, None, &source).unwrap()
    }

    fn phrase(seed: u8) -> Keyring {
        let source = FixedEntropy::new(seed);
        Keyring::from_phrase(&Phrase::generate(WordCount::Twelve, &source).unwrap())
    }

    fn card(name: &str, seed: u8) -> Card {
        end(name, Role::Station, seed).card().unwrap()
    }

    /// Returns the states of the keys of a name, sorted.
    fn states(keyring: &Keyring, name: &str) -> Vec<&'static str> {
        let all = keyring.list().into_iter();
        let mut states: Vec<_> = all
            .filter(|entry| entry.name.as_ref().is_some_and(|own| own.as_str() == name))
            .map(|entry| entry.state.name())
            .collect();
        states.sort_unstable();
        states
    }

    fn refusal<T: std::fmt::Debug>(result: Result<T, SealError>) -> &'static str {
        result.unwrap_err().code().as_str()
    }

    #[test]
    fn a_full_keyring_takes_no_more() {
        let mut north = full(&Counting::new());
        let before = north.to_json();
        let trusted = north.trust(card("alpha", 50), None, NOW);
        assert_eq!(refusal(trusted), "seal/too-many-keys");
        let rotated = north.rotate(end("north", Role::Site, 60), NOW, NOW);
        assert_eq!(refusal(rotated), "seal/too-many-keys");
        assert_eq!(north.to_json(), before);
    }

    #[test]
    fn what_was_refused_changed_nothing() {
        let mut north = end("north", Role::Site, 0);
        north.trust(card("alpha", 50), None, NOW).unwrap();
        let before = north.to_json();
        for (result, code) in [
            (
                north.trust(card("alpha", 60), None, NOW),
                "seal/card-changed",
            ),
            (
                north.trust(card("beta", 60), Some(NOW), NOW),
                "seal/no-such-peer",
            ),
            (
                north.trust(card("gamma", 50), None, NOW),
                "seal/card-renamed",
            ),
            (
                north.trust(end("south", Role::Site, 9).card().unwrap(), None, NOW),
                "seal/card-role",
            ),
            (north.trust(card("alpha", 0), None, NOW), "seal/own-card"),
        ] {
            assert_eq!(refusal(result), code);
        }
        assert_eq!(
            refusal(north.rotate(phrase(9), NOW, NOW)),
            "seal/other-pairing"
        );
        let same = end("north", Role::Site, 0);
        assert_eq!(refusal(north.rotate(same, NOW, NOW)), "seal/key-known");
        assert_eq!(refusal(north.forget("alpha", NOW)), "seal/key-in-use");
        assert_eq!(refusal(north.revoke("nobody", NOW)), "seal/no-such-key");
        assert_eq!(north.to_json(), before);
    }

    #[test]
    fn a_keyring_takes_only_so_many_cards() {
        let mut north = end("north", Role::Site, 0);
        let mut keys = 0_u64..;
        let mut fresh = |name: String| {
            let mut seed = Box::new([7; 32]);
            seed[..8].copy_from_slice(&keys.next().unwrap().to_le_bytes());
            let pair = Pair::new(
                &zeroize::Zeroizing::new(*seed),
                &zeroize::Zeroizing::new(*seed),
            );
            Card::new(pair.public().clone(), name.parse().unwrap(), Role::Station)
        };
        for n in 0..Keyring::MOST {
            north.trust(fresh(format!("s{n}")), None, NOW).unwrap();
        }
        let last = north.trust(fresh("last".to_owned()), None, NOW);
        assert_eq!(refusal(last), "seal/too-many-keys");
        let text = north.to_json();
        assert!(
            text.len() < 1024 * 1024,
            "a full keyring is still read: {}",
            text.len()
        );
        assert_eq!(Keyring::from_json(&text).unwrap().to_json(), text);
    }

    #[test]
    fn a_name_is_revoked_with_all_its_keys() {
        let mut north = end("north", Role::Site, 0);
        north.trust(card("alpha", 50), None, NOW).unwrap();
        north.trust(card("beta", 60), None, NOW).unwrap();
        north.trust(card("alpha", 70), Some(NOW + 5), NOW).unwrap();
        assert_eq!(states(&north, "alpha"), ["current", "grace"]);
        assert_eq!(north.revoke("alpha", NOW).unwrap().len(), 2);
        assert_eq!(north.revoke("alpha", NOW).unwrap().len(), 0);
        assert_eq!(states(&north, "alpha"), ["revoked", "revoked"]);
        assert_eq!(states(&north, "beta"), ["current"]);
        assert_eq!(north.forget("alpha", NOW).unwrap().len(), 2);
    }

    #[test]
    fn a_revoked_key_stays_revoked_through_a_rotation() {
        let mut north = end("north", Role::Site, 0);
        north.revoke("north", NOW).unwrap();
        north
            .rotate(end("north", Role::Site, 9), NOW + 5, NOW)
            .unwrap();
        north
            .rotate(end("north", Role::Site, 18), NOW + 5, NOW)
            .unwrap();
        assert_eq!(states(&north, "north"), ["current", "grace", "revoked"]);
        north
            .rotate(end("north", Role::Site, 27), NOW + 99, NOW + 5)
            .unwrap();
        assert_eq!(
            states(&north, "north"),
            ["current", "grace", "retired", "revoked"]
        );
    }

    #[test]
    fn both_keys_of_a_phrase_go_together() {
        let mut keyring = phrase(0);
        let kid = keyring.list()[0].kid.to_string();
        keyring.rotate(phrase(40), NOW + 5, NOW).unwrap();
        assert_eq!(keyring.revoke(&kid, NOW).unwrap().len(), 2);
        assert_eq!(
            refusal(keyring.rotate(phrase(0), NOW, NOW)),
            "seal/key-known"
        );
        assert_eq!(keyring.forget(&kid, NOW).unwrap().len(), 2);
        assert_eq!(keyring.list().len(), 2);
    }
}
