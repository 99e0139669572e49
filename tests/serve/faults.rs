//! What clients do wrong, to the real program: after each it still serves, within its memory.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

use lock_format::Digest;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::client::{header, read_answer, read_head};
use super::site::{Program, Site};
use super::wait_for;

const MIB: usize = 1024 * 1024;

/// A program that serves a small manifest and a blob of 64 MiB.
pub(crate) fn program(descriptors: Option<u32>, arguments: &[&str]) -> (Site, Program, Digest) {
    let site = Site::new();
    let blob = vec![7; 64 * MIB];
    site.publish("alpine:3.20", b"{\"layers\":[]}", &[&blob]);
    let program = site.serve(descriptors, arguments);
    let digest = airlock::oci::digest_of(lock_format::Algorithm::Sha256, &blob);
    (site, program, digest)
}

/// Writes until the other side has enough, at most `most` bytes; tells how many went.
fn write_on(stream: &mut TcpStream, piece: &[u8], most: usize) -> usize {
    let mut written = 0;
    while written < most {
        match stream.write(piece) {
            Ok(count) => written += count,
            Err(_) => break,
        }
    }
    written
}

/// Reads to the end, or to where the other side gave up.
fn read_on(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return answer,
            Ok(count) => answer.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("the server waits on"),
            Err(_) => return answer,
        }
    }
}

#[test]
fn a_request_line_without_end() {
    let (_site, program, _) = program(None, &[]);
    let mut stream = program.client.connect();
    stream.write_all(b"GET /v2/").unwrap();
    let written = write_on(&mut stream, &vec![b'a'; 64 * 1024], 64 * MIB);
    assert!(written < 16 * MIB, "{written} bytes were taken");
    program.still_serves();
}

#[test]
fn header_lines_without_end() {
    let (_site, program, _) = program(None, &[]);
    for line in ["X-A: b\r\n", "Host: a\r\n"] {
        let mut stream = program.client.connect();
        stream.write_all(b"GET /v2/ HTTP/1.1\r\n").unwrap();
        let written = write_on(&mut stream, line.repeat(1000).as_bytes(), 64 * MIB);
        assert!(written < 16 * MIB, "{written} bytes were taken");
    }
    program.still_serves();
}

#[test]
fn a_head_that_drips_is_cut() {
    let (_site, program, _) = program(None, &["--head-timeout", "1"]);
    let mut stream = program.client.connect();
    stream.write_all(b"GET /v2/ HTTP/1.1\r\n").unwrap();
    let wait = Some(Duration::from_millis(100));
    stream.set_read_timeout(wait).unwrap();
    let mut cut = false;
    for _ in 0..300 {
        let gone = stream.write_all(b"X: y\r\n").is_err();
        let mut byte = [0];
        let read = stream.read(&mut byte);
        cut = gone || !matches!(&read, Err(error) if error.kind() == ErrorKind::WouldBlock);
        if cut {
            break;
        }
    }
    assert!(cut, "the head dripped for half a minute");
    program.still_serves();
}

#[test]
fn a_thousand_idle_connections() {
    let (_site, program, _) = program(None, &[]);
    let idle: Vec<TcpStream> = (0..1000).map(|_| program.client.connect()).collect();
    program.still_serves();
    drop(idle);
    program.still_serves();
}

#[test]
fn more_connections_than_descriptors() {
    let (_site, program, _) = program(Some(64), &[]);
    let idle: Vec<TcpStream> = (0..200).map(|_| program.client.connect()).collect();
    for mut stream in &idle {
        // Half of a head: neither fresh nor done.
        stream.write_all(b"GET /v2/ HTTP/1.1\r\n").ok();
    }
    program.still_serves();
    drop(idle);
    program.still_serves();
}

/// What the system refuses for a moment ends no loop: who waits meanwhile is served.
#[test]
fn no_descriptor_left_for_a_while() {
    let (_site, program, _) = program(None, &[]);
    program.still_serves();
    let before = program.limit_descriptors(Some(3));
    let mut stream = program.client.connect();
    let request = b"GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(request).unwrap();
    wait_for(|| {
        let log = program.log.lock().unwrap();
        let refused = |entry: &&Value| {
            let message = entry["message"].as_str().unwrap_or_default();
            message.contains("the system gave no connection")
        };
        log.iter().filter(refused).count() > 1
    });
    program.limit_descriptors(before);
    assert_eq!(read_answer(&mut stream).1, b"{}");
    program.still_serves();
}

/// As many heads as there are places, each as long as it may be and never ended.
#[test]
fn heads_without_end_in_every_place() {
    let (_site, program, _) = program(None, &[]);
    let head = format!("GET /v2/ HTTP/1.1\r\nX: {}", "a".repeat(15 * 1024));
    let begun: Vec<TcpStream> = (0..600)
        .map(|_| {
            let mut stream = program.client.connect();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    program.still_serves();
    drop(begun);
    program.still_serves();
}

/// Clients choose how long a target is, so waiting entries are bounded by bytes.
#[test]
fn a_log_that_nobody_reads() {
    let site = Site::new();
    site.publish("alpine:3.20", b"{\"layers\":[]}", &[]);
    let program = site.serve_unheard();
    let target = format!("/v2/{}", "a".repeat(14_000));
    let request = format!("HEAD {target} HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut stream = program.client.connect();
    for _ in 0..200 {
        stream.write_all(request.repeat(32).as_bytes()).unwrap();
        for _ in 0..32 {
            read_head(&mut stream);
        }
    }
    program.still_serves();
}

/// Where the log goes there is no room: requests are answered all the same.
#[test]
fn a_log_that_cannot_be_written() {
    let site = Site::new();
    site.publish("alpine:3.20", b"{\"layers\":[]}", &[]);
    let socket = site.store.path().with_file_name("socket");
    for format in ["--json", "--color=never"] {
        let full = || std::fs::OpenOptions::new().write(true).open("/dev/full");
        let mut child = Command::new(env!("CARGO_BIN_EXE_airlock"))
            .args([format, "serve", "--store"])
            .arg(site.store.path())
            .arg(format!("--listen=unix:{}", socket.display()))
            .stdout(full().unwrap())
            .stderr(full().unwrap())
            .spawn()
            .unwrap();
        wait_for(|| UnixStream::connect(&socket).is_ok());
        for _ in 0..100 {
            let mut stream = UnixStream::connect(&socket).unwrap();
            stream.write_all(b"GET /v2/ HTTP/1.0\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.take(4096).read_to_string(&mut answer).unwrap();
            assert!(answer.ends_with("\r\n\r\n{}"), "{answer}");
        }
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// A backup that is restored, a disk that is mounted again: no restart is needed.
#[test]
fn a_store_that_is_put_in_the_place_of_another_is_served() {
    let (site, program, _) = program(None, &[]);
    let other = Site::new();
    other.publish("app:1", b"{\"layers\":[1]}", &[b"a layer"]);
    let trouble = || {
        let (_, body) = program.client.get("/healthz");
        let health: Value = serde_json::from_slice(&body).unwrap();
        health["store_trouble"].as_str().map(str::to_owned)
    };
    let found = |target: &str| program.client.get(target).0.starts_with("HTTP/1.1 200");
    assert_eq!(trouble(), None);
    std::fs::remove_dir_all(site.store.path()).unwrap();
    wait_for(|| trouble().is_some());
    assert!(!found("/v2/app/manifests/1"));
    std::fs::rename(other.store.path(), site.store.path()).unwrap();
    wait_for(|| found("/v2/app/manifests/1"));
    let digest = airlock::oci::digest_of(lock_format::Algorithm::Sha256, b"a layer");
    assert!(found(&format!("/v2/app/blobs/{digest}")));
    assert!(!found("/v2/alpine/manifests/3.20"));
    wait_for(|| trouble().is_none());
}

#[test]
fn half_closed_connections() {
    let (_site, program, digest) = program(None, &[]);
    let mut kept = Vec::new();
    for number in 0..64 {
        let mut stream = program.client.connect();
        let request = format!("GET /v2/a/blobs/{digest} HTTP/1.1\r\nHost: a\r\n\r\n");
        if number % 2 == 0 {
            stream.write_all(request.as_bytes()).unwrap();
        }
        stream.shutdown(Shutdown::Write).unwrap();
        kept.push(stream);
    }
    program.still_serves();
    // Who asked before closing its side still gets the blob.
    let mut stream = kept.swap_remove(0);
    let (head, body) = read_answer(&mut stream);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body.len(), 64 * MIB);
    drop(kept);
    program.still_serves();
}

#[test]
fn readers_that_do_not_read() {
    let (_site, program, digest) = program(None, &[]);
    let request = format!("GET /v2/a/blobs/{digest} HTTP/1.1\r\nHost: a\r\n\r\n");
    let slow: Vec<TcpStream> = (0..256)
        .map(|_| {
            let mut stream = program.client.connect();
            stream.write_all(request.as_bytes()).unwrap();
            stream
        })
        .collect();
    // One that does read gets everything, past all who do not.
    let (head, body) = program.client.get(&format!("/v2/a/blobs/{digest}"));
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body.len(), 64 * MIB);
    program.still_serves();
    drop(slow);
}

#[test]
fn bytes_that_are_no_http() {
    let (_site, program, _) = program(None, &[]);
    let tls = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    let garbage = [0xff; 1024];
    for bytes in [
        &tls[..],
        &garbage,
        b"\r\n\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\nHost a\r\n\r\n",
        b"GET /v2/ HTTP/1.1\nHost: a\n\n",
        b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut stream = program.client.connect();
        // The server may have closed before everything was written.
        stream.write_all(bytes).ok();
        stream.shutdown(Shutdown::Write).ok();
        let answer = read_on(&mut stream);
        let ok = answer.starts_with(b"HTTP/1.1 200");
        // A bare line feed is a line's end to RFC 9112 section 2.2, so that one is answered.
        assert!(
            !ok || bytes.contains(&b'/'),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    program.still_serves();
    wait_for(|| {
        let log = program.log.lock().unwrap();
        let told = |entry: &Value| {
            let message = entry["message"].as_str().unwrap_or_default();
            message.starts_with("no request from 127.0.0.1") && message.contains("TLS")
        };
        log.iter().any(told)
    });
}

#[test]
fn paths_that_lead_astray() {
    let (site, program, _) = program(None, &[]);
    let deep = format!("/v2{}/manifests/x", "/a".repeat(10_000));
    for path in [
        "/v2/../../../../etc/passwd",
        "/v2/..%2f..%2f..%2fetc/passwd/manifests/x",
        "/v2/%2e%2e/%2e%2e/manifests/x",
        "/v2/alpine/blobs/../../../airlock/store.json",
        "/v2/alpine/blobs/sha256:../../airlock/store.json",
        "/v2/alpine/blobs/sha256:%2e%2e%2f%2e%2e%2fairlock%2fstore.json",
        "/v2/alpine/manifests/..",
        "/v2/alpine/manifests/%00",
        "/v2/alpine%00/manifests/3.20",
        "/v2/alpine/manifests/3.20%0d%0aX:%20y",
        "/v2/\u{e9}/manifests/x",
        "/v2/%c3%a9/manifests/x",
        "//v2/alpine/manifests/3.20",
        "/v2//alpine/manifests/3.20",
        "/v2/alpine//manifests/3.20",
        "/v2/./alpine/manifests/3.20",
        &deep,
    ] {
        let (head, body) = program.client.get(path);
        let status = head.get(9..12).unwrap_or_default();
        assert!(
            ["400", "404", "414", "431"].contains(&status),
            "{path}: {head}"
        );
        let body = String::from_utf8_lossy(&body);
        assert!(!body.contains("\"site\""), "{path}: {body}");
        assert!(!head.contains("\r\nX: y"), "{path}: {head}");
    }
    drop(site);
    let algorithms = ["md5:00", "blake3:00", "sha3-256:00", "sha256-:00", ":"];
    for digest in algorithms {
        let (head, _) = program.client.get(&format!("/v2/alpine/blobs/{digest}"));
        let status = &head[9..12];
        assert!(["400", "404"].contains(&status), "{digest}: {head}");
    }
}

#[test]
fn requests_with_bodies_of_two_lengths() {
    let (_site, program, _) = program(None, &[]);
    // After each a second request is smuggled in: it must not be answered.
    let smuggled = "GET /v2/_catalog HTTP/1.1\r\nHost: a\r\n\r\n";
    for lines in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, identity",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
    ] {
        for method in ["GET", "POST"] {
            let request =
                format!("{method} /v2/ HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n0\r\n\r\n{smuggled}");
            let mut stream = program.client.connect();
            stream.write_all(request.as_bytes()).unwrap();
            let answer = read_on(&mut stream);
            let answer = String::from_utf8_lossy(&answer);
            assert!(!answer.contains("repositories"), "{lines}: {answer}");
            assert!(!answer.starts_with("HTTP/1.1 200"), "{lines}: {answer}");
        }
    }
    program.still_serves();
}

#[test]
fn a_body_that_nobody_asked_for() {
    let (_site, program, _) = program(None, &[]);
    let mut stream = program.client.connect();
    let head =
        "PUT /v2/a/blobs/uploads/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let written = write_on(&mut stream, &vec![0; 64 * 1024], 256 * MIB);
    assert!(written < 64 * MIB, "{written} bytes were taken");
    program.still_serves();
}

/// A body in drops is not waited for: the refusal comes, and the connection ends.
#[test]
fn bodies_that_drip() {
    let (_site, program, _) = program(None, &[]);
    for head in [
        "PUT /v2/a/blobs/uploads/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx",
        "PUT /v2/a/blobs/uploads/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nx",
        "GET /v2/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx",
    ] {
        let mut stream = program.client.connect();
        stream.write_all(head.as_bytes()).unwrap();
        let (answer, _) = read_answer(&mut stream);
        assert_eq!(header(&answer, "connection"), "close", "{head}: {answer}");
        assert_eq!(read_on(&mut stream), b"", "{head}");
    }
    program.still_serves();
}

#[test]
fn a_service_manager_ends_it_with_0() {
    let (_site, mut program, _) = program(None, &[]);
    program.still_serves();
    assert_eq!(program.terminate(), Some(0));
}

#[test]
fn an_index_published_meanwhile_is_served_without_a_dropped_request() {
    let (site, program, _) = program(None, &[]);
    let mut stream = program.client.connect();
    for round in 0..20 {
        let name = format!("app:{round}");
        site.publish(&name, format!("{{\"layers\":[{round}]}}").as_bytes(), &[]);
        let request = format!("GET /v2/app/manifests/{round} HTTP/1.1\r\nHost: a\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let (head, body) = read_answer(&mut stream);
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(header(&head, "content-length"), body.len().to_string());
    }
}
