//! A private authority, and what speaks TLS with its certificates.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

/// A private authority, and a folder with its certificate.
pub(crate) struct Authority {
    pub(crate) issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) folder: TempDir,
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

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a file of the test")]
        std::fs::write(path, text).unwrap();
    }

    /// Makes a certificate for a name, or for several joined by commas, with its key.
    pub(crate) fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let names: Vec<String> = name.split(',').map(str::to_owned).collect();
        let params = CertificateParams::new(names).unwrap();
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
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let clients = client.then_some(roots);
        front_with(&certificate, &key, clients, inner)
    }
}

/// Speaks TLS with this certificate; where there are `clients`, only with theirs.
pub(crate) fn front_with(
    certificate: &rcgen::Certificate,
    key: &KeyPair,
    clients: Option<RootCertStore>,
    inner: SocketAddr,
) -> SocketAddr {
    listen(server(certificate, key, clients), inner)
}

/// A server with this certificate; where there are `clients`, only for theirs.
pub(crate) fn server(
    certificate: &rcgen::Certificate,
    key: &KeyPair,
    clients: Option<RootCertStore>,
) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        Some(roots) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
        None => builder.with_no_client_auth(),
    };
    let chain = vec![certificate.der().clone()];
    Arc::new(builder.with_single_cert(chain, key).unwrap())
}

/// Speaks TLS on a free port, and passes each question to `inner`.
pub(crate) fn listen(config: Arc<ServerConfig>, inner: SocketAddr) -> SocketAddr {
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
