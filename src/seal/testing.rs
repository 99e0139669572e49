//! Keyrings for tests.

use std::sync::atomic::{AtomicU64, Ordering};

use super::key::{Key, KeyState, Known, Mode, Role};
use super::pair::Pair;
use super::{Card, CardName, Keyring};
use crate::run::{Entropy, EntropyError};

/// Other bytes each time.
pub(super) struct Counting(AtomicU64);

impl Counting {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(1))
    }
}

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyError> {
        let next = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        for (byte, value) in out.iter_mut().zip(next.iter().cycle()) {
            *byte = *value;
        }
        Ok(())
    }
}

/// The keyring of a site with as many keys of its own and as many cards as there may be; one key is
/// current.
pub(super) fn full(source: &Counting) -> Keyring {
    let keys = (0..Keyring::MOST).map(|number| {
        let state = if number == 0 {
            KeyState::Current
        } else {
            KeyState::Retired
        };
        key(source, state)
    });
    let mut keyring = Keyring::of(keys);
    for number in 0..Keyring::MOST {
        let known = known(source, number);
        keyring.cards.insert(known.card.kid(), known);
    }
    keyring
}

pub(super) fn key(source: &Counting, state: KeyState) -> Key {
    Key {
        pair: pair(source),
        mode: Mode::Card(name("north")),
        role: Role::Site,
        state,
    }
}

pub(super) fn known(source: &Counting, number: usize) -> Known {
    let public = pair(source).public().clone();
    Known {
        card: Card::new(public, name(&format!("a{number}")), Role::Station),
        state: KeyState::Retired,
    }
}

fn pair(source: &Counting) -> Pair {
    Pair::generate(None, source).expect("the source always gives")
}

fn name(text: &str) -> CardName {
    text.parse().expect("a name")
}
