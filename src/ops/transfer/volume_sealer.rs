//! Seals a payload into one age file after the other.

use std::io::Write as _;

use super::TransferError;
use crate::diagnostic::Failure;
use crate::seal::{Recipient, Sealer};

/// Where volumes go.
pub trait VolumeOutputs {
    /// What one volume is written to.
    type Out: std::io::Write;

    /// Opens the output of the next volume.
    fn begin(&mut self) -> Result<Self::Out, Failure>;

    /// Takes back an output that holds a whole volume, flushed.
    fn end(&mut self, out: Self::Out) -> Result<(), Failure>;
}

/// Seals what is put into it, so many bytes to a volume, each under a file key of its own.
pub(super) struct VolumeSealer<'a, O: VolumeOutputs> {
    recipients: &'a [Recipient],
    volume_payload: u64,
    outputs: &'a mut O,
    current: Option<Sealer<O::Out>>,
    /// Bytes that the current volume still takes.
    left: u64,
}

impl<'a, O: VolumeOutputs> VolumeSealer<'a, O> {
    pub(super) fn new(
        recipients: &'a [Recipient],
        volume_payload: u64,
        outputs: &'a mut O,
    ) -> Self {
        Self {
            recipients,
            volume_payload,
            outputs,
            current: None,
            left: 0,
        }
    }

    /// Seals the next bytes.
    pub(super) fn put(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        while !bytes.is_empty() {
            if self.left == 0 {
                self.end()?;
                let out = self.outputs.begin()?;
                self.current = Some(Sealer::new(self.recipients, out)?);
                self.left = self.volume_payload;
            }
            let most = usize::try_from(self.left).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(most.min(bytes.len()));
            if let Some(sealer) = &mut self.current {
                sealer.write_all(now).map_err(TransferError::Output)?;
            }
            self.left = self.left.saturating_sub(now.len() as u64);
            bytes = later;
        }
        Ok(())
    }

    /// Seals the last volume.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        self.end()
    }

    fn end(&mut self) -> Result<(), Failure> {
        match self.current.take() {
            None => Ok(()),
            Some(sealer) => {
                let out = sealer.finish().map_err(TransferError::Output)?;
                self.outputs.end(out)
            }
        }
    }
}
