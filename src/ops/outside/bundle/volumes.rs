//! Whether a bundle is divided into volumes (`docs/transfer-format.md` section 10).

use super::BundleFailure;
use crate::diagnostic::Failure;
use crate::run::limits;
use crate::wire::{Bundle, Layout, Transfer};

/// Divides a bundle that is longer than one volume takes.
pub(super) fn divided(mut bundle: Bundle, volume: Option<u64>) -> Result<Transfer, Failure> {
    let whole = Transfer::from(bundle.clone());
    let total = Layout::new(&whole, whole.to_json()?.len() as u64)?.total();
    let Some(volume) = volume.filter(|volume| *volume < total) else {
        return Ok(whole);
    };
    let volumes = total.div_ceil(volume);
    if volumes > u64::from(limits::VOLUMES) {
        return Err(BundleFailure::TooManyVolumes { volumes }.into());
    }
    bundle.volume_payload = Some(volume);
    Ok(bundle.into())
}
