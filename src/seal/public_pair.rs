//! The public halves of a key pair, with the id that names them.

use age::x25519::Recipient;
use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha256};

use crate::wire::Kid;

/// What keeps a key id from being the digest of anything else.
const KID_CONTEXT: &[u8] = b"airlock/v1/kid\0";

/// An age recipient and an Ed25519 public key.
#[derive(Clone)]
pub(super) struct PublicPair {
    kid: Kid,
    age: Recipient,
    ed25519: VerifyingKey,
}

impl PublicPair {
    pub(super) fn new(age: Recipient, ed25519: VerifyingKey) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(KID_CONTEXT);
        hasher.update(ed25519.as_bytes());
        hasher.update(x25519_bytes(&age));
        let digest: [u8; 32] = hasher.finalize().into();
        let kid = digest
            .first_chunk::<16>()
            .expect("a SHA-256 has more than 16 bytes");
        Self {
            kid: Kid::from_bytes(*kid),
            age,
            ed25519,
        }
    }

    pub(super) fn kid(&self) -> Kid {
        self.kid
    }

    pub(super) fn age(&self) -> &Recipient {
        &self.age
    }

    pub(super) fn ed25519(&self) -> &VerifyingKey {
        &self.ed25519
    }
}

/// Returns the raw public key, which age gives as text only.
pub(super) fn x25519_bytes(recipient: &Recipient) -> [u8; 32] {
    let (_, bytes) =
        bech32::decode(&recipient.to_string()).expect("age writes a recipient in Bech32");
    bytes.try_into().expect("a recipient of age has 32 bytes")
}
