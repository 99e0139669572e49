//! A lock against what the sources need.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Image, Lockfile, Platform, Reference, Source};

use super::inputs::changed_inputs;
use super::{Drift, SourceNeeds};

/// Who needs an image, and where: sources by platform.
type Uses<'a> = BTreeMap<&'a Platform, BTreeSet<&'a str>>;

/// Tells where a lock no longer says what the sources need: first about sources, by name, then
/// about images, by reference. Nothing: the lock tells the truth.
pub fn drift(lock: &Lockfile, needs: &[SourceNeeds]) -> Vec<Drift> {
    let mut found = source_drift(lock, needs);
    found.extend(image_drift(lock, needs));
    found
}

fn source_drift(lock: &Lockfile, needs: &[SourceNeeds]) -> Vec<Drift> {
    let by_name = |source: &'_ Source| source.name.clone();
    let locked: BTreeMap<_, _> = lock.sources().iter().map(|s| (by_name(s), s)).collect();
    let today: BTreeMap<_, _> = needs
        .iter()
        .map(|n| (by_name(&n.source), &n.source))
        .collect();
    let names: BTreeSet<&String> = locked.keys().chain(today.keys()).collect();
    names
        .into_iter()
        .flat_map(|name| match (locked.get(name), today.get(name)) {
            (Some(locked), Some(found)) => changed_inputs(locked, found),
            (None, _) => vec![Drift::MissingSource { name: name.clone() }],
            (Some(_), None) => vec![Drift::UnusedSource { name: name.clone() }],
        })
        .collect()
}

fn image_drift(lock: &Lockfile, needs: &[SourceNeeds]) -> Vec<Drift> {
    let mut needed: BTreeMap<&Reference, Uses<'_>> = BTreeMap::new();
    for source in needs {
        for need in &source.images {
            let uses = needed.entry(&need.reference).or_default();
            let sources = uses.entry(&need.platform).or_default();
            sources.insert(&source.source.name);
        }
    }
    let locked = lock.images().iter().map(|image| (&image.reference, image));
    let locked: BTreeMap<&Reference, &Image> = locked.collect();
    let mut references: Vec<&Reference> = locked.keys().chain(needed.keys()).copied().collect();
    references.sort_by_cached_key(ToString::to_string);
    references.dedup();
    references
        .into_iter()
        .flat_map(
            |reference| match (locked.get(reference), needed.get(reference)) {
                (Some(image), Some(uses)) => used_image(image, uses),
                (None, Some(uses)) => vec![Drift::MissingImage {
                    reference: reference.clone(),
                    platforms: platforms(uses),
                    sources: sources(uses),
                }],
                (Some(image), None) => vec![Drift::UnusedImage {
                    reference: reference.clone(),
                    sources: image.sources.clone(),
                }],
                (None, None) => Vec::new(),
            },
        )
        .collect()
}

/// Compares an image that is both locked and needed.
fn used_image(image: &Image, uses: &Uses<'_>) -> Vec<Drift> {
    let reference = || image.reference.clone();
    let locked: Vec<Platform> = image.platforms.iter().map(|p| p.name.clone()).collect();
    let mut found = Vec::new();
    for platform in platforms(uses) {
        if !locked.contains(&platform) {
            let sources = uses.get(&platform).into_iter().flatten();
            found.push(Drift::MissingPlatform {
                reference: reference(),
                sources: sources.map(ToString::to_string).collect(),
                locked: locked.clone(),
                platform,
            });
        }
    }
    for platform in locked
        .into_iter()
        .filter(|platform| !uses.contains_key(platform))
    {
        found.push(Drift::SuperfluousPlatform {
            reference: reference(),
            platform,
            needed: platforms(uses),
        });
    }
    if image.sources != sources(uses) {
        found.push(Drift::OtherSources {
            reference: reference(),
            locked: image.sources.clone(),
            found: sources(uses),
        });
    }
    if image.is_pending() {
        found.push(Drift::Pending {
            reference: reference(),
            sources: sources(uses),
        });
    }
    found
}

/// All platforms that are needed, in the order of the lock.
fn platforms(uses: &Uses<'_>) -> Vec<Platform> {
    let mut platforms: Vec<Platform> = uses.keys().map(|platform| (*platform).clone()).collect();
    platforms.sort_by_cached_key(ToString::to_string);
    platforms
}

/// All sources that need the image, sorted.
fn sources(uses: &Uses<'_>) -> Vec<String> {
    let names: BTreeSet<&str> = uses.values().flatten().copied().collect();
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Need;
    use crate::plan::testing::{lock, pending, pinned, reference, source};

    const BOTH: &[&str] = &["linux/amd64", "linux/arm64"];

    fn platform(name: &str) -> Platform {
        name.parse().unwrap()
    }

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    /// What a source needs: images with their platforms.
    fn needs(name: &str, images: &[(&str, &[&str])]) -> SourceNeeds {
        let uses = images.iter().flat_map(|(image, platforms)| {
            platforms.iter().map(|platform| Need {
                reference: reference(image),
                platform: platform.parse().unwrap(),
            })
        });
        SourceNeeds {
            source: source(name, BOTH),
            images: uses.collect(),
        }
    }

    /// `one` for both sources, `two` for `b` alone.
    fn sample() -> Lockfile {
        lock(vec![
            pinned("one", &["a", "b"], BOTH, 10, &[50]),
            pinned("two", &["b"], &["linux/amd64"], 20, &[50]),
        ])
    }

    fn fitting() -> Vec<SourceNeeds> {
        vec![
            needs("b", &[("two", &["linux/amd64"]), ("one", &["linux/arm64"])]),
            needs("a", &[("one", &["linux/amd64"]), ("one", &["linux/amd64"])]),
        ]
    }

    #[test]
    fn a_lock_that_tells_the_truth_has_no_drift() {
        assert_eq!(drift(&sample(), &fitting()), []);
    }

    #[test]
    fn each_way_to_drift_is_told_with_both_sides() {
        let mut found = fitting();
        found[0] = needs(
            "b",
            &[
                ("one", &["linux/arm64", "linux/arm/v7"]),
                ("new", BOTH),
                ("late", &["linux/amd64"]),
            ],
        );
        let mut images = sample().into_parts().1;
        images.push(pending("late", &["b"], &["linux/amd64"]));
        images.push(pinned("wide", &["a"], BOTH, 30, &[50]));
        found[1].images.push(Need {
            reference: reference("wide"),
            platform: platform("linux/arm64"),
        });
        let expected = [
            Drift::Pending {
                reference: reference("late"),
                sources: names(&["b"]),
            },
            Drift::MissingImage {
                reference: reference("new"),
                platforms: vec![platform("linux/amd64"), platform("linux/arm64")],
                sources: names(&["b"]),
            },
            Drift::MissingPlatform {
                reference: reference("one"),
                platform: platform("linux/arm/v7"),
                locked: vec![platform("linux/amd64"), platform("linux/arm64")],
                sources: names(&["b"]),
            },
            Drift::UnusedImage {
                reference: reference("two"),
                sources: names(&["b"]),
            },
            Drift::SuperfluousPlatform {
                reference: reference("wide"),
                platform: platform("linux/amd64"),
                needed: vec![platform("linux/arm64")],
            },
        ];
        assert_eq!(drift(&lock(images), &found), expected);
    }

    #[test]
    fn sources_that_come_and_go_are_told() {
        let mut found = fitting();
        found[1].source.name = "c".to_owned();
        let expected = [
            Drift::UnusedSource {
                name: "a".to_owned(),
            },
            Drift::MissingSource {
                name: "c".to_owned(),
            },
            Drift::OtherSources {
                reference: reference("one"),
                locked: names(&["a", "b"]),
                found: names(&["b", "c"]),
            },
        ];
        assert_eq!(drift(&sample(), &found), expected);
    }
}
