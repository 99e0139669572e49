//! TLS on a connection (RFC 5246, RFC 8446), with a verifier of our own.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ALL_VERSIONS, ClientConfig, ClientConnection, StreamOwned};
use ureq::Error;
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

use super::endpoint::host_of;
use super::verifier::{Unverified, Verifier};

/// Speaks TLS on connections that have to be secure and are not yet.
#[derive(Clone, Debug)]
pub(super) struct Tls(Arc<ClientConfig>);

impl Tls {
    /// Trusts what these authorities have signed, and shows `client` where a host asks for it.
    pub(super) fn new(trusted: Vec<CertificateDer<'static>>, client: Option<CertifiedKey>) -> Self {
        Self::with(Arc::new(Verifier::new(trusted)), client)
    }

    /// Trusts everybody.
    pub(super) fn unverified(client: Option<CertifiedKey>) -> Self {
        Self::with(Arc::new(Unverified), client)
    }

    fn with(verifier: Arc<dyn ServerCertVerifier>, client: Option<CertifiedKey>) -> Self {
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(ALL_VERSIONS)
            .expect("the provider has suites of every version")
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        Self(Arc::new(match client {
            Some(client) => {
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(client)))
            }
            None => builder.with_no_client_auth(),
        }))
    }
}

impl<In: Transport> Connector<In> for Tls {
    type Out = Either<In, Secured>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else {
            return Ok(None);
        };
        if !details.needs_tls() || transport.is_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let host = details
            .uri
            .authority()
            .map_or("", |name| host_of(name.as_str()));
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::Tls("the name of the host cannot stand in a certificate"))?;
        let mut connection = ClientConnection::new(Arc::clone(&self.0), name)?;
        let clock = Arc::clone(&details.current_time);
        let mut socket = TransportAdapter::new(Box::new(transport) as Box<dyn Transport>, clock);
        socket.set_timeout(left(details));
        connection.complete_io(&mut socket)?;
        let config = details.config;
        Ok(Some(Either::B(Secured {
            buffers: LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size()),
            stream: StreamOwned::new(connection, socket),
        })))
    }
}

/// Returns what is left of the time for a connection, of which the handshake is a part.
fn left(details: &ConnectionDetails<'_>) -> NextTimeout {
    let mut left = details.timeout;
    let times = (left.after, details.now, (details.current_time)());
    if let (Duration::Exact(whole), Instant::Exact(start), Instant::Exact(now)) = times {
        let spent = now.saturating_duration_since(start);
        left.after = Duration::Exact(whole.saturating_sub(spent));
    }
    left
}

/// A connection that speaks TLS.
pub(super) struct Secured {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl Transport for Secured {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.get_mut().set_timeout(timeout);
        let output = self.buffers.output();
        let amount = amount.min(output.len());
        Ok(self.stream.write_all(&output[..amount])?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.get_mut().set_timeout(timeout);
        let count = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for Secured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secured")
    }
}
