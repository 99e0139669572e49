//! A key pair: an age identity and an Ed25519 key, with the id that names both.

use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use bech32::{Bech32, Hrp};
use ed25519_dalek::SigningKey;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::wire::Kid;

/// What keeps a key id from being the digest of anything else.
const KID_CONTEXT: &[u8] = b"airlock/v1/kid\0";

/// An age identity and an Ed25519 key. Both are wiped when dropped.
pub(super) struct Pair {
    kid: Kid,
    identity: Identity,
    signing: SigningKey,
}

impl Pair {
    /// Takes the 32 secret bytes of each, as they are.
    pub(super) fn new(x25519: &Zeroizing<[u8; 32]>, ed25519: &Zeroizing<[u8; 32]>) -> Self {
        let hrp = Hrp::parse("AGE-SECRET-KEY-").expect("letters and dashes make a Bech32 prefix");
        let text = bech32::encode_upper::<Bech32>(hrp, x25519.as_slice())
            .expect("74 characters are within Bech32");
        let identity = Zeroizing::new(text)
            .parse()
            .expect("32 bytes in Bech32 are an age identity");
        Self::of(identity, SigningKey::from_bytes(ed25519))
    }

    /// Joins two keys that were read.
    pub(super) fn of(identity: Identity, signing: SigningKey) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(KID_CONTEXT);
        hasher.update(signing.verifying_key().as_bytes());
        hasher.update(x25519_public(&identity.to_public()));
        let digest: [u8; 32] = hasher.finalize().into();
        let kid = digest
            .first_chunk::<16>()
            .expect("a SHA-256 has more than 16 bytes");
        Self {
            kid: Kid::from_bytes(*kid),
            identity,
            signing,
        }
    }

    pub(super) fn kid(&self) -> Kid {
        self.kid
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(super) fn recipient(&self) -> Recipient {
        self.identity.to_public()
    }

    pub(super) fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// Returns the identity as age writes it.
    pub(super) fn identity_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.identity.to_string().expose_secret().to_owned())
    }
}

/// Returns the raw public key, which age gives as text only.
fn x25519_public(recipient: &Recipient) -> Vec<u8> {
    let (_, bytes) =
        bech32::decode(&recipient.to_string()).expect("age writes a recipient in Bech32");
    bytes
}
