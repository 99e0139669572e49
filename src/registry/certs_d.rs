//! Certificates for one host: `certs.d/<host>/` of docker and of containers (containers-certs.d(5)).
//!
//! ```text
//! certs.d/reg.lan:5000/ca.crt        an authority, any name in .crt
//!                      client.cert   a certificate to show, any name in .cert
//!                      client.key    its key, the same name in .key
//! ```

use std::path::Path;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::roots::{self, from_file, wrong};
use super::{RegistryError, Settings};

/// What is there for a host.
#[derive(Debug, Default)]
pub(super) struct HostCertificates {
    pub(super) authorities: Vec<CertificateDer<'static>>,
    pub(super) client: Option<CertifiedKey>,
}

/// Reads the folders of a host, in the order of the settings; the first client certificate counts.
pub(super) fn read(
    authority: &str,
    settings: &Settings,
) -> Result<HostCertificates, RegistryError> {
    let mut found = HostCertificates::default();
    for folder in &settings.certificate_folders {
        for name in names(authority) {
            let folder = folder.join(name);
            if folder.is_dir() {
                add(&mut found, &folder)?;
            }
        }
    }
    Ok(found)
}

/// Docker Hub's folder has the name that references use.
fn names(authority: &str) -> Vec<&str> {
    match authority {
        "registry-1.docker.io" => vec![authority, "docker.io"],
        _ => vec![authority],
    }
}

fn add(found: &mut HostCertificates, folder: &Path) -> Result<(), RegistryError> {
    for path in roots::files(folder)? {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("crt") => found.authorities.extend(from_file(&path)?),
            Some("cert") if found.client.is_none() => {
                found.client = Some(client(&path, &path.with_extension("key"))?);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Reads a certificate and its key, and checks that they belong together.
fn client(certificate: &Path, key: &Path) -> Result<CertifiedKey, RegistryError> {
    let chain = from_file(certificate)?;
    let pem = roots::read(key)?;
    let der = PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_| wrong(key, "there is no private key in it"))?;
    CertifiedKey::from_der(chain, der, &default_provider())
        .map_err(|error| wrong(certificate, &format!("it does not fit its key: {error}")))
}
