//! The phrase: BIP-39 words that both ends know.

use std::fmt;

use bip39::{Error, Language, Mnemonic};
use zeroize::Zeroizing;

use super::SealError;
use crate::diagnostic::sanitize;
use crate::run::{Entropy, EntropyError};

/// Longest piece of a word that is not in the list in a message, in characters.
const SHOWN: usize = 16;

/// How many words a phrase has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WordCount {
    /// 12 words, 128 bits.
    #[default]
    Twelve,
    /// 24 words, 256 bits.
    TwentyFour,
}

/// The secret of a pair of ends, as the entropy that its words stand for. Never words that a person
/// chose.
pub struct Phrase {
    entropy: Zeroizing<Vec<u8>>,
}

impl Phrase {
    /// Makes a new secret.
    pub fn generate(words: WordCount, source: &dyn Entropy) -> Result<Self, EntropyError> {
        let bytes = match words {
            WordCount::Twelve => 16,
            WordCount::TwentyFour => 32,
        };
        let mut entropy = Zeroizing::new(vec![0; bytes]);
        source.fill(&mut entropy)?;
        Ok(Self { entropy })
    }

    /// Reads words as they were typed: any case, any white space between them.
    ///
    /// Fails on a count other than 12 or 24, on the first word that is not in the English list, and
    /// on a wrong checksum, in this order.
    pub fn parse(typed: &str) -> Result<Self, SealError> {
        let lower = Zeroizing::new(typed.to_ascii_lowercase());
        let words: Vec<&str> = lower.split_ascii_whitespace().collect();
        if !matches!(words.len(), 12 | 24) {
            return Err(SealError::WordCount { found: words.len() });
        }
        if let Some(position) = words
            .iter()
            .position(|word| Language::English.find_word(word).is_none())
        {
            return Err(SealError::UnknownWord {
                position: position + 1,
                word: sanitize(words.get(position).unwrap_or(&""), SHOWN),
            });
        }
        let normal = Zeroizing::new(words.join(" "));
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &normal).map_err(
            |error| match error {
                Error::BadWordCount(found) => SealError::WordCount { found },
                Error::UnknownWord(_)
                | Error::BadEntropyBitCount(_)
                | Error::InvalidChecksum
                | Error::AmbiguousLanguages(_) => SealError::Checksum,
            },
        )?;
        Ok(Self {
            entropy: Zeroizing::new(mnemonic.to_entropy()),
        })
    }

    /// Returns the words, to be shown once.
    pub fn words(&self) -> Zeroizing<String> {
        let mnemonic = self.mnemonic();
        let mut words = Zeroizing::new(String::with_capacity(24 * 9));
        for word in mnemonic.words() {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
        }
        words
    }

    fn mnemonic(&self) -> Mnemonic {
        Mnemonic::from_entropy(&self.entropy).expect("a phrase holds 16 or 32 bytes of entropy")
    }

    pub(super) fn entropy(&self) -> &[u8] {
        &self.entropy
    }
}

impl fmt::Debug for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phrase(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::FixedEntropy;

    const TWELVE: &str =
        "abandon amount liar amount expire adjust cage candy arch gather drum buyer";

    #[test]
    fn words_and_entropy_are_those_of_the_standard() {
        // BIP-39 test vectors: entropy of zeros and of 0x7f.
        let zeros = format!("{}about", "abandon ".repeat(11));
        assert_eq!(Phrase::parse(&zeros).unwrap().entropy(), [0; 16]);
        let seven = "legal winner thank year wave sausage worth useful legal winner thank yellow";
        assert_eq!(Phrase::parse(seven).unwrap().entropy(), [0x7f; 16]);
        let art = format!("{}art", "abandon ".repeat(23));
        assert_eq!(Phrase::parse(&art).unwrap().entropy(), [0; 32]);
        let made = Phrase::generate(WordCount::Twelve, &FixedEntropy::new(0)).unwrap();
        assert_eq!(*made.words(), TWELVE);
    }

    #[test]
    fn a_long_phrase_round_trips() {
        let made = Phrase::generate(WordCount::TwentyFour, &FixedEntropy::new(9)).unwrap();
        let words = made.words();
        assert_eq!(words.split(' ').count(), 24);
        assert_eq!(Phrase::parse(&words).unwrap().entropy(), made.entropy());
    }

    #[test]
    fn case_and_white_space_do_not_matter() {
        let typed = format!("  {}\n", TWELVE.to_uppercase().replace(' ', "\t\n"));
        assert_eq!(*Phrase::parse(&typed).unwrap().words(), TWELVE);
    }

    #[test]
    fn each_mistake_is_named() {
        for count in [0, 11, 13, 15, 18, 21, 25] {
            let words = vec!["abandon"; count].join(" ");
            assert!(
                matches!(Phrase::parse(&words), Err(SealError::WordCount { found }) if found == count),
                "{count}"
            );
        }
        let typo = TWELVE.replace("liar", "lair\u{1b}x");
        match Phrase::parse(&typo) {
            Err(SealError::UnknownWord { position: 3, word }) => {
                assert_eq!(word, "lair\u{fffd}x");
            }
            other => panic!("{other:?}"),
        }
        let swapped = TWELVE.replace("abandon amount", "amount abandon");
        assert!(matches!(Phrase::parse(&swapped), Err(SealError::Checksum)));
    }

    #[test]
    fn nothing_secret_is_shown() {
        let shown = format!("{:?}", Phrase::parse(TWELVE).unwrap());
        assert_eq!(shown, "Phrase(…)");
    }
}
