//! What the client is told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::endpoint::{Mirror, is_loopback};
use super::{Credentials, Proxies, Reach, RegistryError, SystemRoots};

/// Folders of certificates that every docker and podman on a machine reads.
const CERTIFICATE_FOLDERS: &[&str] = &["/etc/docker/certs.d", "/etc/containers/certs.d"];

/// The same below a person's home.
const HOME_CERTIFICATE_FOLDERS: &[&str] = &[".config/containers/certs.d", ".config/docker/certs.d"];

/// Everything the client goes by. The default reaches public registries without credentials.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Logins, found in the files of docker and podman.
    pub credentials: Credentials,
    /// Hosts (`reg.lan:5000`) that may speak plain HTTP, and whose certificates are not verified.
    pub insecure: BTreeSet<String>,
    /// Files of further certificate authorities, PEM, trusted beside those of the system.
    pub authorities: Vec<PathBuf>,
    /// Where the authorities of the system are.
    pub system_roots: SystemRoots,
    /// Folders with a folder for each host: its authorities and the certificate to show it.
    pub certificate_folders: Vec<PathBuf>,
    /// Proxies.
    pub proxies: Proxies,
    /// Hosts that are asked before a registry, in order.
    pub mirrors: BTreeMap<String, Vec<Mirror>>,
    /// Hosts that give the tokens of a registry, beside its own.
    pub token_realms: BTreeMap<String, BTreeSet<String>>,
    /// What may be asked.
    pub reach: Reach,
    /// Fewest requests that must be left of a registry's quota before a manifest is fetched.
    pub quota_floor: u64,
    /// How long to wait for an answer.
    pub timeouts: Timeouts,
    /// How often to try again.
    pub retries: Retries,
}

impl Settings {
    /// Takes from the environment what docker, podman and curl take from it: logins, authorities,
    /// folders of certificates, proxies.
    ///
    /// # Errors
    ///
    /// [`RegistryError::CredentialsFile`] where a file of logins is there and cannot be used.
    pub fn from_environment(environment: &BTreeMap<String, String>) -> Result<Self, RegistryError> {
        let home = environment.get("HOME").filter(|home| !home.is_empty());
        let at_home = HOME_CERTIFICATE_FOLDERS
            .iter()
            .filter_map(|folder| Some(Path::new(home?).join(folder)));
        Ok(Self {
            credentials: Credentials::find(environment)?,
            system_roots: SystemRoots::from_environment(environment),
            certificate_folders: at_home
                .chain(CERTIFICATE_FOLDERS.iter().map(PathBuf::from))
                .collect(),
            proxies: Proxies::from_environment(environment),
            ..Self::default()
        })
    }

    /// Tells whether whoever runs this has named a host himself, as insecure or as a mirror.
    pub(super) fn is_configured(&self, authority: &str) -> bool {
        let mut mirrors = self.mirrors.values().flatten();
        self.is_insecure(authority) || mirrors.any(|mirror| mirror.authority == authority)
    }

    /// Tells whether a host was named as insecure.
    pub(super) fn is_insecure(&self, authority: &str) -> bool {
        let mut hosts = self.insecure.iter();
        hosts.any(|host| host.eq_ignore_ascii_case(authority))
    }

    /// Tells whether a host may be asked over plain HTTP.
    pub(super) fn may_be_plain(&self, authority: &str) -> bool {
        is_loopback(authority) || self.is_insecure(authority)
    }
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
