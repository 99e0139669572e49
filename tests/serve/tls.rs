//! TLS, over loopback.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use airlock::serve::{Bounds, Door, Setup, Tls, TlsFiles};
use lock_format::Digest;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::CertificateDer;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use tempfile::TempDir;

use super::client::{Client, read_all, split};
use super::faults::program;
use super::server::{Server, free_port};
use super::site::MEMORY;
use super::store::MemoryStore;
use super::wait_for;

const NAME: &str = "airlock.lan";

struct World {
    server: Server,
    folder: TempDir,
    trusted: CertificateDer<'static>,
    /// A blob longer than what the system keeps of an answer on its way.
    layer: Digest,
}

/// Writes a new pair and returns what a client has to trust.
fn pair(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec![NAME.to_owned()]).unwrap();
    put(folder, "cert.pem", &cert.pem());
    put(folder, "key.pem", &signing_key.serialize_pem());
    cert.der().clone()
}

#[expect(clippy::disallowed_methods, reason = "a file of a test")]
fn put(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

fn files(folder: &Path) -> TlsFiles {
    TlsFiles {
        certificate: folder.join("cert.pem"),
        key: folder.join("key.pem"),
    }
}

fn world(bounds: Bounds) -> World {
    let folder = tempfile::tempdir().unwrap();
    let trusted = pair(folder.path());
    let store = Arc::new(MemoryStore::default());
    store.image("alpine:3.20", b"{\"layers\":[]}");
    let layer = store.hold(&vec![7; 24 * 1024 * 1024]);
    let setup = Setup {
        registry: vec![free_port()],
        metrics: vec![free_port()],
        tls: Some(Tls::load(files(folder.path())).unwrap()),
        bounds,
    };
    World {
        server: Server::with(store, setup),
        folder,
        trusted,
        layer,
    }
}

/// What a client speaks and trusts.
fn config(
    trusted: &CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Begins a client's side of TLS.
fn connection(config: ClientConfig) -> ClientConnection {
    ClientConnection::new(Arc::new(config), NAME.try_into().unwrap()).unwrap()
}

/// Gets a target over TLS.
fn get(
    client: Client,
    trusted: &CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
    target: &str,
) -> std::io::Result<String> {
    let connection = connection(config(trusted, versions));
    let mut stream = StreamOwned::new(connection, client.connect());
    let request = format!("GET {target} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn both_versions_of_tls_are_spoken() {
    let world = world(Bounds::default());
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let target = "/v2/alpine/manifests/3.20";
        let answer = get(world.server.client(), &world.trusted, &[version], target).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.ends_with("{\"layers\":[]}"), "{answer}");
    }
}

#[test]
fn handshakes_that_break_off_anywhere_leave_the_server_whole() {
    let world = world(Bounds::default());
    let client = world.server.client();
    let mut hello = Vec::new();
    connection(config(&world.trusted, rustls::ALL_VERSIONS))
        .write_tls(&mut hello)
        .unwrap();
    for length in (0..hello.len()).step_by(7) {
        let mut stream = client.connect();
        stream.write_all(&hello[..length]).unwrap();
    }
    for garbage in [
        &[0x16, 3, 1, 0xff, 0xff][..],
        &[0x17; 64],
        &[0x80, 0x2e, 1, 3, 1],
    ] {
        let mut stream = client.connect();
        stream.write_all(&hello).unwrap();
        stream.write_all(garbage).ok();
    }
    let versions = [&rustls::version::TLS12, &rustls::version::TLS13];
    let answer = get(client, &world.trusted, &versions, "/v2/").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[test]
fn a_connection_that_breaks_off_inside_an_answer_is_recorded_as_cut() {
    let world = world(Bounds::default());
    let connection = connection(config(&world.trusted, rustls::ALL_VERSIONS));
    let mut stream = StreamOwned::new(connection, world.server.client().connect());
    let target = format!("/v2/alpine/blobs/{}", world.layer);
    let request = format!("GET {target} HTTP/1.1\r\nHost: {NAME}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream.read_exact(&mut [0; 1024]).unwrap();
    drop(stream);
    wait_for(|| {
        let records = world.server.notes.records.lock().unwrap();
        records.iter().any(|record| !record.is_complete())
    });
    let answer = get(
        world.server.client(),
        &world.trusted,
        rustls::ALL_VERSIONS,
        "/v2/",
    );
    assert!(answer.unwrap().starts_with("HTTP/1.1 200"));
}

#[test]
fn a_protocol_that_is_not_spoken_is_not_agreed_on() {
    let world = world(Bounds::default());
    for (offered, agreed) in [
        (&[&b"h2"[..]][..], None),
        (&[b"h2", b"http/1.1"], Some(&b"http/1.1"[..])),
    ] {
        let mut config = config(&world.trusted, rustls::ALL_VERSIONS);
        config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
        let mut connection = connection(config);
        let mut stream = world.server.client().connect();
        let ended = connection.complete_io(&mut stream);
        assert_eq!(ended.is_ok(), agreed.is_some());
        assert_eq!(connection.alpn_protocol(), agreed);
    }
}

#[test]
fn a_client_that_trusts_another_is_named_in_the_log() {
    let world = world(Bounds::default());
    let other = tempfile::tempdir().unwrap();
    let stranger = pair(other.path());
    assert!(
        get(
            world.server.client(),
            &stranger,
            rustls::ALL_VERSIONS,
            "/v2/"
        )
        .is_err()
    );
    let told = || world.server.notes.told.lock().unwrap().join("\n");
    wait_for(|| told().contains("no TLS with 127.0.0.1"));
}

#[test]
fn a_client_that_speaks_plain_http_is_named_in_the_log() {
    let world = world(Bounds::default());
    let mut stream = world.server.client().connect();
    let request = b"GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(request).unwrap();
    let told = || world.server.notes.told.lock().unwrap().join("\n");
    wait_for(|| told().contains("perhaps plain HTTP"));
}

#[test]
fn silent_clients_do_not_stop_a_handshake() {
    let world = world(Bounds {
        connections: 4,
        ..Bounds::default()
    });
    let silent: Vec<TcpStream> = (0..8).map(|_| world.server.client().connect()).collect();
    let answer = get(
        world.server.client(),
        &world.trusted,
        rustls::ALL_VERSIONS,
        "/v2/",
    );
    assert!(answer.unwrap().starts_with("HTTP/1.1 200"));
    drop(silent);
}

#[test]
fn a_handshake_that_never_ends_is_given_up() {
    let world = world(Bounds {
        head_timeout: Duration::from_secs(1),
        ..Bounds::default()
    });
    let mut silent = world.server.client().connect();
    // Reading gives up, and fails the test, after half a minute.
    assert_eq!(read_all(&mut silent), b"");
    let told = || world.server.notes.told.lock().unwrap().join("\n");
    wait_for(|| told().contains("it took too long"));
}

/// What is encrypted for readers that do not read is bounded as well.
#[test]
fn readers_that_do_not_read_take_no_more_memory_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = pair(folder.path());
    let files = files(folder.path());
    let (_site, program, layer) = program(
        None,
        &[
            "--tls-cert",
            files.certificate.to_str().unwrap(),
            "--tls-key",
            files.key.to_str().unwrap(),
        ],
    );
    let request = format!("GET /v2/a/blobs/{layer} HTTP/1.1\r\nHost: {NAME}\r\n\r\n");
    let config = Arc::new(config(&trusted, rustls::ALL_VERSIONS));
    let slow: Vec<_> = (0..384)
        .map(|_| {
            let name = NAME.try_into().unwrap();
            let connection = ClientConnection::new(Arc::clone(&config), name).unwrap();
            let mut stream = StreamOwned::new(connection, program.client.connect());
            stream.write_all(request.as_bytes()).unwrap();
            stream.read_exact(&mut [0; 64]).unwrap();
            stream
        })
        .collect();
    let answer = get(program.client, &trusted, rustls::ALL_VERSIONS, "/v2/").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(program.peak() <= MEMORY, "{} bytes", program.peak());
    drop(slow);
}

#[test]
fn counters_are_told_without_tls() {
    let world = world(Bounds::default());
    let (head, _) = world.server.notes.client(Door::Metrics).get("/metrics");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
}

#[test]
fn a_new_certificate_is_used_without_a_restart_and_a_bad_one_is_not() {
    let world = world(Bounds::default());
    let client = world.server.client();
    put(world.folder.path(), "cert.pem", "nothing\n");
    let told = || world.server.notes.told.lock().unwrap().join("\n");
    wait_for(|| told().contains("the certificate before stays in use"));
    assert!(get(client, &world.trusted, rustls::ALL_VERSIONS, "/v2/").is_ok());
    let fresh = pair(world.folder.path());
    wait_for(|| told().contains("the new certificate is in use"));
    assert!(get(client, &fresh, rustls::ALL_VERSIONS, "/v2/").is_ok());
    assert!(get(client, &world.trusted, rustls::ALL_VERSIONS, "/v2/").is_err());
}

#[test]
fn health_tells_how_long_the_certificate_holds() {
    let world = world(Bounds::default());
    let answer = get(
        world.server.client(),
        &world.trusted,
        rustls::ALL_VERSIONS,
        "/healthz",
    );
    let (_, body) = split(answer.unwrap().as_bytes());
    let health: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(health["status"], "ok");
    assert!(
        health["certificate_days_left"].as_i64().unwrap() > 1000,
        "{health}"
    );
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Tls::load(files(folder.path())).unwrap_err();
    assert!(missing.to_string().contains("cert.pem"), "{missing}");
    pair(folder.path());
    put(
        folder.path(),
        "key.pem",
        &KeyPair::generate().unwrap().serialize_pem(),
    );
    let refused = Tls::load(files(folder.path())).unwrap_err();
    assert!(
        refused.to_string().contains("cannot be used for TLS"),
        "{refused}"
    );
}
