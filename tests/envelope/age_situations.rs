//! The situations of the test vectors that the age project publishes (C2SP, CCTV, `age`), under their
//! names: all of those without armor, passphrases and hybrid recipients, which no envelope has. The
//! files are made here, from the primitives.

use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};

use crate::by_hand::{
    CHUNK, EPHEMERAL, FILE_KEY, Made, base64, opened, recipient, stanza, stanza_of, stanza_wrapping,
};
use crate::fixture::keyring;

/// A name and the file.
type Situation = (&'static str, Vec<u8>);

/// How many situations are opened, and how many refused; `docs/reliability.md` has both.
const ACCEPTED: usize = 14;
const REFUSED: usize = 56;

fn with(stanzas: String) -> Vec<u8> {
    let mut made = Made::new(&[(11, true)]);
    made.stanzas = stanzas;
    made.bytes()
}

/// Our stanza with another one behind it.
fn and(other: &str) -> Vec<u8> {
    with(format!("{}{other}", stanza()))
}

fn with_mac(mac: fn(String) -> String) -> Vec<u8> {
    let mut made = Made::new(&[(11, true)]);
    made.mac = mac;
    made.bytes()
}

fn of(chunks: &[(usize, bool)]) -> Vec<u8> {
    Made::new(chunks).bytes()
}

fn with_payload(chunks: &[(usize, bool)], payload: fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut made = Made::new(chunks);
    made.payload = payload;
    made.bytes()
}

/// The last character of unpadded base64 with a bit set that no byte has.
fn not_canonical(text: &str) -> String {
    let (head, last) = text.split_at(text.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    format!("{head}{next}")
}

fn share() -> String {
    base64(&x25519(EPHEMERAL, X25519_BASEPOINT_BYTES))
}

fn to_somebody_else() -> String {
    let other = x25519([9; 32], X25519_BASEPOINT_BYTES);
    let share = x25519(EPHEMERAL, X25519_BASEPOINT_BYTES);
    stanza_of(&share, &x25519(EPHEMERAL, other), &other, &FILE_KEY)
}

/// A point of order eight (RFC 7748, section 6.1, and what is known of its small subgroup).
const ORDER_EIGHT: [u8; 32] = [
    0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
    0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
];

/// A share that gives a secret of zeros, which anybody knows.
fn without_secret(share: [u8; 32]) -> Vec<u8> {
    with(stanza_of(&share, &[0; 32], &recipient(), &FILE_KEY))
}

/// A line of a body: 48 bytes.
const LINE: &str = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB";

/// What must open, and the length that it opens to.
fn accepted() -> Vec<(Situation, usize)> {
    let many = |full: usize, last: usize| {
        let mut chunks = vec![(CHUNK, false); full];
        chunks.push((last, true));
        chunks
    };
    let grease = "-> Y-grease x y\nAAAA\n";
    let printable: String = ('!'..='~').collect();
    vec![
        (("x25519", of(&[(11, true)])), 11),
        (
            (
                "x25519_grease",
                with(format!("{grease}{}{grease}", stanza())),
            ),
            11,
        ),
        (
            (
                "x25519_multiple_recipients",
                with(format!("{}{}", to_somebody_else(), stanza())),
            ),
            11,
        ),
        (("stanza_empty_body", and("-> empty\n\n")), 11),
        (
            (
                "stanza_empty_last_line",
                and(&format!("-> stanza\n{LINE}\n{LINE}\n\n")),
            ),
            11,
        ),
        (
            (
                "stanza_valid_characters",
                and(&format!("-> {printable} {printable}\n\n")),
            ),
            11,
        ),
        (("stream_empty_payload", of(&[(0, true)])), 0),
        (("stream_last_chunk_full", of(&many(0, CHUNK))), CHUNK),
        (
            ("stream_last_chunk_full_second", of(&many(1, CHUNK))),
            2 * CHUNK,
        ),
        (("stream_two_chunks", of(&many(1, 9))), CHUNK + 9),
        (("stream_three_chunks", of(&many(2, 9))), 2 * CHUNK + 9),
        (("stream_257_chunks", of(&many(256, 9))), 256 * CHUNK + 9),
        (
            ("stream_257_chunks_full", of(&many(256, CHUNK))),
            257 * CHUNK,
        ),
        (("stream_258_chunks", of(&many(257, 9))), 257 * CHUNK + 9),
    ]
}

fn x25519_refused() -> Vec<Situation> {
    let body = stanza().lines().nth(1).unwrap().to_owned();
    let changed = |from: &str, to: &str| with(stanza().replace(from, to));
    let wrong_tag = base64(&[7; 32]);
    vec![
        ("x25519_bad_tag", changed(&body, &wrong_tag)),
        (
            "x25519_extra_argument",
            changed(&share(), &format!("{} 1234", share())),
        ),
        ("x25519_identity", without_secret([0; 32])),
        ("x25519_low_order", without_secret(ORDER_EIGHT)),
        ("x25519_long_file_key", with(stanza_wrapping(&[1; 17]))),
        ("x25519_short_file_key", with(stanza_wrapping(&[1; 15]))),
        ("x25519_long_share", changed(&share(), &base64(&[1; 33]))),
        ("x25519_short_share", changed(&share(), &base64(&[1; 31]))),
        ("x25519_lowercase", changed("X25519", "x25519")),
        ("x25519_no_match", with(to_somebody_else())),
        (
            "x25519_not_canonical_body",
            changed(&body, &not_canonical(&body)),
        ),
        (
            "x25519_not_canonical_share",
            changed(&share(), &not_canonical(&share())),
        ),
        (
            "x25519_padded_share",
            changed(&share(), &format!("{}=", share())),
        ),
    ]
}

fn stanzas_refused() -> Vec<Situation> {
    vec![
        ("stanza_bad_start", and("-- stanza\n\n")),
        (
            "stanza_base64_padding",
            and(&format!("-> stanza\n{LINE}\nQUE=\n")),
        ),
        ("stanza_empty_argument", and("-> stanza  argument\n\n")),
        ("stanza_invalid_character", and("-> stanza \u{e8}\n\n")),
        (
            "stanza_long_line",
            and(&format!("-> stanza\n{LINE}AAAA\n\n")),
        ),
        ("stanza_missing_body", and("-> empty\n")),
        (
            "stanza_missing_final_line",
            and(&format!("-> stanza\n{LINE}\n")),
        ),
        (
            "stanza_multiple_short_lines",
            and("-> stanza\nAAAAAAAA\nAAAAAAAA\n"),
        ),
        ("stanza_no_arguments", and("->\n\n")),
        (
            "stanza_not_canonical",
            and(&format!("-> stanza\n{LINE}\nQUF\n")),
        ),
        ("stanza_spurious_cr", and("-> stanza\nAAAAAAAA\rAAAAAAAA\n")),
        ("no_stanza", with(String::new())),
    ]
}

fn headers_refused() -> Vec<Situation> {
    let crlf = {
        let mut made = Made::new(&[(11, true)]);
        made.stanzas = stanza().replace('\n', "\r\n");
        made.mac = |mac| mac.replace('\n', "\r\n");
        made.version = "age-encryption.org/v1\r\n";
        made.bytes()
    };
    let version = {
        let mut made = Made::new(&[(11, true)]);
        made.version = "age-encryption.org/v1234\n";
        made.bytes()
    };
    vec![
        ("empty", Vec::new()),
        ("header_crlf", crlf),
        ("version_unsupported", version),
        ("hmac_bad", with_mac(|_| format!(" {}\n", base64(&[0; 32])))),
        ("hmac_extra_space", with_mac(|mac| format!(" {mac}"))),
        ("hmac_garbage", with_mac(|mac| mac.replace('\n', "AAA\n"))),
        ("hmac_missing", with_mac(|_| " \n".to_owned())),
        ("hmac_no_space", with_mac(|mac| mac.trim_start().to_owned())),
        (
            "hmac_not_canonical",
            with_mac(|mac| not_canonical(mac.trim_end()) + "\n"),
        ),
        (
            "hmac_trailing_space",
            with_mac(|mac| mac.replace('\n', " \n")),
        ),
        (
            "hmac_truncated",
            with_mac(|mac| mac[..20].to_owned() + "\n"),
        ),
        (
            "stream_no_nonce",
            with_payload(&[(9, true)], |_| Vec::new()),
        ),
        (
            "stream_short_nonce",
            with_payload(&[(9, true)], |payload| payload[..12].to_vec()),
        ),
    ]
}

fn payloads_refused() -> Vec<Situation> {
    let flip_last = |mut payload: Vec<u8>| {
        *payload.last_mut().unwrap() ^= 1;
        payload
    };
    let two = [(CHUNK, false), (9, true)];
    vec![
        ("stream_bad_tag", with_payload(&[(9, true)], flip_last)),
        ("stream_bad_tag_second_chunk", with_payload(&two, flip_last)),
        (
            "stream_bad_tag_second_chunk_full",
            with_payload(&[(CHUNK, false), (CHUNK, true)], flip_last),
        ),
        ("stream_last_chunk_empty", of(&[(CHUNK, false), (0, true)])),
        (
            "stream_missing_tag",
            with_payload(&[(9, true)], |payload| payload[..25].to_vec()),
        ),
        (
            "stream_no_chunks",
            with_payload(&[(9, true)], |payload| payload[..16].to_vec()),
        ),
        ("stream_no_final", of(&[(9, false)])),
        ("stream_no_final_full", of(&[(CHUNK, false)])),
        (
            "stream_no_final_two_chunks",
            of(&[(CHUNK, false), (9, false)]),
        ),
        (
            "stream_no_final_two_chunks_full",
            of(&[(CHUNK, false), (CHUNK, false)]),
        ),
        ("stream_short_chunk", of(&[(100, false), (9, true)])),
        (
            "stream_short_second_chunk",
            of(&[(CHUNK, false), (100, false), (9, true)]),
        ),
        (
            "stream_trailing_garbage_short",
            with_payload(&two, |payload| [&payload[..], b"x"].concat()),
        ),
        (
            "stream_trailing_garbage_long",
            with_payload(&two, |payload| [&payload[..], &[0; 99]].concat()),
        ),
        ("stream_two_final_chunks", of(&[(CHUNK, true), (9, true)])),
        (
            "stream_two_final_chunks_full",
            of(&[(CHUNK, true), (CHUNK, true)]),
        ),
        (
            "stream_two_final_chunks_second",
            of(&[(CHUNK, false), (CHUNK, true), (9, true)]),
        ),
        ("stream_two_final_chunks_short", of(&[(9, true), (9, true)])),
    ]
}

/// Requires that each is refused with one of the codes.
fn refused(situations: &[Situation], codes: &[&str]) {
    for (name, sealed) in situations {
        let code = opened(sealed, &keyring(0))
            .map(|bytes| bytes.len())
            .expect_err(name);
        assert!(codes.contains(&code), "{name}: {code}");
    }
}

#[test]
fn what_the_specification_allows_is_opened() {
    for ((name, sealed), length) in accepted() {
        let found = opened(&sealed, &keyring(0)).map(|bytes| bytes.len());
        assert_eq!(found, Ok(length), "{name}");
    }
}

#[test]
fn stanzas_that_the_specification_forbids_are_refused() {
    refused(&x25519_refused(), &["seal/wrong-key"]);
    refused(&stanzas_refused(), &["seal/wrong-key"]);
}

#[test]
fn headers_that_the_specification_forbids_are_refused() {
    let codes = [
        "seal/envelope-newer",
        "seal/not-an-envelope",
        "seal/truncated",
        "seal/wrong-key",
    ];
    refused(&headers_refused(), &codes);
}

#[test]
fn payloads_that_the_specification_forbids_are_refused() {
    refused(&payloads_refused(), &["seal/damaged", "seal/truncated"]);
}

#[test]
fn the_documentation_tells_how_many_there_are() {
    let lists = [
        x25519_refused(),
        stanzas_refused(),
        headers_refused(),
        payloads_refused(),
    ];
    let refused = lists.concat().len();
    assert_eq!((accepted().len(), refused), (ACCEPTED, REFUSED));
    let page = include_str!("../../docs/reliability.md");
    let told = format!("opens {ACCEPTED} and refuses {REFUSED} age files");
    assert!(page.contains(&told), "{told}");
}
