//! `airlock apply`: a bundle is verified against the lock, then published at once.
//!
//! ```text
//!  sealed file ─► opened (signature, canonical form, length)
//!              ─► accepted (site, open request, the recorded lock)        nothing is written so far
//!              ─► closure (every document of every image, both ways)
//!              ─► staged (every blob, digested while it is written; several workers)
//!              ─► committed ─► published ─► recorded
//! ```
//!
//! A bundle is refused whole: whatever is wrong is found before anything is published, and what was
//! staged goes. The lock that is trusted is the one recorded when the request was issued, or the one
//! the operator names; never one from the bundle.

mod accept;
mod bundle;
mod closure;
mod content;
mod entries;
mod failure;
mod keys;
mod older;
mod publish;
mod stage;
mod unasked;
mod without_bundle;

pub use bundle::{Applied, ApplyOptions, apply};
pub use failure::{ApplyFailure, CODES};
pub use publish::{Moved, PublishedImages};
pub use without_bundle::apply_lock;
