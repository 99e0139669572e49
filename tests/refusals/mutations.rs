//! Any change to a bundle is refused by `apply` with a code of the right set, and leaves the store as
//! it was. How many are tried stands in `docs/reliability.md`, and a test keeps that true.

use std::fs;

use airlock::diagnostic::{Diagnose as _, Failure};
use airlock::ops::inside::apply::{ApplyOptions, apply};
use airlock::ops::transfer::open_envelope;
use airlock::run::{Cancel, FixedClock, FixedEntropy, Run, Silent};
use airlock::store::Store;
use airlock::wire::{Basis, Bundle, Carried, Kind, SiteId, TransferId};
use lock_format::{Digest, MediaType, Reference};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::change::{BODY, HEADER, PAYLOAD, config, over_changes};
use crate::opened::{Opened, line_of_site, seal};
use crate::pending::Pending;
use crate::snapshot::Snapshot;
use crate::volumes::CHANGED as VOLUMES;
use crate::world::World;

/// Changes to the sealed file.
const SEALED: u32 = 4000;
/// Changes to the payload, sealed again by who has the keys.
const PAYLOADS: u32 = 4000;
/// Other orders of the entries, some twice, some left out.
const ORDERS: u32 = 1000;
/// Front of one bundle, back of another: of another site, of another request.
const SPLICED: u32 = 500;
/// Changed texts that the site signed in the station's place.
const WRONG_ROLE: u32 = 1000;
/// Changes to the payload of a bundle that resolves a pending reference.
const PENDING: u32 = 500;
/// Other resolutions and their content, signed by the station.
const RESOLUTIONS: u32 = 500;

/// A time at which the bundle is neither old nor from the future.
const NOW: u64 = 1_800_000_000;

/// A site that waits for one bundle, in this process.
struct Bench {
    world: World,
    store: Store,
    before: Snapshot,
    logs: [Vec<u8>; 2],
    sealed: Vec<u8>,
}

impl Bench {
    fn new() -> Self {
        Self::of(World::new())
    }

    fn of(world: World) -> Self {
        let store = Store::open(&world.path("inside/store")).unwrap();
        let sealed = world.read("bundle.age");
        let bench = Self {
            before: world.store(),
            logs: world.logs(),
            store,
            sealed,
            world,
        };
        assert_eq!(bench.result(&bench.sealed, true).err(), None);
        bench
    }

    /// Opens and applies; returns the code of the refusal.
    fn result(&self, sealed: &[u8], check: bool) -> Result<(), &'static str> {
        let run = Run {
            events: &Silent,
            cancel: &Cancel::default(),
            clock: &FixedClock(NOW),
            entropy: &FixedEntropy::new(1),
        };
        let file = tempfile::tempfile().unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, sealed, 0).unwrap();
        let opened = open_envelope(file, &self.world.keyring, &[Kind::Bundle], NOW)
            .map_err(|error| error.code().as_str())?;
        let options = ApplyOptions {
            check,
            ..ApplyOptions::default()
        };
        let applied = apply(&opened, &self.store, &options, &run);
        applied
            .map(drop)
            .map_err(|failure: Failure| failure.facts().code().as_str())
    }

    /// Requires a refusal that leaves the store equal; returns its code.
    fn refused(&self, sealed: &[u8]) -> &'static str {
        let code = loop {
            let code = self.result(sealed, false).expect_err("must be refused");
            // A process that another test starts holds the lock of the store until it has begun.
            if code != "store/busy" {
                break code;
            }
        };
        let changed = self.before.differences(&self.world.store());
        assert!(changed.is_empty(), "{code}: {changed:?}");
        // Only so that they stay short: a refusal may leave a line.
        for (name, text) in ["ledger", "audit"].into_iter().zip(&self.logs) {
            let path = format!("inside/store/airlock/{name}.jsonl");
            fs::write(self.world.path(&path), text).unwrap();
        }
        code
    }
}

#[test]
fn a_sealed_bundle_changed_in_any_way_is_refused() {
    let bench = Bench::new();
    over_changes(SEALED, &bench.sealed, |changed, change| {
        let code = bench.refused(changed);
        assert!(
            HEADER.contains(&code) || BODY.contains(&code),
            "{change:?}: {code}"
        );
    });
}

#[test]
fn a_payload_changed_in_any_way_and_sealed_again_is_refused() {
    let bench = Bench::new();
    let payload = bench.world.opened().whole_payload(&bench.world.keyring);
    over_changes(PAYLOADS, &payload, |changed, change| {
        let code = bench.refused(&seal(&bench.world.keyring, changed));
        assert!(PAYLOAD.contains(&code), "{change:?}: {code}");
    });
}

#[test]
fn entries_in_any_other_order_are_refused() {
    let bench = Bench::new();
    let opened = bench.world.opened();
    let all: Vec<usize> = (2..opened.parts()).collect();
    let some = prop::collection::vec(prop::sample::select(all.clone()), 0..8);
    let orders = prop_oneof![Just(all.clone()).prop_shuffle(), some];
    proptest!(config(ORDERS), |(parts in orders)| {
        prop_assume!(parts != all);
        let code = bench.refused(&opened.seal_parts(&bench.world.keyring, &parts));
        prop_assert!(PAYLOAD.contains(&code), "{:?}: {}", parts, code);
    });
}

/// Joins the front of one with the back of another at any place, sealed and in the payload.
fn splices(bench: &Bench, other: &Opened, whole: &'static str) {
    let keyring = &bench.world.keyring;
    let one = bench.world.opened().whole_payload(keyring);
    let other = other.whole_payload(keyring);
    let other_sealed = seal(keyring, &other);
    assert_eq!(bench.refused(&other_sealed), whole);
    let spliced = |front: &[u8], back: &[u8], at: Index| {
        let cut = at.index(front.len());
        [&front[..cut], back.get(cut..).unwrap_or_default()].concat()
    };
    proptest!(config(SPLICED / 2), |(at in any::<Index>(), turned in any::<bool>())| {
        let (front, back) = if turned { (&other, &one) } else { (&one, &other) };
        let joined = spliced(front, back, at);
        prop_assume!(joined != one);
        let code = bench.refused(&seal(keyring, &joined));
        prop_assert!(PAYLOAD.contains(&code) || code == whole, "{}", code);
    });
    proptest!(config(SPLICED / 2), |(at in any::<Index>(), turned in any::<bool>())| {
        let (front, back) = if turned { (&other_sealed, &bench.sealed) } else { (&bench.sealed, &other_sealed) };
        let joined = spliced(front, back, at);
        prop_assume!(joined != bench.sealed && joined != other_sealed);
        let code = bench.refused(&joined);
        prop_assert!(HEADER.contains(&code) || BODY.contains(&code), "{}", code);
    });
}

#[test]
fn pieces_of_the_bundles_of_two_sites_are_refused() {
    let bench = Bench::new();
    let mut other = bench.world.opened();
    other.bundle.address.site = SiteId::from_bytes([3; 16]);
    splices(&bench, &other, "apply/other-site");
}

#[test]
fn pieces_of_the_bundles_of_two_requests_are_refused() {
    let bench = Bench::new();
    let mut other = bench.world.opened();
    other.bundle.basis = Basis::Answers(TransferId::of(b"another request"));
    splices(&bench, &other, "apply/unknown-request");
}

#[test]
fn whatever_the_site_signs_as_a_bundle_is_refused() {
    let bench = Bench::new();
    let opened = bench.world.opened();
    let text = opened.text();
    proptest!(config(WRONG_ROLE), |(at in any::<Index>(), byte in 0x20..0x7f_u8)| {
        let mut changed = text.clone().into_bytes();
        let at = at.index(changed.len());
        changed[at] = byte;
        let changed = String::from_utf8(changed).unwrap();
        let line = line_of_site(&bench.world.keyring, &changed);
        let sealed = seal(&bench.world.keyring, &opened.payload(&changed, &line));
        prop_assert_eq!(bench.refused(&sealed), "seal/wrong-role");
    });
}

#[test]
fn a_payload_with_a_resolution_changed_in_any_way_is_refused() {
    let bench = Bench::of(Pending::new().world);
    let payload = bench.world.opened().whole_payload(&bench.world.keyring);
    over_changes(PENDING, &payload, |changed, change| {
        let code = bench.refused(&seal(&bench.world.keyring, changed));
        assert!(PAYLOAD.contains(&code), "{change:?}: {code}");
    });
}

/// What a station could say of a pending reference, other than the truth.
#[derive(Clone, Debug)]
enum Lie {
    Digest(Index),
    Size(u64),
    MediaType(&'static str),
    AnotherReference(u16),
    Lacking(Index),
    Passenger(u64),
}

fn lies() -> impl Strategy<Value = Lie> {
    let media_types = [
        MediaType::OCI_MANIFEST,
        MediaType::DOCKER_LIST,
        MediaType::DOCKER_MANIFEST,
    ];
    prop_oneof![
        any::<Index>().prop_map(Lie::Digest),
        (1..1_u64 << 30).prop_map(Lie::Size),
        prop::sample::select(media_types.to_vec()).prop_map(Lie::MediaType),
        any::<u16>().prop_map(Lie::AnotherReference),
        any::<Index>().prop_map(Lie::Lacking),
        any::<u64>().prop_map(Lie::Passenger),
    ]
}

fn tell(lie: &Lie, opened: &mut Opened, pending: &Reference, needed: &[Digest]) {
    let others: Vec<_> = others(&opened.bundle, pending);
    let resolutions = &mut opened.bundle.resolutions;
    let pin = resolutions.get_mut(pending).expect("the one resolution");
    match lie {
        Lie::Digest(which) => (pin.digest, pin.size) = *which.get(&others),
        Lie::Size(more) => pin.size += more,
        Lie::MediaType(name) => pin.media_type = name.parse().expect("a media type"),
        Lie::AnotherReference(number) => {
            let (text, pin) = (format!("reg.lan:5000/acme/next:{number}"), pin.clone());
            resolutions.insert(Reference::parse(&text).expect("a reference"), pin);
        }
        Lie::Lacking(which) => opened.remove(*which.get(needed)),
        Lie::Passenger(seed) => opened.add(&seed.to_be_bytes()),
    }
}

/// Every blob of a bundle but the one that the reference stands for.
fn others(bundle: &Bundle, pending: &Reference) -> Vec<(Digest, u64)> {
    let truth = bundle.resolutions[pending].digest;
    let blobs = bundle.entries.iter().map(Carried::content);
    let others = blobs.filter(|blob| blob.digest != truth);
    others.map(|blob| (blob.digest, blob.size)).collect()
}

#[test]
fn whatever_a_station_signs_of_a_resolution_but_the_truth_is_refused() {
    let pending = Pending::new();
    let (reference, mut needed) = (pending.reference(), pending.below());
    needed.push(pending.next.top.digest);
    let bench = Bench::of(pending.world);
    let codes = [
        "apply/incomplete-resolution",
        "apply/not-as-locked",
        "apply/not-in-lock",
        "apply/refused-document",
        "apply/refused-resolution",
        "apply/size-differs",
        "apply/unasked-resolution",
        "wire/limit",
    ];
    proptest!(config(RESOLUTIONS), |(lie in lies())| {
        let mut opened = bench.world.opened();
        tell(&lie, &mut opened, &reference, &needed);
        let code = bench.refused(&opened.seal(&bench.world.keyring));
        prop_assert!(codes.contains(&code), "{:?}: {}", lie, code);
    });
}

#[test]
fn the_documentation_tells_how_many_there_are() {
    let here =
        SEALED + PAYLOADS + ORDERS + 2 * SPLICED + WRONG_ROLE + VOLUMES + PENDING + RESOLUTIONS;
    assert!(here >= 10_000);
    let page = include_str!("../../docs/reliability.md");
    for (what, count) in [
        ("the sealed file", SEALED),
        ("the payload, sealed again", PAYLOADS),
        ("the order of the entries", ORDERS),
        ("pieces of the bundles of two sites", SPLICED),
        ("pieces of the bundles of two requests", SPLICED),
        ("signed by the wrong role", WRONG_ROLE),
        ("the volumes of a bundle", VOLUMES),
        ("the payload with a resolution, sealed again", PENDING),
        ("what a station signs of a resolution", RESOLUTIONS),
        ("all of these", here),
    ] {
        let row = format!("| {what} | {count} |");
        assert!(page.contains(&row), "{row}");
    }
}
