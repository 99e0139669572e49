//! Bundles in volumes: written, opened, and refused by name.

use std::io::Cursor;

use airlock::diagnostic::{Diagnose as _, Failure};
use airlock::ops::transfer::{
    Envelope, TransferError, VOLUME_HEADER_BYTES, VolumeFile, VolumeOutputs, VolumePlan,
    open_volumes,
};
use airlock::run::Cancel;
use airlock::seal::{Keyring, SealedFile};
use airlock::wire::{Basis, Carried, Kind, Transfer, TransferId};

use crate::by_hand::sealed_with_filler;
use crate::fixture::{
    BundleParts, NOW, blob, contents, file, keyring, long_bundle, payload_of, seal_bundle,
};
use crate::forge::Forger;
use crate::golden;

/// Bytes of a volume in these tests.
const VOLUME: u64 = 65_536;

/// Keeps every volume in memory.
#[derive(Default)]
struct InMemory(Vec<Vec<u8>>);

impl VolumeOutputs for InMemory {
    type Out = Vec<u8>;

    fn begin(&mut self) -> Result<Vec<u8>, Failure> {
        Ok(Vec::new())
    }

    fn end(&mut self, out: Vec<u8>) -> Result<(), Failure> {
        self.0.push(out);
        Ok(())
    }
}

/// A bundle of four volumes, three of which end inside of its last blob.
fn divided(keyring: &Keyring, answers: &[u8]) -> BundleParts {
    let mut parts = long_bundle(keyring);
    parts.bundle.basis = Basis::Answers(TransferId::of(answers));
    parts.bundle.volume_payload = Some(VOLUME);
    parts
}

/// Seals each volume.
fn seal_volumes(parts: &BundleParts, keyring: &Keyring) -> Vec<Vec<u8>> {
    let transfer = Transfer::from(parts.bundle.clone());
    let envelope = Envelope::bundle(&transfer, keyring, parts.index_json.clone()).unwrap();
    let mut outputs = InMemory::default();
    let payloads = &parts.payloads;
    let mut open = |index: usize| -> Result<Box<dyn std::io::Read>, Failure> {
        Ok(Box::new(Cursor::new(payloads[index].clone())))
    };
    envelope
        .seal_volumes(&mut outputs, &mut open, &Cancel::default())
        .unwrap();
    assert_eq!(outputs.0.len(), envelope.plan().count() as usize);
    outputs.0
}

/// Gives each volume its place as its number.
fn named(volumes: &[Vec<u8>]) -> Vec<(u32, Vec<u8>)> {
    (1..).zip(volumes.iter().cloned()).collect()
}

/// Opens volumes under the numbers given, and reads everything.
fn open(volumes: &[(u32, Vec<u8>)], keyring: &Keyring) -> Result<Vec<Vec<u8>>, TransferError> {
    let files = volumes.iter().map(|(number, bytes)| VolumeFile {
        name: format!("B.{number:03}"),
        number: Some(*number),
        file: file(bytes),
    });
    let opened = open_volumes(files.collect(), keyring, &[Kind::Bundle], NOW)?;
    let contents = contents(&opened)?;
    opened.finish()?;
    Ok(contents)
}

/// Returns the code and the sentence of a refusal.
fn refused(volumes: &[(u32, Vec<u8>)], keyring: &Keyring) -> (&'static str, String) {
    let error = open(volumes, keyring).unwrap_err();
    (error.code().as_str(), error.to_string())
}

#[test]
fn volumes_hold_the_payload_piece_by_piece_under_keys_of_their_own() {
    let keyring = keyring(0);
    let parts = divided(&keyring, b"the request");
    let whole = payload_of(&seal_bundle(&parts, &keyring).unwrap(), &keyring);
    let volumes = seal_volumes(&parts, &keyring);
    assert_eq!(volumes.len(), 4);
    let pieces: Vec<Vec<u8>> = volumes
        .iter()
        .map(|one| payload_of(one, &keyring))
        .collect();
    assert!(pieces[..3].iter().all(|piece| piece.len() as u64 == VOLUME));
    assert_eq!(pieces.concat(), whole);
    let sealed = VolumePlan::payload_within(70_000);
    assert_eq!(sealed, Some(VOLUME));
    assert!(volumes.iter().all(|one| one.len() < 70_000));
    assert_eq!(open(&named(&volumes), &keyring).unwrap(), parts.contents);
}

#[test]
fn a_volume_that_is_made_again_fits_the_others() {
    let keyring = keyring(0);
    let parts = divided(&keyring, b"the request");
    let (first, again) = (
        seal_volumes(&parts, &keyring),
        seal_volumes(&parts, &keyring),
    );
    for at in 0..first.len() {
        assert_ne!(first[at], again[at]);
        let mut mixed = first.clone();
        mixed[at].clone_from(&again[at]);
        assert_eq!(open(&named(&mixed), &keyring).unwrap(), parts.contents);
    }
}

#[test]
fn a_missing_volume_is_named() {
    let keyring = keyring(0);
    let all = named(&seal_volumes(&divided(&keyring, b"the request"), &keyring));
    for (left, told) in [
        (&[1, 2, 4][..], "volume 3 of 4 is missing"),
        (&[1, 2, 3], "volume 4 of 4 is missing"),
        (&[1, 4], "volumes 2, 3 of 4 are missing"),
        (&[1], "volumes 2, 3, 4 of 4 are missing"),
        (&[2, 3, 4], "volume 1 is missing"),
        (&[3], "volume 1 is missing"),
    ] {
        let some: Vec<_> = all
            .iter()
            .filter(|(number, _)| left.contains(number))
            .cloned()
            .collect();
        let found = refused(&some, &keyring);
        assert_eq!(found, ("transfer/volume-missing", told.to_owned()));
    }
}

#[test]
fn a_volume_given_twice_is_named() {
    let keyring = keyring(0);
    let all = named(&seal_volumes(&divided(&keyring, b"the request"), &keyring));
    let mut again = all.clone();
    again.push((5, all[2].1.clone()));
    let mut instead = all.clone();
    instead[3].1.clone_from(&all[2].1);
    let mut same_number = all.clone();
    same_number.push((2, all[3].1.clone()));
    for (volumes, told) in [
        (again, "B.005 is the same volume as B.003"),
        (instead, "B.004 is the same volume as B.003"),
        (same_number, "B.002 is the same volume as B.002"),
    ] {
        let found = refused(&volumes, &keyring);
        assert_eq!(found, ("transfer/volume-twice", told.to_owned()));
    }
}

#[test]
fn a_volume_in_the_place_of_another_is_named() {
    let keyring = keyring(0);
    let all = seal_volumes(&divided(&keyring, b"the request"), &keyring);
    let order = |order: [usize; 4]| {
        let volumes: Vec<Vec<u8>> = order.iter().map(|at| all[*at].clone()).collect();
        refused(&named(&volumes), &keyring)
    };
    let misplaced = |name: &str, number: u32, holds: u32| {
        let told = format!("B.{name} was given as volume {number}, and holds volume {holds}");
        ("transfer/volume-order", told)
    };
    assert_eq!(order([3, 1, 2, 0]), misplaced("004", 4, 1));
    assert_eq!(order([0, 3, 2, 1]), misplaced("002", 2, 4));
    // In the middle of one blob only its digest tells.
    let (code, told) = order([0, 2, 1, 3]);
    assert_eq!(code, "transfer/volume-differs");
    assert!(told.contains("in volumes 1 to 4"), "{told}");
}

/// A bundle of blobs so short that every volume has framing.
fn of_short_blobs(keyring: &Keyring) -> BundleParts {
    let mut parts = divided(keyring, b"the request");
    parts.contents = (0_u8..30).map(|byte| vec![byte; 10_000]).collect();
    parts.payloads.clone_from(&parts.contents);
    let blobs = parts.contents.iter().map(|bytes| blob(bytes));
    parts.bundle.entries = blobs.map(Carried::Raw).collect();
    parts
}

#[test]
fn framing_tells_at_once_which_volume_a_file_holds() {
    let forger = Forger::new(0);
    let parts = of_short_blobs(&forger.keyring);
    let all = seal_volumes(&parts, &forger.keyring);
    assert_eq!(open(&named(&all), &forger.keyring).unwrap(), parts.contents);
    let mut swapped = all.clone();
    swapped.swap(1, 2);
    let told = "B.002 was given as volume 2, and holds volume 3".to_owned();
    assert_eq!(
        refused(&named(&swapped), &forger.keyring),
        ("transfer/volume-order", told)
    );
    // Of the right length, and with another byte in its first header.
    let mut payload = payload_of(&all[2], &forger.keyring);
    let first_header = payload
        .windows(8)
        .position(|bytes| bytes == b"0000644\0")
        .unwrap();
    payload[first_header] = b'1';
    let mut changed = all.clone();
    changed[2] = forger.seal(&payload);
    let (code, _) = refused(&named(&changed), &forger.keyring);
    assert_eq!(code, "transfer/volume-foreign");
}

#[test]
fn numbers_in_names_count_and_without_them_the_order_does() {
    let keyring = keyring(0);
    let parts = divided(&keyring, b"the request");
    let mut turned = named(&seal_volumes(&parts, &keyring));
    turned.reverse();
    assert_eq!(open(&turned, &keyring).unwrap(), parts.contents);
    let files = |turned: &[(u32, Vec<u8>)]| {
        let nameless = turned.iter().map(|(number, bytes)| VolumeFile {
            name: format!("file {number}"),
            number: None,
            file: file(bytes),
        });
        open_volumes(nameless.collect(), &keyring, &[Kind::Bundle], NOW)
    };
    let error = files(&turned).unwrap_err();
    assert_eq!(error.code().as_str(), "transfer/volume-order");
    turned.reverse();
    assert!(files(&turned).is_ok());
}

#[test]
fn a_volume_of_another_bundle_is_named() {
    let keyring = keyring(0);
    let parts = divided(&keyring, b"the request");
    let ours = seal_volumes(&parts, &keyring);
    let mut other = divided(&keyring, b"another request");
    other.contents[3] = vec![5; 200_000];
    other.payloads[3] = vec![5; 200_000];
    other.bundle.entries[3] = Carried::Raw(blob(&other.payloads[3]));
    let other = seal_volumes(&other, &keyring);
    let mixed = |at: usize| {
        let mut volumes = ours.clone();
        volumes[at].clone_from(&other[at]);
        refused(&named(&volumes), &keyring)
    };
    // The first one says what the bundle is, so all others are foreign to it.
    assert_eq!(mixed(1).0, "transfer/volume-differs");
    assert_eq!(mixed(2).0, "transfer/volume-differs");
    let told = "B.004 is not volume 4 of this bundle, which has 4".to_owned();
    assert_eq!(mixed(3), ("transfer/volume-foreign", told));
    let mut surplus = named(&ours);
    surplus.push((5, other[1].clone()));
    let told = "B.005 is not volume 5 of this bundle, which has 4".to_owned();
    assert_eq!(
        refused(&surplus, &keyring),
        ("transfer/volume-foreign", told)
    );
    let whole = seal_bundle(&long_bundle(&keyring), &keyring).unwrap();
    let two = [(1, whole), (2, ours[1].clone())];
    assert_eq!(refused(&two, &keyring).0, "transfer/volume-foreign");
}

#[test]
fn a_damaged_volume_is_named_with_the_code_that_it_has_alone() {
    let forger = Forger::new(0);
    let all = seal_volumes(&divided(&forger.keyring, b"the request"), &forger.keyring);
    let changed = |at: usize, change: &dyn Fn(&mut Vec<u8>)| {
        let mut volumes = all.clone();
        change(&mut volumes[at]);
        refused(&named(&volumes), &forger.keyring)
    };
    for at in 1..4 {
        let number = at + 1;
        for (code, change) in [
            (
                "seal/damaged",
                (&|v: &mut Vec<u8>| *v.last_mut().unwrap() ^= 1) as &dyn Fn(&mut Vec<u8>),
            ),
            ("seal/truncated", &|v| v.truncate(v.len() - 1)),
            ("transfer/trailing-data", &|v| v.push(0)),
            ("seal/not-an-envelope", &|v| v[0] ^= 1),
            ("seal/wrong-key", &|v| v[60] ^= 1),
        ] {
            let (found, told) = changed(at, change);
            assert_eq!(found, code, "{told}");
            let name = format!("volume {number}, B.{number:03}: ");
            assert!(told.starts_with(&name), "{told}");
        }
    }
    // A chunk in the middle is read later than the last one.
    let mut parts = divided(&forger.keyring, b"the request");
    parts.bundle.volume_payload = Some(2 * VOLUME);
    let mut volumes = seal_volumes(&parts, &forger.keyring);
    // Behind the header, however long that came out.
    volumes[1][5000] ^= 1;
    let (found, told) = refused(&named(&volumes), &forger.keyring);
    assert_eq!(found, "seal/damaged");
    assert!(told.starts_with("volume 2, B.002: "), "{told}");
}

#[test]
fn a_volume_is_as_long_as_computed() {
    let forger = Forger::new(0);
    let all = seal_volumes(&divided(&forger.keyring, b"the request"), &forger.keyring);
    for at in 0..4 {
        let mut payload = payload_of(&all[at], &forger.keyring);
        payload.pop();
        let mut volumes = all.clone();
        volumes[at] = forger.seal(&payload);
        let (code, told) = refused(&named(&volumes), &forger.keyring);
        assert_eq!(code, "transfer/volume-foreign", "{told}");
    }
}

#[test]
fn the_header_of_a_volume_has_its_bound() {
    let forger = Forger::new(0);
    let mut volumes = seal_volumes(&divided(&forger.keyring, b"the request"), &forger.keyring);
    let payload = payload_of(&volumes[1], &forger.keyring);
    let shortest = sealed_with_filler(1, &payload);
    let shortest = SealedFile::open(file(&shortest), forger.keyring.identities(NOW)).unwrap();
    let room = usize::try_from(VOLUME_HEADER_BYTES - shortest.head_bytes()).unwrap();
    volumes[1] = sealed_with_filler(1 + room, &payload);
    open(&named(&volumes), &forger.keyring).unwrap();
    volumes[1] = sealed_with_filler(2 + room, &payload);
    let (code, told) = refused(&named(&volumes), &forger.keyring);
    assert_eq!(code, "seal/header-too-long");
    assert!(told.starts_with("volume 2, B.002: "), "{told}");
    let sealed = SealedFile::open(file(&volumes[0]), forger.keyring.identities(NOW)).unwrap();
    assert!(sealed.head_bytes() < VOLUME_HEADER_BYTES / 4);
}

#[test]
fn more_files_than_any_bundle_has_are_refused() {
    let keyring = keyring(0);
    let files = (0..1000).map(|number| VolumeFile {
        name: format!("B.{number}"),
        number: None,
        file: file(b""),
    });
    // Small enough to be open at once: the limit is looked at before any of them.
    let error = open_volumes(files.collect(), &keyring, &[Kind::Bundle], NOW).unwrap_err();
    assert_eq!(error.code().as_str(), "wire/limit");
}

#[test]
fn the_volumes_of_the_vector_are_refused_in_any_other_set() {
    let keyring = keyring(0);
    let vector = |number: u32| (number, golden::read(&format!("volumes/bundle.{number:03}")));
    let all: Vec<(u32, Vec<u8>)> = (1..=4).map(vector).collect();
    let without = |number: u32| {
        let others = all.iter().filter(|(one, _)| *one != number);
        others.cloned().collect::<Vec<_>>()
    };
    for number in 1..=4 {
        let (code, told) = refused(&without(number), &keyring);
        assert_eq!(code, "transfer/volume-missing", "{number}");
        assert!(told.contains(&number.to_string()), "{told}");
    }
    let twice = [&all[..], &[(5, all[1].1.clone())]].concat();
    assert_eq!(refused(&twice, &keyring).0, "transfer/volume-twice");
    let swapped = |a: usize, b: usize| {
        let mut volumes = all.clone();
        let kept = volumes[a].1.clone();
        volumes[a].1 = std::mem::replace(&mut volumes[b].1, kept);
        volumes
    };
    assert_eq!(refused(&swapped(0, 1), &keyring).0, "transfer/volume-order");
    assert_eq!(refused(&swapped(1, 3), &keyring).0, "transfer/volume-order");
    let (code, _) = refused(&swapped(1, 2), &keyring);
    assert_eq!(code, "transfer/volume-differs", "in the middle of a blob");
}

#[test]
fn the_vector_in_volumes_opens() {
    let keyring = keyring(0);
    let parts = divided(&keyring, b"the request");
    let made = seal_volumes(&parts, &keyring);
    let volumes: Vec<Vec<u8>> = named(&made)
        .into_iter()
        .map(|(number, bytes)| golden::once(&format!("volumes/bundle.{number:03}"), || bytes))
        .collect();
    let payload = payload_of(&seal_bundle(&parts, &keyring).unwrap(), &keyring);
    let digest = blob(&payload).digest;
    let line = format!("{}  payload.tar\n", digest.hex());
    golden::same("volumes/payload.sha256", line.as_bytes());
    let pieces: Vec<Vec<u8>> = volumes
        .iter()
        .map(|one| payload_of(one, &keyring))
        .collect();
    assert_eq!(pieces.concat(), payload);
    assert_eq!(open(&named(&volumes), &keyring).unwrap(), parts.contents);
}
