//! Content of any size that takes no memory.

use std::io;

use crate::oci::ReadAt;

/// Bytes that look random and are a function of seed and offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Tells one content from another.
    pub seed: u64,
    /// The length in bytes.
    pub size: u64,
}

impl Generated {
    /// One step of `SplitMix64` (Steele, Lea, Flood 2014) over the number of the word.
    fn word(self, number: u64) -> [u8; 8] {
        let mut z = number
            .wrapping_add(self.seed.rotate_left(32))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).to_le_bytes()
    }
}

impl ReadAt for Generated {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = left.min(buffer.len());
        let mut filled = 0;
        while filled < count {
            let position = offset + filled as u64;
            let within = usize::try_from(position % 8).unwrap_or(0);
            let word = self.word(position / 8);
            let piece = (8 - within).min(count - filled);
            buffer[filled..filled + piece].copy_from_slice(&word[within..within + piece]);
            filled += piece;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_cut_gives_the_same_bytes() {
        let content = Generated { seed: 7, size: 100 };
        let mut whole = [0; 200];
        assert_eq!(content.read_at(&mut whole, 0).unwrap(), 100);
        for start in 0..100_usize {
            let mut part = [0; 9];
            let count = content.read_at(&mut part, start as u64).unwrap();
            assert_eq!(part[..count], whole[start..start + count]);
        }
        assert_eq!(content.read_at(&mut whole, 100).unwrap(), 0);
    }
}
