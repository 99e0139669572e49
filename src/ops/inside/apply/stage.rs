//! Every blob of a bundle into the store, several workers at once, each verified as it is written.

use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::thread;

use lock_format::Blob;

use super::content::entry_failure;
use crate::diagnostic::Failure;
use crate::oci::{Inventory, VerifyingReader};
use crate::ops::pool;
use crate::ops::transfer::{Behind, EntryReader, Opened};
use crate::run::{Event, Run, TaskId};
use crate::store::{StoreError, Writer};

/// Payload bytes of a span: small entries share one reader, a large one has its own.
const SPAN: u64 = 8 * 1024 * 1024;
/// Bytes that are moved at once.
const PIECE: usize = 128 * 1024;
/// Bytes of a blob from which on it is digested and written by a second thread, while the first one
/// decrypts: each takes about as long, and one large layer has the machine for itself.
const BEHIND: u64 = 4 * 1024 * 1024;

/// Stages what the store lacks, and reads and verifies all the rest; without a writer, all of it is
/// only read and verified.
///
/// Returns how many blobs the store lacked, and their bytes.
pub(super) fn stage(
    opened: &Opened,
    writer: Option<&Writer<'_>>,
    inventory: &Inventory,
    run: &Run<'_>,
) -> Result<(usize, u64), Failure> {
    let spans = spans(opened);
    run.events.event(Event::Step(&format!(
        "importing {} blobs",
        opened.entries().len()
    )));
    run.events.event(Event::Total(content_bytes(opened)));
    let workers = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let written = pool::map(workers, run.cancel, &spans, |span| {
        let mut count = (0_usize, 0_u64);
        let mut reader = opened.span(span.clone())?;
        while let Some(entry) = reader.next_entry()? {
            let content = entry.carried().content();
            let held = inventory.holds(&content);
            take(entry, content, writer.filter(|_| !held), run)?;
            if !held {
                count = (
                    count.0.saturating_add(1),
                    count.1.saturating_add(content.size),
                );
            }
        }
        Ok(count)
    })?;
    opened.finish()?;
    Ok(written.into_iter().fold((0, 0), |sum, one| {
        (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1))
    }))
}

fn content_bytes(opened: &Opened) -> u64 {
    let sizes = opened.entries().iter().map(|entry| entry.content().size);
    sizes.fold(0, u64::saturating_add)
}

/// Cuts the entries into neighbouring groups of about [`SPAN`] bytes; the last one has the end.
fn spans(opened: &Opened) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let (mut start, mut bytes) = (0, 0_u64);
    for (at, entry) in opened.entries().iter().enumerate() {
        bytes = bytes.saturating_add(entry.payload().size);
        if bytes >= SPAN {
            spans.push(start..at.saturating_add(1));
            (start, bytes) = (at.saturating_add(1), 0);
        }
    }
    if start < opened.entries().len() || spans.is_empty() {
        spans.push(start..opened.entries().len());
    }
    spans
}

/// Takes one entry: into the store, or, where the store has it, only through verification.
fn take(
    entry: EntryReader<'_>,
    blob: Blob,
    writer: Option<&Writer<'_>>,
    run: &Run<'_>,
) -> Result<(), Failure> {
    let volumes = entry.volumes();
    let failed = |cause: io::Error| entry_failure(&blob, volumes.clone(), cause);
    let mut content = entry.content()?;
    if let Some(writer) = writer {
        let out = writer.blob(blob)?;
        let written = if blob.size < BEHIND {
            write(&mut content, out, run)
        } else {
            write_behind(&mut content, out, run)
        };
        let out = written.map_err(|error| error.or(failed))?;
        out.finish().map_err(|error| {
            if let StoreError::Differs(cause) = error {
                failed(cause.into())
            } else {
                error.into()
            }
        })?;
    } else {
        let mut verified = VerifyingReader::new(&mut content, blob);
        copy(&mut verified, &mut io::sink(), run).map_err(|error| error.or(failed))?;
    }
    Ok(())
}

/// A copy that ended early: by a wish, or by one of its ends.
enum Cut {
    Failure(Failure),
    Read(io::Error),
}

impl Cut {
    fn of_output(error: io::Error) -> Self {
        match StoreError::from_io(error) {
            Ok(error) => Self::Failure(error.into()),
            Err(error) => Self::Read(error),
        }
    }

    fn or(self, read: impl Fn(io::Error) -> Failure) -> Failure {
        match self {
            Self::Failure(failure) => failure,
            Self::Read(error) => read(error),
        }
    }
}

fn write<W: Write>(from: &mut impl Read, mut out: W, run: &Run<'_>) -> Result<W, Cut> {
    copy(from, &mut out, run)?;
    Ok(out)
}

fn write_behind<W: Write + Send>(from: &mut impl Read, out: W, run: &Run<'_>) -> Result<W, Cut> {
    thread::scope(|scope| {
        let mut behind = Behind::new(scope, out);
        copy(from, &mut behind, run)?;
        behind.finish().map_err(Cut::of_output)
    })
}

fn copy(from: &mut impl Read, to: &mut impl Write, run: &Run<'_>) -> Result<(), Cut> {
    let mut piece = vec![0; PIECE];
    loop {
        run.cancel
            .check()
            .map_err(|stopped| Cut::Failure(stopped.into()))?;
        let count = from.read(&mut piece).map_err(Cut::Read)?;
        if count == 0 {
            return Ok(());
        }
        to.write_all(piece.get(..count).unwrap_or_default())
            .map_err(Cut::of_output)?;
        let (task, bytes) = (TaskId(0), count as u64);
        run.events.event(Event::Advance { task, bytes });
    }
}
