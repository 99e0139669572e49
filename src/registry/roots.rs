//! Certificate authorities: the system's, and those that are named.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use ureq::tls::{Certificate, PemItem, parse_pem};

use super::RegistryError;
use crate::run::limits::MIB;

/// Longest file of authorities that is read, in bytes.
const LONGEST: u64 = 8 * MIB;

/// Where distributions keep the authorities they trust, as one PEM file.
const SYSTEM: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Reads the authorities of the system; none where it has no such file.
pub(super) fn system() -> Result<Vec<Certificate<'static>>, RegistryError> {
    match SYSTEM.iter().map(Path::new).find(|path| path.exists()) {
        Some(path) => from_file(path),
        None => Ok(Vec::new()),
    }
}

/// Reads the certificates of a PEM file, of which there must be one at least.
pub(super) fn from_file(path: &Path) -> Result<Vec<Certificate<'static>>, RegistryError> {
    let wrong = |reason: String| RegistryError::AuthorityFile {
        path: PathBuf::from(path),
        reason,
    };
    let bytes = read(path).map_err(|error| wrong(error.to_string()))?;
    let mut found = Vec::new();
    for item in parse_pem(&bytes) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(wrong("it is not PEM".to_owned())),
        }
    }
    if found.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    Ok(found)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let count = io::copy(&mut File::open(path)?.take(LONGEST + 1), &mut bytes)?;
    if count > LONGEST {
        return Err(io::Error::other(format!(
            "it is longer than {LONGEST} bytes"
        )));
    }
    Ok(bytes)
}
