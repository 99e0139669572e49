//! The server: starts, answers, logs, and stops when it is dropped.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, PoisonError, RwLockWriteGuard};
use std::thread::{self, JoinHandle};

use lock_format::{Algorithm, Blob, Descriptor, Digest, MediaType};
use tiny_http::Server;

use super::answering::{Answering, dispatch, lock};
use super::image::Image;
use super::relay::Relay;
use super::shelf::Shelf;
use super::stop::Stop;
use super::{Asked, Rule, UpstreamError};
use crate::oci::{Hasher, ReadAt, digest_of};

/// A registry on 127.0.0.1 that does what it is told.
pub struct Scripted {
    shared: Arc<Answering>,
    server: Arc<Server>,
    dispatcher: Option<JoinHandle<()>>,
}

impl Scripted {
    /// Starts with empty shelves, on a free port.
    pub fn start() -> Result<Self, UpstreamError> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(UpstreamError::CannotListen)?;
        let inner = listener.local_addr().map_err(UpstreamError::CannotListen)?;
        let server = Server::from_listener(listener, None)
            .map_err(|error| UpstreamError::CannotListen(io::Error::other(error.to_string())))?;
        let server = Arc::new(server);
        let stop = Arc::new(Stop::default());
        let relay = Relay::start(inner, &stop).map_err(UpstreamError::CannotListen)?;
        let shared = Arc::new(Answering::new(relay, stop));
        let dispatcher = {
            let (server, shared) = (Arc::clone(&server), Arc::clone(&shared));
            thread::spawn(move || dispatch(&server, &shared))
        };
        Ok(Self {
            shared,
            server,
            dispatcher: Some(dispatcher),
        })
    }

    /// Returns the address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.shared.relay.address()
    }

    /// Returns the registry's name as references write it: `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address().to_string()
    }

    /// Puts a blob into a repository; the digest is SHA-256.
    pub fn put_blob(&self, repository: &str, content: Arc<dyn ReadAt>) -> io::Result<Blob> {
        self.put_blob_as(repository, Algorithm::Sha256, content)
    }

    /// Puts a blob into a repository, under a digest of `algorithm`.
    pub fn put_blob_as(
        &self,
        repository: &str,
        algorithm: Algorithm,
        content: Arc<dyn ReadAt>,
    ) -> io::Result<Blob> {
        let blob = Blob {
            digest: digest_of_content(algorithm, content.as_ref())?,
            size: content.size(),
        };
        self.shelf().put_blob(repository, blob, content);
        Ok(blob)
    }

    /// Puts a manifest or an index into a repository; the digest is SHA-256.
    pub fn put_manifest(
        &self,
        repository: &str,
        media_type: MediaType,
        bytes: &[u8],
    ) -> Descriptor {
        let descriptor = Descriptor {
            digest: digest_of(Algorithm::Sha256, bytes),
            size: bytes.len() as u64,
            media_type,
        };
        self.put_manifest_as(repository, &descriptor, bytes);
        descriptor
    }

    /// Puts bytes into a repository as the manifest that the descriptor says they are.
    pub fn put_manifest_as(&self, repository: &str, manifest: &Descriptor, bytes: &[u8]) {
        self.shelf().put_manifest(repository, manifest, bytes);
    }

    /// Points a tag at a manifest.
    pub fn tag(&self, repository: &str, tag: &str, digest: Digest) {
        self.shelf().tag(repository, tag, digest);
    }

    /// Puts an image with all that it names into a repository, and points a tag at it.
    pub fn push(&self, repository: &str, tag: &str, image: &Image) {
        let mut shelf = self.shelf();
        for (blob, bytes) in &image.blobs {
            shelf.put_blob(repository, *blob, Arc::new(bytes.clone()));
        }
        for (manifest, bytes) in &image.manifests {
            shelf.put_manifest(repository, manifest, bytes);
        }
        shelf.tag(repository, tag, image.top.digest);
    }

    /// Adds a rule after those that are there.
    pub fn add_rule(&self, rule: Rule) {
        self.shared
            .rules
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(rule);
    }

    /// Takes all rules away: from now on every answer is the genuine one.
    pub fn clear_rules(&self) {
        self.shared
            .rules
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Returns the requests that came in so far, in order.
    pub fn requests(&self) -> Vec<Asked> {
        lock(&self.shared.log).clone()
    }

    /// Forgets the requests that came in so far.
    pub fn clear_requests(&self) {
        lock(&self.shared.log).clear();
    }

    fn shelf(&self) -> RwLockWriteGuard<'_, Shelf> {
        self.shared
            .shelf
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.shared.relay.stop();
        self.server.unblock();
        if let Some(dispatcher) = self.dispatcher.take() {
            drop(dispatcher.join());
        }
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripted")
            .field("host", &self.host())
            .finish_non_exhaustive()
    }
}

fn digest_of_content(algorithm: Algorithm, content: &dyn ReadAt) -> io::Result<Digest> {
    let mut hasher = Hasher::new(algorithm);
    let mut buffer = vec![0; 64 * 1024];
    let mut offset = 0;
    loop {
        match content.read_at(&mut buffer, offset)? {
            0 => return Ok(hasher.finish()),
            count => {
                hasher.update(&buffer[..count]);
                offset += count as u64;
            }
        }
    }
}
