//! Which hosts turned out to speak plain HTTP.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What was learned of each host: true for HTTPS.
#[derive(Debug, Default)]
pub(super) struct Schemes(Mutex<BTreeMap<String, bool>>);

impl Schemes {
    pub(super) fn get(&self, authority: &str) -> Option<bool> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(authority)
            .copied()
    }

    pub(super) fn learn(&self, authority: &str, secure: bool) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(authority.to_owned(), secure);
    }
}
