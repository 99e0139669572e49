//! The scripted registry, asked over a plain socket: it sends what it is told, and nothing else.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use airlock::upstream::image::{Flavour, Layer, build};
use airlock::upstream::{Body, Generated, Pace, Reply, Scripted, access, rule};
use serde_json::json;

/// Asks once and reads to the end of the connection.
fn ask(registry: &Scripted, request: &str) -> String {
    let mut stream = TcpStream::connect(registry.address()).expect("it listens");
    stream
        .write_all(format!("{request}\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
        .expect("it reads");
    read(&mut stream)
}

fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        bytes.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn with_blob(size: u64) -> (Scripted, String) {
    let registry = Scripted::start().expect("a port is free");
    let blob = registry
        .put_blob("a/b", Arc::new(Generated { seed: 1, size }))
        .expect("generated content is readable");
    let path = format!("/v2/a/b/blobs/{}", blob.digest);
    (registry, path)
}

#[test]
fn an_image_is_served_by_tag_and_by_digest() {
    let registry = Scripted::start().unwrap();
    let layer = Layer::gzip(&[("a", b"a")]).unwrap();
    let image = build(
        Flavour::Oci,
        &"linux/amd64".parse().unwrap(),
        &[layer],
        &json!({}),
    );
    registry.push("a/b", "1", &image);
    for name in ["1".to_owned(), image.top.digest.to_string()] {
        let answer = ask(&registry, &format!("GET /v2/a/b/manifests/{name} HTTP/1.1"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with(std::str::from_utf8(&image.manifests[0].1).unwrap()));
        let head = ask(
            &registry,
            &format!("HEAD /v2/a/b/manifests/{name} HTTP/1.1"),
        );
        assert!(head.ends_with("\r\n\r\n"), "{head}");
    }
    for (blob, _) in &image.blobs {
        let answer = ask(
            &registry,
            &format!("GET /v2/a/b/blobs/{} HTTP/1.1", blob.digest),
        );
        assert!(answer.contains(&format!("Content-Length: {}", blob.size)));
    }
    let answer = ask(&registry, "GET /v2/a/b/manifests/2 HTTP/1.1");
    assert!(answer.contains("MANIFEST_UNKNOWN"), "{answer}");
    assert_eq!(registry.requests().len(), 4 + image.blobs.len() + 1);
}

#[test]
fn a_cut_comes_after_exactly_so_many_bytes() {
    let (registry, path) = with_blob(200_000);
    let get = format!("GET {path} HTTP/1.1");
    let head = ask(&registry, &format!("HEAD {path} HTTP/1.1")).len();
    for cut in [0, 1, 1000, 199_999] {
        registry.clear_rules();
        registry.add_rule(Arc::new(move |_, reply: Reply| reply.cut_after(cut)));
        let mut stream = TcpStream::connect(registry.address()).unwrap();
        // No `Connection: close`: it is the registry that ends this connection.
        write!(stream, "{get}\r\nHost: x\r\n\r\n").unwrap();
        let mut received = 0;
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            received += count;
        }
        assert_eq!(received, head + usize::try_from(cut).unwrap());
    }
}

#[test]
fn a_connection_may_be_closed_without_an_answer() {
    let (registry, path) = with_blob(10);
    registry.add_rule(Arc::new(|_, reply| Reply {
        hang_up: true,
        ..reply
    }));
    assert_eq!(ask(&registry, &format!("GET {path} HTTP/1.1")), "");
}

#[test]
fn a_tls_client_is_turned_away() {
    let registry = Scripted::start().unwrap();
    let mut stream = TcpStream::connect(registry.address()).unwrap();
    stream.write_all(&[22, 3, 1, 0, 5]).unwrap();
    assert_eq!(read(&mut stream), "");
}

#[test]
fn ranges_are_served_unless_a_rule_says_otherwise() {
    let (registry, path) = with_blob(100);
    let get = |range: &str| ask(&registry, &format!("GET {path} HTTP/1.1\r\nRange: {range}"));
    assert!(get("bytes=10-19").contains("Content-Range: bytes 10-19/100"));
    assert!(get("bytes=10-").contains("Content-Range: bytes 10-99/100"));
    assert!(get("bytes=100-").starts_with("HTTP/1.1 416 "));
    registry.add_rule(rule::refuse_open_ranges());
    assert!(get("bytes=10-").starts_with("HTTP/1.1 416 "));
    assert!(get("bytes=10-19").starts_with("HTTP/1.1 206 "));
    registry.add_rule(rule::ignore_range());
    assert!(get("bytes=10-19").starts_with("HTTP/1.1 200 "));
}

#[test]
fn credentials_are_asked_for() {
    let (registry, path) = with_blob(10);
    registry.add_rule(access::basic("joe", "secret"));
    let get = format!("GET {path} HTTP/1.1");
    assert!(ask(&registry, &get).starts_with("HTTP/1.1 401 "));
    let header = access::basic_header("joe", "secret");
    let answer = ask(&registry, &format!("{get}\r\nAuthorization: {header}"));
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn a_token_holds_until_it_is_revoked() {
    let (registry, path) = with_blob(10);
    let bearer = access::Bearer::default();
    registry.add_rule(bearer.clone().rule());
    let get = format!("GET {path} HTTP/1.1");
    let challenge = ask(&registry, &get);
    assert!(
        challenge.contains("scope=\"repository:a/b:pull\""),
        "{challenge}"
    );
    let answer = ask(&registry, "GET /token?scope=x HTTP/1.1");
    assert!(answer.contains(r#""token":"token-1""#), "{answer}");
    let with_token = format!("{get}\r\nAuthorization: Bearer token-1");
    assert!(ask(&registry, &with_token).starts_with("HTTP/1.1 200 "));
    bearer.revoke();
    assert!(ask(&registry, &with_token).starts_with("HTTP/1.1 401 "));
}

#[test]
fn a_drip_ends_when_the_registry_is_dropped() {
    let registry = Scripted::start().unwrap();
    registry.add_rule(Arc::new(|_, reply: Reply| Reply {
        pace: Some(Pace {
            piece: 1,
            pause: Duration::from_hours(1),
        }),
        ..reply.with_body(Body::Bytes(vec![b'x'; 100]))
    }));
    let mut stream = TcpStream::connect(registry.address()).unwrap();
    write!(stream, "GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut head = [0; 8];
    stream.read_exact(&mut head).unwrap();
    drop(registry);
    assert!(!read(&mut stream).contains('x'));
}
