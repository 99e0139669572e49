//! What keeps a server from running.

use std::io;
use std::path::PathBuf;

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
    /// A file of the certificate or its key cannot be read.
    #[error("cannot read {path}: {cause}")]
    TlsUnreadable {
        /// As given.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A certificate or its key cannot be used.
    #[error("{path} cannot be used for TLS: {why}")]
    TlsUnusable {
        /// As given.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The system gave no threads or no event queue.
    #[error("the server could not start its threads: {0}")]
    NoThreads(io::Error),
}

const CANNOT_LISTEN: Code = Code::new("serve/cannot-listen");
const NO_THREADS: Code = Code::new("serve/no-threads");
const TLS_UNREADABLE: Code = Code::new("serve/tls-unreadable");
const TLS_UNUSABLE: Code = Code::new("serve/tls-unusable");

/// Every code of this room.
pub const CODES: &[Code] = &[CANNOT_LISTEN, NO_THREADS, TLS_UNREADABLE, TLS_UNUSABLE];

impl Diagnose for ServeError {
    fn code(&self) -> Code {
        match self {
            Self::CannotListen { .. } => CANNOT_LISTEN,
            Self::NoThreads(_) => NO_THREADS,
            Self::TlsUnreadable { .. } => TLS_UNREADABLE,
            Self::TlsUnusable { .. } => TLS_UNUSABLE,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::CannotListen { .. } | Self::NoThreads(_) | Self::TlsUnreadable { .. } => {
                Class::Environment
            }
            Self::TlsUnusable { .. } => Class::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::CannotListen { .. } => {
                "give another address with `--listen`, such as `--listen 127.0.0.1:5001`; ports \
                 below 1024 take a privilege"
                    .to_owned()
            }
            Self::TlsUnreadable { .. } => {
                "name files that this user can read with `--tls-cert` and `--tls-key`; `airlock tls \
                 init` makes them"
                    .to_owned()
            }
            Self::TlsUnusable { .. } => {
                "both files are PEM: the certificate with those that lead to its root, and the \
                 private key of the first; `airlock tls init` makes a pair"
                    .to_owned()
            }
            Self::NoThreads(_) => {
                "raise the limits on processes and open files (`ulimit -u`, `ulimit -n`)".to_owned()
            }
        })
    }
}
