//! One blob into the cache, verified, continued where it was cut.

use std::io::{self, Read as _};

use lock_format::{Reference, Repository};

use super::BundleFailure;
use super::wanted::Wanted;
use crate::diagnostic::Failure;
use crate::oci::Upstream;
use crate::registry::RegistryError;
use crate::run::{Event, Run, TaskId};
use crate::store::{Cache, PartWriter};

/// Bytes that are moved at once.
const PIECE: usize = 128 * 1024;

/// Fetches a blob unless the cache has it; asks each repository that may have it.
pub(super) fn fetch(
    upstream: &dyn Upstream,
    cache: &Cache,
    wanted: &Wanted,
    urls: &[String],
    task: TaskId,
    run: &Run<'_>,
) -> Result<(), Failure> {
    let Some(mut writer) = cache.writer(wanted.blob, run)? else {
        advance(run, task, wanted.blob.size);
        return Ok(());
    };
    advance(run, task, writer.offset());
    let mut last = None;
    for repository in wanted.repositories() {
        let tried = if wanted.media_type.is_some() {
            manifest(upstream, repository, wanted, &mut writer)
        } else {
            blob(upstream, repository, wanted, urls, &mut writer, task, run)
        };
        match tried {
            Ok(()) => return Ok(writer.finish()?),
            Err(failure) => last = Some(failure),
        }
        run.cancel.check()?;
    }
    // A request names at least one image for each blob, so there was one to ask.
    Err(last.unwrap_or_else(|| {
        BundleFailure::Incomplete {
            wanted: 1,
            references: 0,
            failures: Vec::new(),
        }
        .into()
    }))
}

fn manifest(
    upstream: &dyn Upstream,
    repository: &Repository,
    wanted: &Wanted,
    writer: &mut PartWriter<'_>,
) -> Result<(), Failure> {
    let blob = wanted.blob;
    let raw = upstream.manifest(&Reference::digested(repository.clone(), blob.digest))?;
    if raw.descriptor.size != blob.size {
        return Err(BundleFailure::Size {
            digest: blob.digest,
            wanted: blob.size,
            found: raw.descriptor.size,
        }
        .into());
    }
    writer.restart()?;
    writer.take(&raw.bytes)?;
    Ok(())
}

fn blob(
    upstream: &dyn Upstream,
    repository: &Repository,
    wanted: &Wanted,
    urls: &[String],
    writer: &mut PartWriter<'_>,
    task: TaskId,
    run: &Run<'_>,
) -> Result<(), Failure> {
    if writer.offset() == wanted.blob.size {
        return Ok(());
    }
    let mut body = upstream.blob(repository, &wanted.blob, urls, writer.offset())?;
    if body.offset != writer.offset() {
        writer.restart()?;
    }
    let mut piece = vec![0; PIECE];
    loop {
        run.cancel.check()?;
        let count = body
            .reader
            .read(&mut piece)
            .map_err(|cause| cut_off(wanted, repository, cause))?;
        if count == 0 {
            return Ok(());
        }
        writer.take(piece.get(..count).unwrap_or_default())?;
        advance(run, task, count as u64);
    }
}

/// What the registry client says of a cut names host, status and what helps; it goes on as it is.
fn cut_off(wanted: &Wanted, repository: &Repository, cause: io::Error) -> Failure {
    match RegistryError::within(&cause) {
        Some(error) => error.clone().into(),
        None => BundleFailure::Transfer {
            digest: wanted.blob.digest,
            repository: repository.clone(),
            cause,
        }
        .into(),
    }
}

fn advance(run: &Run<'_>, task: TaskId, bytes: u64) {
    run.events.event(Event::Advance { task, bytes });
}
