//! A card: the public half of an end's keys, to be handed over (section 3.2).

use std::fmt;

use age::x25519::Recipient;
use ed25519_dalek::VerifyingKey;
use lock_format::{Hex, parse_hex};

use super::format::{FORMAT, check_format, known_format};
use super::public_pair::{PublicPair, x25519_bytes};
use super::{CardName, Fingerprint, Role};
use crate::wire::Kid;
use crate::wire::json::{JsonError, ObjectWriter, Reader, check, need, write_object};

/// The public half of an end's keys, with its name and role.
#[derive(Clone)]
pub struct Card {
    public: PublicPair,
    name: CardName,
    role: Role,
}

impl Card {
    /// Longest card that is read, in bytes; a card file may have one more.
    pub const LONGEST: usize = 1024;

    pub(super) fn new(public: PublicPair, name: CardName, role: Role) -> Self {
        Self { public, name, role }
    }

    /// Reads a card file: the card, and one newline that may follow.
    ///
    /// Fails on every byte that is not canonical, on a format or key that is newer than known, and
    /// on keys that are weak or not in canonical form.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        if bytes.len() > Self::LONGEST {
            return Err(JsonError::Limit {
                what: "bytes of a card",
                limit: Self::LONGEST as u64,
            });
        }
        check_format(bytes)?;
        let mut reader = Reader::new(bytes);
        let card = Self::read(&mut reader)?;
        reader.end()?;
        check(bytes, |sink| write_object(sink, |o| card.write(o)))?;
        Ok(card)
    }

    /// Returns the card without a newline: what its fingerprint is of.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write_object(&mut out, |o| self.write(o));
        out
    }

    /// Returns what two people compare.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.to_bytes())
    }

    /// Returns the id of its keys.
    pub fn kid(&self) -> Kid {
        self.public.kid()
    }

    /// Returns what the end is called.
    pub fn name(&self) -> &CardName {
        &self.name
    }

    /// Returns what the end signs.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Returns the age recipient, `age1…`.
    pub fn age(&self) -> String {
        self.public.age().to_string()
    }

    /// Returns the Ed25519 public key in hex.
    pub fn ed25519(&self) -> String {
        Hex(self.public.ed25519().as_bytes()).to_string()
    }

    pub(super) fn public(&self) -> &PublicPair {
        &self.public
    }

    /// Reads the fields; the caller compares what is written again.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let (mut age, mut ed25519, mut format, mut name, mut role) = (None, None, None, None, None);
        reader.object(|key, value| {
            match key {
                "age" => age = Some(value.parsed_with("age", read_recipient)?),
                "ed25519" => ed25519 = Some(value.parsed_with("ed25519", read_verifying)?),
                "format" => format = Some(value.integer()?),
                "name" => name = Some(value.parsed("name")?),
                "role" => role = Some(value.parsed("role")?),
                other => return Err(JsonError::newer(other)),
            }
            Ok(())
        })?;
        known_format(need(format, "format")?)?;
        Ok(Self {
            public: PublicPair::new(need(age, "age")?, need(ed25519, "ed25519")?),
            name: need(name, "name")?,
            role: need(role, "role")?,
        })
    }

    pub(super) fn write(&self, o: &mut ObjectWriter<'_>) {
        o.string("age", self.public.age());
        o.string("ed25519", Hex(self.public.ed25519().as_bytes()));
        o.integer("format", FORMAT);
        o.string("name", &self.name);
        o.string("role", self.role);
    }
}

impl PartialEq for Card {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl Eq for Card {}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Card({} {} {})", self.name, self.role, self.kid())
    }
}

/// Reads an age recipient with X25519.
pub(super) fn read_recipient(text: &str) -> Result<Recipient, &'static str> {
    let recipient: Recipient = text.parse()?;
    if recipient.to_string() != text {
        return Err("not in lower case");
    }
    let point = x25519_bytes(&recipient);
    if !is_canonical(&point) {
        return Err("not the canonical form of the point");
    }
    if is_weak(&point) {
        return Err("a point of small order");
    }
    Ok(recipient)
}

/// Tells whether a coordinate is below 2^255 - 19: any other has a second way to be written.
fn is_canonical(point: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = point;
    let at_the_top = *last == 0x7f && middle.iter().all(|byte| *byte == 0xff);
    *last < 0x80 && !(at_the_top && *first >= 0xed)
}

/// Tells whether every secret shared with a point is zero. age would panic on such a recipient.
fn is_weak(point: &[u8; 32]) -> bool {
    x25519_dalek::x25519([1; 32], *point) == [0; 32]
}

fn read_verifying(text: &str) -> Result<VerifyingKey, &'static str> {
    let bytes = parse_hex(text.as_bytes()).ok_or("not 32 bytes in hex")?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| "no point of the curve")?;
    if key.is_weak() {
        return Err("a point of small order");
    }
    if key.to_edwards().compress().to_bytes() != bytes {
        return Err("not the canonical form of the point");
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::FixedEntropy;
    use crate::seal::pair::Pair;

    fn card() -> Card {
        let pair = Pair::generate(None, &FixedEntropy::new(0)).unwrap();
        Card::new(pair.public().clone(), "hall-3".parse().unwrap(), Role::Site)
    }

    fn text() -> String {
        String::from_utf8(card().to_bytes()).unwrap()
    }

    fn refusal(text: &str) -> JsonError {
        Card::parse(text.as_bytes()).expect_err(text)
    }

    fn with(field: &str, value: &str) -> String {
        let text = text();
        let (before, rest) = text.split_once(&format!("\"{field}\":\"")).unwrap();
        let (_, after) = rest.split_once('"').unwrap();
        format!("{before}\"{field}\":\"{value}\"{after}")
    }

    fn recipient_of(point: [u8; 32]) -> String {
        let hrp = bech32::Hrp::parse("age").unwrap();
        bech32::encode::<bech32::Bech32>(hrp, &point).unwrap()
    }

    #[test]
    fn a_card_round_trips_with_and_without_its_newline() {
        for text in [text(), text() + "\n"] {
            let read = Card::parse(text.as_bytes()).unwrap();
            assert_eq!(read, card());
            assert_eq!(read.kid(), card().kid());
            assert_eq!(read.fingerprint(), card().fingerprint());
        }
    }

    #[test]
    fn every_field_is_in_the_fingerprint() {
        let other = Pair::generate(None, &FixedEntropy::new(9)).unwrap();
        let name = |name: &str| name.parse().unwrap();
        let mine = card();
        for changed in [
            Card::new(mine.public.clone(), name("hall-4"), Role::Site),
            Card::new(mine.public.clone(), name("hall-3"), Role::Station),
            Card::new(other.public().clone(), name("hall-3"), Role::Site),
        ] {
            assert_ne!(changed.fingerprint(), mine.fingerprint(), "{changed:?}");
        }
    }

    #[test]
    fn another_way_to_write_a_card_is_refused() {
        let text = text();
        for other in [
            format!("{text}\n\n"),
            format!("{text}\r\n"),
            format!(" {text}"),
            format!("\u{feff}{text}"),
            text.replace(":1", ":01"),
            text.replace(',', ", "),
            text.replacen('{', r#"{"age":"x","#, 1),
            text.chars().rev().collect(),
            text[..text.len() - 1].to_owned(),
            String::new(),
        ] {
            assert!(
                matches!(refusal(&other), JsonError::NotCanonical { .. }),
                "{other:?}: {:?}",
                refusal(&other)
            );
        }
    }

    #[test]
    fn newer_is_not_broken() {
        let text = text();
        for newer in [
            text.replace(r#""format":1"#, r#""format":2"#),
            text.replace(r#""format":1"#, r#""format":2,"hue":[]"#),
            text.replace(r#""name""#, r#""hue":1,"name""#),
        ] {
            assert!(
                matches!(refusal(&newer), JsonError::Newer { .. }),
                "{newer}"
            );
        }
    }

    #[test]
    fn a_field_that_is_missing_or_not_allowed_is_named() {
        for field in ["age", "ed25519", "name", "role"] {
            let bad = with(field, "?");
            assert!(
                matches!(refusal(&bad), JsonError::Bad { field: found, .. } if found == field),
                "{bad}"
            );
        }
        let missing = text().replace(r#","role":"site""#, "");
        assert_eq!(refusal(&missing), JsonError::Missing { field: "role" });
        assert_eq!(refusal("{}"), JsonError::Missing { field: "format" });
    }

    #[test]
    fn keys_that_are_weak_or_not_canonical_are_refused() {
        let mut high = [9; 32];
        high[31] = 0x89;
        let mut above = [0xff; 32];
        above[0] = 0xee;
        above[31] = 0x7f;
        let mut one = [0; 32];
        one[0] = 1;
        for point in [[0; 32], one, high, above] {
            let bad = with("age", &recipient_of(point));
            assert!(
                matches!(refusal(&bad), JsonError::Bad { field: "age", .. }),
                "{bad}"
            );
        }
        assert!(Card::parse(with("age", &recipient_of([9; 32])).as_bytes()).is_ok());
        let upper = with("age", &card().age().to_uppercase());
        assert!(matches!(
            refusal(&upper),
            JsonError::Bad { field: "age", .. }
        ));
        // The neutral element, and a second way to write it.
        let neutral = format!("01{}", "00".repeat(31));
        let second = format!("ee{}7f", "ff".repeat(30));
        for key in [neutral, second, "ff".repeat(32), "AB".repeat(32)] {
            let bad = with("ed25519", &key);
            assert!(
                matches!(
                    refusal(&bad),
                    JsonError::Bad {
                        field: "ed25519",
                        ..
                    }
                ),
                "{bad}"
            );
        }
    }

    #[test]
    fn the_length_is_bounded() {
        let long = with("name", &"a".repeat(Card::LONGEST));
        assert!(matches!(refusal(&long), JsonError::Limit { .. }));
    }

    #[test]
    fn a_card_has_at_most_the_bytes_that_are_read() {
        let longest = with("name", &"a".repeat(64)).replace("site", "station");
        assert!(longest.len() < Card::LONGEST, "{}", longest.len());
        assert!(Card::parse(longest.as_bytes()).is_ok());
    }
}
