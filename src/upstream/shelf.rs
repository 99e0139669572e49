//! What the registry holds, and the genuine answer to a request.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use lock_format::{Blob, Descriptor, Digest, MediaType};

use super::{Asked, Body, Reply};
use crate::oci::ReadAt;

/// Repositories by path.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    repositories: BTreeMap<String, Repository>,
}

#[derive(Default)]
struct Repository {
    tags: BTreeMap<String, Digest>,
    manifests: BTreeMap<Digest, (MediaType, Vec<u8>)>,
    blobs: BTreeMap<Digest, Arc<dyn ReadAt>>,
}

impl Shelf {
    pub(super) fn put_manifest(&mut self, path: &str, manifest: &Descriptor, bytes: &[u8]) {
        self.repository(path).manifests.insert(
            manifest.digest,
            (manifest.media_type.clone(), bytes.to_vec()),
        );
    }

    pub(super) fn put_blob(&mut self, path: &str, blob: Blob, content: Arc<dyn ReadAt>) {
        self.repository(path).blobs.insert(blob.digest, content);
    }

    pub(super) fn tag(&mut self, path: &str, tag: &str, digest: Digest) {
        self.repository(path).tags.insert(tag.to_owned(), digest);
    }

    fn repository(&mut self, path: &str) -> &mut Repository {
        self.repositories.entry(path.to_owned()).or_default()
    }

    /// Answers as the distribution specification says.
    pub(super) fn answer(&self, asked: &Asked) -> Reply {
        let reply = match asked.path.strip_prefix("/v2/") {
            _ if !matches!(asked.method.as_str(), "GET" | "HEAD") => {
                Reply::error(405, "UNSUPPORTED", "this registry is read-only")
            }
            Some("") => Reply::new(200).with_body(Body::Bytes(b"{}".to_vec())),
            Some(rest) => self.content(rest, asked),
            None => Reply::error(404, "NOT_FOUND", "there is nothing here"),
        };
        reply.with_header("Docker-Distribution-Api-Version", "registry/2.0")
    }

    fn content(&self, rest: &str, asked: &Asked) -> Reply {
        if let Some((path, name)) = rest.rsplit_once("/manifests/") {
            return self
                .manifest(path, name)
                .unwrap_or_else(|| Reply::error(404, "MANIFEST_UNKNOWN", "manifest unknown"));
        }
        if let Some((path, name)) = rest.rsplit_once("/blobs/") {
            return self
                .blob(path, name, asked)
                .unwrap_or_else(|| Reply::error(404, "BLOB_UNKNOWN", "blob unknown to registry"));
        }
        if let Some(repository) = rest
            .strip_suffix("/tags/list")
            .and_then(|path| self.repositories.get_key_value(path))
        {
            let tags: Vec<&String> = repository.1.tags.keys().collect();
            let body = serde_json::json!({ "name": repository.0, "tags": tags });
            return Reply::new(200)
                .with_header("Content-Type", "application/json")
                .with_body(Body::Bytes(body.to_string().into_bytes()));
        }
        Reply::error(404, "NAME_UNKNOWN", "repository name not known to registry")
    }

    fn manifest(&self, path: &str, name: &str) -> Option<Reply> {
        let repository = self.repositories.get(path)?;
        let digest = match repository.tags.get(name) {
            Some(digest) => *digest,
            None => name.parse().ok()?,
        };
        let (media_type, bytes) = repository.manifests.get(&digest)?;
        Some(
            Reply::new(200)
                .with_header("Content-Type", media_type.as_str())
                .with_header("Docker-Content-Digest", &digest.to_string())
                .with_body(Body::Bytes(bytes.clone())),
        )
    }

    fn blob(&self, path: &str, name: &str, asked: &Asked) -> Option<Reply> {
        let digest: Digest = name.parse().ok()?;
        let content = self.repositories.get(path)?.blobs.get(&digest)?;
        let size = content.size();
        let part = |first: u64, length: u64| Body::Part {
            content: Arc::clone(content),
            first,
            length,
        };
        let reply = match asked.range() {
            None => Reply::new(200).with_body(part(0, size)),
            Some((first, _)) if first >= size => {
                Reply::new(416).with_header("Content-Range", &format!("bytes */{size}"))
            }
            Some((first, last)) => {
                let last = last.unwrap_or(u64::MAX).min(size - 1);
                Reply::new(206)
                    .with_header("Content-Range", &format!("bytes {first}-{last}/{size}"))
                    .with_body(part(first, (last + 1).saturating_sub(first)))
            }
        };
        Some(
            reply
                .with_header("Content-Type", "application/octet-stream")
                .with_header("Docker-Content-Digest", name)
                .with_header("Accept-Ranges", "bytes"),
        )
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository")
            .field("tags", &self.tags)
            .field("blobs", &self.blobs.keys())
            .finish_non_exhaustive()
    }
}
