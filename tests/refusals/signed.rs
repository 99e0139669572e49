//! Bundles whose signature, text or order of parts is wrong, sealed to the right keys.

use std::io::Write as _;

use airlock::run::limits;
use zstd::stream::write::Encoder;

use crate::opened::{line, line_of_site};
use crate::world::{World, keyring};

/// Keys of somebody else.
const OTHER: &str =
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage above";

#[test]
fn only_the_station_signs_bundles_and_it_signs_this_one() {
    let world = World::new();
    let opened = world.opened();
    let text = opened.text();
    let right = line(&world.keyring, &text);
    let stranger = line(&keyring(OTHER), &text);
    let by_site = line_of_site(&world.keyring, &text);
    let of_another = line(&world.keyring, &text.replace("sha256", "sha512"));
    for (line, code) in [
        (&stranger, "seal/unknown-sender"),
        (&by_site, "seal/wrong-role"),
        (&of_another, "seal/wrong-signature"),
        (&right.replace("-v1 ", "-v2 "), "wire/signature-line"),
    ] {
        assert_eq!(world.refused(&opened.seal_line(&world.keyring, line)), code);
    }
    world.applies();
}

#[test]
fn a_signed_text_must_be_canonical_and_of_a_known_format() {
    let world = World::new();
    let opened = world.opened();
    let text = opened.text();
    let kind = "\"kind\":\"bundle\",".to_owned();
    let size = opened.bundle.entries[3].content().size;
    let over = limits::BLOB_BYTES + 1;
    for (other, code) in [
        (format!("{text} "), "wire/not-canonical"),
        (text.replacen(',', ", ", 1), "wire/not-canonical"),
        (
            text.replacen(&kind, "", 1)
                .replacen("\"missing\"", &format!("{kind}\"missing\""), 1),
            "wire/not-canonical",
        ),
        (
            text.replacen("\"format\":1", "\"format\":2", 1),
            "wire/newer",
        ),
        (
            text.replacen("\"encoding\":\"raw\"", "\"encoding\":\"lzma\"", 1),
            "wire/newer",
        ),
        (text.replacen("\"lock\"", "\"lick\"", 1), "wire/newer"),
        (
            text.replace(
                &format!("\"payload_size\":{size},"),
                &format!("\"payload_size\":{over},"),
            )
            .replace(&format!("\"size\":{size}}}"), &format!("\"size\":{over}}}")),
            "wire/limit",
        ),
        (
            text.replacen(
                "\"site\":\"",
                &format!("\"site\":\"{}", "0".repeat(limits::STRING_BYTES)),
                1,
            ),
            "wire/limit",
        ),
    ] {
        assert_ne!(other, text, "{code}");
        let code_found = world.refused(&opened.seal_text(&world.keyring, &other));
        assert_eq!(code_found, code, "{}", &other[..200]);
    }
    world.applies();
}

#[test]
fn a_text_longer_than_its_limit_is_refused() {
    let world = World::new();
    let opened = world.opened();
    let spaces = usize::try_from(limits::TRANSFER_JSON_BYTES).unwrap();
    let text = opened.text() + &" ".repeat(spaces);
    let code = world.refused(&opened.seal_text(&world.keyring, &text));
    assert_eq!(code, "wire/limit");
}

#[test]
fn parts_in_another_order_twice_left_out_or_added_are_refused() {
    let world = World::new();
    let opened = world.opened();
    let all: Vec<usize> = (2..opened.parts()).collect();
    let last = opened.parts() - 1;
    let mut swapped = all.clone();
    swapped.swap(2, 3);
    let less = all[..all.len() - 1].to_vec();
    let twice = [&all[..], &[last]].concat();
    let instead = [&less[..], &[last - 1]].concat();
    for (parts, codes) in [
        (swapped, &["transfer/framing"][..]),
        (less, &["transfer/missing-data"]),
        (twice, &["transfer/trailing-data"]),
        // Which one depends on the lengths of the two.
        (
            instead,
            &["transfer/missing-data", "transfer/trailing-data"],
        ),
    ] {
        let found = world.refused(&opened.seal_parts(&world.keyring, &parts));
        assert!(codes.contains(&found.as_str()), "{parts:?}: {found}");
    }
    world.applies();
}

#[test]
fn an_entry_that_is_listed_twice_is_refused() {
    let world = World::new();
    let text = world.opened().text();
    let entry = text.find("{\"bases\":[]").unwrap();
    let end = text[entry..].find("},{").unwrap() + entry + 1;
    let first = &text[entry..end];
    let twice = text.replacen(first, &format!("{first},{first}"), 1);
    let code = world.refused(&world.opened().seal_text(&world.keyring, &twice));
    assert!(
        ["wire/bad-field", "wire/duplicate-entry"].contains(&code.as_str()),
        "{code}"
    );
    let blob = text.rfind("{\"bases\":[]").unwrap();
    let end = text[blob..].find("}]").unwrap() + blob + 1;
    let last = &text[blob..end];
    let twice = text.replacen(last, &format!("{last},{last}"), 1);
    let code = world.refused(&world.opened().seal_text(&world.keyring, &twice));
    assert_eq!(code, "wire/duplicate-entry");
    world.applies();
}

#[test]
fn bytes_behind_the_end_are_refused_inside_and_outside_of_the_seal() {
    let world = World::new();
    let sealed = [world.read("bundle.age"), vec![0]].concat();
    assert_eq!(world.refused(&sealed), "transfer/trailing-data");
    let opened = world.opened();
    let longer = opened.seal_after(&world.keyring, |_, payload| payload.extend([0; 512]));
    assert_eq!(world.refused(&longer), "transfer/trailing-data");
    let shorter = opened.seal_after(&world.keyring, |_, payload| {
        payload.truncate(payload.len() - 512);
    });
    assert_eq!(world.refused(&shorter), "transfer/missing-data");
    world.applies();
}

fn frame(bytes: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(window_log).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_zstd_entry_expands_to_its_size_within_a_small_window_or_is_refused() {
    let world = World::new();
    let original = world.opened();
    let digest = original.bundle.entries[3].content().digest;
    let bytes = original.bytes(digest).to_vec();
    let mut fine = original.clone();
    fine.encode(digest, &frame(&bytes, 21));
    let more = frame(&[&bytes[..], &vec![0; 4_000_000]].concat(), 21);
    let less = frame(&bytes[1..], 21);
    let two = [frame(&bytes, 21), frame(b"", 21)].concat();
    for (what, wrong) in [
        ("expands beyond its size", more),
        ("ends before its size", less),
        ("a second frame", two),
        ("a larger window", frame(&bytes, 22)),
        ("no frame", bytes.clone()),
    ] {
        let mut opened = original.clone();
        opened.encode(digest, &wrong);
        let code = world.refused(&opened.seal(&world.keyring));
        assert_eq!(code, "transfer/bad-encoding", "{what}");
    }
    let mut other = original.clone();
    let mut changed = bytes;
    changed[0] ^= 1;
    other.encode(digest, &frame(&changed, 21));
    let code = world.refused(&other.seal(&world.keyring));
    assert_eq!(code, "transfer/payload-differs");
    std::fs::write(world.path("bundle.age"), fine.seal(&world.keyring)).unwrap();
    world.applies();
}
