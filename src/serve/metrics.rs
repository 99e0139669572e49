//! What a server has done, in numbers (Prometheus text exposition format 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::{Method, StatusCode, header};

use super::observer::Record;
use super::problem::Problem;
use super::request::RequestHead;
use super::response::{Body, Response};
use super::soundness::Soundness;

/// Counters of a running server; shared by all its threads.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), Tally>>,
    open: AtomicU64,
    taken: AtomicU64,
    waiting: AtomicU64,
    troubles: AtomicU64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    requests: u64,
    bytes: u64,
    cut: u64,
    took: Duration,
}

impl Metrics {
    /// Counts an answer.
    pub(crate) fn served(&self, record: &Record) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (record.about.endpoint, record.status);
        let tally = requests.entry(key).or_default();
        tally.requests = tally.requests.saturating_add(1);
        tally.bytes = tally.bytes.saturating_add(record.sent);
        tally.cut = tally.cut.saturating_add(u64::from(!record.is_complete()));
        tally.took = tally.took.saturating_add(record.took);
    }

    /// Counts something that went wrong.
    pub(crate) fn trouble(&self) {
        self.troubles.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection until what is returned is dropped.
    pub(crate) fn connection(&self) -> Counted<'_> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        Counted::begin(&self.open)
    }

    /// Counts a connection that waits for a place, until what is returned is dropped.
    pub(crate) fn wait(&self) -> Counted<'_> {
        Counted::begin(&self.waiting)
    }

    /// Writes all counters.
    fn text(&self, soundness: &Soundness) -> String {
        let tallies = self
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut out = String::new();
        for (name, help, value) in [
            ("requests_total", "Requests answered", count as Value),
            (
                "sent_bytes_total",
                "Bytes of bodies handed to connections",
                bytes,
            ),
            ("cut_total", "Answers that did not go out whole", cut),
            (
                "seconds_total",
                "Time spent on answers, to their last byte",
                seconds,
            ),
        ] {
            head(&mut out, name, help, "counter");
            for ((endpoint, status), tally) in &tallies {
                let labels = format!("{{endpoint=\"{endpoint}\",code=\"{status}\"}}");
                line(&mut out, name, &labels, &value(tally));
            }
        }
        for (name, help, kind, value) in self.plain(soundness) {
            head(&mut out, name, help, kind);
            line(&mut out, name, "", &value.to_string());
        }
        out
    }

    /// What has no labels: name, meaning, kind, value.
    fn plain(&self, soundness: &Soundness) -> [(&'static str, &'static str, &'static str, u64); 6] {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let damaged = u64::try_from(soundness.withdrawn().len()).unwrap_or(u64::MAX);
        let (gauge, counter) = ("gauge", "counter");
        [
            (
                "connections",
                "Connections open now",
                gauge,
                read(&self.open),
            ),
            (
                "connections_total",
                "Connections taken",
                counter,
                read(&self.taken),
            ),
            (
                "connections_waiting",
                "Connections that wait for a place",
                gauge,
                read(&self.waiting),
            ),
            (
                "troubles_total",
                "Failures that no request shows",
                counter,
                read(&self.troubles),
            ),
            (
                "damaged_blobs",
                "Blobs found damaged and not served",
                gauge,
                damaged,
            ),
            (
                "scrubbed_bytes_total",
                "Bytes digested by the scrub",
                counter,
                soundness.scrubbed(),
            ),
        ]
    }
}

/// Answers on the listener that is for counters alone.
pub(crate) fn answer(metrics: &Metrics, soundness: &Soundness, head: &RequestHead<'_>) -> Response {
    let is_read = head.method == Method::GET || head.method == Method::HEAD;
    let response = match head.uri.path() {
        _ if !is_read => Problem::Unsupported.plain("counters are only read"),
        "/metrics" => {
            let body = Body::Bytes(metrics.text(soundness).into());
            let mut response = Response::new(StatusCode::OK, body);
            response.set(header::CONTENT_TYPE, "text/plain; version=0.0.4");
            response.of("metrics")
        }
        _ => Problem::NotFound.plain("counters are under /metrics"),
    };
    response.fit(head.method)
}

type Value = fn(&Tally) -> String;

fn count(tally: &Tally) -> String {
    tally.requests.to_string()
}

fn bytes(tally: &Tally) -> String {
    tally.bytes.to_string()
}

fn cut(tally: &Tally) -> String {
    tally.cut.to_string()
}

fn seconds(tally: &Tally) -> String {
    format!("{:.6}", tally.took.as_secs_f64())
}

/// Writing to a string does not fail.
fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    writeln!(
        out,
        "# HELP airlock_{name} {help}.\n# TYPE airlock_{name} {kind}"
    )
    .ok();
}

fn line(out: &mut String, name: &str, labels: &str, value: &str) {
    writeln!(out, "airlock_{name}{labels} {value}").ok();
}

/// Counts as one, until dropped.
#[derive(Debug)]
pub(crate) struct Counted<'a>(&'a AtomicU64);

impl<'a> Counted<'a> {
    fn begin(counter: &'a AtomicU64) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::About;

    #[test]
    fn counters_are_told_by_endpoint_and_status() {
        let metrics = Metrics::default();
        let record = |status, sent| Record {
            client: String::new(),
            method: String::new(),
            target: String::new(),
            agent: String::new(),
            status,
            promised: 10,
            sent,
            took: Duration::from_millis(1500),
            about: About {
                endpoint: "blobs",
                ..About::default()
            },
        };
        metrics.served(&record(200, 10));
        metrics.served(&record(200, 4));
        metrics.served(&record(404, 10));
        let open = metrics.connection();
        let text = metrics.text(&Soundness::default());
        for expected in [
            "airlock_requests_total{endpoint=\"blobs\",code=\"200\"} 2\n",
            "airlock_requests_total{endpoint=\"blobs\",code=\"404\"} 1\n",
            "airlock_sent_bytes_total{endpoint=\"blobs\",code=\"200\"} 14\n",
            "airlock_cut_total{endpoint=\"blobs\",code=\"200\"} 1\n",
            "airlock_seconds_total{endpoint=\"blobs\",code=\"200\"} 3.000000\n",
            "# TYPE airlock_connections gauge\nairlock_connections 1\n",
            "airlock_connections_total 1\n",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        drop(open);
        assert!(
            metrics
                .text(&Soundness::default())
                .contains("airlock_connections 0\n")
        );
    }
}
