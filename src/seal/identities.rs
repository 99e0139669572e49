//! What opens an envelope, and what could have opened it once.

use std::fmt;
use std::sync::Arc;

use age::x25519::Identity;

use super::key::{Key, KeyLabel, KeyState};
use super::{IdentityFile, SealError};

/// The identities that are tried on an envelope.
#[derive(Clone)]
pub struct Identities {
    open: Vec<Identity>,
    /// Identities of keys that are not used any more: they name what is refused.
    closed: Vec<(Identity, KeyLabel, KeyState)>,
    file: Option<Arc<IdentityFile>>,
}

impl Identities {
    pub(super) fn new<'k>(
        keys: impl Iterator<Item = &'k Key>,
        file: Option<Arc<IdentityFile>>,
        now: u64,
    ) -> Self {
        let (mut open, mut closed) = (Vec::new(), Vec::new());
        for key in keys {
            let Some(identity) = key.pair.identity().cloned() else {
                continue;
            };
            match key.state.at(now) {
                KeyState::Current | KeyState::Grace { .. } => open.push(identity),
                state @ (KeyState::Retired | KeyState::Revoked) => {
                    let label = KeyLabel {
                        kid: key.kid(),
                        name: key.name().cloned(),
                    };
                    closed.push((identity, label, state));
                }
            }
        }
        Self { open, closed, file }
    }

    /// Returns what opens: the keyring's first, so that no token is asked in vain.
    pub(super) fn open(&self) -> impl Iterator<Item = &dyn age::Identity> {
        let file = self.file.iter().flat_map(|file| file.identities());
        self.open.iter().map(|identity| identity as _).chain(file)
    }

    /// Returns what once opened, with the refusal that each stands for.
    pub(super) fn closed(&self) -> impl Iterator<Item = (&dyn age::Identity, SealError)> {
        self.closed.iter().map(|(identity, label, state)| {
            let key = label.clone();
            let refusal = match state {
                KeyState::Revoked => SealError::SealedToRevoked { key },
                KeyState::Current | KeyState::Grace { .. } | KeyState::Retired => {
                    SealError::SealedToRetired { key }
                }
            };
            (identity as _, refusal)
        })
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identities({})", self.open.len())
    }
}
