//! Certificate authorities: the system's, and those that are named.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::RegistryError;
use crate::run::limits::MIB;

/// Longest PEM file that is read, in bytes.
const LONGEST: u64 = 8 * MIB;

/// Most files read from a folder of authorities.
const MOST_FILES: usize = 4096;

/// Where distributions keep the authorities they trust, as one PEM file.
const SYSTEM: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Where the authorities of the system are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemRoots {
    /// A PEM file, instead of the distribution's.
    pub file: Option<PathBuf>,
    /// Folders of PEM files, instead of the distribution's file.
    pub folders: Vec<PathBuf>,
}

impl SystemRoots {
    /// Takes `SSL_CERT_FILE` and `SSL_CERT_DIR` (folders joined by colons), as OpenSSL and Go do.
    pub fn from_environment(environment: &BTreeMap<String, String>) -> Self {
        let value = |name| environment.get(name).filter(|value| !value.is_empty());
        Self {
            file: value("SSL_CERT_FILE").map(PathBuf::from),
            folders: value("SSL_CERT_DIR")
                .map(|folders| folders.split(':').filter(|f| !f.is_empty()))
                .into_iter()
                .flatten()
                .map(PathBuf::from)
                .collect(),
        }
    }

    /// Reads the authorities; none where the system has no such file.
    pub(super) fn read(&self) -> Result<Vec<CertificateDer<'static>>, RegistryError> {
        let named = self.file.is_some() || !self.folders.is_empty();
        let file = match &self.file {
            Some(file) => Some(file.as_path()),
            None if named => None,
            None => SYSTEM.iter().map(Path::new).find(|path| path.exists()),
        };
        let mut found = file.map_or_else(|| Ok(Vec::new()), from_file)?;
        for folder in &self.folders {
            found.extend(from_folder(folder)?);
        }
        Ok(found)
    }
}

/// Reads the certificates of a PEM file, of which there must be one at least.
pub(super) fn from_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, RegistryError> {
    let found = certificates(path)?;
    if found.is_empty() {
        return Err(wrong(path, "there is no certificate in it"));
    }
    Ok(found)
}

/// Reads the certificates of every file in a folder; files without one are passed over, as they
/// stand beside them (keys, revocation lists).
fn from_folder(folder: &Path) -> Result<Vec<CertificateDer<'static>>, RegistryError> {
    let mut found = Vec::new();
    for path in files(folder)? {
        found.extend(certificates(&path)?);
    }
    Ok(found)
}

/// Lists the files of a folder in order.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, RegistryError> {
    let entries = fs::read_dir(folder).map_err(|error| wrong(folder, &error.to_string()))?;
    let mut paths = Vec::new();
    for entry in entries.take(MOST_FILES) {
        let path = entry
            .map_err(|error| wrong(folder, &error.to_string()))?
            .path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, RegistryError> {
    CertificateDer::pem_slice_iter(&read(path)?)
        .collect::<Result<_, _>>()
        .map_err(|_| wrong(path, "it is not PEM"))
}

/// Reads a PEM file whole.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, RegistryError> {
    let failed = |error: io::Error| wrong(path, &error.to_string());
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let count = io::copy(&mut file.take(LONGEST + 1), &mut bytes).map_err(failed)?;
    if count > LONGEST {
        return Err(wrong(path, &format!("it is longer than {LONGEST} bytes")));
    }
    Ok(bytes)
}

pub(super) fn wrong(path: &Path, reason: &str) -> RegistryError {
    RegistryError::AuthorityFile {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}
