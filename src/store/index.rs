//! `index.json`, the one atomic point of publication (`docs/store.md`, 2.2).

use std::fmt::Write as _;
use std::path::Path;

use lock_format::{Algorithm, Descriptor, Digest, Reference};
use serde::Deserialize;

use crate::oci::{Catalog, digest_of};

use super::layout::{INDEX, Layout};
use super::published_list::PublishedList;
use super::{Publication, StoreError};

/// The annotation of a name (OCI image specification, annotations.md).
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The annotation of the index that names the list of blobs.
const LIST: &str = "airlock.published";
/// Longest `index.json` and list of blobs, in bytes: some 200,000 manifests, 800,000 blobs.
pub(super) const INDEX_BYTES: u64 = 64 << 20;

/// The index of a store that publishes nothing.
pub(super) const EMPTY_INDEX: &str = "{
  \"schemaVersion\": 2,
  \"mediaType\": \"application/vnd.oci.image.index.v1+json\",
  \"manifests\": []
}
";

/// The index of a store as it is now, with its list of blobs.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) catalog: Catalog,
    pub(super) list: PublishedList,
}

/// How often a reader follows a writer that replaces the index while it reads.
const ATTEMPTS: u32 = 5;

impl Current {
    /// Reads `index.json` and the list it names.
    pub(super) fn read(layout: &Layout) -> Result<Self, StoreError> {
        let mut attempt = 1;
        loop {
            let path = layout.root.path().join(INDEX);
            let Some(bytes) = layout.root.read(INDEX, INDEX_BYTES)? else {
                return Err(StoreError::broken(&path, "it is missing"));
            };
            let (catalog, list) = parse(&bytes, &path)?;
            let Some(digest) = list else {
                let list = PublishedList::default();
                return Ok(Self { catalog, list });
            };
            match read_list(layout, &digest)? {
                Some(list) => return Ok(Self { catalog, list }),
                // A writer swept it: then there is a newer index by now.
                None if attempt < ATTEMPTS => attempt += 1,
                None => {
                    let path = layout.published.path().join(digest.hex());
                    return Err(StoreError::broken(&path, "it is missing"));
                }
            }
        }
    }

    /// Returns it as a value to add to.
    pub(super) fn publication(self, layout: &Layout) -> Result<Publication, StoreError> {
        let entries = self.list.entries().ok_or_else(|| {
            let why = "a line of the list of blobs that `index.json` names is malformed";
            StoreError::broken(layout.published.path(), why)
        })?;
        Ok(Publication {
            catalog: self.catalog,
            blobs: entries.into_iter().collect(),
        })
    }
}

fn read_list(layout: &Layout, digest: &Digest) -> Result<Option<PublishedList>, StoreError> {
    let name = digest.hex();
    let Some(bytes) = layout.published.read(&name, INDEX_BYTES)? else {
        return Ok(None);
    };
    if digest_of(Algorithm::Sha256, &bytes) != *digest {
        let path = layout.published.path().join(name);
        return Err(StoreError::broken(&path, "its digest is not its name"));
    }
    Ok(Some(PublishedList::new(bytes)))
}

/// Writes the index. `list` is the digest of the list of blobs.
pub(super) fn text(catalog: &Catalog, list: &Digest) -> String {
    if catalog.names.is_empty() && catalog.manifests.is_empty() {
        return EMPTY_INDEX.to_owned();
    }
    let mut named: Vec<(String, &Descriptor)> = catalog
        .names
        .iter()
        .map(|(reference, descriptor)| (reference.to_string(), descriptor))
        .collect();
    named.sort();
    let digests: std::collections::BTreeSet<&Digest> = named
        .iter()
        .map(|(_, descriptor)| &descriptor.digest)
        .collect();
    let named_lines = named
        .iter()
        .map(|(name, descriptor)| entry(descriptor, Some(name)));
    let other_lines = catalog
        .manifests
        .values()
        .filter(|descriptor| !digests.contains(&descriptor.digest))
        .map(|descriptor| entry(descriptor, None));
    let lines: Vec<String> = named_lines.chain(other_lines).collect();
    format!(
        "{{\n  \"schemaVersion\": 2,\n  \"mediaType\": \"application/vnd.oci.image.index.v1+json\",\n  \
         \"manifests\": [\n{}\n  ],\n  \"annotations\": {{\"{LIST}\":\"{list}\"}}\n}}\n",
        lines.join(",\n")
    )
}

/// Writes one entry. Media types, digests and references have no character that JSON escapes.
fn entry(descriptor: &Descriptor, name: Option<&str>) -> String {
    let Descriptor {
        digest,
        size,
        media_type,
    } = descriptor;
    let mut out =
        format!("    {{\"mediaType\":\"{media_type}\",\"digest\":\"{digest}\",\"size\":{size}");
    if let Some(name) = name {
        write!(out, ",\"annotations\":{{\"{REF_NAME}\":\"{name}\"}}")
            .expect("a string takes all text");
    }
    out.push('}');
    out
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct IndexWire {
    schema_version: u64,
    media_type: String,
    manifests: Vec<EntryWire>,
    annotations: Option<ListWire>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListWire {
    #[serde(rename = "airlock.published")]
    list: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct EntryWire {
    media_type: String,
    digest: String,
    size: u64,
    annotations: Option<NameWire>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameWire {
    #[serde(rename = "org.opencontainers.image.ref.name")]
    name: String,
}

/// Reads the index: the catalog, and the digest of the list of blobs.
fn parse(bytes: &[u8], path: &Path) -> Result<(Catalog, Option<Digest>), StoreError> {
    let foreign = |why: String| {
        let why = format!("{why}; airlock did not write it so");
        StoreError::broken(path, why)
    };
    let wire: IndexWire =
        serde_json::from_slice(bytes).map_err(|error| foreign(error.to_string()))?;
    if wire.schema_version != 2 || wire.media_type != lock_format::MediaType::OCI_INDEX {
        return Err(foreign("it is not an OCI image index".to_owned()));
    }
    let list = match wire.annotations {
        Some(annotations) => {
            let digest = annotations.list.parse::<Digest>();
            Some(digest.map_err(|error| foreign(format!("`{LIST}`: {error}")))?)
        }
        None if wire.manifests.is_empty() => None,
        None => return Err(foreign(format!("there is no annotation `{LIST}`"))),
    };
    let mut catalog = Catalog::default();
    for entry in wire.manifests {
        add(&mut catalog, entry).map_err(foreign)?;
    }
    Ok((catalog, list))
}

fn add(catalog: &mut Catalog, wire: EntryWire) -> Result<(), String> {
    let descriptor = Descriptor {
        digest: wire.digest.parse().map_err(|error| format!("{error}"))?,
        size: wire.size,
        media_type: wire
            .media_type
            .parse()
            .map_err(|error| format!("{error}"))?,
    };
    if let Some(NameWire { name }) = wire.annotations {
        let reference = Reference::parse_canonical(&name).map_err(|error| error.to_string())?;
        if catalog
            .names
            .insert(reference, descriptor.clone())
            .is_some()
        {
            return Err(format!("`{name}` is there twice"));
        }
    }
    match catalog
        .manifests
        .insert(descriptor.digest, descriptor.clone())
    {
        Some(before) if before != descriptor => Err(format!(
            "{} has two sizes or media types",
            descriptor.digest
        )),
        _ => Ok(()),
    }
}

/// Returns the digest of the list that `index.json` names, without reading the list.
pub(super) fn list_in_use(layout: &Layout) -> Result<Option<Digest>, StoreError> {
    let path = layout.root.path().join(INDEX);
    match layout.root.read(INDEX, INDEX_BYTES)? {
        Some(bytes) => Ok(parse(&bytes, &path)?.1),
        None => Err(StoreError::broken(&path, "it is missing")),
    }
}
