//! Manifests: an image of layers, and an artifact.

use lock_format::{Descriptor, Platform};
use serde_json::{Value, json};

use super::content::{Flavour, Image, descriptor};
use super::layer::{Kind, Layer};

/// Builds an image. `settings` is the `config` object of its config: `Cmd`, `Env`, `OnBuild`.
pub fn build(flavour: Flavour, platform: &Platform, layers: &[Layer], settings: &Value) -> Image {
    let mut config = json!({
        "architecture": platform.architecture(),
        "os": platform.os(),
        "config": settings,
        "rootfs": {
            "type": "layers",
            "diff_ids": layers.iter().map(|layer| layer.diff_id.to_string()).collect::<Vec<_>>(),
        },
    });
    if let Some(variant) = platform.variant() {
        config["variant"] = variant.into();
    }
    let config = config.to_string().into_bytes();
    let document = json!({
        "schemaVersion": 2,
        "mediaType": flavour.manifest(),
        "config": described(&descriptor(flavour.config(), &config)),
        "layers": layers.iter().map(|layer| described_layer(flavour, layer)).collect::<Vec<_>>(),
    });
    whole(Image::new(flavour.manifest(), &document), &config, layers)
}

/// Builds an artifact that is no container image (OCI image specification, manifest.md).
pub fn artifact(artifact_type: &str, layers: &[Layer]) -> Image {
    let config = b"{}";
    let document = json!({
        "schemaVersion": 2,
        "mediaType": Flavour::Oci.manifest(),
        "artifactType": artifact_type,
        "config": described(&descriptor("application/vnd.oci.empty.v1+json", config)),
        "layers": layers.iter().map(|layer| described_layer(Flavour::Oci, layer)).collect::<Vec<_>>(),
    });
    whole(
        Image::new(Flavour::Oci.manifest(), &document),
        config,
        layers,
    )
}

fn whole(mut image: Image, config: &[u8], layers: &[Layer]) -> Image {
    image.add_blob(config);
    for layer in layers {
        if layer.kind != Kind::Foreign {
            image.add_blob(&layer.bytes);
        }
    }
    image
}

pub(super) fn described(descriptor: &Descriptor) -> Value {
    json!({
        "mediaType": descriptor.media_type.as_str(),
        "digest": descriptor.digest.to_string(),
        "size": descriptor.size,
    })
}

fn described_layer(flavour: Flavour, layer: &Layer) -> Value {
    let mut value = described(&descriptor(flavour.layer(layer.kind), &layer.bytes));
    if !layer.urls.is_empty() {
        value["urls"] = layer.urls.clone().into();
    }
    value
}
