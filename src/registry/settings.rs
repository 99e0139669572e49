//! What the client is told.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::Credentials;

/// Everything the client goes by. The default reaches public registries without credentials.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Logins, found in the files of docker and podman.
    pub credentials: Credentials,
    /// Hosts (`reg.lan:5000`) that may speak plain HTTP, and whose certificates are not verified.
    pub insecure: BTreeSet<String>,
    /// Files of further certificate authorities, PEM, trusted beside those of the system.
    pub authorities: Vec<PathBuf>,
    /// How long to wait for an answer.
    pub timeouts: Timeouts,
    /// How often to try again.
    pub retries: Retries,
}

/// How long to wait for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, its TLS handshake included.
    pub connect: Duration,
    /// For the next bytes, once connected.
    pub idle: Duration,
    /// For a whole answer other than a blob.
    pub answer: Duration,
    /// Slowest mean rate of a blob, in bytes a second: a slower stream is cut and continued.
    pub slowest: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            idle: Duration::from_mins(1),
            answer: Duration::from_mins(5),
            slowest: 1024,
        }
    }
}

/// How often to try again after a network fault, a 429 or a 5xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// How many further attempts without progress.
    pub times: u32,
    /// The wait before the second attempt; doubled each time.
    pub first_wait: Duration,
    /// The longest wait, also where a registry asks for a longer one.
    pub longest_wait: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            times: 5,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(2),
        }
    }
}
