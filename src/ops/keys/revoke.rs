//! `airlock keys revoke`.

use crate::diagnostic::Failure;
use crate::run::Clock;
use crate::seal::{KeyLabel, OpenKeyring};

/// Revokes keys by id or name, all of them or none; returns those that were not revoked before.
pub fn revoke(
    open: &mut OpenKeyring,
    which: &[String],
    clock: &dyn Clock,
) -> Result<Vec<KeyLabel>, Failure> {
    let mut revoked = Vec::new();
    for one in which {
        revoked.extend(open.keyring.revoke(one, clock.unix_seconds())?);
    }
    open.save()?;
    Ok(revoked)
}
