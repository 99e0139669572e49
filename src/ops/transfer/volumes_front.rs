//! The plain bytes of several sealed files, read from the front before any length is proved.

use std::io::{self, Read};

use crate::seal::SealedFile;

/// Reads sealed files one after the other. Each is opened when its turn comes: a reader holds a whole
/// chunk, and there may be 999.
pub(super) struct VolumesFront<'v, I> {
    later: I,
    current: Option<Box<dyn Read + 'v>>,
}

impl<'v, I: Iterator<Item = &'v SealedFile>> VolumesFront<'v, I> {
    pub(super) fn new(files: I) -> Self {
        Self {
            later: files,
            current: None,
        }
    }
}

impl<'v, I: Iterator<Item = &'v SealedFile>> Read for VolumesFront<'v, I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(reader) = &mut self.current {
                let count = reader.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
            }
            let Some(next) = self.later.next() else {
                return Ok(0);
            };
            self.current = Some(Box::new(next.front()?));
        }
    }
}
