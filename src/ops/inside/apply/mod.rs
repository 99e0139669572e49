//! `airlock apply`: a bundle is verified against the lock, then published at once.
//!
//! ```text
//!  sealed file ─► opened (signature, canonical form, length)
//!              ─► accepted (site, open request, the recorded lock)        nothing is written so far
//!              ─► candidates (what pending references name, with their closure)
//!              ─► closure (every document of every image, both ways)
//!              ─► staged (every blob, digested while it is written; several workers)
//!              ─► committed ─► published ─► recorded
//! ```
//!
//! A bundle is refused whole: whatever is wrong is found before anything is published, and what was
//! staged goes. The lock that is trusted is the one recorded when the request was issued, or the one
//! the operator names; never one from the bundle. A candidate is held: stored, and published by nothing
//! but a lock that pins it.

mod accept;
mod bundle;
mod candidates;
mod closure;
mod content;
mod entries;
mod failure;
mod keys;
mod older;
mod publish;
mod stage;
mod unasked;
mod update_lock;
mod without_bundle;

pub(super) use closure::check as check_closure;

pub use bundle::{Applied, ApplyOptions, apply};
pub use failure::{ApplyFailure, CODES};
pub use publish::{Moved, PublishedImages};
pub use update_lock::{NewPin, Updated, Write, pinned, update_lock};
pub use without_bundle::apply_lock;
