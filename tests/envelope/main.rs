//! Envelopes: what is written opens, and everything else is refused with its code.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests; a failure is a failed test"
)]

mod age_situations;
mod by_hand;
mod cards;
mod change;
mod fixture;
mod forge;
mod golden;
mod limits;
mod mutations;
mod refusals;
mod rejected_envelopes;
mod rejected_texts;
mod round_trip;
mod stock;
mod texts;
mod vectors;
mod volumes;
