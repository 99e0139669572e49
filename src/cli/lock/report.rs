//! How a lock changed, for people and as data.

use std::collections::BTreeMap;
use std::path::Path;

use lock_format::Platform;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::lines::Lines;
use crate::diagnostic::Failure;
use crate::ops::project::Locked;
use crate::report::{counted, human_size};

/// What became of the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ending {
    /// It was written.
    Written,
    /// It says all of this already.
    UpToDate,
    /// It would be written, were it not for `--dry-run`.
    Shown,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    file: String,
    written: bool,
    result: Ending,
    images: usize,
    platforms: usize,
    blobs: usize,
    bytes: u64,
    added: Vec<String>,
    removed: Vec<String>,
    moved: Vec<MovedLine>,
    at_other_platforms: Vec<PlatformLine>,
    inside: Vec<String>,
    pending: Vec<String>,
    new_blobs: usize,
    new_bytes: u64,
}

#[derive(Serialize)]
struct MovedLine {
    reference: String,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Serialize)]
struct PlatformLine {
    reference: String,
    added: Vec<String>,
    removed: Vec<String>,
}

/// Tells how the lock changed.
pub(crate) fn tell(
    path: &Path,
    result: Ending,
    locked: &Locked,
    context: &Context,
) -> Result<(), Failure> {
    let report = report(path, result, locked);
    if context.output().is_json() {
        context.output().data(&report)?;
    } else {
        context.output().say(&text(&report));
    }
    Ok(())
}

fn report(path: &Path, result: Ending, locked: &Locked) -> Report {
    let change = &locked.change;
    let images = locked.lockfile.images();
    let blobs: BTreeMap<_, _> = images
        .iter()
        .flat_map(lock_format::Image::blobs)
        .map(|blob| (blob.digest, blob.size))
        .collect();
    let moved = change.moved.iter().map(|moved| MovedLine {
        reference: moved.reference.to_string(),
        from: moved.from.map(|digest| digest.to_string()),
        to: moved.to.map(|digest| digest.to_string()),
    });
    let names = |platforms: &[Platform]| platforms.iter().map(ToString::to_string).collect();
    let others = change.platforms.iter().map(|other| PlatformLine {
        reference: other.reference.to_string(),
        added: names(&other.added),
        removed: names(&other.removed),
    });
    Report {
        schema: "airlock.lock/1",
        file: path.display().to_string(),
        written: result == Ending::Written,
        result,
        images: images.len(),
        platforms: images.iter().map(|image| image.platforms.len()).sum(),
        blobs: blobs.len(),
        bytes: blobs
            .values()
            .fold(0, |sum, size| sum.saturating_add(*size)),
        added: change.added.iter().map(ToString::to_string).collect(),
        removed: change.removed.iter().map(ToString::to_string).collect(),
        moved: moved.collect(),
        at_other_platforms: others.collect(),
        inside: locked.inside.iter().map(ToString::to_string).collect(),
        pending: images
            .iter()
            .filter(|image| image.is_pending())
            .map(|image| image.reference.to_string())
            .collect(),
        new_blobs: change.blobs.len(),
        new_bytes: change.bytes,
    }
}

fn text(report: &Report) -> String {
    let mut out = Lines::default();
    for reference in &report.added {
        out.add(format_args!("added    {reference}"));
    }
    for reference in &report.removed {
        out.add(format_args!("removed  {reference}"));
    }
    for moved in &report.moved {
        let digest =
            |digest: &Option<String>| digest.clone().unwrap_or_else(|| "pending".to_owned());
        out.add(format_args!("moved    {}", moved.reference));
        out.add(format_args!("           from {}", digest(&moved.from)));
        out.add(format_args!("           to   {}", digest(&moved.to)));
    }
    for other in &report.at_other_platforms {
        let added = other.added.iter().map(|name| format!("+{name}"));
        let removed = other.removed.iter().map(|name| format!("-{name}"));
        let names: Vec<String> = added.chain(removed).collect();
        out.add(format_args!(
            "platform {} {}",
            other.reference,
            names.join(" ")
        ));
    }
    for reference in &report.inside {
        out.add(format_args!("inside   {reference}, not locked"));
    }
    for reference in &report.pending {
        out.add(format_args!("pending  {reference}"));
    }
    if report.new_blobs > 0 {
        out.add(format_args!(
            "new      {}, {}",
            counted(report.new_blobs, "blob"),
            human_size(report.new_bytes)
        ));
    }
    out.add(format_args!(
        "{} {}: {} at {}, {}, {}",
        report.file,
        match report.result {
            Ending::Written => "written",
            Ending::UpToDate => "is up to date",
            Ending::Shown => "would be written",
        },
        counted(report.images, "image"),
        counted(report.platforms, "platform"),
        counted(report.blobs, "blob"),
        human_size(report.bytes)
    ));
    out.into_text()
}
