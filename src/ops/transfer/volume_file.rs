//! The files that make up an envelope, before anything in them is read.

use std::collections::BTreeMap;
use std::fs::File;

use super::{TransferError, VolumeError};
use crate::run::limits;
use crate::wire::WireError;
use crate::wire::json::JsonError;

/// A file of an envelope: all of it, or one of its volumes.
#[derive(Debug)]
pub struct VolumeFile {
    /// How messages call it.
    pub name: String,
    /// The number at the end of its name, from 1; none where it has none.
    pub number: Option<u32>,
    /// A regular file.
    pub file: File,
}

impl VolumeFile {
    /// Takes a file that holds a whole envelope.
    pub fn whole(file: File) -> Self {
        Self {
            name: "the file".to_owned(),
            number: None,
            file,
        }
    }
}

/// Puts files in order: by the numbers in their names where each has one, else as they were given.
///
/// A single file is the first whatever its name says.
pub(super) fn numbered(files: Vec<VolumeFile>) -> Result<Vec<(u32, VolumeFile)>, TransferError> {
    if files.len() > limits::VOLUMES as usize {
        return Err(WireError::Json(JsonError::Limit {
            what: "volumes",
            limit: u64::from(limits::VOLUMES),
        })
        .into());
    }
    let by_name = files.len() > 1 && files.iter().all(|file| file.number.is_some());
    let mut ordered: BTreeMap<u32, VolumeFile> = BTreeMap::new();
    for (place, file) in (1..).zip(files) {
        let number = file.number.filter(|_| by_name).unwrap_or(place);
        let again = file.name.clone();
        if let Some(first) = ordered.insert(number, file) {
            let name = first.name;
            return Err(VolumeError::Twice { name, again }.into());
        }
    }
    Ok(ordered.into_iter().collect())
}
