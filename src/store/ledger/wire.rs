//! A line of the ledger as JSON.

use std::fmt::Display;
use std::str::FromStr;

use lock_format::{Descriptor, Reference};
use serde::{Deserialize, Serialize};

use crate::wire::Basis;

use super::{Delivery, Event, Held, Outcome, Request};

#[derive(Deserialize, Serialize)]
#[serde(tag = "event", rename_all = "lowercase", deny_unknown_fields)]
enum EventWire {
    Request(RequestWire),
    Intent(DeliveryWire),
    Held(HeldWire),
    Commit(DeliveryWire),
    Applied { lock: String, at: u64 },
    Cancelled { request: String, at: u64 },
    Void { at: u64 },
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RequestWire {
    id: String,
    seq: u64,
    lock: String,
    created: u64,
    from: String,
    to: Vec<String>,
    pending: Vec<String>,
    bases: Vec<String>,
}

/// An intent has no `state`, a commit has one.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct DeliveryWire {
    bundle: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<u64>,
    signer: String,
    lock: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    at: u64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct HeldWire {
    bundle: String,
    reference: String,
    digest: String,
    size: u64,
    media_type: String,
    blobs: Vec<String>,
    seq: u64,
    signer: String,
    at: u64,
}

/// Writes an event as one line, without its newline.
pub(super) fn write(event: &Event) -> String {
    serde_json::to_string(&EventWire::from(event)).expect("strings and numbers become JSON")
}

/// Reads a line; the error says what is wrong with it.
pub(super) fn read(line: &str) -> Result<Event, String> {
    let wire: EventWire = serde_json::from_str(line).map_err(|error| error.to_string())?;
    Ok(match wire {
        EventWire::Request(wire) => Event::Request(read_request(&wire)?),
        EventWire::Intent(wire) => match wire.state {
            None => Event::Intent {
                delivery: read_delivery(&wire)?,
                at: wire.at,
            },
            Some(_) => return Err("an intent has no `state`".to_owned()),
        },
        EventWire::Held(wire) => Event::Held(read_held(&wire)?),
        EventWire::Commit(wire) => Event::Commit {
            delivery: read_delivery(&wire)?,
            outcome: match wire.state.as_deref() {
                Some(PART) => Outcome::Part,
                Some(CLOSED) => Outcome::Closed,
                _ => return Err(format!("`state` is neither `{PART}` nor `{CLOSED}`")),
            },
            at: wire.at,
        },
        EventWire::Applied { lock, at } => Event::Applied {
            lock: value("lock", &lock)?,
            at,
        },
        EventWire::Cancelled { request, at } => Event::Cancelled {
            request: value("request", &request)?,
            at,
        },
        EventWire::Void { at } => Event::Void { at },
    })
}

const PART: &str = "part";
const CLOSED: &str = "closed";

impl From<&Event> for EventWire {
    fn from(event: &Event) -> Self {
        match event {
            Event::Request(request) => Self::Request(request.into()),
            Event::Intent { delivery, at } => Self::Intent(DeliveryWire::new(delivery, None, *at)),
            Event::Held(held) => Self::Held(held.into()),
            Event::Commit {
                delivery,
                outcome,
                at,
            } => Self::Commit(DeliveryWire::new(delivery, Some(*outcome), *at)),
            Event::Applied { lock, at } => Self::Applied {
                lock: lock.to_string(),
                at: *at,
            },
            Event::Cancelled { request, at } => Self::Cancelled {
                request: request.to_string(),
                at: *at,
            },
            Event::Void { at } => Self::Void { at: *at },
        }
    }
}

impl From<&Request> for RequestWire {
    fn from(request: &Request) -> Self {
        Self {
            id: request.id.to_string(),
            seq: request.seq,
            lock: request.lock.to_string(),
            created: request.created,
            from: request.from.to_string(),
            to: texts(&request.to),
            pending: texts(&request.pending),
            bases: texts(&request.bases),
        }
    }
}

fn read_request(wire: &RequestWire) -> Result<Request, String> {
    Ok(Request {
        id: value("id", &wire.id)?,
        seq: wire.seq,
        lock: value("lock", &wire.lock)?,
        created: wire.created,
        from: value("from", &wire.from)?,
        to: values("to", &wire.to)?,
        pending: wire
            .pending
            .iter()
            .map(|text| reference("pending", text))
            .collect::<Result<_, _>>()?,
        bases: values("bases", &wire.bases)?,
    })
}

impl DeliveryWire {
    fn new(delivery: &Delivery, outcome: Option<Outcome>, at: u64) -> Self {
        let (answers, serial) = match delivery.basis {
            Basis::Answers(request) => (Some(request.to_string()), None),
            Basis::Serial(serial) => (None, Some(serial)),
        };
        let state = outcome.map(|outcome| match outcome {
            Outcome::Part => PART.to_owned(),
            Outcome::Closed => CLOSED.to_owned(),
        });
        Self {
            bundle: delivery.bundle.to_string(),
            answers,
            serial,
            signer: delivery.signer.to_string(),
            lock: delivery.lock.to_string(),
            state,
            at,
        }
    }
}

fn read_delivery(wire: &DeliveryWire) -> Result<Delivery, String> {
    let basis = match (&wire.answers, wire.serial) {
        (Some(request), None) => Basis::Answers(value("answers", request)?),
        (None, Some(serial)) => Basis::Serial(serial),
        _ => return Err("it takes exactly one of `answers` and `serial`".to_owned()),
    };
    Ok(Delivery {
        bundle: value("bundle", &wire.bundle)?,
        basis,
        signer: value("signer", &wire.signer)?,
        lock: value("lock", &wire.lock)?,
    })
}

impl From<&Held> for HeldWire {
    fn from(held: &Held) -> Self {
        Self {
            bundle: held.bundle.to_string(),
            reference: held.reference.to_string(),
            digest: held.pin.digest.to_string(),
            size: held.pin.size,
            media_type: held.pin.media_type.to_string(),
            blobs: texts(&held.blobs),
            seq: held.seq,
            signer: held.signer.to_string(),
            at: held.at,
        }
    }
}

fn read_held(wire: &HeldWire) -> Result<Held, String> {
    Ok(Held {
        bundle: value("bundle", &wire.bundle)?,
        reference: reference("reference", &wire.reference)?,
        pin: Descriptor {
            digest: value("digest", &wire.digest)?,
            size: wire.size,
            media_type: value("media_type", &wire.media_type)?,
        },
        blobs: values("blobs", &wire.blobs)?,
        seq: wire.seq,
        signer: value("signer", &wire.signer)?,
        at: wire.at,
    })
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}

fn value<T: FromStr<Err: Display>>(key: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("`{key}`: {error}"))
}

fn values<T: FromStr<Err: Display>>(key: &str, texts: &[String]) -> Result<Vec<T>, String> {
    texts.iter().map(|text| value(key, text)).collect()
}

fn reference(key: &str, text: &str) -> Result<Reference, String> {
    Reference::parse_canonical(text).map_err(|error| format!("`{key}`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Kid, TransferId};
    use lock_format::{Digest, MediaType};

    fn delivery(basis: Basis) -> Delivery {
        Delivery {
            bundle: TransferId::from_bytes([2; 32]),
            basis,
            signer: Kid::from_bytes([3; 16]),
            lock: Digest::Sha256([4; 32]),
        }
    }

    fn every_event() -> Vec<Event> {
        let request = TransferId::from_bytes([1; 32]);
        let pending = Reference::parse("reg.lan:5000/next").unwrap();
        let outcome = Outcome::Part;
        vec![
            Event::Request(Request {
                id: request,
                seq: 7,
                lock: Digest::Sha256([4; 32]),
                created: 8,
                from: Kid::from_bytes([5; 16]),
                to: vec![Kid::from_bytes([3; 16])],
                pending: vec![pending.clone()],
                bases: vec![Digest::Sha512([6; 64])],
            }),
            Event::Intent {
                delivery: delivery(Basis::Serial(9)),
                at: 1,
            },
            Event::Held(Held {
                bundle: TransferId::from_bytes([2; 32]),
                reference: pending,
                pin: Descriptor {
                    digest: Digest::Sha256([4; 32]),
                    size: 3,
                    media_type: MediaType::OCI_INDEX.parse().unwrap(),
                },
                blobs: vec![Digest::Sha256([4; 32])],
                seq: 7,
                signer: Kid::from_bytes([3; 16]),
                at: 2,
            }),
            Event::Commit {
                delivery: delivery(Basis::Answers(request)),
                outcome,
                at: 3,
            },
            Event::Commit {
                delivery: delivery(Basis::Serial(9)),
                outcome: Outcome::Closed,
                at: 4,
            },
            Event::Applied {
                lock: Digest::Sha256([4; 32]),
                at: 5,
            },
            Event::Cancelled { request, at: 6 },
            Event::Void { at: 7 },
        ]
    }

    #[test]
    fn every_event_round_trips_on_one_line() {
        for event in every_event() {
            let line = write(&event);
            assert!(!line.contains('\n'), "{line}");
            assert_eq!(read(&line), Ok(event), "{line}");
        }
    }

    #[test]
    fn what_no_event_looks_like_is_refused() {
        let lines: Vec<String> = every_event().iter().map(write).collect();
        let (intent, held, commit) = (&lines[1], &lines[2], &lines[3]);
        let id = "01".repeat(32);
        for line in [
            intent.replace("\"serial\":9,", ""),
            intent.replace(
                "\"serial\":9",
                &format!("\"serial\":9,\"answers\":\"{id}\""),
            ),
            intent.replace("\"at\"", "\"state\":\"part\",\"at\""),
            commit.replace("\"state\":\"part\",", ""),
            commit.replace("\"part\"", "\"open\""),
            commit.replace("\"at\":3", "\"at\":3,\"more\":1"),
            commit.replace(&id, "01"),
            held.replace("reg.lan:5000/next:latest", "reg.lan:5000/next"),
            held.replace("sha256:", "md5:"),
            lines[7].replace("void", "later"),
            "{}".to_owned(),
            "[]".to_owned(),
        ] {
            assert!(!lines.contains(&line), "the change did not take: {line}");
            assert!(read(&line).is_err(), "{line}");
        }
    }
}
