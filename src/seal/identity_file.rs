//! An identity file of age: X25519 identities, and those of age plugins (hardware tokens).

use std::fmt;
use std::io::BufReader;
use std::path::Path;

use age::Callbacks;

use super::folder::{failed, private, read_bounded};
use super::{LockedError, SealError};
use crate::run::limits::MIB;

/// Longest identity file that is read, in bytes.
const LONGEST: u64 = MIB;

/// The identities of a file, ready to be tried.
pub struct IdentityFile(Vec<Box<dyn age::Identity + Send + Sync>>);

impl IdentityFile {
    /// Reads a file. Its plugins are found in `PATH`; what they ask goes to `callbacks`.
    ///
    /// Refuses a file that group or others can read.
    pub fn load(path: &Path, callbacks: impl Callbacks) -> Result<Self, SealError> {
        let file = std::fs::File::open(path).map_err(failed("read", path))?;
        let metadata = file.metadata().map_err(failed("read", path))?;
        private(path, &metadata, 0o077)?;
        let bytes = read_bounded(file, LONGEST, path)?;
        let bad = |why: String| LockedError::IdentityFile {
            path: path.to_owned(),
            why,
        };
        let parsed = age::IdentityFile::from_buffer(BufReader::new(bytes.as_slice()))
            .map_err(|_| bad("a line is neither an identity nor a comment".to_owned()))?;
        let identities = parsed
            .with_callbacks(callbacks)
            .into_identities()
            .map_err(|error| LockedError::plugin(&error))?;
        if identities.is_empty() {
            return Err(bad("it holds no identity".to_owned()).into());
        }
        Ok(Self(identities))
    }

    pub(super) fn identities(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0
            .iter()
            .map(|identity| &**identity as &dyn age::Identity)
    }
}

impl fmt::Debug for IdentityFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityFile({})", self.0.len())
    }
}
