//! Content that is held: stored for a pending reference, and served only once a lock pins it.

mod at_hand;
mod image;

pub(super) use at_hand::AtHand;
pub use image::{CODES, HeldImage, held};
