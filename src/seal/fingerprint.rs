//! What two people read to each other to know that they have the same keys (section 3.3).

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// What keeps a fingerprint from being the digest of anything else.
const CONTEXT: &[u8] = b"airlock/v1/fingerprint\0";
/// Crockford's base32: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a fingerprint: 125 bits.
const LENGTH: usize = 25;
/// Characters between two dashes.
const GROUP: usize = 5;

/// 125 bits of a digest, in five groups of five characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; LENGTH]);

impl Fingerprint {
    /// Computes the fingerprint of what identifies the keys.
    pub(super) fn of(identifying: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(CONTEXT);
        hasher.update(identifying);
        let digest = hasher.finalize();
        let mut fives = Fives {
            bytes: digest.iter(),
            held: 0,
            bits: 0,
        };
        Self(std::array::from_fn(|_| fives.next()))
    }
}

/// A text is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 25 characters of Crockford's base32")]
pub struct NotAFingerprint;

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    /// Reads what a person typed: any case, dashes and spaces anywhere, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let typed = text.bytes().filter(|byte| !matches!(byte, b'-' | b' '));
        let meant = typed.map(|byte| match byte.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        });
        let characters: Vec<u8> = meant.take(LENGTH + 1).collect();
        if !characters.iter().all(|byte| ALPHABET.contains(byte)) {
            return Err(NotAFingerprint);
        }
        characters.try_into().map(Self).map_err(|_| NotAFingerprint)
    }
}

/// Takes five bits at a time, the most significant first.
struct Fives<'a> {
    bytes: std::slice::Iter<'a, u8>,
    held: u16,
    bits: u32,
}

impl Fives<'_> {
    fn next(&mut self) -> u8 {
        if self.bits < 5 {
            let byte = self.bytes.next().expect("256 bits hold 25 times five");
            self.held = (self.held << 8) | u16::from(*byte);
            self.bits += 8;
        }
        self.bits -= 5;
        let five = (self.held >> self.bits) & 31;
        ALPHABET[usize::from(five)]
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, group) in self.0.chunks(GROUP).enumerate() {
            if position > 0 {
                f.write_str("-")?;
            }
            group
                .iter()
                .try_for_each(|byte| write!(f, "{}", char::from(*byte)))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_groups_of_five_that_depend_on_every_byte() {
        let one = Fingerprint::of(&[0; 32]).to_string();
        assert_eq!(one.len(), 29);
        assert_eq!(one.matches('-').count(), 4);
        assert_ne!(one, Fingerprint::of(&[1; 32]).to_string());
    }

    #[test]
    fn bits_are_taken_from_the_front() {
        let bytes = [0b0000_1000, 0b0100_0011, 0xff];
        let mut fives = Fives {
            bytes: bytes.iter(),
            held: 0,
            bits: 0,
        };
        assert_eq!([fives.next(), fives.next(), fives.next()], *b"111");
    }

    #[test]
    fn what_a_person_types_is_read_again() {
        let one = Fingerprint::of(&[0; 32]);
        let text = one.to_string();
        for typed in [
            text.clone(),
            text.to_lowercase(),
            text.replace('-', " "),
            text.replace('-', "").replace('0', "o").replace('1', "l"),
        ] {
            assert_eq!(typed.parse(), Ok(one), "{typed}");
        }
        for typed in [
            "",
            &text[1..],
            &format!("{text}0"),
            &text.replacen(&text[..1], "U", 1),
            "é",
        ] {
            assert_eq!(
                typed.parse::<Fingerprint>(),
                Err(NotAFingerprint),
                "{typed}"
            );
        }
    }
}
