//! A key of the keyring: a pair, what it may sign, and whether it is still used.

use std::fmt;
use std::str::FromStr;

use super::pair::Pair;
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

/// A key of the keyring.
pub(super) struct Key {
    pub(super) pair: Pair,
    pub(super) role: Role,
    pub(super) state: KeyState,
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

    /// Tells whether the key still opens and verifies at a time.
    pub fn is_open(self, now: u64) -> bool {
        match self {
            Self::Current => true,
            Self::Grace { until } => now < until,
            Self::Retired | Self::Revoked => false,
        }
    }
}

impl Key {
    pub(super) fn kid(&self) -> Kid {
        self.pair.kid()
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
