//! How a server is: `/healthz`.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use hyper::StatusCode;
use lock_format::Digest;
use serde_json::json;

use super::response::Response;

/// What is known of the state of a server.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<Facts>);

#[derive(Clone, Debug, Default)]
struct Facts {
    days_left: Option<i64>,
    store: Option<String>,
    tokens: Option<String>,
}

/// Below so many days a certificate is spoken of.
const SOON: i64 = 14;
const DAY: i64 = 24 * 60 * 60;

impl Health {
    /// Takes the last second of the certificate; returns what is to be said of it, once a day.
    pub(crate) fn certificate(&self, not_after: Option<i64>, now: i64) -> Option<String> {
        let left = not_after?.saturating_sub(now).div_euclid(DAY);
        let mut facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = facts.days_left.replace(left);
        if before == Some(left) || left >= SOON {
            None
        } else if left < 0 {
            Some("the certificate has expired: clients refuse it".to_owned())
        } else {
            Some(format!("the certificate expires in {left} days"))
        }
    }

    /// Takes what is wrong with the newest index; returns it when it is new.
    pub(crate) fn store(&self, trouble: Option<String>) -> Option<String> {
        let mut facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        news(&mut facts.store, trouble)
    }

    /// Takes what is wrong with the file of tokens; returns it when it is new.
    pub(crate) fn tokens(&self, trouble: Option<String>) -> Option<String> {
        let mut facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        news(&mut facts.tokens, trouble)
    }

    /// Answers `/healthz`: 200 as long as requests are answered.
    pub(crate) fn answer(&self, damaged: &BTreeSet<Digest>) -> Response {
        let facts = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let damaged: Vec<String> = damaged.iter().map(Digest::to_string).collect();
        let value = json!({
            "status": "ok",
            "certificate_days_left": facts.days_left,
            "damaged": damaged,
            "store_trouble": facts.store,
            "tokens_trouble": facts.tokens,
        });
        Response::json(StatusCode::OK, "application/json", &value)
    }
}

/// Keeps what is wrong now; returns it when it was not so before.
fn news(known: &mut Option<String>, trouble: Option<String>) -> Option<String> {
    let is_new = *known != trouble;
    known.clone_from(&trouble);
    trouble.filter(|_| is_new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_spoken_of_once_a_day_when_it_ends_soon() {
        let health = Health::default();
        for (days, said) in [
            (90, false),
            (14, false),
            (13, true),
            (13, false),
            (12, true),
            (-1, true),
        ] {
            let end = Some(days * DAY + 5);
            assert_eq!(health.certificate(end, 0).is_some(), said, "{days}");
        }
        assert_eq!(health.certificate(None, 0), None);
    }

    #[test]
    fn a_trouble_is_told_when_it_is_new() {
        let health = Health::default();
        let trouble = |text: &str| Some(text.to_owned());
        assert_eq!(health.store(None), None);
        assert_eq!(health.store(trouble("a")), trouble("a"));
        assert_eq!(health.store(trouble("a")), None);
        assert_eq!(health.store(trouble("b")), trouble("b"));
        assert_eq!(health.store(None), None);
    }
}
