//! Two locks that come from one, made one again.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Digest, Image, ImagePlatform, LockError, Lockfile, Platform, Reference, Source};

/// One lock made of two.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The lock. Images in dispute are pending in it.
    pub lockfile: Lockfile,
    /// Images that the two sides pin to different things, in the order of the lock.
    pub disputes: Vec<Dispute>,
    /// Sources that both sides changed in different ways, by name: their inputs are those of ours,
    /// their platforms those of both.
    pub sources: Vec<String>,
}

/// An image that two locks pin to different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// The image.
    pub reference: Reference,
    /// What ours pins; none: it is pending there.
    pub ours: Option<Digest>,
    /// What theirs pins.
    pub theirs: Option<Digest>,
}

/// Joins two locks. What only one side changed is taken from it; what both changed is joined where
/// they agree. Without `base` nothing counts as removed.
///
/// # Errors
/// The result breaks a rule of the lock format, such as a limit.
pub fn merge(
    base: Option<&Lockfile>,
    ours: &Lockfile,
    theirs: &Lockfile,
) -> Result<Merged, LockError> {
    let mut differing = Vec::new();
    let mut sources = Vec::new();
    let named = |lock: &Lockfile| -> BTreeSet<String> {
        lock.sources()
            .iter()
            .map(|source| source.name.clone())
            .collect()
    };
    for name in named(ours).union(&named(theirs)) {
        let of = |lock: &Lockfile| lock.source(name).cloned();
        match pick(known(base, of), of(ours), of(theirs)) {
            Picked::One(source) => sources.extend(source),
            Picked::Both(a, b) => {
                differing.push(name.clone());
                let before = base.and_then(|base| base.source(name));
                sources.push(joined_source(before, a, &b));
            }
        }
    }
    let kept: BTreeSet<&String> = sources.iter().map(|source| &source.name).collect();
    let mut disputes = Vec::new();
    let mut images = Vec::new();
    for reference in references(ours, theirs).into_values() {
        let of = |lock: &Lockfile| lock.image(&reference).cloned();
        let before = base.and_then(of);
        let image = match pick(known(base, of), of(ours), of(theirs)) {
            Picked::One(image) => image,
            Picked::Both(a, b) => Some(joined_image(before.as_ref(), &a, &b, &mut disputes)),
        };
        images.extend(image.and_then(|mut image| {
            image.sources.retain(|name| kept.contains(name));
            (!image.sources.is_empty()).then_some(image)
        }));
    }
    let left: BTreeSet<Reference> = images.iter().map(|image| image.reference.clone()).collect();
    disputes.retain(|dispute| left.contains(&dispute.reference));
    Ok(Merged {
        lockfile: Lockfile::new(sources, images)?,
        disputes,
        sources: differing,
    })
}

/// The references of two locks, in the order of a lock.
fn references(ours: &Lockfile, theirs: &Lockfile) -> BTreeMap<String, Reference> {
    let images = ours.images().iter().chain(theirs.images());
    let references = images.map(|image| &image.reference);
    references
        .map(|one| (one.to_string(), one.clone()))
        .collect()
}

/// What both sides come from.
enum Base<T> {
    /// Nobody can tell.
    Unknown,
    /// It has this, or nothing.
    Known(Option<T>),
}

fn known<T>(base: Option<&Lockfile>, of: impl Fn(&Lockfile) -> Option<T>) -> Base<T> {
    base.map_or(Base::Unknown, |base| Base::Known(of(base)))
}

enum Picked<T> {
    /// What both say, or the only one that changed it; none where that one took it out.
    One(Option<T>),
    /// Both changed it.
    Both(T, T),
}

/// Takes the side that changed. What one side changed and the other took out stays.
fn pick<T: PartialEq>(base: Base<T>, ours: Option<T>, theirs: Option<T>) -> Picked<T> {
    if ours == theirs {
        return Picked::One(ours);
    }
    if let Base::Known(base) = base {
        if ours == base {
            return Picked::One(theirs);
        }
        if theirs == base {
            return Picked::One(ours);
        }
    }
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => Picked::Both(ours, theirs),
        (one, other) => Picked::One(one.or(other)),
    }
}

fn joined_source(base: Option<&Source>, ours: Source, theirs: &Source) -> Source {
    let before = base.map(|base| base.platforms.as_slice());
    let platforms = joined(before, &ours.platforms, &theirs.platforms);
    Source { platforms, ..ours }
}

/// Joins two versions of an image: those that pin the same; where one side alone moved it, that one;
/// else it is in dispute.
fn joined_image(
    base: Option<&Image>,
    ours: &Image,
    theirs: &Image,
    disputes: &mut Vec<Dispute>,
) -> Image {
    let names = |image: &Image| -> Vec<Platform> {
        image
            .platforms
            .iter()
            .map(|platform| platform.name.clone())
            .collect()
    };
    let before = base.map(names);
    let wanted = joined(before.as_deref(), &names(ours), &names(theirs));
    let before = base.map(|base| base.sources.as_slice());
    let sources = joined(before, &ours.sources, &theirs.sources);
    let mut found: BTreeMap<String, ImagePlatform> = BTreeMap::new();
    let moved = |image: &Image| base.is_none_or(|base| base.pin != image.pin);
    let (first, second) = match (ours.pin == theirs.pin, moved(ours), moved(theirs)) {
        (true, ..) => (Some(ours), Some(theirs)),
        (false, true, false) => (Some(ours), None),
        (false, false, true) => (Some(theirs), None),
        (false, ..) => (None, None),
    };
    for side in [second, first].into_iter().flatten() {
        let platforms = side.platforms.iter().cloned();
        found.extend(platforms.map(|platform| (platform.name.to_string(), platform)));
    }
    let platforms: Option<Vec<ImagePlatform>> = wanted
        .iter()
        .map(|name| found.remove(&name.to_string()))
        .collect();
    if let (Some(first), Some(platforms)) = (first, platforms) {
        return Image {
            sources,
            platforms,
            ..first.clone()
        };
    }
    disputes.push(dispute(ours, theirs));
    let pending = |name| ImagePlatform {
        name,
        content: None,
    };
    Image {
        pin: None,
        sources,
        platforms: wanted.into_iter().map(pending).collect(),
        referrers: Vec::new(),
        reference: ours.reference.clone(),
    }
}

fn dispute(ours: &Image, theirs: &Image) -> Dispute {
    let digest = |image: &Image| image.pin.as_ref().map(|pin| pin.digest);
    Dispute {
        reference: ours.reference.clone(),
        ours: digest(ours),
        theirs: digest(theirs),
    }
}

/// Joins two lists: what both have, and what one has that the base does not; never nothing.
fn joined<T: Clone + PartialEq>(base: Option<&[T]>, ours: &[T], theirs: &[T]) -> Vec<T> {
    let base = base.unwrap_or_default();
    let stays = |one: &&T, other: &[T]| other.contains(one) || !base.contains(one);
    let first = ours.iter().filter(|one| stays(one, theirs));
    let second = theirs
        .iter()
        .filter(|one| !ours.contains(one) && stays(one, ours));
    let all: Vec<T> = first.chain(second).cloned().collect();
    if all.is_empty() { ours.to_vec() } else { all }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::testing::{blob, lock, pinned, reference, source};

    const AMD64: &[&str] = &["linux/amd64"];
    const BOTH: &[&str] = &["linux/amd64", "linux/arm64"];

    fn image(name: &str, number: u64) -> Image {
        pinned(name, &["a"], AMD64, number, &[50])
    }

    fn merged(base: &[Image], ours: &[Image], theirs: &[Image]) -> Merged {
        let lock = |images: &[Image]| lock(images.to_vec());
        merge(Some(&lock(base)), &lock(ours), &lock(theirs)).expect("a lock")
    }

    #[test]
    fn what_one_side_changed_is_taken_from_it() {
        let (one, two, three) = (image("one", 10), image("two", 20), image("three", 30));
        let moved = image("one", 60);
        let found = merged(
            &[one.clone(), three.clone()],
            &[moved.clone(), three],
            &[one, two.clone()],
        );
        assert_eq!(
            found.lockfile,
            lock(vec![moved, two]),
            "moved, added, removed"
        );
        assert_eq!((found.disputes, found.sources), (vec![], vec![]));
    }

    #[test]
    fn one_image_moved_to_two_places_is_in_dispute() {
        let found = merged(
            &[image("one", 10)],
            &[image("one", 60)],
            &[image("one", 70)],
        );
        let expected = Dispute {
            reference: reference("one"),
            ours: Some(blob(60).digest),
            theirs: Some(blob(70).digest),
        };
        assert_eq!(found.disputes, [expected]);
        assert!(found.lockfile.images()[0].is_pending());
    }

    #[test]
    fn without_a_base_all_stays_and_equal_pins_join_their_platforms() {
        let wide = pinned("one", &["a"], BOTH, 10, &[50]);
        let (ours, theirs) = (
            lock(vec![image("one", 10), image("two", 20)]),
            lock(vec![wide]),
        );
        let found = merge(None, &ours, &theirs).expect("a lock");
        assert_eq!(found.lockfile.images().len(), 2);
        assert_eq!(found.lockfile.images()[0].platforms.len(), 2);
        assert_eq!(found.disputes, []);
    }

    #[test]
    fn what_one_side_took_out_stays_out() {
        let (one, two) = (image("one", 10), image("two", 20));
        let both = [one.clone(), two];
        for (ours, theirs) in [(&both[..1], &both[..]), (&both[..], &both[..1])] {
            let found = merged(&both, ours, theirs);
            assert_eq!(found.lockfile, lock(vec![one.clone()]));
        }
    }

    #[test]
    fn one_pin_that_moved_counts_whatever_else_the_other_side_changed() {
        let base = pinned("one", &["a", "b"], BOTH, 10, &[50]);
        let moved = pinned("one", &["a", "b"], BOTH, 60, &[50]);
        let narrow = pinned("one", &["a"], AMD64, 10, &[50]);
        let expected = lock(vec![pinned("one", &["a"], AMD64, 60, &[50])]);
        for (ours, theirs) in [(&moved, &narrow), (&narrow, &moved)] {
            let of = |image: &Image| [image.clone()];
            let found = merged(&of(&base), &of(ours), &of(theirs));
            assert_eq!((&found.lockfile, found.disputes), (&expected, vec![]));
        }
    }

    #[test]
    fn where_each_side_keeps_another_platform_ours_count() {
        let at = |platforms| [pinned("one", &["a"], platforms, 10, &[50])];
        let found = merged(&at(BOTH), &at(AMD64), &at(&["linux/arm64"]));
        assert_eq!(found.lockfile, lock(at(AMD64).to_vec()));
    }

    /// A lock of some sources, the first of which is built with an argument.
    fn built(argument: &str, names: &[&str], images: Vec<Image>) -> Lockfile {
        let sources = names.iter().map(|name| source(name, BOTH));
        let mut sources: Vec<Source> = sources.collect();
        sources[0].args = [("V".to_owned(), argument.to_owned())].into();
        Lockfile::new(sources, images).expect("a lock")
    }

    #[test]
    fn inputs_that_both_changed_are_those_of_ours_and_told() {
        let lock = |argument, platforms| {
            let (mut sources, images) = built(argument, &["a"], vec![]).into_parts();
            sources[0].platforms = source("a", platforms).platforms;
            Lockfile::new(sources, images).expect("a lock")
        };
        let (base, ours, theirs) = (lock("1", AMD64), lock("2", AMD64), lock("3", BOTH));
        let found = merge(Some(&base), &ours, &theirs).expect("a lock");
        assert_eq!(
            (found.lockfile, found.sources),
            (lock("2", BOTH), vec!["a".to_owned()])
        );
    }

    #[test]
    fn an_image_whose_sources_are_gone_goes_with_them_and_with_its_dispute() {
        let image = |sources, number| pinned("one", sources, AMD64, number, &[50]);
        let base = built("1", &["a", "b"], vec![image(&["a", "b"], 10)]);
        let ours = built("1", &["a"], vec![image(&["a"], 60)]);
        let theirs = Lockfile::new(vec![source("b", BOTH)], vec![image(&["b"], 70)]);
        let found = merge(Some(&base), &ours, &theirs.expect("a lock")).expect("a lock");
        assert_eq!(
            (found.lockfile, found.disputes),
            (Lockfile::default(), vec![])
        );
        let more = vec![
            image(&["a", "b"], 10),
            pinned("two", &["b"], AMD64, 20, &[50]),
        ];
        let theirs = built("1", &["a", "b"], more);
        let ours = built("1", &["a"], vec![image(&["a"], 10)]);
        let found = merge(Some(&base), &ours, &theirs).expect("a lock");
        assert_eq!(found.lockfile, ours, "b is gone, and what was added for it");
    }
}
