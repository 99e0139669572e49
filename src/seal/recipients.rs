//! Whom an envelope is sealed to (section 3.2).

use std::collections::BTreeSet;

use super::key::{KeyState, Known, Mode, Role};
use super::{CardName, Keyring, PairingError, Recipient, SealError};
use crate::wire::{Kid, Kind};

impl Keyring {
    /// Returns whom envelopes of a kind are sealed to when nobody is named: every current station
    /// for a request or a receipt, the only current site for a bundle.
    pub fn recipients(&self, kind: Kind) -> Result<Vec<Recipient>, SealError> {
        if let Some(shared) = self.of_phrase(kind)? {
            return Ok(vec![shared]);
        }
        let all: Vec<&Known> = self.current_cards(Role::signing(kind).other()).collect();
        match (all.as_slice(), kind) {
            ([], _) => Err(no_peer(kind)),
            ([_, _, ..], Kind::Bundle) => Err(PairingError::SeveralSites {
                names: all.iter().map(|known| known.card.name().clone()).collect(),
            }
            .into()),
            (some, _) => Ok(some.iter().map(|known| recipient(known)).collect()),
        }
    }

    /// Returns those that are named, each once; without names, as [`recipients`](Self::recipients).
    pub fn recipients_named(
        &self,
        kind: Kind,
        names: &[CardName],
    ) -> Result<Vec<Recipient>, SealError> {
        if names.is_empty() {
            return self.recipients(kind);
        }
        let role = Role::signing(kind).other();
        let unique: BTreeSet<&CardName> = names.iter().collect();
        unique
            .into_iter()
            .map(|name| {
                self.current_cards(role)
                    .find(|known| known.card.name() == name)
                    .map(recipient)
                    .ok_or_else(|| {
                        let name = name.clone();
                        PairingError::NoSuchPeer { name, role }.into()
                    })
            })
            .collect()
    }

    /// Returns whom the answer to a request is sealed to: the site whose key signed it, by the key
    /// that this site has now, and the further sites that are named.
    pub fn recipients_of_answer(
        &self,
        requester: Kid,
        further: &[CardName],
    ) -> Result<Vec<Recipient>, SealError> {
        if self.of_phrase(Kind::Bundle)?.is_some() {
            return self.recipients_named(Kind::Bundle, further);
        }
        let asked = self
            .cards
            .get(&requester)
            .ok_or(SealError::UnknownSender { kid: requester })?;
        let mut names = further.to_vec();
        names.push(asked.card.name().clone());
        self.recipients_named(Kind::Bundle, &names)
    }

    /// Returns whom an envelope is sealed to that names these keys; none unless each is current and
    /// of the role that such an envelope goes to.
    pub fn recipients_by_kid(&self, kind: Kind, kids: &BTreeSet<Kid>) -> Option<Vec<Recipient>> {
        if let Some(shared) = self.of_phrase(kind).ok()? {
            return kids.iter().eq([&shared.kid()]).then(|| vec![shared]);
        }
        let named = |kid: &Kid| {
            self.current_cards(Role::signing(kind).other())
                .find(|known| known.card.kid() == *kid)
                .map(recipient)
        };
        kids.iter().map(named).collect()
    }

    /// Both ends hold both pairs of a phrase: what is signed with a pair is sealed to it.
    fn of_phrase(&self, kind: Kind) -> Result<Option<Recipient>, SealError> {
        let key = self.current(Role::signing(kind))?;
        Ok(match key.mode {
            Mode::Phrase => Some(Recipient::new(key.kid(), key.public().age().clone())),
            Mode::Card(_) => None,
        })
    }

    pub(super) fn current_cards(&self, role: Role) -> impl Iterator<Item = &Known> {
        self.cards
            .values()
            .filter(move |known| known.card.role() == role && known.state == KeyState::Current)
    }
}

fn recipient(known: &Known) -> Recipient {
    Recipient::new(known.card.kid(), known.card.public().age().clone())
}

fn no_peer(kind: Kind) -> SealError {
    let role = Role::signing(kind).other();
    PairingError::NoPeer { role }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::FixedEntropy;

    fn end(name: &str, role: Role, seed: u8) -> Keyring {
        let name = name.parse().expect("a name");
        let source = FixedEntropy::new(seed);
        Keyring::with_card(name, role, None, &source).expect("there is entropy")
    }

    #[test]
    fn an_envelope_is_sealed_to_current_ends_of_the_other_role_alone() {
        let mut north = end("north", Role::Site, 0);
        let states = [
            ("alpha", Role::Station, KeyState::Current),
            ("beta", Role::Station, KeyState::Grace { until: u64::MAX }),
            ("gamma", Role::Station, KeyState::Retired),
            ("delta", Role::Station, KeyState::Revoked),
            // No keyring comes to this, as a card of one's own role is not trusted.
            ("south", Role::Site, KeyState::Current),
        ];
        for (seed, (name, role, state)) in (1..).zip(states) {
            let card = end(name, role, seed).card().expect("it has a card");
            north.cards.insert(card.kid(), Known { card, state });
        }
        let all = north.recipients(Kind::Request).expect("alpha is one");
        let alpha = end("alpha", Role::Station, 1)
            .card()
            .expect("it has a card");
        let kids: Vec<Kid> = all.iter().map(Recipient::kid).collect();
        assert_eq!(kids, [alpha.kid()]);
        for (name, _, _) in states.iter().skip(1) {
            let named = [name.parse().expect("a name")];
            assert!(
                north.recipients_named(Kind::Request, &named).is_err(),
                "{name}"
            );
        }
    }
}
