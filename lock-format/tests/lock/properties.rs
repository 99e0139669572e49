//! Any lock that can be made is written as a text that is read back as the same lock.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{blob, descriptor, digest};
use lock_format::{
    Image, ImagePlatform, Lockfile, MediaType, Platform, PlatformContent, Reference, Referrer,
    Source, SourceKind,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;

/// A text without control characters that is not empty.
fn word() -> impl Strategy<Value = String> {
    "[^\\p{Cc}]{1,12}"
}

/// Any text at all.
fn text() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..12).prop_map(String::from_iter)
}

fn path() -> impl Strategy<Value = String> {
    vec("[a-zé ]{1,5}|\\.\\.", 1..4).prop_map(|parts| parts.join("/"))
}

fn texts() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map(word(), text(), 0..4)
}

fn words() -> impl Strategy<Value = Vec<String>> {
    btree_set(word(), 0..4).prop_map(Vec::from_iter)
}

const PLATFORMS: &[&str] = &[
    "linux/amd64",
    "linux/arm64",
    "linux/arm/v7",
    "windows(10.0.1)/amd64",
];

fn platforms() -> impl Strategy<Value = Vec<Platform>> {
    let set = btree_set(prop::sample::select(PLATFORMS), 1..4);
    set.prop_map(|names| {
        names
            .into_iter()
            .rev()
            .map(|name| name.parse().unwrap())
            .collect()
    })
}

fn source() -> impl Strategy<Value = Source> {
    let inputs = (
        texts(),
        texts(),
        texts(),
        option::of(text()),
        option::of(path()),
    );
    let compose = (vec(path(), 1..3), words(), words(), vec(path(), 0..3));
    let kind = 0_u8..3;
    (word(), kind, path(), platforms(), inputs, compose).prop_map(
        |(name, kind, path, platforms, inputs, compose)| {
            let mut source = crate::common::list(&name);
            source.platforms = platforms;
            if kind == 0 {
                return source;
            }
            source.build_platform = Some("linux/amd64".parse().unwrap());
            (
                source.args,
                source.env,
                source.contexts,
                source.target,
                source.root,
            ) = inputs;
            source.kind = SourceKind::Dockerfile { path };
            if kind == 2 {
                let (files, profiles, services, env_files) = compose;
                source.kind = SourceKind::Compose { files };
                (source.profiles, source.services) = (profiles, services);
                source.env_files = env_files;
            }
            source
        },
    )
}

/// An image but for its sources; digests of one kind are numbers of one range.
fn image() -> impl Strategy<Value = Image> {
    let name = "[a-z]{1,3}(-[a-z]{1,2})?";
    let content = (
        option::of(1000_u64..1010),
        vec(text(), 0..3),
        vec(0_u64..99, 0..5),
    );
    let referrers = btree_set(3000_u64..3003, 0..3);
    (name, any::<bool>(), platforms(), content, referrers).prop_map(
        |(name, by_digest, platforms, (index, onbuild, layers), referrers)| {
            let mut image = crate::common::pending(&name);
            let manifest = descriptor(2000, MediaType::DOCKER_MANIFEST);
            let pin = index.map(|number| descriptor(number, MediaType::OCI_INDEX));
            let via = vec![descriptor(1500, MediaType::DOCKER_LIST)];
            let content = PlatformContent {
                manifest: manifest.clone(),
                via: if by_digest { via } else { Vec::new() },
                onbuild,
                config: blob(99),
                layers: layers.iter().copied().map(blob).collect(),
            };
            if let Some(number) = index.filter(|_| by_digest) {
                let repository = image.reference.repository().clone();
                image.reference = Reference::digested(repository, digest(number));
            }
            let named = |name| ImagePlatform {
                name,
                content: pin.as_ref().map(|_| content.clone()),
            };
            image.platforms = platforms.into_iter().map(named).collect();
            let referrer = |number| Referrer {
                manifest: descriptor(number, MediaType::OCI_MANIFEST),
                artifact_type: "application/spdx+json".parse().unwrap(),
                config: blob(2),
                layers: vec![blob(number + 100)],
            };
            let referrers = referrers.into_iter().rev().filter(|_| pin.is_some());
            image.referrers = referrers.map(referrer).collect();
            image.pin = pin;
            image
        },
    )
}

/// Sources and images of a lock, in any order.
fn parts() -> impl Strategy<Value = (Vec<Source>, Vec<Image>)> {
    (
        vec(source(), 1..4),
        vec((image(), any::<prop::sample::Index>()), 0..6),
    )
        .prop_map(|(mut sources, images)| {
            let mut names = BTreeSet::new();
            sources.retain(|source| names.insert(source.name.clone()));
            let mut references = BTreeSet::new();
            let images = images.into_iter().map(|(mut image, of)| {
                image.sources = vec![of.get(&sources).name.clone()];
                image
            });
            let images = images.filter(|image| references.insert(image.reference.clone()));
            let images = images.collect();
            (sources, images)
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back((sources, images) in parts()) {
        let lock = Lockfile::new(sources, images).unwrap();
        let text = lock.to_text();
        let parsed = Lockfile::parse(&text).unwrap();
        prop_assert!(parsed.canonical);
        prop_assert_eq!(&parsed.lockfile, &lock);
        prop_assert_eq!(parsed.lockfile.to_text(), text);
    }

    #[test]
    fn order_and_line_ends_do_not_matter((sources, images) in parts()) {
        let lock = Lockfile::new(sources, images).unwrap();
        let (mut sources, mut images) = lock.clone().into_parts();
        sources.reverse();
        images.reverse();
        for image in &mut images {
            image.platforms.reverse();
        }
        for source in &mut sources {
            source.profiles.reverse();
            source.services.reverse();
        }
        prop_assert_eq!(&Lockfile::new(sources, images).unwrap(), &lock);
        let parsed = Lockfile::parse(&lock.to_text().replace('\n', "\r\n")).unwrap();
        prop_assert!(parsed.crlf && parsed.canonical);
        prop_assert_eq!(&parsed.lockfile, &lock);
    }

    #[test]
    fn places_lie_where_things_are_named((sources, images) in parts()) {
        let text = Lockfile::new(sources, images).unwrap().to_text();
        let parsed = Lockfile::parse(&text).unwrap();
        let shown = |span: lock_format::Span| text.get(span.start..span.end).unwrap();
        for (image, place) in parsed.lockfile.images().iter().zip(&parsed.images) {
            prop_assert_eq!(shown(place.reference), format!("\"{}\"", image.reference));
            for (platform, span) in image.platforms.iter().zip(&place.platforms) {
                prop_assert_eq!(shown(*span), format!("\"{}\"", platform.name));
            }
        }
        prop_assert_eq!(parsed.sources.len(), parsed.lockfile.sources().len());
    }

    #[test]
    fn no_text_makes_the_reader_panic(head in "(version = 1\n)?", text in ".{0,200}|(\\[\\[(source|image)\\]\\]\n|[a-z]+ = [\\[{\"0-9a-z\\]}]*\n){0,20}") {
        let text = format!("{head}{text}");
        if let Err(error) = Lockfile::parse(&text) {
            let span = error.span().unwrap();
            prop_assert!(span.start <= text.len(), "{:?}", span);
        }
    }

    #[test]
    fn no_damage_makes_the_reader_panic((sources, images) in parts(), at: prop::sample::Index, byte: u8) {
        let mut bytes = Lockfile::new(sources, images).unwrap().to_text().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(parsed) = Lockfile::parse_bytes(&bytes) {
            let text = parsed.lockfile.to_text();
            prop_assert_eq!(Lockfile::parse(&text).unwrap().lockfile, parsed.lockfile);
        }
    }
}
