//! The answer to: which of these blobs are there?

use std::sync::atomic::Ordering;

use lock_format::Blob;

use crate::oci::Inventory;
use crate::run::Run;

use super::check::check;
use super::index::Current;
use super::records::{self, Records};
use super::{Store, StoreError};

/// Which of the blobs wanted are there, whole and verified.
#[derive(Debug)]
pub struct Checked {
    /// What is published, and those of the wanted blobs that are held.
    pub inventory: Inventory,
    /// Blobs that are there and not what their name says: they count as missing, and the next
    /// `apply` that carries them heals them. Sorted.
    pub damaged: Vec<Blob>,
    /// How many blobs had no fitting record and were digested now.
    pub digested: u64,
    /// Why the new records could not be kept, if so: the next call digests the blobs again. Mostly
    /// the store is not writable for this user, which is no fault.
    pub unrecorded: Option<StoreError>,
}

impl Store {
    /// Tells which of some blobs are there, whole and verified.
    ///
    /// A blob whose record fits costs one look at the file; any other is read and digested, several
    /// at a time. Takes no lock.
    pub fn inventory(&self, wanted: &[Blob], run: &Run<'_>) -> Result<Checked, StoreError> {
        let layout = &self.layout;
        let catalog = Current::read(layout)?.catalog;
        let records = Records::load(&layout.airlock)?;
        layout.worn.store(records.is_worn(), Ordering::Relaxed);
        let found = check(&layout.blobs, &records, wanted, run)?;
        let kept = records::append(layout.disk.as_ref(), &layout.airlock, &found.fresh);
        Ok(Checked {
            inventory: Inventory {
                catalog,
                blobs: found.held,
            },
            damaged: found.damaged,
            digested: found.digested,
            unrecorded: kept.err(),
        })
    }
}
