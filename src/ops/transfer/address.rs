//! Who an envelope is from and to, as a keyring has it.

use crate::seal::{Keyring, Recipient, SealError};
use crate::wire::{Address, Kind, SiteId};

/// Returns the address of an envelope of a kind: from the key that signs it, to those it is sealed
/// to.
pub fn address(
    keyring: &Keyring,
    kind: Kind,
    site: SiteId,
    expires: Option<u64>,
) -> Result<Address, SealError> {
    Ok(Address {
        from: keyring.signer(kind)?.kid(),
        to: keyring
            .recipients(kind)?
            .iter()
            .map(Recipient::kid)
            .collect(),
        site,
        expires,
    })
}
