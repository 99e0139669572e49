//! Opens an envelope in the order of section 11, stopping at the first failure.

use std::cmp::Ordering;
use std::fs::File;

use super::front::Front;
use super::{Opened, Standing, TransferError};
use crate::seal::{Keyring, SealError, SealedFile, sealed_size};
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
    let sealed = SealedFile::open(file, keyring.identities(now))?;
    let length = sealed.length();
    // A file that the system cannot read is not damaged.
    if let Err(error @ SealError::Read(_)) = length {
        return Err(error.into());
    }
    let front = Front::read(sealed.front()?)?;
    let (line, transfer) = verify(&front, keyring, expected, now)?;
    let layout = Layout::new(&transfer, front.json.len() as u64)?;
    in_one_file(&transfer, &layout)?;
    let length = length.map_err(|error| explain(&sealed, &layout, error))?;
    exact(length.bytes(), layout.total())?;
    let standing = Standing::of(keyring, transfer.address(), now);
    let opened = Opened::new(
        sealed,
        length,
        layout,
        transfer,
        &line,
        &front.json,
        standing,
    );
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

/// Tells a file that was cut or continued from one that was changed: a signed transfer.json says how
/// long it should be.
fn explain(sealed: &SealedFile, layout: &Layout, error: SealError) -> TransferError {
    let computed = sealed_size(sealed.head_bytes(), layout.total());
    let found = sealed.size();
    match found.cmp(&computed) {
        Ordering::Less => SealError::Truncated.into(),
        Ordering::Equal => error.into(),
        Ordering::Greater => TransferError::TrailingData { found, computed },
    }
}

fn exact(found: u64, computed: u64) -> Result<(), TransferError> {
    match found.cmp(&computed) {
        Ordering::Less => Err(TransferError::MissingData { found, computed }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(TransferError::TrailingData { found, computed }),
    }
}

fn in_one_file(transfer: &Transfer, layout: &Layout) -> Result<(), TransferError> {
    match transfer {
        Transfer::Bundle(bundle)
            if bundle
                .volume_payload
                .is_some_and(|bytes| bytes < layout.total()) =>
        {
            Err(TransferError::Volumes)
        }
        Transfer::Bundle(_) | Transfer::Request(_) | Transfer::Receipt(_) => Ok(()),
    }
}
