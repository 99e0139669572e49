//! One image with a nested index, whose documents are changed one thing at a time.

use std::collections::BTreeMap;

use lock_format::{
    Blob, Descriptor, Digest, Image, ImagePlatform, MediaType, PlatformContent, Reference,
};

use super::closure_error::Difference;
use super::*;
use crate::oci::{Child, ImageConfig, Index, Layer, Manifest};

fn digest(number: u8) -> Digest {
    Digest::Sha256([number; 32])
}

fn blob(number: u8) -> Blob {
    Blob {
        digest: digest(number),
        size: u64::from(number),
    }
}

fn descriptor(number: u8, media_type: &str) -> Descriptor {
    let Blob { digest, size } = blob(number);
    Descriptor {
        digest,
        size,
        media_type: media_type.parse().expect("the test data are sound"),
    }
}

fn platform(name: &str, manifest: u8, via: Vec<Descriptor>) -> ImagePlatform {
    ImagePlatform {
        name: name.parse().expect("the test data are sound"),
        content: Some(PlatformContent {
            manifest: descriptor(manifest, MediaType::OCI_MANIFEST),
            via,
            onbuild: Vec::new(),
            config: blob(30),
            layers: vec![blob(40), blob(41)],
        }),
    }
}

/// Index 1 lists manifest 10 for amd64 and index 2, which lists manifest 11 for arm/v6.
fn image() -> Image {
    Image {
        reference: Reference::parse("a").expect("the test data are sound"),
        pin: Some(descriptor(1, MediaType::OCI_INDEX)),
        sources: Vec::new(),
        platforms: vec![
            platform("linux/amd64", 10, Vec::new()),
            platform(
                "linux/arm/v6",
                11,
                vec![descriptor(2, MediaType::DOCKER_LIST)],
            ),
        ],
        referrers: Vec::new(),
    }
}

fn child(number: u8, media_type: &str, platform: Option<&str>) -> Child {
    Child {
        descriptor: descriptor(number, media_type),
        platform: platform.map(|name| name.parse().expect("the test data are sound")),
        artifact_type: None,
        annotations: BTreeMap::default(),
    }
}

fn index(media_type: &str, manifests: Vec<Child>) -> Index {
    Index {
        media_type: media_type.parse().expect("the test data are sound"),
        artifact_type: None,
        manifests,
        subject: None,
        annotations: BTreeMap::default(),
    }
}

fn outer() -> Index {
    let strange = child(99, MediaType::OCI_MANIFEST, Some("linux/s390x"));
    let amd64 = child(10, MediaType::OCI_MANIFEST, Some("linux/amd64"));
    let nested = child(2, MediaType::DOCKER_LIST, None);
    index(MediaType::OCI_INDEX, vec![strange, amd64, nested])
}

fn inner() -> Index {
    let arm = child(11, MediaType::OCI_MANIFEST, Some("linux/arm/v6"));
    index(MediaType::DOCKER_LIST, vec![arm])
}

fn manifest() -> Manifest {
    let layer = |number| Layer {
        descriptor: descriptor(number, "application/vnd.oci.image.layer.v1.tar+gzip"),
        urls: Vec::new(),
    };
    Manifest {
        media_type: MediaType::OCI_MANIFEST
            .parse()
            .expect("the test data are sound"),
        artifact_type: None,
        config: descriptor(30, MediaType::OCI_CONFIG),
        layers: vec![layer(40), layer(41)],
        subject: None,
        annotations: BTreeMap::default(),
    }
}

fn config(name: &str, names_variant: bool) -> ImageConfig {
    ImageConfig {
        platform: name.parse().expect("the test data are sound"),
        names_variant,
        diff_ids: 2,
        onbuild: Vec::new(),
    }
}

#[test]
fn documents_are_listed_from_the_outside_in_each_once() {
    let listed: Vec<(Digest, Role)> = documents(&image())
        .into_iter()
        .map(|needed| (needed.blob.digest, needed.role))
        .collect();
    let media_type = |text: &str| text.parse().expect("the test data are sound");
    let manifest = || Role::Manifest(media_type(MediaType::OCI_MANIFEST));
    assert_eq!(
        listed,
        [
            (digest(1), Role::Index(media_type(MediaType::OCI_INDEX))),
            (digest(2), Role::Index(media_type(MediaType::DOCKER_LIST))),
            (digest(10), manifest()),
            (digest(11), manifest()),
            (digest(30), Role::Config),
        ]
    );
    let mut single = image();
    single.pin = Some(descriptor(10, MediaType::OCI_MANIFEST));
    single.platforms.truncate(1);
    let roles: Vec<Role> = documents(&single)
        .into_iter()
        .map(|needed| needed.role)
        .collect();
    assert_eq!(
        roles,
        [manifest(), Role::Config],
        "a pin that is a manifest is one document"
    );
    assert_eq!(
        check_index(&single, &digest(10), &outer()),
        Err(ClosureError::StrangeIndex(digest(10)))
    );
}

#[test]
fn indexes_as_locked_pass() {
    assert_eq!(check_index(&image(), &digest(1), &outer()), Ok(()));
    assert_eq!(check_index(&image(), &digest(2), &inner()), Ok(()));
    let mut silent = outer();
    silent.manifests[1].platform = None;
    assert_eq!(
        check_index(&image(), &digest(1), &silent),
        Ok(()),
        "its config decides"
    );
    let mut named = outer();
    named.manifests[2].platform = Some("linux/s390x".parse().expect("the test data are sound"));
    assert_eq!(
        check_index(&image(), &digest(1), &named),
        Ok(()),
        "only manifests are for a platform"
    );
    let mut twice = outer();
    let other = child(10, MediaType::OCI_MANIFEST, Some("linux/386"));
    twice.manifests.insert(0, other);
    assert_eq!(
        check_index(&image(), &digest(1), &twice),
        Ok(()),
        "one entry fits"
    );
}

#[test]
fn an_index_that_lists_otherwise_is_refused() {
    let changed = |change: &dyn Fn(&mut Index)| {
        let mut index = outer();
        change(&mut index);
        check_index(&image(), &digest(1), &index).unwrap_err()
    };
    let size = changed(&|index| index.manifests[1].descriptor.size = 11);
    assert!(
        matches!(size, ClosureError::ListedOtherwise { ref difference, .. }
        if **difference == Difference::Size { locked: 10, found: 11 })
    );
    let media_type = changed(&|index| {
        index.manifests[1].descriptor.media_type = MediaType::DOCKER_MANIFEST
            .parse()
            .expect("the test data are sound");
    });
    assert!(
        matches!(media_type, ClosureError::ListedOtherwise { ref difference, .. }
        if matches!(**difference, Difference::MediaType { .. }))
    );
    let platform = changed(&|index| {
        index.manifests[1].platform = Some("linux/arm64".parse().expect("the test data are sound"));
    });
    assert!(
        matches!(platform, ClosureError::ListedOtherwise { ref difference, .. }
        if matches!(**difference, Difference::Platform(_)))
    );
    let nested = changed(&|index| index.manifests[2].descriptor.size = 3);
    assert!(matches!(nested, ClosureError::ListedOtherwise { .. }));
    let missing = changed(&|index| drop(index.manifests.remove(1)));
    assert!(matches!(missing, ClosureError::NotListed { .. }));
    let kind = changed(&|index| {
        index.media_type = MediaType::DOCKER_LIST
            .parse()
            .expect("the test data are sound");
    });
    assert!(matches!(kind, ClosureError::MediaType { .. }));
    let strange = check_index(&image(), &digest(3), &outer());
    assert_eq!(strange, Err(ClosureError::StrangeIndex(digest(3))));
    let last = check_index(&image(), &digest(10), &outer());
    assert_eq!(
        last,
        Err(ClosureError::StrangeIndex(digest(10))),
        "a manifest is no index"
    );
}

#[test]
fn a_manifest_names_what_the_lock_names_in_order_none_more_none_fewer() {
    let platform = image().platforms.remove(0);
    let content = platform.content.expect("the test data are sound");
    assert_eq!(check_manifest(&content, &manifest()), Ok(()));
    let changed = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = manifest();
        change(&mut manifest);
        check_manifest(&content, &manifest).unwrap_err()
    };
    let kind = changed(&|m| {
        m.media_type = MediaType::DOCKER_MANIFEST
            .parse()
            .expect("the test data are sound");
    });
    assert!(matches!(kind, ClosureError::MediaType { .. }));
    let config = changed(&|m| m.config.digest = digest(31));
    assert!(matches!(config, ClosureError::Config { .. }));
    let config = changed(&|m| m.config.size = 31);
    assert!(matches!(config, ClosureError::Config { .. }));
    let fewer = changed(&|m| drop(m.layers.pop()));
    assert!(matches!(
        fewer,
        ClosureError::LayerCount {
            locked: 2,
            found: 1,
            ..
        }
    ));
    let more = changed(&|m| m.layers.push(m.layers[0].clone()));
    assert!(matches!(
        more,
        ClosureError::LayerCount {
            locked: 2,
            found: 3,
            ..
        }
    ));
    let order = changed(&|m| m.layers.reverse());
    assert!(matches!(order, ClosureError::Layer { number: 1, .. }));
    let digest = changed(&|m| m.layers[1].descriptor.digest = digest(42));
    assert!(matches!(digest, ClosureError::Layer { number: 2, .. }));
    let size = changed(&|m| m.layers[1].descriptor.size = 42);
    assert!(matches!(size, ClosureError::Layer { number: 2, .. }));
}

#[test]
fn a_config_is_for_the_locked_platform() {
    for (locked, found, names_variant, fits) in [
        ("linux/amd64", "linux/amd64", false, true),
        ("linux/amd64", "linux/arm64", false, false),
        ("linux/amd64", "windows/amd64", false, false),
        // A config that leaves the variant out is read as v7, the usual one.
        ("linux/arm/v6", "linux/arm/v7", false, true),
        ("linux/arm/v6", "linux/arm/v7", true, false),
        ("linux/arm/v6", "linux/arm/v6", true, true),
        ("linux/amd64", "linux/amd64/v3", true, true),
        ("linux/amd64/v2", "linux/amd64/v3", true, false),
        ("linux/amd64/v2", "linux/amd64", false, true),
        (
            "windows(10.0.1)/amd64",
            "windows(10.0.1)/amd64",
            false,
            true,
        ),
        (
            "windows(10.0.1)/amd64",
            "windows(10.0.2)/amd64",
            false,
            false,
        ),
        ("windows(10.0.1)/amd64", "windows/amd64", false, true),
        ("windows/amd64", "windows(10.0.2)/amd64", false, true),
    ] {
        let platform = platform(locked, 10, Vec::new());
        let checked = check_config(&platform, &manifest(), &config(found, names_variant));
        assert_eq!(checked.is_ok(), fits, "{locked} {found} {names_variant}");
    }
}

#[test]
fn a_config_knows_as_many_layers_as_its_manifest_has() {
    let platform = platform("linux/amd64", 10, Vec::new());
    for (diff_ids, fits) in [(1, false), (2, true), (3, false)] {
        let config = ImageConfig {
            diff_ids,
            ..config("linux/amd64", false)
        };
        assert_eq!(
            check_config(&platform, &manifest(), &config).is_ok(),
            fits,
            "{diff_ids}"
        );
    }
}
