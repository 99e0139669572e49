//! The sealed files of an envelope, in order, each opened by a key of ours.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

use super::payload::Payload;
use super::volume_file::numbered;
use super::volume_plan::VolumePlan;
use super::volumes_front::VolumesFront;
use super::{TransferError, VolumeError, VolumeFile, explain};
use crate::seal::{AuthenticLength, Keyring, SealError, SealedFile};
use crate::wire::{HEADER_BYTES, Layout, Part, claimed_size};

/// Bytes that are reserved for the header of a volume.
pub const VOLUME_HEADER_BYTES: u64 = 4096;

/// One sealed file and its place.
pub(super) struct Volume {
    /// Counted from 1.
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) sealed: SealedFile,
    /// The number that its name has.
    named: Option<u32>,
    /// The length that its last chunk proves, or why it proves none.
    length: Result<u64, SealError>,
}

/// The sealed files of an envelope, in order; their keys fit, nothing else is known.
pub(super) struct Volumes(Vec<Volume>);

impl Volumes {
    /// Opens each file with the keys of a keyring, and authenticates its last chunk.
    ///
    /// A chunk that fails is told later: a signed `transfer.json` may explain it.
    pub(super) fn open(
        files: Vec<VolumeFile>,
        keyring: &Keyring,
        now: u64,
    ) -> Result<Self, TransferError> {
        let alone = files.len() == 1;
        let mut volumes = Vec::new();
        for (number, file) in numbered(files)? {
            let VolumeFile {
                name,
                number: named,
                file,
            } = file;
            let opened = open(file, keyring, now, alone);
            let (sealed, length) = opened.map_err(|error| within(alone, number, &name, error))?;
            volumes.push(Volume {
                number,
                name,
                sealed,
                named,
                length,
            });
        }
        let volumes = Self(volumes);
        volumes.refuse_copies()?;
        Ok(volumes)
    }

    /// A file key is used once, so two files with the same header are copies.
    fn refuse_copies(&self) -> Result<(), VolumeError> {
        let mut seen: BTreeMap<&[u8], &str> = BTreeMap::new();
        for volume in &self.0 {
            if let Some(name) = seen.insert(volume.sealed.head(), &volume.name) {
                return Err(VolumeError::Twice {
                    name: name.to_owned(),
                    again: volume.name.clone(),
                });
            }
        }
        Ok(())
    }

    /// Reads from the front, before any length is believed, as far as no volume is missing.
    pub(super) fn front(&self) -> impl Read {
        VolumesFront::new((1..).zip(&self.0).map_while(|(place, volume)| {
            let next = volume.number == place;
            next.then_some(&volume.sealed)
        }))
    }

    /// Tells what a failure to read the front comes from, where the volumes are the reason.
    pub(super) fn explain_front(&self, error: TransferError) -> TransferError {
        let begins = |volume: &&Volume| volume.sealed.front().is_ok_and(begins_an_envelope);
        if let Some(first) = self.0.iter().skip(1).find(begins) {
            return VolumeError::Order {
                name: first.name.clone(),
                number: first.number,
                holds: 1,
            }
            .into();
        }
        let gap = if matches!(error, TransferError::Seal(SealError::Truncated)) {
            self.first_gap()
        } else if matches!(error, TransferError::Framing { .. }) && self.is_a_later_one() {
            Some(1)
        } else {
            None
        };
        match gap {
            Some(number) => VolumeError::Missing {
                numbers: vec![number],
                of: None,
            }
            .into(),
            None => error,
        }
    }

    fn first_gap(&self) -> Option<u32> {
        let last = self.0.last().map_or(0, |volume| volume.number);
        (1..last).find(|number| !self.has(*number))
    }

    /// Tells whether there is one file, which by its name is not the first of several.
    fn is_a_later_one(&self) -> bool {
        matches!(self.0.as_slice(), [only] if only.named.is_some_and(|number| number > 1))
    }

    fn has(&self, number: u32) -> bool {
        self.0.iter().any(|volume| volume.number == number)
    }

    /// Holds the volumes against what `transfer.json` says: all are there, none besides, each as long
    /// as computed, and each in its place as far as framing tells.
    pub(super) fn prove(self, layout: &Layout, plan: VolumePlan) -> Result<Payload, TransferError> {
        let lacking: Vec<u32> = plan.numbers().filter(|number| !self.has(*number)).collect();
        if !lacking.is_empty() {
            return Err(VolumeError::Missing {
                numbers: lacking,
                of: Some(plan.count()),
            }
            .into());
        }
        let alone = plan.count() == 1;
        for volume in &self.0 {
            if volume.number > plan.count() {
                return Err(volume.foreign(plan).into());
            }
            volume
                .right_length(plan, layout, alone)
                .map_err(|error| within(alone, volume.number, &volume.name, error))?;
        }
        if !alone {
            for volume in &self.0 {
                if volume.fits(layout, plan, volume.number)? == Some(false) {
                    return Err(volume.misplaced(layout, plan)?.into());
                }
            }
        }
        Payload::of(self.0, plan.volume_payload())
    }
}

impl Volume {
    /// Fails unless the proved length is the one that this place has.
    fn right_length(
        &self,
        plan: VolumePlan,
        layout: &Layout,
        alone: bool,
    ) -> Result<(), TransferError> {
        let computed = plan.bytes(self.number);
        match &self.length {
            Ok(found) if *found == computed => Ok(()),
            Ok(found) if alone => Err(explain::exact(*found, computed)),
            Ok(_) => Err(self.misplaced(layout, plan)?.into()),
            Err(error) => Err(explain::unproved(&self.sealed, computed, error)),
        }
    }

    /// Names what a volume is that does not belong where it stands.
    fn misplaced(&self, layout: &Layout, plan: VolumePlan) -> Result<VolumeError, TransferError> {
        for number in plan.numbers().filter(|number| *number != self.number) {
            if self.length.as_ref().ok() == Some(&plan.bytes(number))
                && self.fits(layout, plan, number)? == Some(true)
            {
                return Ok(VolumeError::Order {
                    name: self.name.clone(),
                    number: self.number,
                    holds: number,
                });
            }
        }
        Ok(self.foreign(plan))
    }

    fn foreign(&self, plan: VolumePlan) -> VolumeError {
        VolumeError::Foreign {
            name: self.name.clone(),
            number: self.number,
            of: plan.count(),
        }
    }

    /// Compares the first framing that a place has; none where a place has none, in the middle of a
    /// long blob: the digest of the blob decides there.
    fn fits(
        &self,
        layout: &Layout,
        plan: VolumePlan,
        number: u32,
    ) -> Result<Option<bool>, TransferError> {
        let place = plan.range(number);
        let part = layout.framing_behind(place.start);
        let start = layout.framing_start(part);
        let framing = layout.framing(part);
        let from = start.max(place.start);
        let end = start.saturating_add(framing.len() as u64).min(place.end);
        if from >= end {
            return Ok(None);
        }
        let skip = usize::try_from(from - start).unwrap_or(usize::MAX);
        let take = usize::try_from(end - from).unwrap_or(usize::MAX);
        let computed: Vec<u8> = framing.into_iter().skip(skip).take(take).collect();
        let mut found = vec![0; computed.len()];
        let length = self.sealed.length()?;
        let mut reader = self.sealed.reader_at(length, from - place.start)?;
        Ok(Some(match reader.read_exact(&mut found) {
            Ok(()) => found == computed,
            Err(error) => {
                let error = TransferError::reading(error);
                return Err(within(false, self.number, &self.name, error));
            }
        }))
    }
}

type Unproved = (SealedFile, Result<u64, SealError>);

fn open(file: File, keyring: &Keyring, now: u64, alone: bool) -> Result<Unproved, TransferError> {
    let sealed = SealedFile::open(file, keyring.identities(now))?;
    if !alone && sealed.head_bytes() > VOLUME_HEADER_BYTES {
        return Err(SealError::HeaderTooLong.into());
    }
    match sealed.length() {
        // A file that the system cannot read is not damaged.
        Err(error @ SealError::Read(_)) => Err(error.into()),
        length => Ok((sealed, length.map(AuthenticLength::bytes))),
    }
}

/// Names the volume that a failure is about, unless there is only one file.
pub(super) fn within(alone: bool, number: u32, name: &str, error: TransferError) -> TransferError {
    if alone || matches!(error, TransferError::Volume(_)) {
        return error;
    }
    VolumeError::Within {
        number,
        name: name.to_owned(),
        cause: Box::new(error),
    }
    .into()
}

/// Tells whether a payload begins as one begins, with the header of `transfer.json`.
fn begins_an_envelope(mut reader: impl Read) -> bool {
    let mut header = [0; HEADER_BYTES];
    reader.read_exact(&mut header).is_ok()
        && claimed_size(&Part::TransferJson.to_string(), &header).is_some()
}
