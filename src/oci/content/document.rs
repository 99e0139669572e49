//! What a reference or a digest names: an index or a manifest.

use lock_format::MediaType;

use super::wire::{DocumentWire, optional_media_type};
use super::{DocumentError, Index, Manifest};
use crate::oci::strict::{Checked, check_document};
use crate::run::limits::MANIFEST_BYTES;

/// What a reference or a digest names: an index or a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// An OCI index or Docker manifest list.
    Index(Index),
    /// An OCI manifest or Docker schema 2 manifest.
    Manifest(Manifest),
}

impl Document {
    /// Reads an index or a manifest.
    ///
    /// `promised` is the media type of its descriptor, or of a registry's answer. A document that
    /// does not name its media type is what was promised; without a promise, its shape tells.
    ///
    /// # Errors
    /// It is longer than [`MANIFEST_BYTES`], beyond another limit, clients could read it differently,
    /// it is not what was promised, or not what its media type says.
    pub fn parse(bytes: &[u8], promised: Option<&MediaType>) -> Result<Self, DocumentError> {
        if bytes.len() as u64 > MANIFEST_BYTES {
            let (what, most) = ("document", MANIFEST_BYTES);
            return Err(DocumentError::TooLong { what, most });
        }
        let checked = check_document(bytes)?;
        if promised.is_some_and(MediaType::is_schema1) {
            return Err(DocumentError::Schema1);
        }
        refuse_both(&checked)?;
        let malformed =
            |error: serde_json::Error| DocumentError::malformed("document", &error.to_string());
        let wire: DocumentWire = serde_json::from_str(checked.text).map_err(malformed)?;
        check_schema_version(wire.schema_version)?;
        let named = optional_media_type(wire.media_type.as_deref(), "document")?;
        let media_type = media_type(named, promised, &checked)?;
        if media_type.is_index() {
            if !checked.has("manifests") {
                return Err(DocumentError::malformed("index", "it has no `manifests`"));
            }
            Index::new(wire, media_type).map(Self::Index)
        } else if media_type.is_manifest() {
            Manifest::new(wire, media_type).map(Self::Manifest)
        } else if media_type.is_schema1() {
            Err(DocumentError::Schema1)
        } else {
            Err(DocumentError::UnknownMediaType(media_type))
        }
    }

    /// Returns the media type, as the document says or as it was promised.
    pub fn media_type(&self) -> &MediaType {
        match self {
            Self::Index(index) => &index.media_type,
            Self::Manifest(manifest) => &manifest.media_type,
        }
    }
}

/// A key counts even if its value is null: some clients look at nothing else.
fn refuse_both(checked: &Checked<'_>) -> Result<(), DocumentError> {
    let other = ["layers", "config"]
        .into_iter()
        .find(|key| checked.has(key));
    match other {
        Some(other) if checked.has("manifests") => Err(DocumentError::IndexAndManifest { other }),
        _ => Ok(()),
    }
}

fn check_schema_version(version: Option<u64>) -> Result<(), DocumentError> {
    match version {
        Some(2) => Ok(()),
        Some(1) => Err(DocumentError::Schema1),
        _ => Err(DocumentError::malformed(
            "document",
            "`schemaVersion` must be 2",
        )),
    }
}

/// Joins what the document says, what was promised, and what its shape tells.
fn media_type(
    named: Option<MediaType>,
    promised: Option<&MediaType>,
    checked: &Checked<'_>,
) -> Result<MediaType, DocumentError> {
    match (named, promised) {
        (Some(found), Some(promised)) if found != *promised => {
            let promised = promised.clone();
            Err(DocumentError::OtherMediaType { promised, found })
        }
        (Some(named), _) => Ok(named),
        (None, Some(promised)) => Ok(promised.clone()),
        (None, None) => {
            let by_shape = if checked.has("manifests") {
                MediaType::OCI_INDEX
            } else {
                MediaType::OCI_MANIFEST
            };
            Ok(by_shape.parse().expect("a constant is a media type"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnose as _;
    use crate::oci::codes;
    use lock_format::Platform;
    use serde_json::{Value, json};

    /// A digest in text form that is told from others by a letter.
    fn digest(letter: &str) -> String {
        format!("sha256:{}", letter.repeat(64))
    }

    fn manifest() -> Value {
        json!({
            "schemaVersion": 2,
            "mediaType": MediaType::OCI_MANIFEST,
            "config": {"mediaType": MediaType::OCI_CONFIG, "digest": digest("a"), "size": 7},
            "layers": [{
                "mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                "digest": digest("b"), "size": 9, "urls": ["https://example.com/b"],
            }],
            "annotations": {"A": "1", "a": "2"},
        })
    }

    fn index() -> Value {
        json!({
            "schemaVersion": 2,
            "mediaType": MediaType::DOCKER_LIST,
            "manifests": [
                {
                    "mediaType": MediaType::DOCKER_MANIFEST, "digest": digest("c"), "size": 1,
                    "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"},
                },
                {
                    "mediaType": MediaType::OCI_MANIFEST, "digest": digest("d"), "size": 2,
                    "platform": {"os": "", "architecture": ""},
                    "artifactType": "application/example", "annotations": {"k": "v"},
                },
            ],
        })
    }

    fn with(mut document: Value, key: &str, value: Value) -> Value {
        document[key] = value;
        document
    }

    fn without(mut document: Value, key: &str) -> Value {
        document.as_object_mut().unwrap().remove(key);
        document
    }

    fn parse(document: &Value) -> Result<Document, DocumentError> {
        Document::parse(document.to_string().as_bytes(), None)
    }

    fn media_type(text: &str) -> MediaType {
        text.parse().unwrap()
    }

    #[test]
    fn a_manifest_is_read_with_what_is_needed_of_it() {
        let Ok(Document::Manifest(read)) = parse(&manifest()) else {
            panic!("a manifest");
        };
        assert_eq!(read.media_type.as_str(), MediaType::OCI_MANIFEST);
        assert_eq!(
            (read.config.digest.to_string(), read.config.size),
            (digest("a"), 7)
        );
        let layer = read.layers.first().unwrap();
        assert_eq!(
            (layer.descriptor.digest.to_string(), layer.descriptor.size),
            (digest("b"), 9)
        );
        assert_eq!(layer.urls, ["https://example.com/b"]);
        assert_eq!(read.annotations.len(), 2);
    }

    #[test]
    fn an_index_is_read_with_what_is_needed_of_it() {
        let Ok(Document::Index(read)) = parse(&index()) else {
            panic!("an index");
        };
        assert_eq!(read.media_type.as_str(), MediaType::DOCKER_LIST);
        let [first, second] = read.manifests.as_slice() else {
            panic!("two children");
        };
        let arm: Platform = "linux/arm64".parse().unwrap();
        assert_eq!(first.platform.as_ref(), Some(&arm));
        assert_eq!(first.descriptor.digest.to_string(), digest("c"));
        assert_eq!(second.platform, None);
        assert_eq!(
            second.artifact_type,
            Some(media_type("application/example"))
        );
        assert_eq!(second.annotations.get("k").map(String::as_str), Some("v"));
    }

    #[test]
    fn version_and_features_of_the_system_belong_to_a_platform() {
        let platform = json!({
            "os": "windows", "architecture": "amd64",
            "os.version": "10.0.1", "os.features": ["win32k"],
        });
        let child = with(index()["manifests"][0].clone(), "platform", platform);
        let Ok(Document::Index(read)) = parse(&with(index(), "manifests", json!([child]))) else {
            panic!("an index");
        };
        let expected: Platform = "windows(10.0.1+win32k)/amd64".parse().unwrap();
        let found = read.manifests.first().unwrap().platform.as_ref();
        assert_eq!(found, Some(&expected));
    }

    #[test]
    fn what_is_not_needed_may_be_anything() {
        let odd = with(manifest(), "extra", json!({"a": [1, {"b": null}]}));
        let nulls = json!({
            "schemaVersion": 2, "mediaType": "", "artifactType": null, "subject": null,
            "annotations": null, "layers": null,
            "config": {"mediaType": "application/x", "digest": digest("a"), "size": 0, "urls": null,
                       "data": null, "platform": null},
        });
        for document in [odd, nulls] {
            assert!(
                matches!(parse(&document), Ok(Document::Manifest(_))),
                "{document}"
            );
        }
    }

    #[test]
    fn a_document_without_media_type_is_what_was_promised_or_what_its_shape_tells() {
        let docker = media_type(MediaType::DOCKER_MANIFEST);
        let list = media_type(MediaType::DOCKER_LIST);
        for (document, promised, expected) in [
            (manifest(), None, Ok(MediaType::OCI_MANIFEST)),
            (index(), None, Ok(MediaType::OCI_INDEX)),
            (manifest(), Some(&docker), Ok(MediaType::DOCKER_MANIFEST)),
            (index(), Some(&list), Ok(MediaType::DOCKER_LIST)),
            (index(), Some(&docker), Err(codes::MALFORMED)),
            (manifest(), Some(&list), Err(codes::MALFORMED)),
        ] {
            let bytes = without(document, "mediaType").to_string();
            let read = Document::parse(bytes.as_bytes(), promised);
            let read = read.as_ref().map(|read| read.media_type().as_str());
            assert_eq!(read.map_err(DocumentError::code), expected, "{promised:?}");
        }
    }

    #[test]
    fn a_document_that_is_something_else_is_refused() {
        let promised = media_type(MediaType::DOCKER_MANIFEST);
        let refusal = Document::parse(manifest().to_string().as_bytes(), Some(&promised));
        assert_eq!(refusal.unwrap_err().code(), codes::OTHER_MEDIA_TYPE);

        let other = with(manifest(), "mediaType", json!("application/json"));
        assert_eq!(parse(&other).unwrap_err().code(), codes::UNKNOWN_MEDIA_TYPE);

        let list = with(manifest(), "mediaType", json!(MediaType::OCI_INDEX));
        assert_eq!(parse(&list).unwrap_err().code(), codes::MALFORMED);
    }

    #[test]
    fn an_index_that_is_a_manifest_too_is_refused() {
        for (document, key) in [
            (index(), "layers"),
            (index(), "config"),
            (manifest(), "manifests"),
        ] {
            for value in [
                json!(null),
                if key == "config" {
                    json!({})
                } else {
                    json!([])
                },
            ] {
                let both = with(document.clone(), key, value);
                assert_eq!(parse(&both).unwrap_err().code(), codes::AMBIGUOUS, "{both}");
            }
        }
    }

    #[test]
    fn schema_1_is_refused_by_name() {
        let signed = media_type("application/vnd.docker.distribution.manifest.v1+prettyjws");
        let old =
            json!({"schemaVersion": 1, "name": "a", "tag": "1", "fsLayers": [], "history": []});
        let named = with(manifest(), "mediaType", json!(signed.as_str()));
        let unshaped = json!({"schemaVersion": 1});
        for (document, promised) in [
            (&old, None),
            (&old, Some(&signed)),
            (&manifest(), Some(&signed)),
            (&named, None),
            (&unshaped, None),
        ] {
            let refusal = Document::parse(document.to_string().as_bytes(), promised);
            assert_eq!(refusal, Err(DocumentError::Schema1), "{document}");
        }
    }

    #[test]
    fn what_is_needed_must_be_there_and_right() {
        let config = |key: &str, value: Value| {
            let config = with(manifest()["config"].clone(), key, value);
            with(manifest(), "config", config)
        };
        for document in [
            json!([]),
            json!("text"),
            without(manifest(), "config"),
            without(manifest(), "schemaVersion"),
            with(manifest(), "schemaVersion", json!(3)),
            with(manifest(), "schemaVersion", json!("2")),
            with(manifest(), "mediaType", json!("text")),
            with(manifest(), "layers", json!({})),
            with(manifest(), "layers", json!([null])),
            with(manifest(), "layers", json!([[]])),
            with(
                manifest(),
                "config",
                json!(["a/b", digest("a"), 7, [], {}, "", null, ""]),
            ),
            json!([
                2,
                MediaType::OCI_MANIFEST,
                "",
                manifest()["config"],
                [],
                null,
                null,
                {}
            ]),
            with(manifest(), "annotations", json!({"a": 1})),
            with(manifest(), "artifactType", json!("x")),
            with(manifest(), "subject", json!({})),
            config("size", json!(-1)),
            config("size", json!(1.0)),
            config("size", json!("1")),
            config("size", json!(9_007_199_254_740_992_u64)),
            config("size", json!(null)),
            config("digest", json!("md5:00")),
            config("digest", json!("sha256:00")),
            config("mediaType", json!("")),
            config("mediaType", json!(null)),
            with(index(), "manifests", json!([{"size": 1}])),
        ] {
            assert_eq!(
                parse(&document).unwrap_err().code(),
                codes::MALFORMED,
                "{document}"
            );
        }
        assert!(parse(&config("size", json!(9_007_199_254_740_991_u64))).is_ok());
        for size in ["1e3", "-0", "18446744073709551616"] {
            let text = manifest().to_string().replace(":7}", &format!(":{size}}}"));
            let refusal = Document::parse(text.as_bytes(), None).unwrap_err();
            assert_eq!(refusal.code(), codes::MALFORMED, "{size}");
        }
    }

    #[test]
    fn embedded_data_must_be_the_bytes() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let braces = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        for (data, digest, size, fits) in [
            ("e30=", braces, 2, true),
            ("", empty, 0, true),
            ("e30=", braces, 3, false),
            ("e30=", empty, 2, false),
            ("e30", braces, 2, false),
            ("e3\n0=", braces, 2, false),
            ("!", braces, 2, false),
        ] {
            let descriptor =
                json!({"mediaType": "a/b", "digest": digest, "size": size, "data": data});
            let places = [
                with(manifest(), "config", descriptor.clone()),
                with(manifest(), "layers", json!([descriptor])),
                with(manifest(), "subject", descriptor.clone()),
                with(index(), "manifests", json!([descriptor])),
                with(index(), "subject", descriptor.clone()),
            ];
            for document in places {
                let found = parse(&document)
                    .map(|_| ())
                    .map_err(|refusal| refusal.code());
                let expected = if fits { Ok(()) } else { Err(codes::OTHER_DATA) };
                assert_eq!(found, expected, "{document}");
            }
        }
    }

    #[test]
    fn documents_have_limits() {
        let layer = manifest()["layers"][0].clone();
        let child = index()["manifests"][0].clone();
        let list = |value: &Value, count: usize| json!(vec![value.clone(); count]);
        let code = |document: &Value| {
            parse(document)
                .map(|_| ())
                .map_err(|refusal| refusal.code())
        };
        for (most, key, base, value) in [
            (512, "layers", manifest(), &layer),
            (4_096, "manifests", index(), &child),
        ] {
            assert_eq!(code(&with(base.clone(), key, list(value, most))), Ok(()));
            let more = with(base, key, list(value, most.saturating_add(1)));
            assert_eq!(code(&more), Err(codes::TOO_LARGE), "{key}");
        }
        let mut text = manifest().to_string();
        text.push_str(&" ".repeat(4_194_304_usize.saturating_sub(text.len())));
        assert!(Document::parse(text.as_bytes(), None).is_ok());
        text.push(' ');
        let refusal = Document::parse(text.as_bytes(), None).unwrap_err();
        assert_eq!(refusal.code(), codes::TOO_LARGE);
    }

    #[test]
    fn text_from_outside_is_tamed() {
        let hostile = with(manifest(), "mediaType", json!("\u{1b}[2J"));
        assert!(!parse(&hostile).unwrap_err().to_string().contains('\u{1b}'));
        let key = br#"{"\u001b":1,"\u001b":2}"#;
        let refusal = Document::parse(key, None).unwrap_err();
        assert_eq!(refusal.code(), codes::AMBIGUOUS);
        assert!(!refusal.to_string().contains('\u{1b}'));
    }

    proptest::proptest! {
        #[test]
        fn no_damage_makes_the_reader_panic(at: proptest::sample::Index, byte: u8, cut: bool) {
            for document in [manifest(), index()] {
                let mut bytes = document.to_string().into_bytes();
                let at = at.index(bytes.len());
                if cut {
                    bytes.truncate(at);
                } else {
                    bytes[at] = byte;
                }
                if let Ok(read) = Document::parse(&bytes, None) {
                    let media_type = read.media_type();
                    proptest::prop_assert!(media_type.is_index() || media_type.is_manifest());
                }
            }
        }
    }
}
