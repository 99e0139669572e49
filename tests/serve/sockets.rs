//! The listener of `serve`, over loopback.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::time::Duration;

use airlock::diagnostic::Failure;
use airlock::oci::{Catalog, Explanation, ReadAt, StoreView, Wanted};
use airlock::serve::{Bounds, Door, Listen, Listener, Setup};
use lock_format::{Blob, Digest};

use super::client::{header, read_all, read_answer};
use super::server::Server;
use super::store::MemoryStore;
use super::wait_for;

/// Longer than all large pieces of the server together.
const LONG: usize = 24 * 1024 * 1024 + 7;

struct World {
    server: Server,
    blob: Vec<u8>,
    digest: Digest,
}

fn store() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::default());
    store.image("alpine:3.20", b"{\"layers\":[]}");
    store
}

fn listening(listen: Listen) -> Setup {
    Setup {
        registry: vec![listen],
        ..Setup::default()
    }
}

fn world(bounds: Bounds) -> World {
    let store = store();
    let blob: Vec<u8> = (0..LONG).map(|n| (n % 251).to_le_bytes()[0]).collect();
    let digest = store.hold(&blob);
    World {
        server: Server::start(store, bounds),
        blob,
        digest,
    }
}

#[test]
fn a_long_blob_arrives_whole_and_in_parts() {
    let World {
        server,
        blob,
        digest,
    } = world(Bounds::default());
    let target = format!("/v2/alpine/blobs/{digest}");
    let (head, body) = server.client().get(&target);
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert_eq!(header(&head, "content-length"), LONG.to_string());
    assert!(body == blob, "the bytes differ");
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: a\r\nRange: bytes=1000000-3000000\r\nConnection: close\r\n\r\n"
    );
    let (head, body) = server.client().exchange(request.as_bytes());
    assert!(head.starts_with("HTTP/1.1 206"), "{head}");
    assert!(body == blob[1_000_000..=3_000_000], "the bytes differ");
}

#[test]
fn one_connection_carries_many_requests() {
    let world = world(Bounds::default());
    let mut stream = world.server.client().connect();
    for target in ["/v2/", "/v2/alpine/manifests/3.20", "/v2/none/manifests/1"] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let (head, body) = read_answer(&mut stream);
        assert!(!body.is_empty(), "{head}");
    }
    let head = b"HEAD /v2/alpine/manifests/3.20 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    stream.write_all(head).unwrap();
    let rest = String::from_utf8(read_all(&mut stream)).unwrap();
    assert_eq!(header(&rest, "content-length"), "13");
    assert!(rest.ends_with("\r\n\r\n"), "HEAD has no body: {rest}");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let world = world(Bounds::default());
    let mut stream = world.server.client().connect();
    let two = "GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(two.repeat(500).as_bytes()).unwrap();
    for _ in 0..500 {
        assert_eq!(read_answer(&mut stream).1, b"{}");
        let (_, health) = read_answer(&mut stream);
        assert!(String::from_utf8_lossy(&health).contains("\"status\":\"ok\""));
    }
}

#[test]
fn a_write_with_a_body_sees_its_refusal() {
    let world = world(Bounds::default());
    let body = "x".repeat(100_000);
    let request = format!(
        "PUT /v2/alpine/manifests/1 HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = world.server.client().connect();
    stream.write_all(request.as_bytes()).unwrap();
    let (head, body) = read_answer(&mut stream);
    assert!(head.starts_with("HTTP/1.1 405"), "{head}");
    assert_eq!(header(&head, "connection"), "close");
    assert!(String::from_utf8_lossy(&body).contains("UNSUPPORTED"));
}

/// A restart does not wait for what the system keeps of connections that have ended.
#[test]
fn an_address_is_taken_again_at_once() {
    // An address of this test alone: elsewhere somebody else may get the port in between.
    let listen = Listen::Tcp("127.77.7.7:0".parse().unwrap());
    let mut server = Server::with(store(), listening(listen));
    let address = server.client().0;
    // The server closes first, so that its side has to linger.
    server.client().get("/v2/");
    server.stop();
    let server = Server::with(store(), listening(Listen::Tcp(address)));
    assert!(server.client().get("/v2/").0.starts_with("HTTP/1.1 200"));
}

#[test]
fn a_client_that_closed_its_side_still_gets_its_answer() {
    let world = world(Bounds::default());
    let mut stream = world.server.client().connect();
    stream
        .write_all(b"GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(read_answer(&mut stream).1, b"{}");
}

#[test]
fn a_stop_lets_answers_under_way_end() {
    let mut world = world(Bounds::default());
    let mut stream = world.server.client().connect();
    let target = format!("/v2/alpine/blobs/{}", world.digest);
    let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut first = [0; 1024];
    stream.read_exact(&mut first).unwrap();
    world.server.cancel.set();
    let address = world.server.client().0;
    // Nobody is let in any more, while the answer goes on.
    while TcpStream::connect(address).is_ok() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let rest = read_all(&mut stream);
    assert!(rest.ends_with(&world.blob[LONG - 1000..]));
    world.server.stop();
    let records = world.server.notes.records.lock().unwrap();
    assert!(records.iter().all(airlock::serve::Record::is_complete));
}

#[test]
fn more_connections_than_places_wait_and_are_all_served() {
    let world = world(Bounds {
        connections: 2,
        ..Bounds::default()
    });
    // Two keep their connection open, two say nothing at all: each would fill the places for ever.
    let mut idle: Vec<_> = (0..2).map(|_| world.server.client().connect()).collect();
    for stream in &mut idle {
        stream
            .write_all(b"GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        assert_eq!(read_answer(stream).1, b"{}");
    }
    let silent: Vec<_> = (0..2).map(|_| world.server.client().connect()).collect();
    for _ in 0..8 {
        assert!(
            world
                .server
                .client()
                .get("/v2/")
                .0
                .starts_with("HTTP/1.1 200")
        );
    }
    drop(silent);
    // Once nobody waits, connections are kept again.
    wait_for(|| {
        let mut stream = world.server.client().connect();
        stream
            .write_all(b"GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        header(&read_answer(&mut stream).0, "connection") != "close"
    });
}

/// Who takes nothing of an answer keeps its place only while nobody waits for it.
#[test]
fn readers_that_do_not_read_make_room_for_who_waits() {
    let world = world(Bounds {
        connections: 3,
        head_timeout: Duration::from_secs(1),
        ..Bounds::default()
    });
    let request = format!(
        "GET /v2/a/blobs/{} HTTP/1.1\r\nHost: a\r\n\r\n",
        world.digest
    );
    let slow: Vec<TcpStream> = (0..3)
        .map(|_| {
            let mut stream = world.server.client().connect();
            stream.write_all(request.as_bytes()).unwrap();
            stream.read_exact(&mut [0; 1024]).unwrap();
            stream
        })
        .collect();
    let (head, _) = world.server.client().get("/v2/");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    // One that does read is served to its end, past those that wait for places as well.
    let (head, body) = world
        .server
        .client()
        .get(&format!("/v2/a/blobs/{}", world.digest));
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(body == world.blob, "the bytes differ");
    drop(slow);
}

/// A store whose blobs end before the length that they promise.
struct Torn(Arc<MemoryStore>);

impl StoreView for Torn {
    fn catalog(&self) -> Arc<Catalog> {
        self.0.catalog()
    }

    fn open(&self, _: &Digest) -> Result<Option<Box<dyn ReadAt>>, Failure> {
        Ok(Some(Box::new(TornBlob)))
    }

    fn blob_after(&self, after: Option<&Digest>) -> Option<Blob> {
        self.0.blob_after(after)
    }

    fn explain(&self, wanted: &Wanted<'_>) -> Explanation {
        self.0.explain(wanted)
    }
}

struct TornBlob;

impl ReadAt for TornBlob {
    fn size(&self) -> u64 {
        LONG as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let held = offset < LONG as u64 / 2;
        Ok(if held { buffer.len() } else { 0 })
    }
}

#[test]
fn a_blob_that_ends_early_is_cut_and_told() {
    let mut server = Server::start(Arc::new(Torn(store())), Bounds::default());
    let mut stream = server.client().connect();
    let digest = format!("sha256:{}", "ab".repeat(32));
    let request = format!("GET /v2/a/blobs/{digest} HTTP/1.1\r\nHost: a\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let answer = read_all(&mut stream);
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    assert!(answer.len() < LONG, "{} bytes", answer.len());
    server.stop();
    let records = server.notes.records.lock().unwrap();
    assert!(!records[0].is_complete());
    assert!(records[0].about.trouble.is_some());
}

#[test]
fn an_idle_connection_is_closed_in_the_end() {
    let world = world(Bounds {
        head_timeout: Duration::from_secs(1),
        ..Bounds::default()
    });
    let mut silent = world.server.client().connect();
    let mut idle = world.server.client().connect();
    idle.write_all(b"GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    assert_eq!(read_answer(&mut idle).1, b"{}");
    // Reading gives up, and fails the test, after half a minute.
    assert_eq!(read_all(&mut idle), b"");
    assert_eq!(read_all(&mut silent), b"");
}

#[test]
fn a_reader_that_takes_nothing_is_let_go_in_the_end() {
    let world = world(Bounds {
        stalled: Duration::from_secs(1),
        ..Bounds::default()
    });
    let mut stream = world.server.client().connect();
    let request = format!(
        "GET /v2/a/blobs/{} HTTP/1.1\r\nHost: a\r\n\r\n",
        world.digest
    );
    stream.write_all(request.as_bytes()).unwrap();
    let cut = || {
        let records = world.server.notes.records.lock().unwrap();
        records.iter().any(|record| !record.is_complete())
    };
    wait_for(cut);
}

#[test]
fn a_stop_waits_for_nobody_for_ever() {
    let mut world = world(Bounds {
        drain: Duration::from_secs(1),
        ..Bounds::default()
    });
    let mut stream = world.server.client().connect();
    let request = format!(
        "GET /v2/a/blobs/{} HTTP/1.1\r\nHost: a\r\n\r\n",
        world.digest
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream.read_exact(&mut [0; 1024]).unwrap();
    world.server.stop();
    let told = world.server.notes.told.lock().unwrap().join("\n");
    assert!(told.contains("were cut"), "{told}");
}

#[test]
fn every_request_leaves_a_record() {
    let mut world = world(Bounds::default());
    world.server.client().get("/v2/alpine/manifests/3.20");
    world.server.client().get("/v2/acme/app/manifests/1");
    world.server.stop();
    let records = world.server.notes.records.lock().unwrap();
    let seen: Vec<_> = records
        .iter()
        .map(|record| {
            let name = record.about.name.clone().unwrap();
            (record.status, record.sent, name)
        })
        .collect();
    assert_eq!(seen[0], (200, 13, "docker.io/library/alpine".to_owned()));
    assert_eq!(seen[1].2, "docker.io/acme/app:1");
}

#[test]
fn counters_are_told_on_a_listener_of_their_own() {
    let world = world(Bounds::default());
    world.server.client().get("/v2/alpine/manifests/3.20");
    let (head, body) = world.server.notes.client(Door::Metrics).get("/metrics");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(header(&head, "content-type").starts_with("text/plain"));
    let text = String::from_utf8(body).unwrap();
    let counted = "airlock_requests_total{endpoint=\"manifests\",code=\"200\"} 1\n";
    assert!(text.contains(counted), "{text}");
    let (head, _) = world.server.client().get("/metrics");
    assert!(
        head.starts_with("HTTP/1.1 404"),
        "the registry has no counters: {head}"
    );
    let (head, _) = world.server.notes.client(Door::Metrics).get("/v2/");
    assert!(
        head.starts_with("HTTP/1.1 404"),
        "the counters have no registry: {head}"
    );
}

#[test]
fn an_address_of_ipv6_is_listened_on() {
    let setup = listening(Listen::Tcp("[::1]:0".parse().unwrap()));
    let server = Server::with(store(), setup);
    assert!(server.client().0.is_ipv6());
    let request =
        "GET /v2/alpine/manifests/3.20 HTTP/1.1\r\nHost: [::1]:5000\r\nConnection: close\r\n\r\n";
    let (head, body) = server.client().exchange(request.as_bytes());
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body, b"{\"layers\":[]}");
}

#[test]
fn a_unix_socket_serves_and_goes_away_with_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("airlock.sock");
    // A socket left by a server that died.
    drop(UnixListener::bind(&path).unwrap());
    let mut server = Server::with(store(), listening(Listen::Unix(path.clone())));
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.write_all(b"GET /v2/ HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("\r\n\r\n{}"), "{answer}");
    server.stop();
    assert!(!path.exists());
}

#[test]
fn a_socket_that_is_listened_on_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("airlock.sock");
    let _other = UnixListener::bind(&path).unwrap();
    let refused = Listener::bind(listening(Listen::Unix(path.clone()))).unwrap_err();
    assert!(refused.to_string().contains("airlock.sock"), "{refused}");
    assert!(path.exists());
}

#[test]
fn sockets_that_are_handed_over_are_served() {
    let given = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = given.local_addr().unwrap();
    let server = Server::with(store(), listening(Listen::InheritedTcp(given)));
    assert_eq!(server.client().0, address);
    assert!(server.client().get("/v2/").0.starts_with("HTTP/1.1 200"));
}
