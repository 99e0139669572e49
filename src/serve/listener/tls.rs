//! TLS 1.2 and 1.3, with a certificate that may be replaced while the server runs.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use lock_format::{Algorithm, Digest};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};
use tokio_rustls::TlsAcceptor;

use super::socket::Stream;
use crate::oci::digest_of;
use crate::run::limits::MIB;
use crate::serve::ServeError;
use crate::serve::validity::not_after;

/// Where the certificate and its key are, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those that lead to the one that clients trust.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Speaks TLS with what its files held when they were last usable.
#[derive(Debug)]
pub struct Tls {
    files: TlsFiles,
    current: RwLock<Loaded>,
}

#[derive(Clone, Debug)]
struct Loaded {
    config: Arc<ServerConfig>,
    /// Of both files, usable or not, as they were last read.
    seen: Digest,
    not_after: Option<i64>,
}

/// What a second look at the files found.
#[derive(Debug)]
pub(super) enum Reload {
    Unchanged,
    Changed,
    Unusable(ServeError),
}

/// Most bytes that wait encrypted for a slow reader, on each connection: one record of TLS.
const MOST_UNSENT: usize = 16 * 1024;
/// Longest file of certificates or of a key, in bytes.
const LONGEST: u64 = MIB;

impl Tls {
    /// Reads the files.
    pub fn load(files: TlsFiles) -> Result<Self, ServeError> {
        let (certificate, key) = files.read()?;
        let loaded = files.parse(&certificate, &key)?;
        Ok(Self {
            files,
            current: RwLock::new(loaded),
        })
    }

    /// Returns the last second of the certificate, since 1970.
    pub(crate) fn not_after(&self) -> Option<i64> {
        self.current().not_after
    }

    /// Reads the files again; what cannot be used leaves the certificate in use as it is.
    pub(super) fn reload(&self) -> Reload {
        let (certificate, key) = match self.files.read() {
            Ok(read) => read,
            Err(error) => return Reload::Unusable(error),
        };
        let seen = seen(&certificate, &key);
        if self.current().seen == seen {
            return Reload::Unchanged;
        }
        let parsed = self.files.parse(&certificate, &key);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        match parsed {
            Ok(loaded) => {
                *current = loaded;
                Reload::Changed
            }
            Err(error) => {
                current.seen = seen;
                Reload::Unusable(error)
            }
        }
    }

    /// Makes a connection secure.
    pub(super) async fn accept(&self, stream: Box<dyn Stream>) -> io::Result<Box<dyn Stream>> {
        let acceptor = TlsAcceptor::from(self.current().config);
        let bounded = |connection: &mut ServerConnection| {
            connection.set_buffer_limit(Some(MOST_UNSENT));
        };
        match acceptor.accept_with(stream, bounded).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) if is_no_tls(&error) => Err(io::Error::other(
                "it spoke something else, perhaps plain HTTP",
            )),
            Err(error) => Err(error),
        }
    }

    fn current(&self) -> Loaded {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Tells whether what came was not TLS at all.
fn is_no_tls(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    matches!(
        cause,
        Some(rustls::Error::InvalidMessage(
            rustls::InvalidMessage::InvalidContentType
        ))
    )
}

impl TlsFiles {
    fn read(&self) -> Result<(Vec<u8>, Vec<u8>), ServeError> {
        Ok((read(&self.certificate)?, read(&self.key)?))
    }

    fn parse(&self, certificate: &[u8], key: &[u8]) -> Result<Loaded, ServeError> {
        let unusable = |path: &Path, why: String| ServeError::TlsUnusable {
            path: path.to_owned(),
            why,
        };
        let chain = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unusable(&self.certificate, error.to_string()))?;
        let Some(leaf) = chain.first() else {
            return Err(unusable(
                &self.certificate,
                "it has no certificate".to_owned(),
            ));
        };
        let not_after = not_after(leaf);
        let private = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| unusable(&self.key, error.to_string()))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&self.certificate, error.to_string()))?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(|error| unusable(&self.certificate, error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Loaded {
            config: Arc::new(config),
            seen: seen(certificate, key),
            not_after,
        })
    }
}

/// Tells contents apart without keeping them.
fn seen(certificate: &[u8], key: &[u8]) -> Digest {
    let both = [certificate, key].map(|bytes| digest_of(Algorithm::Sha256, bytes));
    let bytes: Vec<u8> = both.iter().flat_map(Digest::as_bytes).copied().collect();
    digest_of(Algorithm::Sha256, &bytes)
}

fn read(path: &Path) -> Result<Vec<u8>, ServeError> {
    let unreadable = |cause| ServeError::TlsUnreadable {
        path: path.to_owned(),
        cause,
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    io::copy(&mut file.take(LONGEST), &mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
