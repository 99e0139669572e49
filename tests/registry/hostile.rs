//! Registries that mean harm: each answer costs little, and ends with a reason.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use airlock::oci::{ReadAt, VerifyError};
use airlock::registry::Settings;
use airlock::upstream::{Asked, Body, Reply, access, rule};

use crate::support::{Station, app, code, read, with_blob, with_image};

/// More than any answer may make this program read.
const ENDLESS: u64 = 1 << 30;

/// A piece that is repeated without an end, which counts what is read of it.
struct Endless {
    piece: Vec<u8>,
    read: Arc<AtomicU64>,
}

impl ReadAt for Endless {
    fn size(&self) -> u64 {
        u64::MAX
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let length = self.piece.len();
        let start = usize::try_from(offset % length as u64).unwrap();
        for (byte, at) in buffer.iter_mut().zip(start..) {
            *byte = self.piece[at % length];
        }
        self.read.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        Ok(buffer.len())
    }
}

/// An answer without an end, and how much of it was sent.
fn endless(status: u16, chunked: bool) -> (Reply, Arc<AtomicU64>) {
    let read = Arc::new(AtomicU64::new(0));
    let data = vec![b'x'; 0x1000];
    let piece = if chunked {
        [b"1000\r\n", &data[..], b"\r\n"].concat()
    } else {
        data
    };
    let content = Arc::new(Endless {
        piece,
        read: Arc::clone(&read),
    });
    let reply = Reply::new(status).with_body(Body::Part {
        content,
        first: 0,
        length: ENDLESS,
    });
    let reply = if chunked {
        reply
            .without_header("content-length")
            .with_header("Transfer-Encoding", "chunked")
    } else {
        reply
    };
    (reply, read)
}

#[test]
fn an_answer_without_an_end_is_left_soon() {
    for (status, chunked, expected) in [
        (200, true, "registry/too-large"),
        (404, true, "registry/not-found"),
        (418, false, "registry/refused"),
    ] {
        let (registry, _) = with_image();
        let (reply, sent) = endless(status, chunked);
        registry.add_rule(rule::on(Asked::is_manifest, move |_, _| reply.clone()));
        let station = Station::default();
        assert_eq!(code(&station.refused(&registry)), expected);
        let sent = sent.load(Ordering::Relaxed);
        assert!(sent < ENDLESS / 8, "{sent} bytes were taken");
    }
}

#[test]
fn a_blob_without_an_end_is_left_after_its_size() {
    let (registry, blob) = with_blob(5000);
    let (reply, sent) = endless(200, true);
    registry.add_rule(rule::on(Asked::is_blob, move |_, _| reply.clone()));
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    let error = read(body, blob).unwrap_err();
    assert!(
        matches!(VerifyError::within(&error), Some(VerifyError::Long { .. })),
        "{error}"
    );
    assert!(sent.load(Ordering::Relaxed) < ENDLESS / 8);
}

#[test]
fn a_token_without_an_end_is_left_soon() {
    for chunked in [false, true] {
        let (registry, _) = with_image();
        registry.add_rule(access::Bearer::default().rule());
        let (reply, sent) = endless(200, chunked);
        registry.add_rule(rule::on(
            |asked| asked.path == "/token",
            move |_, _| reply.clone(),
        ));
        let station = Station::default();
        let error = station.refused(&registry);
        assert_eq!(code(&error), "registry/token");
        assert!(!error.to_string().contains("xxx"), "{error}");
        assert!(sent.load(Ordering::Relaxed) < ENDLESS / 8);
    }
}

#[test]
fn headers_without_an_end_are_no_answer() {
    let many: Vec<_> = (0..20_000)
        .map(|number| (format!("X-{number}"), "x".to_owned()))
        .collect();
    let long = vec![("X-Long".to_owned(), "x".repeat(1 << 20))];
    for headers in [many, long] {
        let (registry, _) = with_image();
        registry.add_rule(rule::on(Asked::is_manifest, move |_, mut reply| {
            reply.headers.extend(headers.iter().cloned());
            reply
        }));
        let station = Station::default();
        let error = station.refused(&registry);
        assert_eq!(code(&error), "registry/unreachable", "{error}");
        assert!(error.to_string().len() < 1000);
        assert!(registry.requests().len() <= 6);
    }
}

#[test]
fn cookies_are_not_kept_through_a_loop() {
    let (registry, _) = with_image();
    registry.add_rule(rule::on(Asked::is_manifest, |asked, _| {
        rule::redirect(asked.path.clone()).with_header("Set-Cookie", "seen=1; Path=/")
    }));
    let station = Station::default();
    assert_eq!(code(&station.refused(&registry)), "registry/redirect");
    let requests = registry.requests();
    assert_eq!(requests.len(), 11);
    assert!(
        requests
            .iter()
            .all(|asked| asked.header("cookie").is_none())
    );
}

#[test]
fn a_token_server_that_leads_in_a_circle_is_left() {
    let (registry, _) = with_image();
    registry.add_rule(access::Bearer::default().rule());
    registry.add_rule(rule::on(
        |asked| asked.path == "/token",
        |_, _| rule::redirect("/token"),
    ));
    let station = Station::default();
    assert_eq!(code(&station.refused(&registry)), "registry/redirect");
    assert!(registry.requests().len() <= 12);
}

#[test]
fn a_challenge_that_makes_no_sense_is_no_way_in() {
    let long = "a,".repeat(20_000);
    for (challenge, expected) in [
        ("", "registry/unauthorized"),
        ("Negotiate", "registry/unauthorized"),
        ("Bearer", "registry/unauthorized"),
        ("Bearer realm", "registry/unauthorized"),
        ("Bearer =,=,\"", "registry/unauthorized"),
        (long.as_str(), "registry/unauthorized"),
        ("Bearer realm=\"\"", "registry/token"),
        ("Bearer realm=\"ftp://tokens.example/\"", "registry/token"),
        ("Bearer realm=\"https://", "registry/token"),
        ("Bearer realm=\"http://tokens.example/\"", "registry/token"),
    ] {
        let (registry, _) = with_image();
        let value = challenge.to_owned();
        registry.add_rule(rule::on(Asked::is_manifest, move |_, _| {
            Reply::error(401, "UNAUTHORIZED", "log in").with_header("WWW-Authenticate", &value)
        }));
        let station = Station::default();
        let error = station.refused(&registry);
        assert_eq!(code(&error), expected, "{challenge:.60}: {error}");
        assert!(error.to_string().contains("library/app:1"), "{error}");
        assert_eq!(registry.requests().len(), 1, "{challenge:.60}");
    }
}

#[test]
fn an_encoding_is_refused_in_every_spelling() {
    for (encoding, refused) in [
        ("gzip", true),
        ("GZIP", true),
        ("identity, gzip", true),
        ("unheard-of", true),
        ("Identity", false),
        ("", false),
    ] {
        let (registry, blob) = with_blob(5000);
        registry.add_rule(rule::on(Asked::is_blob, move |_, reply| {
            reply.with_header("Content-Encoding", encoding)
        }));
        let station = Station::default();
        let client = station.client(Settings::default());
        match client.open_blob(&app(&registry), &blob, &[], 0) {
            Ok(body) => {
                assert!(!refused, "{encoding}");
                assert_eq!(read(body, blob).unwrap().len(), 5000);
            }
            Err(error) => {
                assert_eq!(code(&error), "registry/encoded-answer", "{encoding}");
                assert!(refused, "{encoding}");
            }
        }
    }
}
