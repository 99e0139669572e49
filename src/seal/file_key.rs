//! The key of one sealed file: unwrapped once, whoever does it, then kept while the file is read.
//!
//! A token asks for a touch each time; several readers of a bundle must not.

use std::sync::{Mutex, PoisonError};

use age::DecryptError;
use age_core::format::{FileKey, Stanza};
use age_core::secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

/// The key of one sealed file; wiped when dropped.
#[derive(Clone)]
pub(super) struct KnownFileKey(Zeroizing<[u8; 16]>);

/// Lets an identity unwrap a file key, and keeps a copy of it.
pub(super) struct Recorder<'a> {
    identity: &'a dyn age::Identity,
    found: &'a Mutex<Option<KnownFileKey>>,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(
        identity: &'a dyn age::Identity,
        found: &'a Mutex<Option<KnownFileKey>>,
    ) -> Self {
        Self { identity, found }
    }

    fn keep(
        &self,
        key: Option<Result<FileKey, DecryptError>>,
    ) -> Option<Result<FileKey, DecryptError>> {
        if let Some(Ok(key)) = &key {
            let copy = KnownFileKey(Zeroizing::new(*key.expose_secret()));
            *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(copy);
        }
        key
    }
}

impl age::Identity for Recorder<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.keep(self.identity.unwrap_stanza(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        self.keep(self.identity.unwrap_stanzas(stanzas))
    }
}

impl age::Identity for KnownFileKey {
    fn unwrap_stanza(&self, _: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        Some(Ok(FileKey::init_with_mut(|key| *key = *self.0)))
    }
}
