//! Bundles in volumes through the commands: written whole, found by one name, refused whole.

use std::fs;
use std::path::PathBuf;

use airlock::wire::{Basis, TransferId};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::Config;

use crate::opened::seal;
use crate::world::World;

/// The least that a medium may take: one chunk to a volume.
const SIZE: &str = "69648";
/// How many sets of volumes are tried.
pub(crate) const CHANGED: u32 = 200;

/// A world whose bundle is in volumes, `B.001` and on, beside the project.
fn world() -> (World, Vec<Vec<u8>>) {
    let world = World::locked();
    world.inside("diff --request ../request.age");
    divide(&world, "B");
    let volumes = (1..=6)
        .map(|number| world.path(&format!("B.{number:03}")))
        .take_while(|path| path.exists())
        .map(|path| fs::read(path).unwrap())
        .collect::<Vec<_>>();
    assert!(volumes.len() >= 5);
    (world, volumes)
}

fn divide(world: &World, name: &str) {
    let host = world.registry.host();
    world.outside(&format!(
        "bundle ../request.age -o ../{name} --volume-size {SIZE} --insecure-registry {host}"
    ));
}

/// Puts volumes beside the project in place of all that are there.
fn lay(world: &World, volumes: &[(u32, Vec<u8>)]) {
    for number in 1..=20 {
        let old = world.path(&format!("B.{number:03}"));
        if old.exists() {
            fs::remove_file(old).unwrap();
        }
    }
    for (number, bytes) in volumes {
        fs::write(world.path(&format!("B.{number:03}")), bytes).unwrap();
    }
}

/// Requires that volumes are refused whole, by both ways; returns the code.
fn refused(world: &World, volumes: &[(u32, Vec<u8>)]) -> String {
    lay(world, volumes);
    let first = format!("../B.{:03}", volumes.first().unwrap().0);
    let (before, logs) = (world.store(), world.logs());
    let checked = world.fails(&format!("apply --check {first}"));
    assert!(world.logs() == logs, "a check writes no line");
    let found = world.fails(&format!("apply {first}"));
    let changed = before.differences(&world.store());
    assert!(changed.is_empty(), "{changed:?} changed with {found:?}");
    assert_eq!(checked, found, "the check tells the same");
    assert_eq!(found.0, 4, "{found:?}");
    found.1
}

fn numbered(volumes: &[Vec<u8>]) -> Vec<(u32, Vec<u8>)> {
    (1..).zip(volumes.iter().cloned()).collect()
}

fn names(world: &World) -> Vec<String> {
    let entries = fs::read_dir(world.path(".")).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('B') || name.starts_with('.'))
        .collect();
    names.sort();
    names
}

#[test]
fn a_bundle_in_volumes_is_applied_by_any_of_its_names() {
    for words in [
        "apply ../B.001",
        "apply ../B.003",
        "apply ../B",
        "apply ../B.005 ../B.001 ../B.004 ../B.003 ../B.002 ../B.sums",
    ] {
        let (world, volumes) = world();
        assert_eq!(volumes.len(), 5);
        let shown = world.inside(&format!("{} --json", words.replace("apply", "inspect")));
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["files"], 5);
        world.inside(&words.replace("apply", "apply --check"));
        world.inside(words);
        world.inside("diff --exit-code");
    }
}

#[test]
fn volumes_and_sums_have_their_names_only_together() {
    let (world, volumes) = world();
    let files = ["B.001", "B.002", "B.003", "B.004", "B.005", "B.sums"];
    assert_eq!(names(&world), files);
    assert_eq!(world.shell("sha256sum --quiet -c B.sums"), 0);
    let limit: usize = SIZE.parse().unwrap();
    assert!(volumes.iter().all(|volume| volume.len() < limit));
    let sums = fs::read_to_string(world.path("B.sums")).unwrap();
    assert_eq!(sums.lines().count(), 5);
}

#[test]
fn what_is_there_is_replaced_whole_or_not_at_all() {
    let (world, volumes) = world();
    let host = world.registry.host();
    let again = format!("bundle ../request.age -o ../B --insecure-registry {host} --volume-size");
    assert_eq!(
        world.outside_fails(&format!("{again} {SIZE}")).1,
        "store/output-exists"
    );
    // Without sums the volumes alone are in the way.
    fs::remove_file(world.path("B.sums")).unwrap();
    assert_eq!(
        world.outside_fails(&format!("{again} {SIZE}")).1,
        "store/output-exists"
    );
    assert_eq!(world.read("B.003"), volumes[2]);
    fs::write(world.path("B.017"), b"left over").unwrap();
    world.outside(&format!("{again} 140000 --force"));
    assert_eq!(names(&world), ["B.001", "B.002", "B.003", "B.sums"]);
    world.outside(&format!("{again} 4G --force"));
    assert_eq!(names(&world), ["B", "B.sums"]);
    assert_eq!(world.shell("sha256sum --quiet -c B.sums"), 0);
    assert_eq!(
        world.outside_fails(&format!("{again} {SIZE}")).1,
        "store/output-exists"
    );
    world.inside("apply ../B");
    world.inside("diff --exit-code");
}

#[test]
fn a_volume_of_another_bundle_is_in_the_way_and_stays() {
    let world = World::locked();
    world.inside("diff --request ../request.age");
    fs::write(world.path("B.017"), b"of another bundle").unwrap();
    let host = world.registry.host();
    let words = format!("bundle ../request.age -o ../B --insecure-registry {host}");
    for more in ["", &format!(" --volume-size {SIZE}"), " --volume-size 4G"] {
        let told = world.outside_fails(&format!("{words}{more}"));
        assert_eq!(told, (2, "store/output-exists".to_owned()), "{more}");
        assert_eq!(names(&world), ["B.017"], "{more}");
    }
    world.outside(&format!("{words} --force"));
    assert_eq!(names(&world), ["B", "B.sums"]);
}

#[test]
fn volumes_do_not_go_to_standard_output() {
    let (world, _) = world();
    let host = world.registry.host();
    let words = format!("bundle ../request.age -o - --insecure-registry {host} --volume-size 1M");
    let told = world.outside_fails(&words);
    assert_eq!(told, (2, "cli/volumes-to-output".to_owned()));
}

#[test]
fn a_volume_made_again_is_taken_with_the_others() {
    let (world, first) = world();
    divide(&world, "again");
    let mut volumes = numbered(&first);
    let again = world.read("again.003");
    assert_ne!(again, first[2]);
    volumes[2].1 = again;
    lay(&world, &volumes);
    world.inside("apply ../B.001");
    world.inside("diff --exit-code");
}

#[test]
fn volumes_that_do_not_make_the_bundle_are_refused_by_name() {
    let (world, all) = world();
    let all = numbered(&all);
    let without = |number: u32| {
        let left = all.iter().filter(|(n, _)| *n != number);
        left.cloned().collect::<Vec<_>>()
    };
    let exchanged = |one: usize, other: usize| {
        let mut volumes = all.clone();
        volumes[one].1.clone_from(&all[other].1);
        volumes[other].1.clone_from(&all[one].1);
        volumes
    };
    let changed = |at: usize, change: fn(&mut Vec<u8>)| {
        let mut volumes = all.clone();
        change(&mut volumes[at].1);
        volumes
    };
    let mut twice = all.clone();
    twice.push((6, all[1].1.clone()));
    for (code, volumes) in [
        ("transfer/volume-missing", without(1)),
        ("transfer/volume-missing", without(3)),
        ("transfer/volume-missing", without(5)),
        ("transfer/volume-twice", twice),
        ("transfer/volume-order", exchanged(0, 4)),
        ("transfer/volume-differs", exchanged(1, 2)),
        ("seal/damaged", changed(3, |bytes| bytes[40_000] ^= 1)),
        ("seal/truncated", changed(3, |bytes| bytes.truncate(40_000))),
        ("transfer/trailing-data", changed(3, |bytes| bytes.push(0))),
    ] {
        assert_eq!(refused(&world, &volumes), code);
    }
    let mut foreign = all.clone();
    foreign[4].1 = seal(&world.keyring, &[5; 2000]);
    assert_eq!(refused(&world, &foreign), "transfer/volume-foreign");
    lay(&world, &all);
    world.inside("apply ../B.001");
    world.inside("diff --exit-code");
}

/// How a set of volumes is changed.
#[derive(Clone, Debug)]
enum Change {
    Swap(Index, Index),
    Drop(Index),
    Repeat(Index, Index),
    Splice(Index),
    Flip(Index, Index),
    Cut(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let two = || (any::<Index>(), any::<Index>());
    prop_oneof![
        two().prop_map(|(one, other)| Change::Swap(one, other)),
        any::<Index>().prop_map(Change::Drop),
        two().prop_map(|(one, other)| Change::Repeat(one, other)),
        any::<Index>().prop_map(Change::Splice),
        two().prop_map(|(one, other)| Change::Flip(one, other)),
        two().prop_map(|(one, other)| Change::Cut(one, other)),
    ]
}

fn apply(change: &Change, all: &[(u32, Vec<u8>)], other: &[Vec<u8>]) -> Vec<(u32, Vec<u8>)> {
    let mut volumes = all.to_vec();
    let at = |index: &Index| index.index(all.len());
    match change {
        Change::Swap(one, two) => {
            volumes[at(one)].1.clone_from(&all[at(two)].1);
            volumes[at(two)].1.clone_from(&all[at(one)].1);
        }
        Change::Drop(one) => drop(volumes.remove(at(one))),
        Change::Repeat(one, two) => volumes[at(one)].1.clone_from(&all[at(two)].1),
        Change::Splice(one) => volumes[at(one)].1.clone_from(&other[at(one)]),
        Change::Flip(one, byte) => {
            let volume = &mut volumes[at(one)].1;
            let byte = byte.index(volume.len());
            volume[byte] ^= 0x10;
        }
        Change::Cut(one, byte) => {
            let volume = &mut volumes[at(one)].1;
            volume.truncate(byte.index(volume.len()));
        }
    }
    volumes
}

const ALLOWED: &[&str] = &[
    // Where the first volume is the other bundle's.
    "apply/unknown-request",
    "seal/damaged",
    "seal/envelope-newer",
    "seal/header-too-long",
    "seal/not-an-envelope",
    "seal/truncated",
    "seal/wrong-key",
    "seal/wrong-signature",
    "transfer/framing",
    "transfer/payload-differs",
    "transfer/volume-differs",
    "transfer/volume-foreign",
    "transfer/volume-missing",
    "transfer/volume-order",
    "transfer/volume-twice",
];

#[test]
fn volumes_swapped_dropped_repeated_spliced_or_changed_are_refused() {
    let (world, first) = world();
    let all = numbered(&first);
    // The same blobs, answering another request, signed and sealed by the same keys.
    world.station_answers("request.age", "whole.age");
    let mut opened = world.opened_from("whole.age");
    opened.bundle.volume_payload = Some(65_536);
    opened.bundle.basis = Basis::Answers(TransferId::of(b"another request"));
    let mut payload = opened.whole_payload(&world.keyring);
    let sealed = |payload: &[u8]| -> Vec<Vec<u8>> {
        let pieces = payload.chunks(65_536);
        pieces.map(|piece| seal(&world.keyring, piece)).collect()
    };
    let told = refused(&world, &numbered(&sealed(&payload)));
    assert_eq!(told, "apply/unknown-request");
    // Its other volumes would fit, byte for byte, so they get content of their own.
    for start in (65_536..payload.len()).step_by(65_536) {
        payload[start + 100] ^= 1;
    }
    let other = sealed(&payload);
    assert_eq!(other.len(), first.len());
    let config = Config {
        cases: CHANGED,
        failure_persistence: None,
        ..Config::default()
    };
    proptest!(config, |(change in change())| {
        let volumes = apply(&change, &all, &other);
        prop_assume!(volumes != all && !volumes.is_empty());
        let code = refused(&world, &volumes);
        prop_assert!(ALLOWED.contains(&code.as_str()), "{:?}: {}", change, code);
    });
    lay(&world, &all);
    world.inside("apply ../B.001");
}

#[test]
fn stock_age_and_tar_open_what_bundle_wrote() {
    let (world, _) = world();
    let script = "mkdir opened && \"$AIRLOCK\" keys export --age > identities.txt && \
        for f in B.0*; do age -d -i identities.txt \"$f\"; done | tar x -C opened";
    assert_eq!(world.shell(script), 0);
    let blobs: PathBuf = world.path("opened/blobs/sha256");
    assert!(fs::read_dir(blobs).unwrap().count() >= 2);
}
