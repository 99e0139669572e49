//! The store of a site, the cache of a station, and files written whole (`docs/store.md`).
//!
//! ```text
//! store/  oci-layout  index.json  blobs/<alg>/<hex>
//!         airlock/  store.json  site.toml  published/<sha256>  locks/<sha256>
//!                   ledger.jsonl  audit.jsonl  verified  tmp/  lock
//! ```
//!
//! - A final name exists only for whole, verified, synced content; `index.json` is the one atomic
//!   point of publication. A crash at any point leaves the old index valid.
//! - One writer at a time ([`Writer`], which holds the lock); readers ([`Store`], [`View`]) never
//!   wait.
//! - Below the folder that a person named, everything is opened from the descriptor of its parent,
//!   no link is followed, and the only names made from content are digests.
//! - All writing, syncing and renaming in a store or cache goes through [`Disk`], so that tests cut
//!   at each step.

mod audit;
mod blob_file;
mod blob_writer;
mod cache;
mod check;
mod checked;
mod create;
mod disk;
mod document;
mod error;
mod explain;
mod folder;
mod identity;
mod index;
mod json_lines;
mod layout;
pub mod ledger;
mod lines;
mod locks;
mod marks;
mod moves;
mod output;
mod promised;
mod publication;
mod publish;
mod published_list;
mod records;
mod roots;
mod sites;
mod staged;
#[expect(clippy::module_inception, reason = "one type per file, named after it")]
mod store;
mod sweep;
mod temp_file;
mod view;
mod write_by_take;
mod writer;
mod writer_lock;

pub use audit::AuditEntry;
pub use blob_file::BlobFile;
pub use blob_writer::BlobWriter;
pub use cache::{Cache, CacheNumbers, Cleaned, Encoded, Keep, PartWriter, UnnamedWriter};
pub use checked::Checked;
pub use disk::{At, Disk, RealDisk};
pub use error::{CODES, StoreError};
pub use ledger::Ledger;
pub use output::{Existing, OutputFile, UnnamedFile, publish_file};
pub use publication::Publication;
pub use publish::Published;
pub use roots::Roots;
pub use sites::Sites;
pub use store::Store;
pub use view::View;
pub use writer::{Repairs, Writer};

use audit::Audit;
