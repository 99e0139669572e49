//! Making, handing over, trusting and ending keys. The same on both sides.
//!
//! A pair of ends shares a phrase: whichever makes it, the other enters it. Or each end makes its own
//! keys and trusts the other's card.

mod enter;
mod forget;
mod grace;
mod new;
mod revoke;
mod rotate;
mod trust;

pub use enter::{enter_keys, enter_rotated, may_save};
pub use forget::forget;
pub use grace::{Grace, NotAGrace};
pub use new::{NewKeys, new_card_keys, new_keys};
pub use revoke::revoke;
pub use rotate::{Rotated, rotate};
pub use trust::{confirm, read_card, trust};
