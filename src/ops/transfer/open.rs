//! Opens an envelope in the order of section 11, stopping at the first failure.

use std::fs::File;

use super::front::Front;
use super::volumes::Volumes;
use super::{Opened, Standing, TransferError, VolumeFile, VolumePlan};
use crate::seal::Keyring;
use crate::wire::{Kind, Layout, SignatureLine, Transfer, WireError};

/// Opens a sealed file and verifies who signed it and what it says.
///
/// `file` is a regular file; what comes from a pipe is staged first. `expected` are the kinds that
/// the caller takes. `now`, in unix seconds, decides whether a key in grace still opens. In a bundle
/// `oci-layout` and `index.json` are verified as well; the other entries are read by
/// [`Opened::span`].
pub fn open_envelope(
    file: File,
    keyring: &Keyring,
    expected: &[Kind],
    now: u64,
) -> Result<Opened, TransferError> {
    open_volumes(vec![VolumeFile::whole(file)], keyring, expected, now)
}

/// Opens an envelope of one or several files, like [`open_envelope`].
///
/// The files are all that there are; a volume that is missing, damaged, of another bundle, in
/// another's place or there twice is named.
pub fn open_volumes(
    files: Vec<VolumeFile>,
    keyring: &Keyring,
    expected: &[Kind],
    now: u64,
) -> Result<Opened, TransferError> {
    let volumes = Volumes::open(files, keyring, now)?;
    let front = Front::read(volumes.front()).map_err(|error| volumes.explain_front(error))?;
    let (line, transfer) = verify(&front, keyring, expected, now)?;
    let layout = Layout::new(&transfer, front.json.len() as u64)?;
    let payload = volumes.prove(&layout, VolumePlan::of(&transfer, &layout))?;
    let standing = Standing::of(keyring, transfer.address(), now);
    let opened = Opened::new(payload, layout, transfer, &line, &front.json, standing);
    opened.check_lead(&front.framing)?;
    Ok(opened)
}

/// Verifies signature, canonical form, fields and address, in this order.
fn verify(
    front: &Front,
    keyring: &Keyring,
    expected: &[Kind],
    now: u64,
) -> Result<(SignatureLine, Transfer), TransferError> {
    let line = SignatureLine::parse(&front.line)?;
    keyring.verify(&line, &front.json, now)?;
    if !expected.contains(&line.kind) {
        return Err(TransferError::OtherKind {
            found: line.kind,
            expected: expected.to_vec(),
        });
    }
    let transfer = Transfer::parse(&front.json)?;
    let address = transfer.address();
    signed_as("kind", &line.kind, &transfer.kind())?;
    signed_as("from", &line.kid, &address.from)?;
    if !address.to.iter().any(|kid| keyring.opens(kid, now)) {
        return Err(TransferError::NotForMe);
    }
    Ok((line, transfer))
}

fn signed_as<T: PartialEq + ToString>(
    field: &'static str,
    signed: &T,
    said: &T,
) -> Result<(), WireError> {
    if signed == said {
        Ok(())
    } else {
        Err(WireError::SignedOtherwise {
            field,
            signed: signed.to_string(),
            said: said.to_string(),
        })
    }
}
