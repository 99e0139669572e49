//! The chained log of what was done to the site (`docs/store.md`, 2.7).

use std::collections::BTreeMap;

use lock_format::Algorithm;
use serde::{Deserialize, Serialize};

use crate::diagnostic::sanitize;
use crate::oci::digest_of;
use crate::wire::Anchor;

use super::create::AUDIT_MODE;
use super::error::LONGEST_REASON;
use super::folder::Folder;
use super::json_lines::JsonLines;
use super::layout::{AUDIT, Layout};
use super::{StoreError, Writer};

/// Something done to the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// What, as one word: `apply`, `diff`, `update-lock`.
    pub event: String,
    /// The facts, by name.
    pub facts: BTreeMap<String, String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LineWire {
    count: u64,
    prev: String,
    at: u64,
    event: String,
    facts: BTreeMap<String, String>,
}

impl LineWire {
    fn text(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers become JSON")
    }
}

/// The audit log, read and its chain verified.
#[derive(Debug)]
pub(super) struct Audit {
    anchor: Anchor,
}

impl Audit {
    pub(super) fn log(airlock: &Folder) -> JsonLines<'_> {
        JsonLines {
            folder: airlock,
            name: AUDIT,
            mode: AUDIT_MODE,
        }
    }

    pub(super) fn read(layout: &Layout) -> Result<Self, StoreError> {
        let log = Self::log(&layout.airlock);
        let mut anchor = after(0, "");
        log.read(|line, text| {
            let broken = |why: String| StoreError::AuditBroken {
                path: log.path(),
                line,
                why: sanitize(&why, LONGEST_REASON),
            };
            let wire: LineWire = serde_json::from_str(text).map_err(|e| broken(e.to_string()))?;
            if wire.count != line || wire.prev != anchor.head.to_string() {
                return Err(broken("its `count` or `prev` is another".to_owned()));
            }
            anchor = after(line, text);
            Ok(())
        })?;
        Ok(Self { anchor })
    }

    pub(super) fn anchor(self) -> Anchor {
        self.anchor
    }
}

/// Where the log ends after this line; after none, the head is the digest of no bytes.
fn after(count: u64, line: &str) -> Anchor {
    let head = digest_of(Algorithm::Sha256, line.as_bytes());
    Anchor { count, head }
}

impl Writer<'_> {
    /// Appends to the audit log and syncs it; returns where it ends now.
    pub fn audit(&self, entry: &AuditEntry) -> Result<Anchor, StoreError> {
        let before = Audit::read(self.layout)?.anchor();
        let count = before.count.saturating_add(1);
        let line = LineWire {
            count,
            prev: before.head.to_string(),
            at: self.clock.unix_seconds(),
            event: entry.event.clone(),
            facts: entry.facts.clone(),
        }
        .text();
        self.append(Audit::log(&self.layout.airlock), &line)?;
        Ok(after(count, &line))
    }
}
