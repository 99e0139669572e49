//! Whom an envelope is sealed to.

use crate::wire::Kid;

/// Somebody an envelope is sealed to.
#[derive(Clone, Debug)]
pub struct Recipient {
    kid: Kid,
    age: age::x25519::Recipient,
}

impl Recipient {
    pub(super) fn new(kid: Kid, age: age::x25519::Recipient) -> Self {
        Self { kid, age }
    }

    /// Returns the key id, which `to` names.
    pub fn kid(&self) -> Kid {
        self.kid
    }

    pub(super) fn age(&self) -> &dyn age::Recipient {
        &self.age
    }
}
