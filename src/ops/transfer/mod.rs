//! Envelopes written and opened (`docs/transfer-format.md` sections 8, 9 and 11): joins `wire`, which
//! knows what the bytes mean, and `seal`, which knows the keys. Shared by both sides.
//!
//! ```text
//!  Transfer ─ Envelope::new ─► signed ─ seal_to ─► Writing: sealed size ─ write ─► the sealed file
//!  File ─ open_envelope ─► Opened: verified, laid out ─ span, span, … ─► entries ─ finish ─► whole
//! ```
//!
//! Whoever writes gives a new name to the output only after success; whoever opens publishes only
//! after [`Opened::finish`].

mod address;
mod behind;
mod encoding;
mod entry_reader;
mod envelope;
mod error;
mod front;
mod open;
mod opened;
mod payload_pump;
mod span;
mod standing;
mod writing;

pub use address::{address, address_to};
pub use behind::Behind;
pub use encoding::{ContentReader, zstd_encoder};
pub use entry_reader::EntryReader;
pub use envelope::Envelope;
pub use error::{CODES, TransferError};
pub use open::open_envelope;
pub use opened::Opened;
pub use span::Span;
pub use standing::Standing;
pub use writing::{OpenPayload, Writing};
