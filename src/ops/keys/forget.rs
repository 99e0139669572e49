//! `airlock keys forget`.

use crate::diagnostic::Failure;
use crate::run::Clock;
use crate::seal::{KeyLabel, OpenKeyring};

/// Takes keys that are retired or revoked out of the keyring, by id or name; all of them or none.
pub fn forget(
    open: &mut OpenKeyring,
    which: &[String],
    clock: &dyn Clock,
) -> Result<Vec<KeyLabel>, Failure> {
    let mut forgotten = Vec::new();
    for one in which {
        forgotten.extend(open.keyring.forget(one, clock.unix_seconds())?);
    }
    open.save()?;
    Ok(forgotten)
}
