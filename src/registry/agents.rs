//! One agent for each host: its connections, and how it is trusted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use super::endpoint::is_loopback;
use super::{RegistryError, Settings, roots};

/// Most idle connections kept for a host.
const IDLE_CONNECTIONS: usize = 16;

/// Buffers of a connection, in bytes: answers are long, requests are short.
const INPUT_BUFFER: usize = 64 * 1024;
const OUTPUT_BUFFER: usize = 8 * 1024;

/// How requests name this program.
const USER_AGENT: &str = concat!("airlock/", env!("CARGO_PKG_VERSION"));

type Roots = Arc<Vec<Certificate<'static>>>;

/// Agents by host and port.
#[derive(Debug, Default)]
pub(super) struct Agents {
    by_authority: Mutex<BTreeMap<String, Agent>>,
    roots: OnceLock<Roots>,
}

impl Agents {
    /// Returns the agent of a host.
    pub(super) fn get(&self, authority: &str, settings: &Settings) -> Result<Agent, RegistryError> {
        let mut agents = self
            .by_authority
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(authority) {
            return Ok(agent.clone());
        }
        let agent = self.make(authority, settings)?;
        agents.insert(authority.to_owned(), agent.clone());
        Ok(agent)
    }

    fn make(&self, authority: &str, settings: &Settings) -> Result<Agent, RegistryError> {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::Specific(self.roots(settings)?))
            .disable_verification(is_insecure(authority, settings))
            .build();
        let timeouts = settings.timeouts;
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            // Redirects are followed in `exchange`, where each hop is looked at.
            .max_redirects(0)
            // The environment is an input: what ureq finds there by itself does not count.
            .proxy(None)
            .user_agent(USER_AGENT)
            .accept_encoding("identity")
            .timeout_resolve(Some(timeouts.connect))
            .timeout_connect(Some(timeouts.connect))
            .timeout_per_read(Some(timeouts.idle))
            .timeout_per_write(Some(timeouts.idle))
            .timeout_recv_response(Some(timeouts.answer))
            .timeout_recv_body(Some(timeouts.answer))
            .max_idle_connections(IDLE_CONNECTIONS)
            .max_idle_connections_per_host(IDLE_CONNECTIONS)
            .input_buffer_size(INPUT_BUFFER)
            .output_buffer_size(OUTPUT_BUFFER)
            .build();
        Ok(config.new_agent())
    }

    fn roots(&self, settings: &Settings) -> Result<Roots, RegistryError> {
        if let Some(roots) = self.roots.get() {
            return Ok(Arc::clone(roots));
        }
        let mut found = roots::system()?;
        for path in &settings.authorities {
            found.extend(roots::from_file(path)?);
        }
        Ok(Arc::clone(self.roots.get_or_init(|| Arc::new(found))))
    }
}

/// Tells whether a host was named as insecure.
pub(super) fn is_insecure(authority: &str, settings: &Settings) -> bool {
    settings
        .insecure
        .iter()
        .any(|host| host.eq_ignore_ascii_case(authority))
}

/// Tells whether a host may be asked over plain HTTP.
pub(super) fn may_be_plain(authority: &str, settings: &Settings) -> bool {
    is_loopback(authority) || is_insecure(authority, settings)
}
