//! What an apply came to, for people and as data.

use lock_format::Platform;
use serde::Serialize;

use crate::cli::lines::Lines;
use crate::diagnostic::sanitize;
use crate::ops::inside::apply::{Applied, NewPin, PublishedImages, Updated};
use crate::ops::inside::held::HeldImage;
use crate::report::{counted, human_size};

/// What an apply came to.
#[derive(Default, Serialize)]
pub(super) struct Report {
    schema: &'static str,
    pub(super) check: bool,
    bundle: Option<String>,
    applied_before: bool,
    blobs: usize,
    bytes: u64,
    published: Vec<String>,
    moved: Vec<MovedLine>,
    pub(super) held: Vec<HeldLine>,
    pub(super) missing: Vec<String>,
    lacking: Vec<String>,
    /// The lock that was written, or would be.
    pub(super) lock_file: Option<String>,
    pinned: Vec<HeldLine>,
    /// Where the lock is shown as it would be with what is held.
    pub(super) shown_in: Option<String>,
}

#[derive(Serialize)]
struct MovedLine {
    reference: String,
    from: String,
    to: String,
}

/// A candidate: held, or pinned now.
#[derive(Serialize)]
pub(super) struct HeldLine {
    reference: String,
    digest: String,
    platforms: Vec<String>,
    signer: String,
    seq: u64,
}

impl Report {
    /// Tells of a bundle.
    pub(super) fn of_bundle(applied: Applied) -> Self {
        match applied {
            Applied::Before(bundle) => Self {
                bundle: Some(bundle.to_string()),
                applied_before: true,
                ..Self::of_lock(PublishedImages::default())
            },
            Applied::Now {
                bundle,
                blobs,
                bytes,
                published,
                lacking,
            } => Self {
                lacking: lacking.iter().map(|why| sanitize(why, 300)).collect(),
                bundle: Some(bundle.to_string()),
                blobs,
                bytes,
                ..Self::of_lock(published)
            },
        }
    }

    /// Tells of a lock.
    pub(super) fn of_lock(published: PublishedImages) -> Self {
        let mut report = Self {
            schema: "airlock.apply/1",
            ..Self::default()
        };
        report.take(published);
        report
    }

    /// Takes what was published last in place of what was before; names that moved stay.
    pub(super) fn take(&mut self, published: PublishedImages) {
        let moved = published.moved.into_iter().map(|moved| MovedLine {
            reference: moved.reference.to_string(),
            from: moved.from.to_string(),
            to: moved.to.to_string(),
        });
        self.moved.extend(moved);
        self.published = published.images.iter().map(ToString::to_string).collect();
        self.missing = published.missing.iter().map(ToString::to_string).collect();
        self.held = published.held.iter().filter_map(held_line).collect();
    }

    /// Takes what was pinned in a lock.
    pub(super) fn take_pins(&mut self, updated: &Updated) {
        self.pinned = updated.pins.iter().map(pin_line).collect();
    }

    /// Tells whether everything that the lock names is published now.
    pub(super) fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.held.is_empty()
    }
}

fn held_line(held: &HeldImage) -> Option<HeldLine> {
    let image = &held.image;
    Some(HeldLine {
        reference: image.reference.to_string(),
        digest: image.pin.as_ref()?.digest.to_string(),
        platforms: names(image.platforms.iter().map(|one| &one.name)),
        signer: held.signer.to_string(),
        seq: held.seq,
    })
}

fn pin_line(pin: &NewPin) -> HeldLine {
    HeldLine {
        reference: pin.reference.to_string(),
        digest: pin.digest.to_string(),
        platforms: names(pin.platforms.iter()),
        signer: pin.signer.to_string(),
        seq: pin.seq,
    }
}

fn names<'a>(platforms: impl Iterator<Item = &'a Platform>) -> Vec<String> {
    platforms.map(ToString::to_string).collect()
}

/// Describes how a lock changes: in the form of `airlock lock`, with who says so.
pub(super) fn change_text(updated: &Updated) -> String {
    let mut out = Lines::default();
    for pin in updated.pins.iter().map(pin_line) {
        out.add(format_args!("moved    {}", pin.reference));
        out.add(format_args!("           from pending"));
        out.add(format_args!("           to   {}", pin.digest));
        out.add(format_args!("           for  {}", pin.platforms.join(", ")));
        out.add(format_args!(
            "           by   station key {}, answering request {}",
            pin.signer, pin.seq
        ));
    }
    for pin in updated.pins.iter().filter(|pin| pin.triggers) {
        out.add(format_args!(
            "triggers {} has ONBUILD triggers that name images: airlock lock --offline finds those",
            pin.reference
        ));
    }
    out.into_text()
}

/// Describes the whole for people.
pub(super) fn text(report: &Report) -> String {
    let mut out = Lines::default();
    if report.applied_before {
        out.add(format_args!(
            "this bundle was applied before; nothing was done"
        ));
        if report.lock_file.is_none() {
            return out.into_text();
        }
    }
    if report.check {
        out.add(format_args!("checked only: nothing was written"));
    }
    for moved in &report.moved {
        out.add(format_args!("moved  {}", moved.reference));
        out.add(format_args!("         from {}", moved.from));
        out.add(format_args!("         to   {}", moved.to));
    }
    for held in &report.held {
        out.add(format_args!("held   {}", held.reference));
        out.add(format_args!("         as   {}, not published", held.digest));
    }
    for reference in &report.missing {
        out.add(format_args!("still missing  {reference}"));
    }
    for why in &report.lacking {
        out.add(format_args!("the station says: {why}"));
    }
    let would = if report.check { "would be " } else { "" };
    out.add(format_args!(
        "{} {would}imported, {}; {} {would}published",
        counted(report.blobs, "blob"),
        human_size(report.bytes),
        counted(report.published.len(), "image")
    ));
    for line in next_step(report) {
        out.add(format_args!("{line}"));
    }
    out.into_text()
}

fn next_step(report: &Report) -> Vec<String> {
    if let Some(file) = report.lock_file.as_ref().filter(|_| report.check) {
        return vec![format!("{file} would be written")];
    }
    if report.held.is_empty() {
        return Vec::new();
    }
    let mut told = vec!["airlock apply --update-lock pins and publishes what is held".to_owned()];
    if let Some(file) = &report.shown_in {
        told.push(format!(
            "{file} is the lock with it: review it, put it in place of the lock, and airlock apply --lockfile publishes it"
        ));
    }
    told
}
