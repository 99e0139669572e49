//! What keeps a server from running.

use std::io;

use crate::diagnostic::{Class, Code, Diagnose};

/// Why a server does not run. A single request never ends it.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}")]
    CannotListen {
        /// As given.
        address: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The system gave no threads or no event queue.
    #[error("the server could not start its threads: {0}")]
    NoThreads(io::Error),
}

const CANNOT_LISTEN: Code = Code::new("serve/cannot-listen");
const NO_THREADS: Code = Code::new("serve/no-threads");

/// Every code of this room.
pub const CODES: &[Code] = &[CANNOT_LISTEN, NO_THREADS];

impl Diagnose for ServeError {
    fn code(&self) -> Code {
        match self {
            Self::CannotListen { .. } => CANNOT_LISTEN,
            Self::NoThreads(_) => NO_THREADS,
        }
    }

    fn class(&self) -> Class {
        Class::Environment
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::CannotListen { .. } => {
                "give another address with `--listen`, such as `--listen 127.0.0.1:5001`; ports \
                 below 1024 take a privilege"
                    .to_owned()
            }
            Self::NoThreads(_) => {
                "raise the limits on processes and open files (`ulimit -u`, `ulimit -n`)".to_owned()
            }
        })
    }
}
