//! Where a command reads the volumes of a bundle from (`docs/transfer-format.md` section 10).
//!
//! A person names all of them, in any order, or one, or the name that they have in common; a shell's
//! `B.*` may bring the file of sums along.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::source::{self, SourceError};
use super::volume_name::{in_folder, number_of, stem};
use crate::diagnostic::Failure;
use crate::ops::transfer::VolumeFile;

/// Opens the files that a person means.
pub(crate) fn open(
    named: &[PathBuf],
    mut scratch: impl FnMut() -> Result<File, Failure>,
) -> Result<Vec<VolumeFile>, Failure> {
    let meant = meant(named)?;
    super::descriptors::make_room_for(meant.len());
    let files = meant.iter().map(|path| {
        Ok(VolumeFile {
            name: path.display().to_string(),
            number: number_of(path),
            file: source::open(path, &mut scratch)?,
        })
    });
    files.collect()
}

fn meant(named: &[PathBuf]) -> Result<Vec<PathBuf>, SourceError> {
    let [only] = named else {
        let sums = OsStr::new("sums");
        let volumes = named.iter().filter(|path| path.extension() != Some(sums));
        let volumes: Vec<PathBuf> = volumes.cloned().collect();
        // Only sums: the refusal then says what one of them is.
        let only_sums = volumes.is_empty();
        return Ok(if only_sums { named.to_vec() } else { volumes });
    };
    let siblings = if only.as_os_str() == "-" {
        BTreeMap::new()
    } else if fs::symlink_metadata(only).is_err() {
        beside(only, only)?
    } else if let (Some(_), Some(stem)) = (number_of(only), stem(only)) {
        beside(only, &stem)?
    } else {
        BTreeMap::new()
    };
    if siblings.is_empty() {
        Ok(vec![only.clone()])
    } else {
        Ok(siblings.into_values().collect())
    }
}

/// Finds the volumes of a name; none where the folder is not there.
fn beside(named: &Path, common: &Path) -> Result<BTreeMap<u32, PathBuf>, SourceError> {
    in_folder(common).map_err(|cause| SourceError::Unreadable {
        path: named.to_owned(),
        cause,
    })
}
