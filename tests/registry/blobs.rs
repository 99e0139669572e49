//! Blobs: whole, continued, cut, and of the wrong length.

use std::io;
use std::sync::Arc;

use airlock::oci::VerifyError;
use airlock::registry::{RegistryError, Settings};
use airlock::upstream::{Asked, Body, Reply, rule};

use crate::support::{Station, app, code, drain, listing, read, with_blob};

#[test]
fn a_blob_comes_whole() {
    let (registry, blob) = with_blob(300_000);
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 300_000);
    let requests = registry.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("range"), None);
}

#[test]
fn a_later_run_continues_with_a_closed_range() {
    let (registry, blob) = with_blob(1000);
    let station = Station::default();
    let client = station.client(Settings::default());
    let whole = drain(client.open_blob(&app(&registry), &blob, &[], 0).unwrap());
    registry.clear_requests();
    let body = client.open_blob(&app(&registry), &blob, &[], 400).unwrap();
    assert_eq!(body.offset, 400);
    assert_eq!(drain(body), whole[400..]);
    assert_eq!(
        registry.requests()[0].header("range"),
        Some("bytes=400-999")
    );
}

#[test]
fn a_whole_part_needs_no_question() {
    let (registry, blob) = with_blob(1000);
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 1000).unwrap();
    assert_eq!((body.offset, drain(body).len()), (1000, 0));
    assert!(registry.requests().is_empty());
    let body = client.open_blob(&app(&registry), &blob, &[], 1001).unwrap();
    assert_eq!(body.offset, 0, "more than the blob has is no part of it");
}

#[test]
fn an_empty_blob_is_empty() {
    let (registry, blob) = with_blob(0);
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap(), b"");
}

#[test]
fn a_registry_that_ignores_ranges_starts_over() {
    let (registry, blob) = with_blob(1000);
    registry.add_rule(rule::ignore_range());
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 400).unwrap();
    assert_eq!((body.offset, drain(body).len()), (0, 1000));
}

#[test]
fn a_refused_or_wrong_range_gives_the_whole() {
    for status in [416, 206] {
        let (registry, blob) = with_blob(1000);
        registry.add_rule(rule::on(
            |asked| asked.range().is_some(),
            move |_, reply| match status {
                416 => Reply::new(416),
                _ => reply.with_header("content-range", "bytes 0-599/1000"),
            },
        ));
        let station = Station::default();
        let client = station.client(Settings::default());
        let body = client.open_blob(&app(&registry), &blob, &[], 400).unwrap();
        assert_eq!((body.offset, drain(body).len()), (0, 1000), "{status}");
    }
}

#[test]
fn a_cut_stream_continues_where_it_was_cut() {
    for cut in [0, 1, 65_535, 65_536, 299_999] {
        let (registry, blob) = with_blob(300_000);
        registry.add_rule(rule::first(1, Asked::is_blob, move |_, reply| {
            reply.cut_after(cut)
        }));
        registry.add_rule(rule::refuse_open_ranges());
        let station = Station::default();
        let client = station.client(Settings::default());
        let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
        assert_eq!(read(body, blob).unwrap().len(), 300_000);
        let requests = registry.requests();
        let range = requests[1].range();
        let expected = (cut > 0).then_some((cut, Some(299_999)));
        assert_eq!(range, expected, "no byte is fetched twice");
        assert_eq!(requests.len(), 2);
    }
}

#[test]
fn an_end_that_comes_too_early_is_a_cut_where_no_length_was_announced() {
    let (registry, blob) = with_blob(300_000);
    registry.add_rule(rule::first(1, Asked::is_blob, |_, reply| {
        reply.without_header("content-length").cut_after(100_000)
    }));
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 300_000);
    assert_eq!(
        registry.requests()[1].range(),
        Some((100_000, Some(299_999)))
    );
}

#[test]
fn a_cut_stream_continues_although_ranges_are_ignored() {
    let (registry, blob) = with_blob(300_000);
    registry.add_rule(rule::ignore_range());
    registry.add_rule(rule::first(2, Asked::is_blob, |_, reply| {
        reply.cut_after(100_000)
    }));
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 300_000);
}

#[test]
fn a_stream_that_is_always_cut_ends_with_its_reason() {
    let (registry, blob) = with_blob(300_000);
    registry.add_rule(rule::on(Asked::is_blob, |_, reply| reply.cut_after(10)));
    let station = Station::default();
    let settings = Settings::default();
    let times = settings.retries.times;
    let client = station.client(settings);
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    let error = read(body, blob).unwrap_err();
    let error = RegistryError::within(&error).unwrap();
    assert_eq!(code(error), "registry/unreachable");
    assert!(
        error.to_string().contains("the connection was cut"),
        "{error}"
    );
    assert_eq!(registry.requests().len(), times as usize + 1);
}

#[test]
fn progress_makes_failures_forgotten() {
    let (registry, blob) = with_blob(6_000_000);
    registry.add_rule(rule::on(Asked::is_blob, |_, reply| {
        reply.cut_after(300_000)
    }));
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 6_000_000);
    assert_eq!(registry.requests().len(), 20);
}

#[test]
fn a_wrong_length_is_told_before_the_first_byte() {
    let (registry, blob) = with_blob(1000);
    registry.add_rule(rule::on(Asked::is_blob, |_, reply| {
        reply.with_body(Body::Bytes(vec![0; 999]))
    }));
    let station = Station::default();
    let client = station.client(Settings::default());
    let error = client
        .open_blob(&app(&registry), &blob, &[], 0)
        .unwrap_err();
    assert_eq!(code(&error), "registry/wrong-length");
    assert!(error.to_string().contains("announces 999 bytes"), "{error}");
}

#[test]
fn other_bytes_and_longer_ones_do_not_pass() {
    let (registry, blob) = with_blob(1000);
    let station = Station::default();
    let client = station.client(Settings::default());
    registry.add_rule(rule::on(Asked::is_blob, |_, reply| {
        reply.with_body(Body::Bytes(vec![0; 1000]))
    }));
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    let error = read(body, blob).unwrap_err();
    assert!(matches!(
        VerifyError::within(&error),
        Some(VerifyError::Digest { .. })
    ));
    registry.clear_rules();
    registry.add_rule(rule::on(Asked::is_blob, |_, reply| {
        reply
            .with_body(Body::Bytes(vec![0; 2000]))
            .without_header("content-length")
            .cut_after(2000)
    }));
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    let error = read(body, blob).unwrap_err();
    assert!(matches!(
        VerifyError::within(&error),
        Some(VerifyError::Long { .. })
    ));
}

#[test]
fn an_answer_in_http_1_0_is_understood() {
    let (registry, blob) = with_blob(200_000);
    registry.add_rule(Arc::new(|_, reply: Reply| {
        let end = reply.body.length();
        Reply {
            status_line: "HTTP/1.0 200 OK".to_owned(),
            ..reply.without_header("content-length").cut_after(end)
        }
    }));
    let station = Station::default();
    let client = station.client(Settings::default());
    let body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 200_000);
}

#[test]
fn a_foreign_layer_comes_from_its_urls() {
    let (registry, blob) = with_blob(1000);
    let (elsewhere, _) = with_blob(1000);
    registry.add_rule(rule::on(Asked::is_blob, |_, _| {
        Reply::error(404, "BLOB_UNKNOWN", "blob unknown")
    }));
    let path = format!("/v2/library/app/blobs/{}", blob.digest);
    let urls = [
        "ftp://nowhere/x".to_owned(),
        format!("http://{}{path}", elsewhere.host()),
    ];
    let station = Station::default();
    let unlisted = station.client(Settings::default());
    let error = unlisted
        .open_blob(&app(&registry), &blob, &urls, 0)
        .unwrap_err();
    assert_eq!(code(&error), "registry/private-address");
    assert!(elsewhere.requests().is_empty());
    let client = station.client(listing(&elsewhere));
    let body = client.open_blob(&app(&registry), &blob, &urls, 0).unwrap();
    assert_eq!(read(body, blob).unwrap().len(), 1000);
    let error = client
        .open_blob(&app(&registry), &blob, &[], 0)
        .unwrap_err();
    assert_eq!(code(&error), "registry/not-found");
}

#[test]
fn a_stop_ends_the_stream() {
    let (registry, blob) = with_blob(300_000);
    let station = Station::default();
    let client = station.client(Settings::default());
    let mut body = client.open_blob(&app(&registry), &blob, &[], 0).unwrap();
    body.reader.read_exact(&mut [0; 100]).unwrap();
    station.cancel.set();
    let error = io::copy(&mut body.reader, &mut io::sink()).unwrap_err();
    assert_eq!(
        code(RegistryError::within(&error).unwrap()),
        "run/cancelled"
    );
}
