//! Pulling from `serve` as a client does, and comparing with the registry outside.

use std::io;

use lock_format::{Blob, Reference, Repository};

use super::failure::DemoFailure;
use crate::cli::output::Output;
use crate::diagnostic::Failure;
use crate::oci::{Document, RawManifest, Upstream, VerifyingReader};

/// Pulls an image whole, by tag and again by the digest that upstream gives it.
///
/// `carried` is the reference as upstream has it, `path` its name under the registry inside.
pub(super) fn compare(
    client: &dyn Upstream,
    carried: &Reference,
    inside: &str,
    output: Output,
) -> Result<(), Failure> {
    let path = format!(
        "{}/{}",
        carried.repository().registry().replace(':', "_"),
        carried.repository().path()
    );
    let repository = Repository::new(inside, &path).map_err(|_| DemoFailure::NotServing)?;
    let expected = client.manifest(carried)?;
    let digest = expected.descriptor.digest;
    let tag = Reference::tagged(repository.clone(), carried.tag().unwrap_or("latest"))
        .map_err(|_| DemoFailure::NotServing)?;
    let mut blobs = 0;
    for name in [tag, Reference::digested(repository.clone(), digest)] {
        let found = client.manifest(&name)?;
        if found.descriptor.digest != digest {
            return Err(DemoFailure::Differs {
                reference: Box::new(name),
                found: found.descriptor.digest,
                expected: digest,
            }
            .into());
        }
        blobs = pull(client, &repository, &found)?;
    }
    output.always(&format!(
        "  {carried}\n    {digest} by tag and by digest, {blobs} blobs verified"
    ));
    Ok(())
}

/// Fetches all that a manifest names and that is served; every byte is verified on the way.
fn pull(
    client: &dyn Upstream,
    repository: &Repository,
    raw: &RawManifest,
) -> Result<usize, Failure> {
    let Ok(document) = Document::parse(&raw.bytes, Some(&raw.descriptor.media_type)) else {
        return Err(DemoFailure::NotServing.into());
    };
    let mut blobs = 0;
    match document {
        Document::Index(index) => {
            for child in index.manifests {
                let name = Reference::digested(repository.clone(), child.descriptor.digest);
                blobs += pull(client, repository, &client.manifest(&name)?)?;
            }
        }
        Document::Manifest(manifest) => {
            let layers = manifest.layers.iter().map(|layer| &layer.descriptor);
            for descriptor in layers.chain([&manifest.config]) {
                let blob = Blob::from(descriptor);
                let body = client.blob(repository, &blob, &[], 0)?;
                io::copy(
                    &mut VerifyingReader::new(body.reader, blob),
                    &mut io::sink(),
                )
                .map_err(DemoFailure::setup("pull a blob whole"))?;
                blobs += 1;
            }
        }
    }
    Ok(blobs)
}
