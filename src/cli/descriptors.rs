//! The limit on open files.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Open files that any usual limit allows.
const USUAL: usize = 256;

/// Raises the limit as far as it goes where so many files are to be open at once; where it cannot be
/// raised, opening tells.
pub(crate) fn make_room_for(files: usize) {
    if files > USUAL {
        let maximum = getrlimit(Resource::Nofile).maximum;
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        setrlimit(Resource::Nofile, raised).unwrap_or_default();
    }
}
