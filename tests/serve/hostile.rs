//! Requests that two readers could take for different ones, and clients that ask without end: to the
//! real program.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use super::client::{header, read_all, read_answer};
use super::faults::program;

/// What must not be answered: it stands where one reader sees the rest of another request.
const SMUGGLED: &str = "GET /v2/_catalog HTTP/1.1\r\nHost: a\r\n\r\n";

/// Sends bytes, closes the sending side, and returns all that comes.
fn send(stream: &mut TcpStream, bytes: &[u8]) -> String {
    // The server may have closed before everything was written.
    stream.write_all(bytes).ok();
    stream.shutdown(Shutdown::Write).ok();
    let mut answer = Vec::new();
    std::io::copy(&mut stream.take(1024 * 1024), &mut answer).ok();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_head_that_can_be_read_in_two_ways_is_refused() {
    let (_site, program, _) = program(None, &[]);
    for lines in [
        "Content-Length : 5",
        "Content-Length: +5",
        "Content-Length: 5 6",
        "Content-Length: 0x5",
        "Content-Length\t: 5",
        "Content-Length: 5\r\n Transfer-Encoding: chunked",
        "X-A: b\r\n folded",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked\0",
        "Transfer-Encoding: \u{b}chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        " Leading: space",
        "No colon",
        "Na\0me: x",
        "Name(: x",
    ] {
        let request = format!("GET /v2/ HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\nabcde{SMUGGLED}");
        let answer = send(&mut program.client.connect(), request.as_bytes());
        assert!(!answer.contains("repositories"), "{lines}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 200"), "{lines}: {answer}");
    }
    program.still_serves();
}

#[test]
fn a_request_line_that_can_be_read_in_two_ways_is_refused() {
    let (_site, program, _) = program(None, &[]);
    for line in [
        "GET  /v2/ HTTP/1.1",
        "GET\t/v2/\tHTTP/1.1",
        "GET /v2/ extra HTTP/1.1",
        "GET /v2/ HTTP/1.1 ",
        "GET /v2/ HTTP/1.2",
        "GET /v2/ HTTP/1.",
        "GET /v2/ http/1.1",
        "GET /v2/\rHTTP/1.1",
        "GET /v2/",
        "GE\0T /v2/ HTTP/1.1",
        "* /v2/ HTTP/1.1",
    ] {
        let request = format!("{line}\r\nHost: a\r\n\r\n");
        let answer = send(&mut program.client.connect(), request.as_bytes());
        assert!(!answer.starts_with("HTTP/1.1 200"), "{line}: {answer}");
    }
    program.still_serves();
}

#[test]
fn an_expectation_waits_for_nobody() {
    let (_site, program, _) = program(None, &[]);
    let expect = "Host: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n";
    let mut stream = program.client.connect();
    let request = format!("PUT /v2/a/blobs/uploads/x HTTP/1.1\r\n{expect}");
    stream.write_all(request.as_bytes()).unwrap();
    let (head, _) = read_answer(&mut stream);
    assert!(head.starts_with("HTTP/1.1 405"), "{head}");
    program.still_serves();
}

#[test]
fn another_protocol_is_not_changed_to() {
    let (_site, program, _) = program(None, &[]);
    for lines in [
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==",
    ] {
        let mut stream = program.client.connect();
        let request = format!("GET /v2/ HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let (head, body) = read_answer(&mut stream);
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(body, b"{}");
    }
}

#[test]
fn a_client_of_http_1_0_is_answered_and_let_go() {
    let (_site, program, _) = program(None, &[]);
    let mut stream = program.client.connect();
    stream.write_all(b"GET /v2/ HTTP/1.0\r\n\r\n").unwrap();
    let answer = String::from_utf8(read_all(&mut stream)).unwrap();
    assert!(answer.ends_with("\r\n\r\n{}"), "{answer}");
    assert_eq!(header(&answer, "content-length"), "2");
}

#[test]
fn thousands_of_ranges_cost_no_more_than_one() {
    let (_site, program, digest) = program(None, &[]);
    let ranges = "0-0,".repeat(3000);
    for (range, status) in [
        (format!("bytes={ranges}1-1"), "200"),
        (format!("bytes=60000000-{}", "9".repeat(10_000)), "206"),
        ("bytes=0-0".to_owned(), "206"),
    ] {
        let request =
            format!("HEAD /v2/a/blobs/{digest} HTTP/1.1\r\nHost: a\r\nRange: {range}\r\n\r\n");
        let answer = send(&mut program.client.connect(), request.as_bytes());
        let asked = range.get(..20).unwrap_or(&range);
        assert!(
            answer.starts_with("HTTP/1.1 200"),
            "HEAD has no ranges: {asked}: {answer}"
        );
        let request = format!(
            "GET /v2/a/blobs/{digest} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nRange: {range}\r\n\r\n"
        );
        let (head, body) = program.client.exchange(request.as_bytes());
        assert_eq!(&head[9..12], status, "{asked}");
        assert_eq!(header(&head, "content-length"), body.len().to_string());
    }
    program.still_serves();
}

/// A client that asks and never reads holds its own connection, and no memory.
#[test]
fn requests_without_end_wait_for_their_answers_to_be_read() {
    let (_site, program, _) = program(None, &[]);
    let requests = "GET /v2/alpine/manifests/3.20 HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000);
    let greedy: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = program.client.connect();
            stream.set_nonblocking(true).unwrap();
            let mut written = 0;
            while let Ok(count) = stream.write(requests.as_bytes()) {
                written += count;
                assert!(written < 256 * 1024 * 1024, "the server reads without end");
            }
            stream
        })
        .collect();
    program.still_serves();
    drop(greedy);
    program.still_serves();
}
