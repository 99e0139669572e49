//! What keeps a server from running.

use std::io;
use std::path::PathBuf;

use super::access::TokensError;
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
    /// A certificate cannot be made.
    #[error("cannot make a certificate: {0}")]
    NoCertificate(String),
    /// Tokens are required, and there are none.
    #[error("tokens are required, and {0} has none: nobody could read")]
    NoTokens(PathBuf),
    /// Tokens are required, and an address would take them in the clear.
    #[error("tokens are required, and {0} would take them over a network in the clear")]
    TokensInClear(String),
    /// The address of a realm cannot stand in a challenge.
    #[error("`{0}` is no address of a realm")]
    BadRealm(String),
    /// The file of tokens cannot be read.
    #[error("cannot read the tokens in {path}: {cause}")]
    TokensUnreadable {
        /// Where they are kept.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The file of tokens, or a change of it, makes no sense.
    #[error("{path}: {why}")]
    TokensUnusable {
        /// Where they are kept.
        path: PathBuf,
        /// What is wrong.
        why: TokensError,
    },
    /// The system gave no threads or no event queue.
    #[error("the server could not start its threads: {0}")]
    NoThreads(io::Error),
}

const CANNOT_LISTEN: Code = Code::new("serve/cannot-listen");
const NO_THREADS: Code = Code::new("serve/no-threads");
const TLS_UNREADABLE: Code = Code::new("serve/tls-unreadable");
const TLS_UNUSABLE: Code = Code::new("serve/tls-unusable");

const NO_CERTIFICATE: Code = Code::new("serve/no-certificate");
const NO_TOKENS: Code = Code::new("serve/no-tokens");
const TOKENS_IN_CLEAR: Code = Code::new("serve/tokens-in-clear");
const BAD_REALM: Code = Code::new("serve/bad-realm");
const TOKENS_UNREADABLE: Code = Code::new("serve/tokens-unreadable");
const TOKENS_UNUSABLE: Code = Code::new("serve/tokens-unusable");
const TOKEN_NAME: Code = Code::new("serve/token-name");

/// Every code of this room.
pub const CODES: &[Code] = &[
    BAD_REALM,
    CANNOT_LISTEN,
    NO_CERTIFICATE,
    NO_THREADS,
    NO_TOKENS,
    TLS_UNREADABLE,
    TLS_UNUSABLE,
    TOKENS_IN_CLEAR,
    TOKENS_UNREADABLE,
    TOKENS_UNUSABLE,
    TOKEN_NAME,
];

impl Diagnose for ServeError {
    fn code(&self) -> Code {
        match self {
            Self::CannotListen { .. } => CANNOT_LISTEN,
            Self::NoThreads(_) => NO_THREADS,
            Self::TlsUnreadable { .. } => TLS_UNREADABLE,
            Self::TlsUnusable { .. } => TLS_UNUSABLE,
            Self::NoCertificate(_) => NO_CERTIFICATE,
            Self::NoTokens(_) => NO_TOKENS,
            Self::TokensInClear(_) => TOKENS_IN_CLEAR,
            Self::BadRealm(_) => BAD_REALM,
            Self::TokensUnreadable { .. } => TOKENS_UNREADABLE,
            Self::TokensUnusable { why, .. } => match why {
                TokensError::Broken(_) | TokensError::Newer(_) => TOKENS_UNUSABLE,
                TokensError::Name(_) | TokensError::Taken(_) | TokensError::Unknown(_) => {
                    TOKEN_NAME
                }
            },
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::CannotListen { .. }
            | Self::NoThreads(_)
            | Self::TlsUnreadable { .. }
            | Self::TokensUnreadable { .. } => Class::Environment,
            Self::TlsUnusable { .. }
            | Self::NoCertificate(_)
            | Self::NoTokens(_)
            | Self::TokensInClear(_)
            | Self::BadRealm(_)
            | Self::TokensUnusable { .. } => Class::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            Self::CannotListen { .. } => {
                "give another address with `--listen`, such as `--listen 127.0.0.1:5001`; ports \
                 below 1024 take a privilege"
            }
            Self::TlsUnreadable { .. } => {
                "name files that this user can read with `--tls-cert` and `--tls-key`; `airlock tls \
                 init` makes them"
            }
            Self::TlsUnusable { .. } => {
                "both files are PEM: the certificate with those that lead to its root, and the \
                 private key of the first; `airlock tls init` makes a pair"
            }
            Self::NoCertificate(_) => {
                "give names in lower case with `--name`, addresses with `--ip`, such as `airlock tls \
                 init --name airlock.lan --ip 10.0.0.5`"
            }
            Self::NoTokens(_) => "make one with `airlock token add --name NAME`",
            Self::TokensInClear(_) => {
                "speak TLS (`--tls-cert`, `--tls-key`; `airlock tls init` makes a pair), or listen \
                 on 127.0.0.1 or a Unix socket behind something that does"
            }
            Self::BadRealm(_) => {
                "give the address of this server as its clients reach it, ending in /token, such \
                 as `--token-realm https://airlock.lan:5000/token`"
            }
            Self::TokensUnreadable { .. } => {
                "name a file that this user can read with `--tokens FILE`"
            }
            Self::TokensUnusable { .. } => "`airlock token list` shows the tokens that there are",
            Self::NoThreads(_) => {
                "raise the limits on processes and open files (`ulimit -u`, `ulimit -n`)"
            }
        };
        Some(text.to_owned())
    }
}
