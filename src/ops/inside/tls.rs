//! `airlock tls init`: a certificate that clients trust for this server alone.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::diagnostic::Failure;
use crate::run::Run;
use crate::seal::seal_with_passphrase;
use crate::serve::Subject;
use crate::store::{Existing, StoreError, publish_file};

/// Where the files of a certificate are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFolder {
    /// What clients trust.
    pub authority: PathBuf,
    /// What the server shows.
    pub certificate: PathBuf,
    /// The server's private key.
    pub key: PathBuf,
    /// The authority's private key, sealed.
    pub authority_key: PathBuf,
}

impl TlsFolder {
    /// Names the files in a folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            authority: folder.join("ca.crt"),
            certificate: folder.join("server.crt"),
            key: folder.join("server.key"),
            authority_key: folder.join("ca.key.age"),
        }
    }
}

/// Makes an authority and a certificate in a folder.
///
/// The authority's key is sealed with the passphrase, or forgotten where there is none: then nobody
/// can ever make another certificate that these clients trust. The certificate comes before its key,
/// so that a running server never sees a new key with an old certificate for longer than a moment.
pub fn init(
    folder: &Path,
    subject: &Subject,
    keep: Option<&Zeroizing<String>>,
    existing: Existing,
    run: &Run<'_>,
) -> Result<TlsFolder, Failure> {
    let issued = subject.issue(run.clock.unix_seconds())?;
    std::fs::create_dir_all(folder).map_err(|source| StoreError::Io {
        action: "make the folder",
        path: folder.to_owned(),
        source,
    })?;
    let files = TlsFolder::new(folder);
    if let Some(passphrase) = keep {
        let sealed = seal_with_passphrase(issued.authority_key.as_bytes(), passphrase)?;
        publish_file(&files.authority_key, &sealed, 0o600, existing)?;
    }
    publish_file(
        &files.authority,
        issued.authority.as_bytes(),
        0o644,
        existing,
    )?;
    publish_file(
        &files.certificate,
        issued.certificate.as_bytes(),
        0o644,
        existing,
    )?;
    publish_file(&files.key, issued.key.as_bytes(), 0o600, existing)?;
    Ok(files)
}
