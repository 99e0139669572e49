//! Who may read: everybody, or who holds a token.
//!
//! A token is `airlock_` and 32 random bytes in hex. Only its SHA-256 is kept, so that the file of
//! tokens opens nothing. It is sent as a Bearer token or as the password of Basic, and never over a
//! network in the clear.

mod credentials;
mod guard;
mod realm;
mod secret;
mod token_file;
mod tokens;

pub use guard::Guard;
pub use realm::Realm;
pub use secret::Secret;
pub use token_file::{TokenFile, TokenLock};
pub use tokens::{Tokens, TokensError};
