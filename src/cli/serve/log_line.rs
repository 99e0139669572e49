//! An entry of the log, as a line for people or as JSON (`docs/serving.md`).

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::diagnostic::sanitize;
use crate::report::human_size;
use crate::serve::{Bound, Door, Record};

/// Longest text from outside in a line, in characters.
const LONGEST: usize = 300;

/// Something that the log says.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// The server listens there.
    Bound(Door, Bound),
    /// A request was answered.
    Served(Box<Record>),
    /// Something worth knowing happened.
    Note(String),
    /// Something went wrong that no request shows.
    Trouble(String),
    /// So many entries came faster than they could be written, or could not be written at all.
    Lost(u64),
}

/// What an entry takes beside its texts, in bytes.
const BARE: usize = 256;

impl Entry {
    /// Returns about how much memory it takes, in bytes.
    pub(crate) fn weight(&self) -> usize {
        let texts = match self {
            Self::Bound(..) | Self::Lost(_) => 0,
            Self::Note(sentence) | Self::Trouble(sentence) => sentence.len(),
            Self::Served(record) => [
                &record.client,
                &record.method,
                &record.target,
                &record.agent,
            ]
            .into_iter()
            .chain(&record.about.who)
            .chain(&record.about.name)
            .chain(&record.about.trouble)
            .map(String::len)
            .fold(BARE, usize::saturating_add),
        };
        texts.saturating_add(BARE)
    }

    /// Tells whether even a quiet log says it.
    pub(crate) fn is_trouble(&self) -> bool {
        match self {
            Self::Bound(..) | Self::Note(_) => false,
            Self::Served(record) => record.about.trouble.is_some(),
            Self::Trouble(_) | Self::Lost(_) => true,
        }
    }

    /// Writes a line for people.
    pub(crate) fn line(&self, seconds: u64) -> String {
        let text = match self {
            Self::Bound(Door::Registry, bound) => format!("listening on {bound}"),
            Self::Bound(Door::Metrics, bound) => format!("counters on {bound}"),
            Self::Served(record) => served(record),
            Self::Note(sentence) | Self::Trouble(sentence) => sanitize(sentence, LONGEST),
            Self::Lost(count) => {
                format!("{count} lines are missing here: they could not be written in time")
            }
        };
        format!("{} {text}", time(seconds))
    }

    /// Writes a line of JSON.
    pub(crate) fn json(&self, seconds: u64) -> Vec<u8> {
        let mut value = match self {
            Self::Bound(door, bound) => {
                let counters = *door == Door::Metrics;
                json!({"event": "listening", "address": bound.to_string(), "counters": counters})
            }
            Self::Served(record) => request(record),
            Self::Note(sentence) => json!({"event": "note", "message": sentence}),
            Self::Trouble(sentence) => json!({"event": "trouble", "message": sentence}),
            Self::Lost(count) => json!({"event": "lost", "count": count}),
        };
        value["schema"] = "airlock.serve/1".into();
        value["time"] = time(seconds).into();
        let mut text = value.to_string().into_bytes();
        text.push(b'\n');
        text
    }
}

fn time(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(String::new, |time| time.to_string())
}

fn served(record: &Record) -> String {
    let about = &record.about;
    let request = format!(
        "{} {} {} {} {} in {:.1} ms",
        record.client,
        record.status,
        sanitize(&record.method, LONGEST),
        sanitize(&record.target, LONGEST),
        human_size(record.sent),
        record.took.as_secs_f64() * 1000.0,
    );
    let name = about.name.as_deref().map(|name| sanitize(name, LONGEST));
    let digest = about.digest.map(|digest| digest.short());
    let found: Vec<String> = [Some(request), name, digest]
        .into_iter()
        .flatten()
        .collect();
    let cut = (!record.is_complete())
        .then(|| format!("cut: {} were to be sent", human_size(record.promised)));
    let trouble = about.trouble.as_deref().map(|text| sanitize(text, LONGEST));
    let parts: Vec<String> = [Some(found.join(" ")), cut, trouble]
        .into_iter()
        .flatten()
        .collect();
    parts.join(", ")
}

fn request(record: &Record) -> Value {
    let about = &record.about;
    json!({
        "event": "request",
        "client": record.client,
        "method": record.method,
        "target": record.target,
        "agent": record.agent,
        "endpoint": about.endpoint,
        "status": record.status,
        "who": about.who,
        "name": about.name,
        "digest": about.digest.map(|digest| digest.to_string()),
        "bytes": record.sent,
        "promised": record.promised,
        "complete": record.is_complete(),
        "milliseconds": record.took.as_secs_f64() * 1000.0,
        "trouble": about.trouble,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::serve::About;

    fn record() -> Record {
        Record {
            client: "10.0.0.1:4444".to_owned(),
            method: "GET".to_owned(),
            target: "/v2/alpine/manifests/3.20".to_owned(),
            agent: "docker/20".to_owned(),
            status: 200,
            promised: 1853,
            sent: 1853,
            took: Duration::from_micros(1500),
            about: About {
                endpoint: "manifests",
                name: Some("docker.io/library/alpine".to_owned()),
                ..About::default()
            },
        }
    }

    #[test]
    fn a_line_says_who_asked_what_and_what_came_of_it() {
        assert_eq!(
            Entry::Served(Box::new(record())).line(0),
            "1970-01-01T00:00:00Z 10.0.0.1:4444 200 GET /v2/alpine/manifests/3.20 1.8 KiB in 1.5 ms \
             docker.io/library/alpine"
        );
    }

    #[test]
    fn a_cut_answer_and_a_trouble_are_told() {
        let mut cut = record();
        cut.sent = 10;
        cut.about.trouble = Some("no\u{1b}[2J".to_owned());
        let entry = Entry::Served(Box::new(cut));
        assert!(entry.is_trouble());
        let line = entry.line(0);
        assert!(
            line.ends_with("cut: 1.8 KiB were to be sent, no\u{fffd}[2J"),
            "{line}"
        );
        let value: Value = serde_json::from_slice(&entry.json(0)).unwrap();
        assert_eq!(value["complete"], false);
        assert_eq!(value["schema"], "airlock.serve/1");
    }

    #[test]
    fn a_record_of_json_has_everything_that_is_known() {
        let mut served = record();
        served.about.who = Some("ci".to_owned());
        served.about.digest = Some(format!("sha256:{}", "ab".repeat(32)).parse().unwrap());
        let value: Value =
            serde_json::from_slice(&Entry::Served(Box::new(served)).json(0)).unwrap();
        assert_eq!(
            value,
            json!({
                "schema": "airlock.serve/1",
                "event": "request",
                "time": "1970-01-01T00:00:00Z",
                "client": "10.0.0.1:4444",
                "method": "GET",
                "target": "/v2/alpine/manifests/3.20",
                "agent": "docker/20",
                "endpoint": "manifests",
                "status": 200,
                "who": "ci",
                "name": "docker.io/library/alpine",
                "digest": format!("sha256:{}", "ab".repeat(32)),
                "bytes": 1853,
                "promised": 1853,
                "complete": true,
                "milliseconds": 1.5,
                "trouble": null,
            })
        );
    }
}
