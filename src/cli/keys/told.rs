//! How keys are told: as text for people, and as JSON.

use serde::Serialize;

use crate::seal::{Card, KeyEntry, KeyState};

/// A card and what it says, as JSON.
#[derive(Serialize)]
pub(super) struct CardLine {
    schema: &'static str,
    /// The very text of the card.
    card: String,
    name: String,
    role: String,
    age: String,
    ed25519: String,
    kid: String,
    fingerprint: String,
}

/// A key of the keyring, as JSON.
#[derive(Serialize)]
pub(super) struct KeyLine {
    kid: String,
    pub(super) own: bool,
    name: Option<String>,
    role: String,
    state: &'static str,
    until: Option<u64>,
    elsewhere: bool,
    fingerprint: Option<String>,
}

impl CardLine {
    pub(super) fn of(card: &Card, schema: &'static str) -> Self {
        Self {
            schema,
            card: String::from_utf8_lossy(&card.to_bytes()).into_owned(),
            name: card.name().to_string(),
            role: card.role().to_string(),
            age: card.age(),
            ed25519: card.ed25519(),
            kid: card.kid().to_string(),
            fingerprint: card.fingerprint().to_string(),
        }
    }
}

impl KeyLine {
    /// Tells a key as it is at a time, in unix seconds.
    pub(super) fn of(entry: &KeyEntry, now: u64) -> Self {
        let state = entry.state.at(now);
        Self {
            kid: entry.kid.to_string(),
            own: entry.own,
            name: entry.name.as_ref().map(ToString::to_string),
            role: entry.role.to_string(),
            state: state.name(),
            until: match state {
                KeyState::Grace { until } => Some(until),
                KeyState::Current | KeyState::Retired | KeyState::Revoked => None,
            },
            elsewhere: entry.elsewhere,
            fingerprint: entry.fingerprint.as_ref().map(ToString::to_string),
        }
    }
}

/// Tells what is on a card.
pub(super) fn card(card: &Card) -> String {
    format!(
        "name         {}\nrole         {}\nage          {}\ned25519      {}\nkey          {}\nfingerprint  {}\n",
        card.name(),
        card.role(),
        card.age(),
        card.ed25519(),
        card.kid(),
        card.fingerprint()
    )
}

/// Tells a key in one line.
pub(super) fn key(entry: &KeyEntry, now: u64) -> String {
    let whose = match (&entry.name, entry.own) {
        (Some(name), true) => format!("{} {name}, own", entry.role),
        (Some(name), false) => format!("{} {name}", entry.role),
        (None, _) => format!("{} of the phrase", entry.role),
    };
    let state = match entry.state.at(now) {
        KeyState::Grace { until } => format!("grace until {}", moment(until)),
        state @ (KeyState::Current | KeyState::Retired | KeyState::Revoked) => {
            state.name().to_owned()
        }
    };
    let elsewhere = if entry.elsewhere {
        ", identity elsewhere"
    } else {
        ""
    };
    format!("{}  {state}  {whose}{elsewhere}\n", entry.kid)
}

/// Writes unix seconds as a time of day in UTC.
pub(super) fn moment(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map_or_else(|| seconds.to_string(), |time| time.to_string())
}
