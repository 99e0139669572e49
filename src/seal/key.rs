//! A key of the keyring: a pair, what it may sign, and whether it is still used.
//!
//! [`Key`] is one's own and holds secrets, [`Known`] is another end's card.

use std::fmt;
use std::str::FromStr;

use super::pair::Pair;
use super::public_pair::PublicPair;
use super::{Card, CardName};
use crate::wire::{Kid, Kind};

/// Tells what a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Requests and receipts.
    Site,
    /// Bundles.
    Station,
}

/// Tells whether a key is still used (section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Signs, opens, verifies.
    Current,
    /// Opens and verifies until a time; signs nothing.
    Grace {
        /// Unix seconds.
        until: u64,
    },
    /// Kept so that it can be named.
    Retired,
    /// Kept so that it can be named; its open requests are void.
    Revoked,
}

/// How a key of one's own came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// From a phrase that both ends hold.
    Phrase,
    /// Made here; the other ends have its card.
    Card(CardName),
}

/// A key of one's own.
pub(super) struct Key {
    pub(super) pair: Pair,
    pub(super) mode: Mode,
    pub(super) role: Role,
    pub(super) state: KeyState,
}

/// The card of another end.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) card: Card,
    pub(super) state: KeyState,
}

/// A key as a message names it: its id, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLabel {
    /// The id.
    pub kid: Kid,
    /// What its end is called; none for a key of a phrase.
    pub name: Option<CardName>,
}

/// A text is no role of this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not site or station")]
pub struct UnknownRole;

impl Role {
    /// Returns the role that signs a kind.
    pub fn signing(kind: Kind) -> Self {
        match kind {
            Kind::Request | Kind::Receipt => Self::Site,
            Kind::Bundle => Self::Station,
        }
    }
}

impl Role {
    /// Returns the role of the other end.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Site => Self::Station,
            Self::Station => Self::Site,
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        match text {
            "site" => Ok(Self::Site),
            "station" => Ok(Self::Station),
            _ => Err(UnknownRole),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Site => "site",
            Self::Station => "station",
        })
    }
}

impl KeyState {
    /// Returns the name that is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Grace { .. } => "grace",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }

    /// Returns the state that a key is in at a time: a grace that is over is none.
    #[must_use]
    pub fn at(self, now: u64) -> Self {
        match self {
            Self::Grace { until } if until <= now => Self::Retired,
            Self::Current | Self::Grace { .. } | Self::Retired | Self::Revoked => self,
        }
    }

    /// Returns the state of a key that another takes the place of.
    #[must_use]
    pub(super) fn rotated(self, until: u64) -> Self {
        match self {
            Self::Current => Self::Grace { until },
            Self::Grace { .. } | Self::Retired | Self::Revoked => self,
        }
    }

    /// Tells whether the key still opens and verifies at a time.
    pub fn is_open(self, now: u64) -> bool {
        matches!(self.at(now), Self::Current | Self::Grace { .. })
    }
}

impl Key {
    pub(super) fn kid(&self) -> Kid {
        self.public().kid()
    }

    pub(super) fn public(&self) -> &PublicPair {
        self.pair.public()
    }

    /// Returns the name on its card.
    pub(super) fn name(&self) -> Option<&CardName> {
        match &self.mode {
            Mode::Phrase => None,
            Mode::Card(name) => Some(name),
        }
    }

    /// Returns its card.
    pub(super) fn card(&self) -> Option<Card> {
        let name = self.name()?.clone();
        Some(Card::new(self.public().clone(), name, self.role))
    }
}

impl fmt::Display for KeyLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} of {name}", self.kid),
            None => self.kid.fmt(f),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} {} {})", self.kid(), self.role, self.state.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grace_ends_at_its_time() {
        let grace = KeyState::Grace { until: 100 };
        assert!(grace.is_open(99) && !grace.is_open(100));
        assert!(KeyState::Current.is_open(u64::MAX));
        assert!(!KeyState::Retired.is_open(0) && !KeyState::Revoked.is_open(0));
    }

    #[test]
    fn each_kind_has_one_signing_role() {
        assert_eq!(Role::signing(Kind::Request), Role::Site);
        assert_eq!(Role::signing(Kind::Receipt), Role::Site);
        assert_eq!(Role::signing(Kind::Bundle), Role::Station);
    }
}
