//! What travels, as values: requests, bundles, receipts, their canonical text, their signature line
//! and the tar framing around them (`docs/transfer-format.md`).
//!
//! Pure: bytes in, values out. Nothing here opens, seals or verifies a signature; whoever holds the
//! bytes of `transfer.json` verifies their signature first and parses them afterwards.
//!
//! ```text
//!  framing(0) transfer.json  framing(1) transfer.sig  framing(2) oci-layout … framing(n) ┤ end
//!             └ Transfer::parse          └ SignatureLine::parse                └ Layout, all computed
//! ```
#![warn(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod accept;
mod address;
mod anchor;
mod bundle;
mod carried;
mod error;
mod ids;
mod index_json;
pub mod json;
mod kind;
mod layout;
mod missing;
mod receipt;
mod request;
mod signature;
mod tar;
mod text;
mod transfer;

pub use accept::{Accept, Encoding};
pub use address::Address;
pub use anchor::Anchor;
pub use bundle::{Basis, Bundle};
pub use carried::Carried;
pub use error::{CODES, WireError};
pub use ids::{Kid, Nonce, SiteId, TransferId};
pub use index_json::{OCI_LAYOUT, index_json, oci_layout_blob};
pub use kind::Kind;
pub use layout::{Layout, Part};
pub use missing::{Missing, Subject};
pub use receipt::{Outcome, Receipt};
pub use request::{Request, Want};
pub use signature::{SignatureLine, signed_message};
pub use tar::{HEADER_BYTES, claimed_size, padding};
pub use text::Text;
pub use transfer::Transfer;
