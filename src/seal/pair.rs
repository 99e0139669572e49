//! A key pair of one's own: an age identity, or the recipient of one that is elsewhere, and an
//! Ed25519 key.

use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use bech32::{Bech32, Hrp};
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::public_pair::PublicPair;
use crate::run::{Entropy, EntropyError};

/// The secret halves of a pair, and its public ones. Secrets are wiped when dropped.
pub(super) struct Pair {
    public: PublicPair,
    /// None where a hardware token holds it.
    identity: Option<Identity>,
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

    /// Makes a new pair; with a recipient, only the signing key is new.
    pub(super) fn generate(
        elsewhere: Option<Recipient>,
        source: &dyn Entropy,
    ) -> Result<Self, EntropyError> {
        let (mut x25519, mut ed25519) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        source.fill(ed25519.as_mut())?;
        if let Some(recipient) = elsewhere {
            return Ok(Self::elsewhere(recipient, SigningKey::from_bytes(&ed25519)));
        }
        source.fill(x25519.as_mut())?;
        Ok(Self::new(&x25519, &ed25519))
    }

    /// Joins two keys that were read.
    pub(super) fn of(identity: Identity, signing: SigningKey) -> Self {
        Self {
            public: PublicPair::new(identity.to_public(), signing.verifying_key()),
            identity: Some(identity),
            signing,
        }
    }

    /// Joins a signing key with the recipient of an identity that is elsewhere.
    pub(super) fn elsewhere(recipient: Recipient, signing: SigningKey) -> Self {
        Self {
            public: PublicPair::new(recipient, signing.verifying_key()),
            identity: None,
            signing,
        }
    }

    pub(super) fn public(&self) -> &PublicPair {
        &self.public
    }

    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    pub(super) fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// Returns the identity as age writes it; the recipient where the identity is elsewhere.
    pub(super) fn age_text(&self) -> Zeroizing<String> {
        Zeroizing::new(match &self.identity {
            Some(identity) => identity.to_string().expose_secret().to_owned(),
            None => self.public.age().to_string(),
        })
    }
}
