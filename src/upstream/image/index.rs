//! Indexes: several images under one name, nested ones too.

use lock_format::Platform;
use serde_json::json;

use super::build::described;
use super::content::{Flavour, Image};

/// A child of an index, and its platform where the index names one.
pub type Child<'a> = (Option<&'a Platform>, &'a Image);

/// Builds an index (OCI) or a manifest list (Docker) over images, artifacts or other indexes.
pub fn index(flavour: Flavour, children: &[Child<'_>]) -> Image {
    let entries: Vec<_> = children
        .iter()
        .map(|(platform, image)| {
            let mut entry = described(&image.top);
            if let Some(platform) = platform {
                entry["platform"] = json!({
                    "architecture": platform.architecture(),
                    "os": platform.os(),
                });
                if let Some(variant) = platform.variant() {
                    entry["platform"]["variant"] = variant.into();
                }
            }
            entry
        })
        .collect();
    let document = json!({
        "schemaVersion": 2,
        "mediaType": flavour.index(),
        "manifests": entries,
    });
    let mut whole = Image::new(flavour.index(), &document);
    for (_, child) in children {
        whole.manifests.extend(child.manifests.iter().cloned());
        for (_, bytes) in &child.blobs {
            whole.add_blob(bytes);
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::super::{Layer, build};
    use super::*;

    #[test]
    fn shared_layers_are_held_once() {
        let base = Layer::gzip(&[("base", b"base")]).unwrap();
        let amd64: Platform = "linux/amd64".parse().unwrap();
        let arm: Platform = "linux/arm/v7".parse().unwrap();
        let images = [&amd64, &arm].map(|platform| {
            build(
                Flavour::Oci,
                platform,
                std::slice::from_ref(&base),
                &json!({}),
            )
        });
        let whole = index(
            Flavour::Oci,
            &[(Some(&amd64), &images[0]), (Some(&arm), &images[1])],
        );
        assert_eq!(whole.manifests.len(), 3);
        assert_eq!(whole.blobs.len(), 3, "one layer and two configs");
        assert_eq!(whole.top, whole.manifests[0].0);
    }
}
