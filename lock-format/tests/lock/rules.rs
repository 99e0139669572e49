//! Each rule holds for locks that are made of values, and says what is wrong.

use lock_format::{
    Blob, Image, Lockfile, MediaType, Platform, PlatformContent, Problem, Referrer, Source,
    SourceKind,
};

use crate::common::{blob, descriptor, list, pinned};

/// A compose project and a pinned image; each test breaks one thing of it.
fn parts() -> (Source, Image) {
    let mut source = list("images");
    source.kind = SourceKind::Compose {
        files: vec!["compose.yaml".to_owned()],
    };
    source.build_platform = Some("linux/amd64".parse().unwrap());
    (source, pinned("a", 1, &[5, 6]))
}

fn problem(change: impl Fn(&mut Source, &mut Image)) -> Problem {
    let (mut source, mut image) = parts();
    change(&mut source, &mut image);
    let error = Lockfile::new(vec![source], vec![image]).unwrap_err();
    assert_eq!(error.position(), None, "there is no text");
    error.problem().clone()
}

fn content(image: &mut Image) -> &mut PlatformContent {
    image.platforms[0].content.as_mut().unwrap()
}

fn referrer(number: u64) -> Referrer {
    Referrer {
        manifest: descriptor(number, MediaType::OCI_MANIFEST),
        artifact_type: "application/spdx+json".parse().unwrap(),
        config: blob(number + 1),
        layers: vec![blob(number + 2)],
    }
}

/// A blob whose size is another than that of its number.
fn sized(number: u64, size: u64) -> Blob {
    Blob {
        size,
        ..blob(number)
    }
}

fn twice<T: Clone>(value: T) -> Vec<T> {
    vec![value.clone(), value]
}

#[test]
fn the_parts_are_a_lock() {
    let (source, mut image) = parts();
    image.referrers = vec![referrer(20), referrer(10)];
    let lock = Lockfile::new(vec![source], vec![image]).unwrap();
    let digests = lock.images()[0]
        .referrers
        .iter()
        .map(|referrer| referrer.manifest.digest);
    assert!(digests.is_sorted(), "referrers are sorted by digest");
}

#[test]
fn words_and_paths_of_a_source_are_checked() {
    type Break = fn(&mut Source);
    let breaks: [(&str, Break); 9] = [
        ("name", |s| s.name = "a\u{7f}".to_owned()),
        ("args", |s| {
            drop(s.args.insert(String::new(), String::new()));
        }),
        ("env", |s| {
            drop(s.env.insert("\n".to_owned(), String::new()));
        }),
        ("contexts", |s| {
            drop(s.contexts.insert(String::new(), String::new()));
        }),
        ("profiles", |s| s.profiles.push(String::new())),
        ("services", |s| s.services.push("\t".to_owned())),
        ("env-files", |s| s.env_files.push("/etc/env".to_owned())),
        ("root", |s| s.root = Some("a//b".to_owned())),
        ("files", |s| {
            s.kind = SourceKind::Compose {
                files: vec!["./a".to_owned()],
            };
        }),
    ];
    for (key, change) in breaks {
        let found = problem(|source, _| change(source));
        assert!(
            matches!(found, Problem::BadText { key: k, .. } if k == key),
            "{key}: {found:?}"
        );
    }
}

#[test]
fn what_must_have_entries_has_some() {
    let platforms = problem(|source, _| source.platforms.clear());
    assert!(matches!(
        platforms,
        Problem::Empty {
            key: "platforms",
            ..
        }
    ));
    let files = problem(|source, _| source.kind = SourceKind::Compose { files: Vec::new() });
    assert!(matches!(files, Problem::Empty { key: "files", .. }));
    let sources = problem(|_, image| image.sources.clear());
    assert!(matches!(sources, Problem::Empty { key: "sources", .. }));
    let platform = problem(|_, image| image.platforms.clear());
    assert!(matches!(
        platform,
        Problem::Empty {
            key: "platform",
            ..
        }
    ));
}

#[test]
fn what_must_be_unique_is() {
    type Break = fn(&mut Source, &mut Image);
    let breaks: [(&str, Break); 6] = [
        ("platform", |s, _| {
            s.platforms = twice(s.platforms[0].clone());
        }),
        ("profile", |s, _| s.profiles = twice("p".to_owned())),
        ("service", |s, _| s.services = twice("s".to_owned())),
        ("source of an image", |_, i| {
            i.sources = twice(i.sources[0].clone());
        }),
        ("platform", |_, i| {
            i.platforms = twice(i.platforms[0].clone());
        }),
        ("referrer", |_, i| i.referrers = twice(referrer(10))),
    ];
    for (kind, change) in breaks {
        let found = problem(change);
        assert!(
            matches!(found, Problem::Duplicate { what, .. } if what == kind),
            "{found:?}"
        );
    }
    let (source, image) = parts();
    let images = Lockfile::new(vec![source.clone()], twice(image)).unwrap_err();
    assert!(matches!(
        images.problem(),
        Problem::Duplicate { what: "image", .. }
    ));
    let sources = Lockfile::new(twice(source), Vec::new()).unwrap_err();
    assert!(matches!(
        sources.problem(),
        Problem::Duplicate { what: "source", .. }
    ));
}

#[test]
fn platforms_are_such_that_their_text_is_read_back() {
    for odd in [
        Platform::new("windows(1)", "amd64", None),
        Platform::new("linux", "a b", None),
        Platform::new("", "amd64", None),
    ] {
        let of_source = problem(|source, _| source.platforms = vec![odd.clone()]);
        let of_builds = problem(|source, _| source.build_platform = Some(odd.clone()));
        let of_image = problem(|_, image| image.platforms[0].name = odd.clone());
        for found in [of_source, of_builds, of_image] {
            let refused = matches!(found, Problem::Platform(_) | Problem::NotNormal { .. });
            assert!(refused, "{odd}: {found:?}");
        }
    }
}

#[test]
fn keys_go_with_the_kind_of_source() {
    type Break = fn(&mut Source);
    let for_dockerfiles: [Break; 3] = [
        |s| s.profiles.push("p".to_owned()),
        |s| s.services.push("s".to_owned()),
        |s| s.env_files.push("e".to_owned()),
    ];
    for change in for_dockerfiles {
        let found = problem(|source, _| {
            let path = "Dockerfile".to_owned();
            source.kind = SourceKind::Dockerfile { path };
            change(source);
        });
        assert!(matches!(found, Problem::MisplacedKey { .. }), "{found:?}");
    }
    let for_lists: [Break; 6] = [
        |s| s.build_platform = Some("linux/amd64".parse().unwrap()),
        |s| drop(s.args.insert("a".to_owned(), String::new())),
        |s| drop(s.env.insert("a".to_owned(), String::new())),
        |s| drop(s.contexts.insert("a".to_owned(), String::new())),
        |s| s.target = Some(String::new()),
        |s| s.root = Some("..".to_owned()),
    ];
    for change in for_lists {
        let found = problem(|source, _| {
            *source = list(&source.name);
            change(source);
        });
        assert!(matches!(found, Problem::MisplacedKey { .. }), "{found:?}");
    }
    let missing = problem(|source, _| source.build_platform = None);
    assert!(matches!(
        missing,
        Problem::MissingKey {
            key: "build-platform",
            ..
        }
    ));
}

#[test]
fn a_pin_that_is_a_manifest_is_the_manifest_of_every_platform() {
    let pin = descriptor(1, MediaType::OCI_MANIFEST);
    let other = problem(|_, image| image.pin = Some(pin.clone()));
    assert!(matches!(other, Problem::OtherManifest { .. }));
    let behind_an_index = problem(|_, image| {
        image.pin = Some(pin.clone());
        content(image).manifest = pin.clone();
        content(image).via = vec![descriptor(7, MediaType::OCI_INDEX)];
    });
    assert!(matches!(behind_an_index, Problem::OtherManifest { .. }));
}

#[test]
fn one_digest_is_one_thing_everywhere() {
    type Break = fn(&mut Image);
    const OTHER: u64 = 77;
    let breaks: [Break; 5] = [
        |i| content(i).layers[0] = sized(6, OTHER),
        |i| content(i).config = sized(6, OTHER),
        |i| {
            content(i).via = vec![descriptor(6, MediaType::OCI_INDEX)];
            content(i).via[0].size = OTHER;
        },
        |i| {
            i.referrers = vec![referrer(10)];
            i.referrers[0].layers[0] = sized(6, OTHER);
        },
        |i| {
            i.referrers = vec![referrer(10)];
            i.referrers[0].config = sized(6, OTHER);
        },
    ];
    for change in breaks {
        let found = problem(|_, image| change(image));
        assert!(matches!(found, Problem::TwoSizes { .. }), "{found:?}");
    }
    let found = problem(|_, image| {
        image.referrers = vec![referrer(2)];
        image.referrers[0].manifest = descriptor(2, MediaType::DOCKER_MANIFEST);
    });
    assert!(matches!(found, Problem::TwoMediaTypes { .. }), "{found:?}");
}

#[test]
fn referrers_are_manifests_of_pinned_images() {
    let index = problem(|_, image| {
        image.referrers = vec![referrer(10)];
        image.referrers[0].manifest = descriptor(10, MediaType::OCI_INDEX);
    });
    assert!(matches!(index, Problem::WrongRole { .. }));
    let layers = problem(|_, image| {
        image.referrers = vec![referrer(10)];
        image.referrers[0].layers = (20..533).map(blob).collect();
    });
    assert!(matches!(layers, Problem::TooMany { what: "layers", .. }));
    let pending = problem(|_, image| {
        image.pin = None;
        image.platforms[0].content = None;
        image.referrers = vec![referrer(10)];
    });
    assert!(matches!(pending, Problem::PendingWithContent(_)));
}
