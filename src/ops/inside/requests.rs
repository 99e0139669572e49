//! `airlock request` and `airlock ledger`: requests that will not be answered any more.

use std::collections::BTreeMap;

use crate::diagnostic::{Class, Code, Diagnose, Failure};
use crate::run::Run;
use crate::store::ledger::{Event, RequestState};
use crate::store::{AuditEntry, Ledger, Store};
use crate::wire::TransferId;

/// Every code of these operations.
pub const CODES: &[Code] = &[AMBIGUOUS, NOT_OPEN, UNKNOWN];

const AMBIGUOUS: Code = Code::new("request/ambiguous");
const NOT_OPEN: Code = Code::new("request/not-open");
const UNKNOWN: Code = Code::new("request/unknown");

/// Fewest digits by which an id is found.
const FEWEST_DIGITS: usize = 4;

/// A request, as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: TransferId,
    /// Its number.
    pub seq: u64,
}

/// A request cannot be cancelled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestFailure {
    /// There is none of that number or id.
    #[error("this store issued no request {0:?}")]
    Unknown(String),
    /// Several ids begin like this.
    #[error("{count} requests begin with {text:?}")]
    Ambiguous {
        /// What was given.
        text: String,
        /// How many there are.
        count: usize,
    },
    /// It has its answer, or was taken back before.
    #[error("request {seq} is {}", state_name(*.state))]
    NotOpen {
        /// Its number.
        seq: u64,
        /// What became of it.
        state: RequestState,
    },
}

impl Diagnose for RequestFailure {
    fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => UNKNOWN,
            Self::Ambiguous { .. } => AMBIGUOUS,
            Self::NotOpen { .. } => NOT_OPEN,
        }
    }

    fn class(&self) -> Class {
        Class::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unknown(_) | Self::NotOpen { .. } => {
                "`airlock request list --all` shows them all".to_owned()
            }
            Self::Ambiguous { .. } => "give more digits of the id, or its number".to_owned(),
        })
    }
}

/// Returns the word for a state.
pub fn state_name(state: RequestState) -> &'static str {
    match state {
        RequestState::Open => "open",
        RequestState::Part => "part",
        RequestState::Closed => "closed",
        RequestState::Cancelled => "cancelled",
        RequestState::Void => "void",
    }
}

/// Records that a request will not be answered: from now on every answer to it is refused.
///
/// `text` is its number, its id, or the first digits of that.
pub fn cancel(store: &Store, text: &str, run: &Run<'_>) -> Result<Named, Failure> {
    let writer = store.begin(run.clock)?;
    let (named, state) = find(&writer.ledger(), text)?;
    if !state.is_open() {
        let seq = named.seq;
        return Err(RequestFailure::NotOpen { seq, state }.into());
    }
    writer.audit(&AuditEntry {
        event: "request-cancel".to_owned(),
        facts: BTreeMap::from([
            ("id".to_owned(), named.id.to_string()),
            ("seq".to_owned(), named.seq.to_string()),
        ]),
    })?;
    writer.append_event(&Event::Cancelled {
        request: named.id,
        at: run.clock.unix_seconds(),
    })?;
    Ok(named)
}

/// Closes every open request, after the store came back from a backup; returns which those were.
///
/// A store that is older than its last bundle would take that bundle, and any other answer to the
/// same request, again.
pub fn void(store: &Store, run: &Run<'_>) -> Result<Vec<Named>, Failure> {
    let writer = store.begin(run.clock)?;
    let open: Vec<Named> = writer
        .ledger()
        .requests()
        .into_iter()
        .filter(|(_, state)| state.is_open())
        .map(|(request, _)| Named {
            id: request.id,
            seq: request.seq,
        })
        .collect();
    if !open.is_empty() {
        writer.audit(&AuditEntry {
            event: "ledger-void".to_owned(),
            facts: BTreeMap::from([("requests".to_owned(), open.len().to_string())]),
        })?;
        let at = run.clock.unix_seconds();
        writer.append_event(&Event::Void { at })?;
    }
    Ok(open)
}

fn find(ledger: &Ledger, text: &str) -> Result<(Named, RequestState), RequestFailure> {
    let all = ledger.requests();
    let named = all.iter().map(|(request, state)| {
        let (id, seq) = (request.id, request.seq);
        (Named { id, seq }, *state)
    });
    let number = text.parse::<u64>().ok();
    if let Some(found) = named.clone().find(|(named, _)| Some(named.seq) == number) {
        return Ok(found);
    }
    let begins: Vec<_> = named
        .filter(|(named, _)| text.len() >= FEWEST_DIGITS && named.id.to_string().starts_with(text))
        .collect();
    match begins.as_slice() {
        [] => Err(RequestFailure::Unknown(text.to_owned())),
        [one] => Ok(*one),
        several => Err(RequestFailure::Ambiguous {
            text: text.to_owned(),
            count: several.len(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use lock_format::Algorithm;

    use super::*;
    use crate::oci::digest_of;
    use crate::run::{Cancel, FixedClock, FixedEntropy, Silent};
    use crate::store::ledger::Request;
    use crate::wire::Kid;

    /// A store that issued requests with ids that begin so, one after the other.
    fn store(folder: &std::path::Path, begins: &[&str]) -> Store {
        let store =
            Store::open_or_create(folder, &FixedEntropy::new(0)).expect("the folder is new");
        let writer = store.begin(&FixedClock(7)).expect("nobody else writes");
        for (seq, begin) in (1..).zip(begins) {
            let request = Request {
                id: format!("{begin:0<64}").parse().expect("64 digits"),
                seq,
                lock: digest_of(Algorithm::Sha256, b"a lock"),
                created: 7,
                from: Kid::from_bytes([1; 16]),
                to: vec![Kid::from_bytes([2; 16])],
                pending: Vec::new(),
                bases: Vec::new(),
            };
            let event = Event::Request(request);
            writer.append_event(&event).expect("the numbers rise");
        }
        drop(writer);
        store
    }

    fn cancelled(store: &Store, text: &str) -> Result<u64, &'static str> {
        let run = Run {
            events: &Silent,
            cancel: &Cancel::default(),
            clock: &FixedClock(7),
            entropy: &FixedEntropy::new(0),
        };
        let named = cancel(store, text, &run);
        named
            .map(|named| named.seq)
            .map_err(|failure| failure.facts().code().as_str())
    }

    #[test]
    fn a_request_is_named_by_its_number_or_by_digits_that_no_other_begins_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(
            &folder.path().join("store"),
            &["abcd1", "abcd2", "ff", "77770"],
        );
        for (text, told) in [
            ("abcd", Err("request/ambiguous")),
            ("fff", Err("request/unknown")),
            ("ff0", Err("request/unknown")),
            ("", Err("request/unknown")),
            ("9", Err("request/unknown")),
            ("ABCD1", Err("request/unknown")),
            ("abcd2", Ok(2)),
            ("abcd2", Err("request/not-open")),
            ("ff00", Ok(3)),
            ("1", Ok(1)),
            ("7777", Ok(4)),
        ] {
            assert_eq!(cancelled(&store, text), told, "{text:?}");
        }
    }
}
