//! Operations on a project: what its sources need, resolved and locked.

mod asked;
mod bytes;
pub mod check;
mod elsewhere;
mod extras;
mod failure;
mod held;
mod init;
mod lock;
mod merge;
mod needs;
mod pin;
mod pin_pending;
mod pins;
mod repository;
pub mod scan;
mod upgrade;

pub use asked::{
    Asked, AskedCompose, AskedDockerfile, AskedImages, Defaults, asked_again, discovered,
};
pub use extras::Extras;
pub use failure::{CODES, LockFailure};
pub use held::Held;
pub use init::{Initial, initial};
pub use lock::{LockOptions, Locked, lock};
pub use merge::{settled, tell_disputes};
pub use pin_pending::pin_pending;
pub use repository::{REPOSITORY_FILE, asked_by, repository};
pub use upgrade::{ImagePattern, Upgrade};
