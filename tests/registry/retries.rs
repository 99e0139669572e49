//! What is tried again, how often, and after how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use airlock::diagnostic::Diagnose as _;
use airlock::oci::ReadAt;
use airlock::registry::{RegistryError, Settings, Timeouts};
use airlock::upstream::{Asked, Body, Pace, Reply, rule};

use crate::support::{Station, app, code, read, reference, with_blob, with_image};

fn status(status: u16) -> Reply {
    Reply::error(status, "TOOMANYREQUESTS", "slow down")
}

#[test]
fn a_burst_of_failures_is_waited_out() {
    for failure in [429, 500, 502, 503, 504, 408] {
        let (registry, image) = with_image();
        registry.add_rule(rule::first(3, Asked::is_manifest, move |_, _| {
            status(failure)
        }));
        let station = Station::default();
        let client = station.client(Settings::default());
        let got = client
            .fetch_manifest(&reference(&registry, "library/app:1"))
            .unwrap();
        assert_eq!(got.descriptor, image.top);
        let waits = station.sleeper.waits();
        assert_eq!(waits.len(), 3, "{failure}");
        for (wait, most) in waits.iter().zip([1, 2, 4]) {
            let most = Duration::from_secs(most);
            assert!(*wait >= most / 2 && *wait <= most, "{waits:?}");
        }
    }
}

#[test]
fn retry_after_is_kept_in_both_forms() {
    // The clock of the test stands at 0: 1970-01-01 00:00:00.
    for (value, seconds) in [("17", 17), ("Thu, 01 Jan 1970 00:00:42 GMT", 42)] {
        let (registry, _) = with_image();
        registry.add_rule(rule::first(1, Asked::is_manifest, move |_, _| {
            status(429).with_header("Retry-After", value)
        }));
        let station = Station::default();
        let client = station.client(Settings::default());
        client
            .fetch_manifest(&reference(&registry, "library/app:1"))
            .unwrap();
        assert_eq!(station.sleeper.waits(), [Duration::from_secs(seconds)]);
        let warnings = station.warnings();
        assert!(
            warnings[0].contains(&format!("waiting {seconds} s")),
            "{warnings:?}"
        );
    }
}

#[test]
fn a_wait_of_hours_is_told_instead_of_kept() {
    let (registry, _) = with_image();
    registry.add_rule(rule::on(Asked::is_manifest, |_, _| {
        status(429).with_header("Retry-After", "21600")
    }));
    let station = Station::default();
    let error = station.refused(&registry);
    assert_eq!(code(&error), "registry/rate-limited");
    assert!(
        error.to_string().ends_with("it asks to wait 21600 s"),
        "{error}"
    );
    assert!(station.sleeper.waits().is_empty());
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn what_never_ends_is_told_with_the_registrys_words() {
    for (failure, expected) in [
        (500, "registry/server-failed"),
        (429, "registry/rate-limited"),
    ] {
        let (registry, _) = with_image();
        registry.add_rule(rule::on(Asked::is_manifest, move |_, _| status(failure)));
        let station = Station::default();
        let settings = Settings::default();
        let attempts = settings.retries.times as usize + 1;
        let client = station.client(settings);
        let error = client
            .fetch_manifest(&reference(&registry, "library/app:1"))
            .unwrap_err();
        assert_eq!(code(&error), expected);
        assert!(
            error.to_string().contains("slow down (TOOMANYREQUESTS)"),
            "{error}"
        );
        assert_eq!(registry.requests().len(), attempts);
    }
}

#[test]
fn refusals_are_not_tried_again() {
    for (refusal, expected) in [
        (400, "registry/refused"),
        (401, "registry/unauthorized"),
        (403, "registry/denied"),
        (404, "registry/not-found"),
        (418, "registry/refused"),
    ] {
        let (registry, _) = with_image();
        registry.add_rule(rule::on(Asked::is_manifest, move |_, _| status(refusal)));
        let station = Station::default();
        let client = station.client(Settings::default());
        let name = reference(&registry, "library/app:1");
        let error = client.fetch_manifest(&name).unwrap_err();
        assert_eq!(code(&error), expected);
        let message = error.to_string();
        for part in [&registry.host(), &name.to_string(), &refusal.to_string()] {
            assert!(message.contains(part.as_str()), "{message}");
        }
        assert_eq!(registry.requests().len(), 1);
    }
}

#[test]
fn a_huge_body_of_an_error_is_not_read_to_its_end() {
    const LENGTH: u64 = 1 << 30;
    let (registry, _) = with_image();
    let sent = Arc::new(AtomicU64::new(0));
    let content = Arc::new(Counted(Arc::clone(&sent)));
    registry.add_rule(rule::on(Asked::is_manifest, move |_, _| {
        Reply::new(404).with_body(Body::Part {
            content: content.clone(),
            first: 0,
            length: LENGTH,
        })
    }));
    let station = Station::default();
    let error = station.refused(&registry);
    assert_eq!(code(&error), "registry/not-found");
    assert!(error.to_string().len() < 1000);
    // Some more than is read lies in the buffers of the connections.
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < LENGTH / 8, "{sent} bytes were taken");
}

/// Content without an end, which counts what is read of it.
struct Counted(Arc<AtomicU64>);

impl ReadAt for Counted {
    fn size(&self) -> u64 {
        u64::MAX
    }

    fn read_at(&self, buffer: &mut [u8], _: u64) -> std::io::Result<usize> {
        buffer.fill(b'x');
        self.0.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        Ok(buffer.len())
    }
}

#[test]
fn a_web_page_as_an_error_is_told_by_its_title() {
    let (registry, _) = with_image();
    registry.add_rule(rule::on(Asked::is_manifest, |_, _| {
        let page = b"<html><head><title>Blocked by \x1b[31mpolicy</title>".to_vec();
        Reply::new(403).with_body(Body::Bytes(page))
    }));
    let station = Station::default();
    let error = station.refused(&registry);
    let message = error.to_string();
    assert!(
        message.contains("a web page titled \"Blocked by"),
        "{message}"
    );
    assert!(!message.contains('\u{1b}'), "{message:?}");
}

fn impatient() -> Settings {
    Settings {
        timeouts: Timeouts {
            idle: Duration::from_millis(150),
            answer: Duration::from_millis(900),
            slowest: u64::MAX,
            ..Timeouts::default()
        },
        ..Settings::default()
    }
}

/// Sends one byte at a time.
fn drip(reply: Reply, pause: Duration) -> Reply {
    Reply {
        pace: Some(Pace { piece: 1, pause }),
        ..reply
    }
}

#[test]
fn a_silent_registry_is_left_after_the_idle_time() {
    let (registry, blob) = with_blob(1000);
    registry.add_rule(rule::first(1, Asked::is_blob, |_, reply| {
        drip(reply, Duration::from_hours(1))
    }));
    let station = Station::default();
    let client = station.client(impatient());
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 1000);
    assert_eq!(registry.requests().len(), 2);
}

#[test]
fn a_drip_is_left_after_the_whole_time() {
    let (registry, blob) = with_blob(100_000);
    registry.add_rule(rule::on(Asked::is_blob, |_, reply| {
        drip(reply, Duration::from_millis(50))
    }));
    let station = Station::default();
    let client = station.client(Settings {
        retries: airlock::registry::Retries {
            times: 1,
            ..Settings::default().retries
        },
        ..impatient()
    });
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    let error = read(body, blob).unwrap_err();
    let error = RegistryError::within(&error).unwrap();
    assert_eq!(code(error), "registry/unreachable");
    assert!(error.to_string().contains("too slowly"), "{error}");
    let ranges: Vec<_> = registry.requests().iter().map(Asked::range).collect();
    assert_eq!(ranges.len(), 2);
    let continued = ranges[1].unwrap().0;
    assert!(continued > 0, "it continued from what had come");
}

#[test]
fn a_registry_that_hangs_up_is_told() {
    let (registry, _) = with_image();
    registry.add_rule(rule::on(Asked::is_manifest, |_, reply| Reply {
        hang_up: true,
        ..reply
    }));
    let station = Station::default();
    let error = station.refused(&registry);
    assert_eq!(code(&error), "registry/unreachable");
    assert!(
        error
            .to_string()
            .contains("tried 6 times: the connection was cut"),
        "{error}"
    );
    assert!(error.help().unwrap().contains("it continues"));
}

#[test]
fn an_answer_that_is_not_http_is_told() {
    let (registry, _) = with_image();
    registry.add_rule(rule::on(Asked::is_manifest, |_, reply| Reply {
        status_line: "SSH-2.0-OpenSSH_9.2".to_owned(),
        ..reply
    }));
    let station = Station::default();
    let error = station.refused(&registry);
    assert_eq!(code(&error), "registry/unreachable");
    assert!(error.to_string().contains("is not HTTP"), "{error}");
}
