//! Who an envelope is from and to, as a keyring has it.

use crate::seal::{Keyring, Recipient, SealError};
use crate::wire::{Address, Kind, SiteId};

/// Returns the address of an envelope of a kind: from the key that signs it, to those it is sealed
/// to when nobody is named.
pub fn address(
    keyring: &Keyring,
    kind: Kind,
    site: SiteId,
    expires: Option<u64>,
) -> Result<Address, SealError> {
    address_to(keyring, kind, &keyring.recipients(kind)?, site, expires)
}

/// Returns the address of an envelope of a kind that is sealed to these recipients.
pub fn address_to(
    keyring: &Keyring,
    kind: Kind,
    recipients: &[Recipient],
    site: SiteId,
    expires: Option<u64>,
) -> Result<Address, SealError> {
    Ok(Address {
        from: keyring.signer(kind)?.kid(),
        to: recipients.iter().map(Recipient::kid).collect(),
        site,
        expires,
    })
}
