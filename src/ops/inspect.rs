//! `airlock inspect`: what an envelope holds, before anything is done with it.

use super::transfer::{Opened, VolumeFile, open_volumes};
use crate::diagnostic::Failure;
use crate::run::Run;
use crate::seal::Keyring;
use crate::wire::{Kid, Kind, Transfer, TransferId};

/// What an envelope says, its signature verified. Its blobs were not read.
#[derive(Debug)]
pub struct Inspected {
    /// Its id.
    pub id: TransferId,
    /// The key that signed it.
    pub signer: Kid,
    /// How many files it came in.
    pub files: usize,
    /// Length of the sealed files, in bytes.
    pub sealed_bytes: u64,
    /// Length of what is sealed, in bytes.
    pub payload_bytes: u64,
    /// What it says.
    pub transfer: Transfer,
}

/// Every kind.
const ANY: &[Kind] = &[Kind::Request, Kind::Bundle, Kind::Receipt];

/// Opens an envelope, whole or in volumes, with the keys of a keyring.
pub fn inspect(
    files: Vec<VolumeFile>,
    keyring: &Keyring,
    run: &Run<'_>,
) -> Result<Inspected, Failure> {
    let opened = open_volumes(files, keyring, ANY, run.clock.unix_seconds())?;
    Ok(Inspected::of(opened))
}

impl Inspected {
    fn of(opened: Opened) -> Self {
        Self {
            id: opened.id(),
            signer: opened.signer(),
            files: opened.files(),
            sealed_bytes: opened.sealed_bytes(),
            payload_bytes: opened.layout().total(),
            transfer: opened.into_transfer(),
        }
    }
}
