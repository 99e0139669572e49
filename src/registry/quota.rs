//! How much of a registry's quota is left (`ratelimit-remaining`, as Docker Hub sends it).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::RegistryError;
use super::error::At;
use super::exchange::Answer;

/// What each host said last.
#[derive(Debug, Default)]
pub(super) struct Quota(Mutex<BTreeMap<String, u64>>);

impl Quota {
    /// Takes note of what an answer says.
    pub(super) fn note(&self, answer: &Answer) {
        if let Some(remaining) = answer.header("ratelimit-remaining").and_then(read) {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(answer.host.clone(), remaining);
        }
    }

    /// Fails where fetching one more would go below the floor.
    pub(super) fn check(&self, at: &At, floor: u64) -> Result<(), RegistryError> {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match hosts.get(&at.host) {
            Some(&remaining) if floor > 0 && remaining <= floor => Err(RegistryError::QuotaFloor {
                at: at.clone(),
                remaining,
                floor,
            }),
            _ => Ok(()),
        }
    }
}

/// Reads `76;w=21600`: how many requests are left of the window.
fn read(value: &str) -> Option<u64> {
    value.split(';').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_left_out() {
        for (value, remaining) in [
            ("76;w=21600", Some(76)),
            ("0", Some(0)),
            (" 5 ; w=1", Some(5)),
            ("", None),
            ("many", None),
        ] {
            assert_eq!(read(value), remaining, "{value}");
        }
    }
}
