//! The bytes of a blob as a stream that continues by itself where it is cut.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read};

use lock_format::{Blob, Repository};

use super::ask;
use super::blob::{Part, Wanted};
use super::endpoint::Endpoint;
use super::fault::{Fault, FaultKind};
use super::{Client, RegistryError};
use crate::oci::BlobBody;

/// So many bytes of progress make earlier failures forgotten.
const PROGRESS: u64 = 256 * 1024;

/// Opens a blob from `offset` on, or from 0 where the registry cannot do that.
pub(super) fn open<'a>(
    client: &'a Client<'_>,
    repository: &Repository,
    blob: &Blob,
    urls: &[String],
    offset: u64,
) -> Result<BlobBody<'a>, RegistryError> {
    // Beyond the end there is nothing to continue from.
    let offset = if offset > blob.size { 0 } else { offset };
    if offset == blob.size && offset > 0 {
        return Ok(BlobBody {
            offset,
            reader: Box::new(io::empty()),
        });
    }
    let (wanted, part) = client.at_each_endpoint(repository, |endpoint| {
        let wanted = Wanted::new(repository, endpoint, blob, urls);
        let part = wanted.ask(client, offset)?;
        Ok((wanted, part))
    })?;
    let rest = Endpoint::all(repository, &client.settings)
        .iter()
        .map(|endpoint| Wanted::new(repository, endpoint, blob, urls))
        .skip_while(|other| other.at != wanted.at)
        .skip(1)
        .collect();
    Ok(BlobBody {
        offset: part.offset,
        reader: Box::new(BlobStream {
            client,
            position: part.offset,
            wanted,
            rest,
            part,
            failures: 0,
            progress: 0,
        }),
    })
}

struct BlobStream<'a> {
    client: &'a Client<'a>,
    wanted: Wanted,
    /// The same blob at the endpoints that come after this one.
    rest: VecDeque<Wanted>,
    part: Part,
    /// How much of the blob was given on.
    position: u64,
    /// Failures since there was progress.
    failures: u32,
    /// Bytes since the last failure.
    progress: u64,
}

impl BlobStream<'_> {
    /// Opens the rest after a cut: here, or where the blob may be had too.
    fn reopen(&mut self, fault: Fault) -> Result<(), RegistryError> {
        match self.reopen_here(fault) {
            Err(RegistryError::Cancelled(cancelled)) => Err(cancelled.into()),
            Err(error) => self.reopen_elsewhere(error),
            Ok(()) => Ok(()),
        }
    }

    fn reopen_here(&mut self, fault: Fault) -> Result<(), RegistryError> {
        if self.progress >= PROGRESS {
            self.failures = 0;
        }
        self.progress = 0;
        self.failures += 1;
        let lasting = fault.kind != FaultKind::Passing;
        if lasting || self.failures > self.client.settings.retries.times {
            return Err(ask::unreachable(&self.wanted.at, fault, self.failures));
        }
        self.client.pause(self.failures)?;
        self.part = self.wanted.ask(self.client, self.position)?;
        self.skip()
    }

    fn reopen_elsewhere(&mut self, error: RegistryError) -> Result<(), RegistryError> {
        let Some(next) = self.rest.pop_front() else {
            return Err(error);
        };
        self.client.warn_of_mirror(&error);
        self.wanted = next;
        self.failures = 0;
        match self.wanted.ask(self.client, self.position) {
            Err(RegistryError::Cancelled(cancelled)) => Err(cancelled.into()),
            Err(error) => self.reopen_elsewhere(error),
            Ok(part) => {
                self.part = part;
                self.skip()
            }
        }
    }

    /// Passes over what was given on already, where the registry began at 0 again.
    fn skip(&mut self) -> Result<(), RegistryError> {
        let mut again = self.position.saturating_sub(self.part.offset);
        let mut buffer = vec![0; 64 * 1024];
        while again > 0 {
            self.client.run.cancel.check()?;
            let window = usize::try_from(again)
                .unwrap_or(usize::MAX)
                .min(buffer.len());
            match self.part.reader.read(&mut buffer[..window]) {
                Ok(0) => return self.reopen(Fault::cut(&self.part.host)),
                Ok(count) => again = again.saturating_sub(count as u64),
                Err(error) => {
                    return self.reopen(Fault::of_body(&self.part.host, &error));
                }
            }
        }
        self.part.offset = self.position;
        Ok(())
    }
}

impl Read for BlobStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            self.client
                .run
                .cancel
                .check()
                .map_err(RegistryError::from)?;
            let whole = self.position >= self.wanted.blob.size;
            let fault = match self.part.reader.read(buffer) {
                // All is there, however the connection ended.
                Ok(0) | Err(_) if whole => return Ok(0),
                Ok(0) => Fault::cut(&self.part.host),
                Ok(count) => {
                    self.position = self.position.saturating_add(count as u64);
                    self.progress = self.progress.saturating_add(count as u64);
                    return Ok(count);
                }
                Err(error) => Fault::of_body(&self.part.host, &error),
            };
            self.reopen(fault)?;
        }
    }
}

impl fmt::Debug for BlobStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobStream")
            .field("wanted", &self.wanted)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
