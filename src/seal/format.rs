//! The one format that this airlock knows, of cards and of keyrings.

use crate::wire::json::{JsonError, Reader, need};

/// The one format.
pub(super) const FORMAT: u64 = 1;

/// Looks at the format before anything else is read: a later one may have other keys.
pub(super) fn check_format(bytes: &[u8]) -> Result<(), JsonError> {
    let mut format = None;
    Reader::new(bytes).object(|key, value| {
        match key {
            "format" => format = Some(value.integer()?),
            _ => value.skip()?,
        }
        Ok(())
    })?;
    known_format(need(format, "format")?)
}

/// Fails on a format that is not the one.
pub(super) fn known_format(format: u64) -> Result<(), JsonError> {
    if format == FORMAT {
        Ok(())
    } else {
        Err(JsonError::newer(&format!("format {format}")))
    }
}
