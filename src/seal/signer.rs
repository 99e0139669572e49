//! Signing and strict verification (section 7).

use std::fmt;

use ed25519_dalek::{Signature, SignatureError, Signer as _, VerifyingKey};

use super::SealError;
use super::key::{Key, KeyLabel, Role};
use crate::wire::{Kid, Kind, SignatureLine, signed_message};

/// A key that signs envelopes of its role.
pub struct Signer<'k> {
    key: &'k Key,
}

impl<'k> Signer<'k> {
    pub(super) fn new(key: &'k Key) -> Self {
        Self { key }
    }

    /// Returns the key id, which `from` names.
    pub fn kid(&self) -> Kid {
        self.key.kid()
    }

    /// Signs `transfer.json`; fails for a kind that is not of this key's role.
    pub fn sign(&self, kind: Kind, transfer_json: &[u8]) -> Result<SignatureLine, SealError> {
        let kid = self.kid();
        if self.key.role != Role::signing(kind) {
            let name = self.key.name().cloned();
            let key = KeyLabel { kid, name };
            return Err(SealError::WrongRole { key, kind });
        }
        let message = signed_message(kind, &kid, transfer_json);
        Ok(SignatureLine {
            kind,
            kid,
            signature: self.key.pair.signing().sign(&message).to_bytes(),
        })
    }

    /// Verifies a signature strictly: no weak keys, canonical points and scalars.
    pub(super) fn verify(
        key: &VerifyingKey,
        line: &SignatureLine,
        transfer_json: &[u8],
    ) -> Result<(), SignatureError> {
        let message = signed_message(line.kind, &line.kid, transfer_json);
        key.verify_strict(&message, &Signature::from_bytes(&line.signature))
    }
}

impl fmt::Debug for Signer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.kid())
    }
}
