//! The ledger on disk.

use std::sync::PoisonError;

use crate::diagnostic::sanitize;
use crate::store::error::LONGEST_REASON;
use crate::store::folder::{FILE_MODE, Folder};
use crate::store::json_lines::JsonLines;
use crate::store::layout::{LEDGER, Layout};
use crate::store::{StoreError, Writer};

use super::{Event, Ledger, wire};

impl Ledger {
    pub(in crate::store) fn log(airlock: &Folder) -> JsonLines<'_> {
        JsonLines {
            folder: airlock,
            name: LEDGER,
            mode: FILE_MODE,
        }
    }

    pub(in crate::store) fn read(layout: &Layout) -> Result<Self, StoreError> {
        let log = Self::log(&layout.airlock);
        let mut ledger = Self::default();
        let end = log.read(|line, text| {
            wire::read(text)
                .and_then(|event| ledger.take(event))
                .map_err(|why| StoreError::LedgerBroken {
                    path: log.path(),
                    line,
                    why: sanitize(&why, LONGEST_REASON),
                })
        })?;
        ledger.torn = end.torn;
        Ok(ledger)
    }
}

impl Writer<'_> {
    /// Returns the ledger as it is now.
    pub fn ledger(&self) -> Ledger {
        self.ledger
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Appends an event to the ledger and syncs it.
    ///
    /// Fails with [`StoreError::EventRefused`], and writes nothing, where the event cannot follow
    /// the ones before it: a number that does not rise, a request that was never issued.
    pub fn append_event(&self, event: &Event) -> Result<(), StoreError> {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = ledger.clone();
        next.take(event.clone()).map_err(StoreError::EventRefused)?;
        self.append(Ledger::log(&self.layout.airlock), &wire::write(event))?;
        *ledger = next;
        Ok(())
    }
}
