//! The client: what others call, and what its parts share.

use std::fmt;

use lock_format::{Blob, Descriptor, Reference, Repository};

use super::agents::Agents;
use super::authorization::Authorization;
use super::quota::Quota;
use super::schemes::Schemes;
use super::{RegistryError, Settings};
use crate::diagnostic::Failure;
use crate::oci::{BlobBody, RawManifest, Upstream};
use crate::run::{Run, Sleeper};

/// Asks registries; shared by all threads of an operation.
pub struct Client<'a> {
    pub(super) settings: Settings,
    pub(super) run: Run<'a>,
    pub(super) sleeper: &'a dyn Sleeper,
    pub(super) agents: Agents,
    pub(super) schemes: Schemes,
    pub(super) authorization: Authorization,
    pub(super) quota: Quota,
}

impl<'a> Client<'a> {
    /// Makes a client. Nothing is asked and no file is read before the first question.
    pub fn new(settings: Settings, run: Run<'a>, sleeper: &'a dyn Sleeper) -> Self {
        Self {
            settings,
            run,
            sleeper,
            agents: Agents::default(),
            schemes: Schemes::default(),
            authorization: Authorization::default(),
            quota: Quota::default(),
        }
    }

    /// Fetches what a reference names. See [`Upstream::manifest`].
    ///
    /// # Errors
    ///
    /// With the host, the reference, the registry's words and what helps.
    pub fn fetch_manifest(&self, reference: &Reference) -> Result<RawManifest, RegistryError> {
        super::manifest::fetch(self, reference)
    }

    /// Asks what a reference names without fetching it. See [`Upstream::look_up`].
    ///
    /// # Errors
    ///
    /// Like [`fetch_manifest`](Self::fetch_manifest).
    pub fn look_up(&self, reference: &Reference) -> Result<Option<Descriptor>, RegistryError> {
        super::manifest::look_up(self, reference)
    }

    /// Opens a blob. See [`Upstream::blob`].
    ///
    /// # Errors
    ///
    /// With the host, the digest, the registry's words and what helps. A later failure of the
    /// reader is found with [`RegistryError::within`].
    pub fn open_blob(
        &self,
        repository: &Repository,
        blob: &Blob,
        urls: &[String],
        offset: u64,
    ) -> Result<BlobBody<'_>, RegistryError> {
        super::stream::open(self, repository, blob, urls, offset)
    }
}

impl Upstream for Client<'_> {
    fn manifest(&self, reference: &Reference) -> Result<RawManifest, Failure> {
        Ok(self.fetch_manifest(reference)?)
    }

    fn look_up(&self, reference: &Reference) -> Result<Option<Descriptor>, Failure> {
        Ok(self.look_up(reference)?)
    }

    fn blob(
        &self,
        repository: &Repository,
        blob: &Blob,
        urls: &[String],
        offset: u64,
    ) -> Result<BlobBody<'_>, Failure> {
        Ok(self.open_blob(repository, blob, urls, offset)?)
    }
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
