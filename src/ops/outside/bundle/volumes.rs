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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use lock_format::{Algorithm, Blob};

    use super::*;
    use crate::oci::digest_of;
    use crate::wire::{Address, Basis, Carried, Kid, SiteId};

    /// Bytes of a volume.
    const VOLUME: u64 = 65_536;

    fn bundle(size: u64) -> Bundle {
        let digest = digest_of(Algorithm::Sha256, b"");
        let kid = Kid::from_bytes([1; 16]);
        Bundle {
            address: Address {
                from: kid,
                to: BTreeSet::from([kid]),
                site: SiteId::from_bytes([2; 16]),
                expires: None,
            },
            basis: Basis::Serial(1),
            lock: digest,
            index_json: Blob { digest, size: 0 },
            entries: vec![Carried::Raw(Blob {
                digest: digest_of(Algorithm::Sha256, b"a layer"),
                size,
            })],
            resolutions: BTreeMap::new(),
            missing: BTreeMap::new(),
            volume_payload: None,
        }
    }

    #[test]
    fn only_what_is_longer_than_a_volume_is_divided_and_into_999_at_most() {
        for (volumes, asked, told) in [
            (900, Some(VOLUME), Ok(Some(VOLUME))),
            (1000, Some(VOLUME), Err("bundle/too-many-volumes")),
            (1000, Some(2 * VOLUME), Ok(Some(2 * VOLUME))),
            (1000, Some(1001 * VOLUME), Ok(None)),
            (1000, None, Ok(None)),
        ] {
            let found = divided(bundle(volumes * VOLUME), asked);
            let found = match &found {
                Ok(Transfer::Bundle(bundle)) => Ok(bundle.volume_payload),
                Ok(Transfer::Request(_) | Transfer::Receipt(_)) => Err("not a bundle"),
                Err(failure) => Err(failure.facts().code().as_str()),
            };
            assert_eq!(found, told, "{volumes} {asked:?}");
        }
    }
}
