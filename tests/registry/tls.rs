//! HTTPS with a private authority.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use airlock::diagnostic::Diagnose as _;
use airlock::registry::Settings;
use lock_format::Reference;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use crate::support::{Station, code, with_image};

/// A private authority, and its certificate in a file.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "a file of the test")]
        std::fs::write(folder.path().join("ca.crt"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }

    /// Speaks TLS on a free port, for 127.0.0.1, and passes each question to `inner`.
    pub(crate) fn front(&self, inner: SocketAddr) -> SocketAddr {
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let config = Arc::clone(&config);
                thread::spawn(move || drop(pass(client, config, inner)));
            }
        });
        address
    }
}

/// Passes one question and its answer, then closes.
fn pass(client: TcpStream, config: Arc<ServerConfig>, inner: SocketAddr) -> io::Result<()> {
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut client = StreamOwned::new(connection, client);
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    head.truncate(head.len() - 2);
    head.extend_from_slice(b"Connection: close\r\n\r\n");
    let mut server = TcpStream::connect(inner)?;
    server.write_all(&head)?;
    io::copy(&mut server, &mut client)?;
    client.conn.send_close_notify();
    client.flush()
}

#[test]
fn a_private_authority_is_trusted_when_it_is_named() {
    let (registry, image) = with_image();
    let authority = Authority::new();
    let address = authority.front(registry.address());
    let station = Station::default();
    let client = station.client(Settings {
        authorities: vec![authority.file()],
        ..Settings::default()
    });
    let name = Reference::parse(&format!("{address}/library/app:1")).unwrap();
    assert_eq!(client.fetch_manifest(&name).unwrap().descriptor, image.top);
}

#[test]
fn an_unknown_authority_is_refused_even_on_this_machine() {
    let (registry, _) = with_image();
    let address = Authority::new().front(registry.address());
    let station = Station::default();
    let client = station.client(Settings::default());
    let name = Reference::parse(&format!("{address}/library/app:1")).unwrap();
    let error = client.fetch_manifest(&name).unwrap_err();
    assert_eq!(code(&error), "registry/untrusted-certificate");
    assert!(error.help().unwrap().contains("--ca-file"));
    assert!(registry.requests().is_empty());
}

#[test]
fn an_insecure_host_is_not_verified() {
    let (registry, image) = with_image();
    let address = Authority::new().front(registry.address());
    let station = Station::default();
    let client = station.client(Settings {
        insecure: [address.to_string()].into(),
        ..Settings::default()
    });
    let name = Reference::parse(&format!("{address}/library/app:1")).unwrap();
    assert_eq!(client.fetch_manifest(&name).unwrap().descriptor, image.top);
}

#[test]
fn a_file_without_certificates_is_told() {
    let (registry, _) = with_image();
    let file = tempfile::NamedTempFile::new().unwrap();
    let station = Station::default();
    let client = station.client(Settings {
        authorities: vec![file.path().to_owned()],
        ..Settings::default()
    });
    let name = Reference::parse(&format!("{}/library/app:1", registry.host())).unwrap();
    let error = client.fetch_manifest(&name).unwrap_err();
    assert_eq!(code(&error), "registry/authority-file");
}
