//! `keyring.json`: canonical JSON, versioned (section 3.4).

use std::fmt::Write as _;

use age::x25519::{Identity, Recipient};
use ed25519_dalek::SigningKey;
use lock_format::{Hex, parse_hex};
use zeroize::Zeroizing;

use super::card::read_recipient;
use super::format::{FORMAT, check_format};
use super::key::{Key, KeyState, Known, Mode, Role};
use super::pair::Pair;
use super::{Card, CardName, Keyring};
use crate::wire::Kid;
use crate::wire::json::{JsonError, ObjectWriter, Reader, Sink, check, need, write_object};

/// The key came from a phrase that both ends hold.
const PHRASE: &str = "phrase";
/// The key was made here, and its card handed over.
const CARD: &str = "card";
/// Room for a keyring, so that secrets are not left behind by a growing buffer, in bytes.
const ROOM: usize = 1024 * 1024;

impl Keyring {
    /// Writes `keyring.json`. It is secret, and wiped when dropped.
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(ROOM));
        self.write(&mut *out);
        out
    }

    /// Reads `keyring.json`.
    ///
    /// Fails on every byte that is not canonical, on keys that do not fit their ids, and on current
    /// keys that are not one end's.
    pub fn from_json(bytes: &[u8]) -> Result<Self, JsonError> {
        check_format(bytes)?;
        let mut keyring = Self::default();
        let mut reader = Reader::new(bytes);
        reader.object(|key, value| match key {
            "cards" => value.array(|item| {
                let known = read_card(item)?;
                keyring.cards.insert(known.card.kid(), known);
                within(keyring.cards.len())
            }),
            "format" => value.skip(),
            "keys" => value.array(|item| {
                let key = read_key(item)?;
                keyring.keys.insert(key.kid(), key);
                within(keyring.keys.len())
            }),
            other => Err(JsonError::newer(other)),
        })?;
        reader.end()?;
        keyring.consistent()?;
        check(bytes, |sink| keyring.write(sink))?;
        Ok(keyring)
    }

    fn write(&self, sink: &mut dyn Sink) {
        write_object(sink, |o| {
            if !self.cards.is_empty() {
                o.objects("cards", self.cards.values(), write_card);
            }
            o.integer("format", FORMAT);
            o.objects("keys", self.keys.values(), write_key);
        });
    }
}

fn within(count: usize) -> Result<(), JsonError> {
    if count <= Keyring::MOST {
        Ok(())
    } else {
        Err(JsonError::Limit {
            what: "keys of a keyring",
            limit: Keyring::MOST as u64,
        })
    }
}

fn write_key(o: &mut ObjectWriter<'_>, key: &Key) {
    o.secret("age", &key.pair.age_text());
    o.secret("ed25519", &seed_text(key.pair.signing()));
    o.string("kid", key.kid());
    match &key.mode {
        Mode::Phrase => o.string("mode", PHRASE),
        Mode::Card(name) => {
            o.string("mode", CARD);
            o.string("name", name);
        }
    }
    o.string("role", key.role);
    write_state(o, key.state);
}

fn write_card(o: &mut ObjectWriter<'_>, known: &Known) {
    o.object("card", |card| known.card.write(card));
    o.string("kid", known.card.kid());
    write_state(o, known.state);
}

fn write_state(o: &mut ObjectWriter<'_>, state: KeyState) {
    o.string("state", state.name());
    if let KeyState::Grace { until } = state {
        o.integer("until", until);
    }
}

/// Writes a seed in hex. The text never grows, so that no part of it is left behind.
fn seed_text(key: &SigningKey) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(64));
    write!(text, "{}", Hex(key.as_bytes())).expect("a String takes all text");
    text
}

fn read_key(reader: &mut Reader<'_>) -> Result<Key, JsonError> {
    let (mut age, mut seed, mut kid, mut mode) = (None, None, None::<Kid>, None);
    let (mut name, mut role, mut state, mut until) = (None, None, None, None);
    reader.object(|key, value| {
        match key {
            "age" => age = Some(value.parsed_with("age", AgeHalf::parse)?),
            "ed25519" => seed = Some(read_seed(value)?),
            "kid" => kid = Some(value.parsed("kid")?),
            "mode" => mode = Some(value.string()?),
            "name" => name = Some(value.parsed::<CardName>("name")?),
            "role" => role = Some(value.parsed::<Role>("role")?),
            "state" => state = Some(value.string()?),
            "until" => until = Some(value.integer()?),
            _ => return Err(JsonError::newer(key)),
        }
        Ok(())
    })?;
    let mode = match (need(mode, "mode")?.as_ref(), name) {
        (PHRASE, None) => Mode::Phrase,
        (CARD, Some(name)) => Mode::Card(name),
        (CARD, None) => return Err(JsonError::Missing { field: "name" }),
        (PHRASE, Some(_)) => return Err(JsonError::bad("name", "is there only with mode card")),
        (other, _) => return Err(JsonError::newer(&format!("mode {other}"))),
    };
    let signing = SigningKey::from_bytes(&*need(seed, "ed25519")?);
    let pair = match (need(age, "age")?, &mode) {
        (AgeHalf::Identity(identity), _) => Pair::of(identity, signing),
        (AgeHalf::Recipient(recipient), Mode::Card(_)) => Pair::elsewhere(recipient, signing),
        (AgeHalf::Recipient(_), Mode::Phrase) => {
            return Err(JsonError::bad(
                "age",
                "is the identity itself with mode phrase",
            ));
        }
    };
    same_kid(need(kid, "kid")?, pair.public().kid())?;
    Ok(Key {
        pair,
        mode,
        role: need(role, "role")?,
        state: read_state(&need(state, "state")?, until)?,
    })
}

fn read_card(reader: &mut Reader<'_>) -> Result<Known, JsonError> {
    let (mut card, mut kid, mut state, mut until) = (None, None, None, None);
    reader.object(|key, value| {
        match key {
            "card" => card = Some(Card::read(value)?),
            "kid" => kid = Some(value.parsed("kid")?),
            "state" => state = Some(value.string()?),
            "until" => until = Some(value.integer()?),
            _ => return Err(JsonError::newer(key)),
        }
        Ok(())
    })?;
    let card = need(card, "card")?;
    same_kid(need(kid, "kid")?, card.kid())?;
    Ok(Known {
        card,
        state: read_state(&need(state, "state")?, until)?,
    })
}

fn same_kid(written: Kid, computed: Kid) -> Result<(), JsonError> {
    if written == computed {
        Ok(())
    } else {
        Err(JsonError::bad("kid", "is not that of the key"))
    }
}

/// An identity, or the recipient of one that is elsewhere.
enum AgeHalf {
    Identity(Identity),
    Recipient(Recipient),
}

impl AgeHalf {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if text.starts_with("age1") {
            read_recipient(text).map(Self::Recipient)
        } else {
            text.parse().map(Self::Identity)
        }
    }
}

fn read_state(name: &str, until: Option<u64>) -> Result<KeyState, JsonError> {
    match (name, until) {
        ("current", None) => Ok(KeyState::Current),
        ("grace", Some(until)) => Ok(KeyState::Grace { until }),
        ("retired", None) => Ok(KeyState::Retired),
        ("revoked", None) => Ok(KeyState::Revoked),
        ("current" | "grace" | "retired" | "revoked", _) => Err(JsonError::bad(
            "until",
            "is there with grace, and only then",
        )),
        (other, _) => Err(JsonError::newer(&format!("state {other}"))),
    }
}

fn read_seed(reader: &mut Reader<'_>) -> Result<Zeroizing<[u8; 32]>, JsonError> {
    parse_hex(reader.string()?.as_bytes())
        .map(Zeroizing::new)
        .ok_or_else(|| JsonError::bad("ed25519", "is not 32 bytes in hex"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::FixedEntropy;
    use crate::seal::testing::{Counting, full, key, known};
    use crate::seal::{Phrase, WordCount};

    fn keyring() -> Keyring {
        let phrase = Phrase::generate(WordCount::Twelve, &FixedEntropy::new(0)).unwrap();
        Keyring::from_phrase(&phrase)
    }

    fn text() -> String {
        String::from_utf8(keyring().to_json().to_vec()).unwrap()
    }

    fn refusal(text: &str) -> JsonError {
        Keyring::from_json(text.as_bytes()).expect_err("refused")
    }

    #[test]
    fn a_keyring_round_trips_in_every_state() {
        for (state, until) in [
            ("current", ""),
            ("grace", r#","until":7"#),
            ("retired", ""),
            ("revoked", ""),
        ] {
            let text = text().replacen(
                r#""state":"current""#,
                &format!(r#""state":"{state}"{until}"#),
                1,
            );
            let read = Keyring::from_json(text.as_bytes()).unwrap();
            assert_eq!(read.to_json().as_slice(), text.as_bytes());
            assert_eq!(read.list()[0].state.name(), state);
        }
    }

    #[test]
    fn a_keyring_has_its_limits() {
        let source = Counting::new();
        let mut keyring = full(&source);
        assert!(Keyring::from_json(&keyring.to_json()).is_ok());
        let key = key(&source, KeyState::Retired);
        let kid = key.kid();
        keyring.keys.insert(kid, key);
        let limit = |read: Result<Keyring, JsonError>| matches!(read, Err(JsonError::Limit { .. }));
        assert!(limit(Keyring::from_json(&keyring.to_json())), "keys");
        keyring.keys.remove(&kid);
        let known = known(&source, Keyring::MOST);
        keyring.cards.insert(known.card.kid(), known);
        assert!(limit(Keyring::from_json(&keyring.to_json())), "cards");
    }

    #[test]
    fn the_identity_of_a_phrase_is_never_elsewhere() {
        let text = text();
        let identity = text
            .split('"')
            .find(|word| word.starts_with("AGE-SECRET-KEY-1"));
        let identity = identity.expect("it has one");
        let recipient = keyring()
            .keys
            .values()
            .find(|key| *key.pair.age_text() == identity)
            .map(|key| key.public().age().to_string());
        let elsewhere = text.replacen(identity, &recipient.expect("it is one of them"), 1);
        assert!(matches!(
            refusal(&elsewhere),
            JsonError::Bad { field: "age", .. }
        ));
    }

    #[test]
    fn newer_and_broken_are_told_apart() {
        let text = text();
        for newer in [
            text.replace(r#""format":1"#, r#""format":2,"hue":[]"#),
            text.replacen(r#""mode":"phrase""#, r#""mode":"seance""#, 1),
            text.replacen(r#""state":"current""#, r#""state":"asleep""#, 1),
            text.replacen(r#""kid""#, r#""hue":1,"kid""#, 1),
            text.replacen(r#""keys""#, r#""hue":1,"keys""#, 1),
        ] {
            assert!(
                matches!(refusal(&newer), JsonError::Newer { .. }),
                "{newer}"
            );
        }
        let role = Role::Station;
        let name = "alpha".parse().expect("a name");
        let source = FixedEntropy::new(1);
        let alpha = Keyring::with_card(name, role, None, &source).expect("there is entropy");
        let card = alpha.card().expect("it has one");
        let card_text = String::from_utf8(card.to_bytes()).expect("ASCII");
        let (kid, state) = (card.kid(), r#""state":"current""#);
        let trusting = |card: &str| {
            let cards = format!(r#"{{"cards":[{{"card":{card},"kid":"{kid}",{state}}}],"#);
            text.replacen('{', &cards, 1)
        };
        assert!(Keyring::from_json(trusting(&card_text).as_bytes()).is_ok());
        let newer = card_text.replace(r#""format":1"#, r#""format":2"#);
        assert!(matches!(
            refusal(&trusting(&newer)),
            JsonError::Newer { .. }
        ));
        assert!(matches!(
            refusal(&format!("{text}\n")),
            JsonError::NotCanonical { .. }
        ));
        assert!(matches!(
            refusal("{}"),
            JsonError::Missing { field: "format" }
        ));
        let until = text.replacen(r#""state":"current""#, r#""state":"current","until":7"#, 1);
        assert!(matches!(
            refusal(&until),
            JsonError::Bad { field: "until", .. }
        ));
    }

    #[test]
    fn current_keys_are_those_of_one_end() {
        let end = |name: &str, role, seed| {
            let source = FixedEntropy::new(seed);
            Keyring::with_card(name.parse().unwrap(), role, None, &source).unwrap()
        };
        let mut north = end("north", Role::Site, 0);
        for (name, seed) in [("alpha", 50), ("beta", 60)] {
            let card = end(name, Role::Station, seed).card().unwrap();
            north.trust(card, None, 0).unwrap();
        }
        north.rotate(end("north", Role::Site, 70), 9, 5).unwrap();
        let text = String::from_utf8(north.to_json().to_vec()).unwrap();
        assert!(Keyring::from_json(text.as_bytes()).is_ok());
        let grace = r#""state":"grace","until":9"#;
        for (wrong, field) in [
            (text.replace(grace, r#""state":"current""#), "keys"),
            (
                text.replace("\"name\":\"beta\"", "\"name\":\"alpha\""),
                "cards",
            ),
            (text.replace("station", "site"), "cards"),
            (
                text.replacen(
                    r#""mode":"card","name":"north""#,
                    r#""mode":"phrase","name":"north""#,
                    1,
                ),
                "name",
            ),
        ] {
            assert_ne!(wrong, text);
            assert!(
                matches!(refusal(&wrong), JsonError::Bad { field: found, .. } if found == field),
                "{wrong}: {:?}",
                refusal(&wrong)
            );
        }
        let unnamed = text.replacen(r#""mode":"card","name":"north""#, r#""mode":"card""#, 1);
        assert_eq!(refusal(&unnamed), JsonError::Missing { field: "name" });
        let two_ends = text.replacen(
            r#""role":"site","state":"grace","until":9"#,
            r#""role":"station","state":"current""#,
            1,
        );
        assert!(matches!(
            refusal(&two_ends),
            JsonError::Bad { field: "keys", .. }
        ));
    }

    #[test]
    fn a_key_under_another_id_is_refused() {
        let keyring = keyring();
        let ids: Vec<String> = keyring.keys.keys().map(Kid::to_string).collect();
        let swapped = text().replace(&ids[0], &ids[1]);
        assert!(matches!(
            refusal(&swapped),
            JsonError::Bad { field: "kid", .. }
        ));
    }
}
