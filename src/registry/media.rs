//! What a manifest is, when its registry does not say so.

use lock_format::MediaType;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Everything this client takes as a manifest or an index, for `Accept`.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// The keys that tell one document from another (OCI image specification, manifest.md and
/// image-index.md; docker image manifest version 2, schema 1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    #[serde(default)]
    schema_version: Option<u64>,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(default)]
    manifests: Option<IgnoredAny>,
    #[serde(default)]
    layers: Option<IgnoredAny>,
    #[serde(default)]
    fs_layers: Option<IgnoredAny>,
}

/// What bytes turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A manifest or an index that airlock carries.
    Known(MediaType),
    /// A Docker schema 1 manifest.
    Schema1,
    /// Something else.
    Unknown,
}

/// Tells what the bytes are: by the registry's word where it is one of ours, else by their own
/// `mediaType`, else by their shape.
pub(super) fn recognise(content_type: Option<&str>, bytes: &[u8]) -> Kind {
    let said = content_type
        .and_then(|value| value.split(';').next())
        .and_then(|value| value.trim().parse::<MediaType>().ok());
    if let Some(said) = said {
        if said.is_schema1() {
            return Kind::Schema1;
        }
        if said.is_index() || said.is_manifest() {
            return Kind::Known(said);
        }
    }
    match serde_json::from_slice::<Shape>(bytes) {
        Ok(shape) => by_shape(&shape),
        Err(_) => Kind::Unknown,
    }
}

fn by_shape(shape: &Shape) -> Kind {
    let own = shape
        .media_type
        .as_deref()
        .and_then(|text| text.parse::<MediaType>().ok());
    match own {
        Some(own) if own.is_schema1() => return Kind::Schema1,
        Some(own) if own.is_index() || own.is_manifest() => return Kind::Known(own),
        Some(_) => return Kind::Unknown,
        None => {}
    }
    let known = |text: &str| text.parse().map_or(Kind::Unknown, Kind::Known);
    if shape.schema_version == Some(1) || shape.fs_layers.is_some() {
        Kind::Schema1
    } else if shape.manifests.is_some() {
        known(MediaType::OCI_INDEX)
    } else if shape.layers.is_some() {
        known(MediaType::OCI_MANIFEST)
    } else {
        Kind::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_found() {
        let known = |text: &str| Kind::Known(text.parse().unwrap());
        let list = MediaType::DOCKER_LIST;
        for (content_type, bytes, kind) in [
            (Some(list), "{}", known(list)),
            (
                Some("application/vnd.oci.image.index.v1+json; charset=utf-8"),
                "{}",
                known(MediaType::OCI_INDEX),
            ),
            (
                Some("application/vnd.docker.distribution.manifest.v1+prettyjws"),
                "{}",
                Kind::Schema1,
            ),
            (
                Some("application/json"),
                r#"{"schemaVersion":1,"fsLayers":[]}"#,
                Kind::Schema1,
            ),
            (
                Some("application/json"),
                r#"{"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}"#,
                known(MediaType::DOCKER_MANIFEST),
            ),
            (
                None,
                r#"{"schemaVersion":2,"manifests":[]}"#,
                known(MediaType::OCI_INDEX),
            ),
            (
                None,
                r#"{"schemaVersion":2,"config":{},"layers":[]}"#,
                known(MediaType::OCI_MANIFEST),
            ),
            (
                Some("text/plain"),
                r#"{"schemaVersion":2,"layers":[]}"#,
                known(MediaType::OCI_MANIFEST),
            ),
            (Some("text/html"), "<html>", Kind::Unknown),
            (
                None,
                r#"{"mediaType":"application/x","manifests":[]}"#,
                Kind::Unknown,
            ),
            (None, "[]", Kind::Unknown),
        ] {
            assert_eq!(
                recognise(content_type, bytes.as_bytes()),
                kind,
                "{content_type:?} {bytes}"
            );
        }
    }
}
