//! A token itself, as long as it is known.

use std::fmt;

use zeroize::Zeroizing;

use crate::run::{Entropy, EntropyError};

/// A token: shown once to who asked for it.
pub struct Secret(Zeroizing<String>);

/// Tells tokens from other secrets, for people and for scanners of secrets.
const PREFIX: &str = "airlock_";

impl Secret {
    /// Makes one of 32 random bytes.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        entropy.fill(&mut *bytes)?;
        let digits = bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|half| char::from_digit(u32::from(half), 16));
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len().saturating_add(64)));
        text.push_str(PREFIX);
        text.extend(digits);
        Ok(Self(text))
    }

    /// Returns the text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::FixedEntropy;

    #[test]
    fn a_token_is_its_prefix_and_64_digits() {
        let secret = Secret::new(&FixedEntropy::new(0xfe)).unwrap();
        let text = secret.reveal();
        assert!(text.starts_with("airlock_feff000102"), "{text}");
        assert_eq!(text.len(), 8 + 64);
        assert!(!format!("{secret:?}").contains("fe"));
    }
}
