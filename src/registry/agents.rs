//! One agent for each host: its connections, how it is trusted, and which way leads to it.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use rustls::pki_types::CertificateDer;
use ureq::Agent;
use ureq::unversioned::transport::{
    ConnectProxyConnector, Connector as _, SocksConnector, TcpConnector,
};

use super::guard::{Guard, PrivateHosts};
use super::tls::Tls;
use super::{RegistryError, Settings, certs_d, roots};

/// Most idle connections kept for a host.
const IDLE_CONNECTIONS: usize = 16;

/// Buffers of a connection, in bytes. A line of a request's head has to fit: a token, or a URL with
/// a signature.
const INPUT_BUFFER: usize = 64 * 1024;
const OUTPUT_BUFFER: usize = 64 * 1024;

/// How requests name this program.
const USER_AGENT: &str = concat!("airlock/", env!("CARGO_PKG_VERSION"));

/// A way to a host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    /// Host and, where it is not the scheme's own, port.
    pub(super) authority: String,
    pub(super) secure: bool,
    /// Whether its address may be one that is not on the internet.
    pub(super) private_allowed: bool,
}

/// Agents by way.
#[derive(Debug, Default)]
pub(super) struct Agents {
    by_way: Mutex<BTreeMap<Way, Agent>>,
    roots: OnceLock<Vec<CertificateDer<'static>>>,
    pub(super) private_hosts: PrivateHosts,
}

impl Agents {
    /// Returns the agent of a host.
    pub(super) fn get(&self, way: &Way, settings: &Settings) -> Result<Agent, RegistryError> {
        let mut agents = self.by_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(way) {
            return Ok(agent.clone());
        }
        let agent = self.make(way, settings)?;
        agents.insert(way.clone(), agent.clone());
        Ok(agent)
    }

    fn make(&self, way: &Way, settings: &Settings) -> Result<Agent, RegistryError> {
        let timeouts = settings.timeouts;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // Redirects are followed in `exchange`, where each hop is looked at.
            .max_redirects(0)
            // The environment is an input: what ureq finds there by itself does not count.
            .proxy(settings.proxies.for_host(&way.authority, way.secure)?)
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
        let guard = Guard::new(way.private_allowed, self.private_hosts.clone());
        // A proxy that is spoken to over TLS comes through the same links.
        let connector =
            ().chain(SocksConnector::default())
                .chain(ConnectProxyConnector::default())
                .chain(TcpConnector::default())
                .chain(self.tls(&way.authority, settings)?);
        Ok(Agent::with_parts(config, connector, guard))
    }

    fn tls(&self, authority: &str, settings: &Settings) -> Result<Tls, RegistryError> {
        let own = certs_d::read(authority, settings)?;
        if settings.is_insecure(authority) {
            return Ok(Tls::unverified(own.client));
        }
        let mut trusted = self.roots(settings)?.to_vec();
        trusted.extend(own.authorities);
        Ok(Tls::new(trusted, own.client))
    }

    fn roots(&self, settings: &Settings) -> Result<&[CertificateDer<'static>], RegistryError> {
        if let Some(roots) = self.roots.get() {
            return Ok(roots);
        }
        let mut found = settings.system_roots.read()?;
        for path in &settings.authorities {
            found.extend(roots::from_file(path)?);
        }
        Ok(self.roots.get_or_init(|| found))
    }
}
