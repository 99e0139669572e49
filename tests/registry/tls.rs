//! HTTPS: private authorities, certificates for one host, certificates of a client.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use airlock::diagnostic::Diagnose as _;
use airlock::registry::{RegistryError, Settings, SystemRoots};
use airlock::upstream::Scripted;
use lock_format::Reference;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use crate::support::{Station, code, with_image};

/// A private authority, and a folder with its certificate.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let authority = Self {
            issuer,
            folder: tempfile::tempdir().unwrap(),
        };
        authority.write("ca.crt", &authority.issuer.pem());
        authority
    }

    /// Returns the file of its certificate.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a file of the test")]
        std::fs::write(path, text).unwrap();
    }

    /// Makes a certificate for a name, with its key.
    pub(crate) fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// Speaks TLS as 127.0.0.1 on a free port, and passes each question to `inner`.
    pub(crate) fn front(&self, inner: SocketAddr) -> SocketAddr {
        self.front_as("127.0.0.1", false, inner)
    }

    /// The same under any name; where `client` is set, for clients of this authority only.
    pub(crate) fn front_as(&self, name: &str, client: bool, inner: SocketAddr) -> SocketAddr {
        let (certificate, key) = self.issue(name);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let builder = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if client {
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let config = builder
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        listen(Arc::new(config), inner)
    }
}

fn listen(config: Arc<ServerConfig>, inner: SocketAddr) -> SocketAddr {
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

/// Fetches `library/app:1` from an address.
fn fetch(address: SocketAddr, settings: Settings) -> Result<(), RegistryError> {
    let station = Station::default();
    let client = station.client(settings);
    let name = Reference::parse(&format!("{address}/library/app:1")).unwrap();
    client.fetch_manifest(&name).map(|_| ())
}

fn registry() -> Scripted {
    with_image().0
}

#[test]
fn a_private_authority_is_trusted_when_it_is_named() {
    let registry = registry();
    let authority = Authority::new();
    let address = authority.front(registry.address());
    let settings = Settings {
        authorities: vec![authority.file()],
        ..Settings::default()
    };
    fetch(address, settings).unwrap();
}

#[test]
fn an_unknown_authority_is_refused_even_on_this_machine() {
    let registry = registry();
    let address = Authority::new().front(registry.address());
    let error = fetch(address, Settings::default()).unwrap_err();
    assert_eq!(code(&error), "registry/untrusted-certificate");
    assert!(error.help().unwrap().contains("--ca-file"));
    assert!(registry.requests().is_empty());
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let registry = registry();
    let authority = Authority::new();
    let address = authority.front_as("reg.example", false, registry.address());
    let settings = Settings {
        authorities: vec![authority.file()],
        ..Settings::default()
    };
    let error = fetch(address, settings).unwrap_err();
    assert_eq!(code(&error), "registry/untrusted-certificate");
}

#[test]
fn an_insecure_host_is_not_verified() {
    let registry = registry();
    let address = Authority::new().front(registry.address());
    let settings = Settings {
        insecure: [address.to_string()].into(),
        ..Settings::default()
    };
    fetch(address, settings).unwrap();
}

#[test]
fn the_environment_names_other_authorities_of_the_system() {
    let registry = registry();
    let authority = Authority::new();
    let address = authority.front(registry.address());
    authority.write("folder/a.pem", &authority.issuer.pem());
    authority.write("folder/b.key", "not a certificate");
    let folder = authority.folder.path().join("folder");
    for (name, path) in [
        ("SSL_CERT_FILE", authority.file()),
        ("SSL_CERT_DIR", folder),
    ] {
        let value = format!("{}", path.display());
        let environment = BTreeMap::from([(name.to_owned(), value)]);
        let settings = Settings {
            system_roots: SystemRoots::from_environment(&environment),
            ..Settings::default()
        };
        fetch(address, settings).unwrap();
    }
    let other = Authority::new();
    let settings = Settings {
        system_roots: SystemRoots {
            file: Some(other.file()),
            folders: Vec::new(),
        },
        ..Settings::default()
    };
    let error = fetch(address, settings).unwrap_err();
    assert_eq!(code(&error), "registry/untrusted-certificate");
}

#[test]
fn a_host_has_its_own_authority_and_client_certificate() {
    let registry = registry();
    let authority = Authority::new();
    let address = authority.front_as("127.0.0.1", true, registry.address());
    let (certificate, key) = authority.issue("station");
    authority.write(
        &format!("certs.d/{address}/ca.crt"),
        &authority.issuer.pem(),
    );
    authority.write(
        &format!("certs.d/{address}/client.cert"),
        &certificate.pem(),
    );
    authority.write(
        &format!("certs.d/{address}/client.key"),
        &key.serialize_pem(),
    );
    let folder = authority.folder.path().join("certs.d");
    let settings = Settings {
        certificate_folders: vec![folder],
        ..Settings::default()
    };
    fetch(address, settings).unwrap();
    let without = Settings {
        authorities: vec![authority.file()],
        ..Settings::default()
    };
    let error = fetch(address, without).unwrap_err();
    assert_eq!(code(&error), "registry/tls-refused", "{error}");
    assert!(error.help().unwrap().contains("client.cert"));
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn a_client_certificate_needs_its_own_key() {
    let registry = registry();
    let authority = Authority::new();
    let address = authority.front(registry.address());
    let (certificate, _) = authority.issue("station");
    let (_, other) = authority.issue("other");
    let client = format!("certs.d/{address}/client");
    authority.write(&format!("{client}.cert"), &certificate.pem());
    let settings = || Settings {
        certificate_folders: vec![authority.folder.path().join("certs.d")],
        authorities: vec![authority.file()],
        ..Settings::default()
    };
    for key in [
        None,
        Some("nonsense".to_owned()),
        Some(other.serialize_pem()),
    ] {
        if let Some(key) = key {
            authority.write(&format!("{client}.key"), &key);
        }
        let error = fetch(address, settings()).unwrap_err();
        assert_eq!(code(&error), "registry/authority-file", "{error}");
    }
    assert!(registry.requests().is_empty());
}

#[test]
fn a_file_without_certificates_is_told() {
    let registry = registry();
    let authority = Authority::new();
    authority.write("empty.pem", "");
    authority.write(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    );
    for name in ["empty.pem", "broken.pem", "missing.pem"] {
        let path = authority.folder.path().join(name);
        let settings = Settings {
            authorities: vec![path],
            ..Settings::default()
        };
        let error = fetch(registry.address(), settings).unwrap_err();
        assert_eq!(code(&error), "registry/authority-file");
        assert!(error.to_string().contains(name), "{error}");
    }
}
