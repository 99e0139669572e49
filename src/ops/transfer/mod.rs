//! Envelopes written and opened (`docs/transfer-format.md` sections 8, 9 and 11): joins `wire`, which
//! knows what the bytes mean, and `seal`, which knows the keys. Shared by both sides.
//!
//! ```text
//!  Transfer ─ Envelope::new ─► signed ─ seal_to ─► Writing: sealed size ─ write ─► the sealed file
//!  File, or its volumes ─ open_volumes ─► Opened: verified, laid out ─ span, span, … ─► entries ─ finish ─► whole
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
mod explain;
mod front;
mod open;
mod opened;
mod payload;
mod payload_pump;
mod span;
mod standing;
mod volume_error;
mod volume_file;
mod volume_plan;
mod volume_sealer;
mod volumes;
mod volumes_front;
mod writing;

pub use address::{address, address_to};
pub use behind::Behind;
pub use encoding::{ContentReader, zstd_encoder};
pub use entry_reader::EntryReader;
pub use envelope::Envelope;
pub use error::{CODES, TransferError};
pub use open::{open_envelope, open_volumes};
pub use opened::Opened;
pub use span::Span;
pub use standing::Standing;
pub use volume_error::VolumeError;
pub use volume_file::VolumeFile;
pub use volume_plan::VolumePlan;
pub use volume_sealer::VolumeOutputs;
pub use volumes::VOLUME_HEADER_BYTES;
pub use writing::{OpenPayload, Writing};
