//! TLS, over loopback.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use airlock::serve::{Bounds, Setup, Tls, TlsFiles};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::CertificateDer;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use tempfile::TempDir;

use super::client::{Client, split};
use super::server::{Server, free_port};
use super::store::MemoryStore;
use super::wait_for;

const NAME: &str = "airlock.lan";

struct World {
    server: Server,
    folder: TempDir,
    trusted: CertificateDer<'static>,
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
    let setup = Setup {
        registry: vec![free_port()],
        tls: Some(Tls::load(files(folder.path())).unwrap()),
        bounds,
        ..Setup::default()
    };
    World {
        server: Server::with(store, setup),
        folder,
        trusted,
    }
}

/// Gets a target over TLS.
fn get(
    client: Client,
    trusted: &CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
    target: &str,
) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = NAME.try_into().unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
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
    let mut roots = RootCertStore::empty();
    roots.add(world.trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut hello = Vec::new();
    ClientConnection::new(Arc::new(config), NAME.try_into().unwrap())
        .unwrap()
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
