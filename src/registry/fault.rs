//! Why there was no answer.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the errors of others grow; what is not known is told in their words"
)]

use std::io;

use ureq::Timeout;

use crate::diagnostic::sanitize;

/// A failure below HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    /// In words for people.
    pub(super) reason: String,
}

/// What a failure calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// It may pass: try again.
    Passing,
    /// Nobody listens there.
    NobodyListens,
    /// It will not pass by itself.
    Lasting,
    /// The certificate is not trusted.
    Certificate,
    /// TLS was not understood.
    NoTls,
}

impl Fault {
    fn new(kind: FaultKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into(),
        }
    }

    /// Tells whether the host may speak plain HTTP instead of TLS.
    pub(super) fn may_be_plain(&self) -> bool {
        self.kind != FaultKind::Certificate
    }
}

impl From<ureq::Error> for Fault {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Io(error) => from_io(&error),
            ureq::Error::Rustls(error) => from_tls(&error),
            ureq::Error::Timeout(timeout) => Self::new(FaultKind::Passing, waited_for(timeout)),
            ureq::Error::HostNotFound => Self::new(FaultKind::Lasting, "its name has no address"),
            ureq::Error::Protocol(error) => Self::new(
                FaultKind::Passing,
                format!(
                    "the answer is not HTTP: {}",
                    sanitize(&error.to_string(), 120)
                ),
            ),
            ureq::Error::LargeResponseHeader(..) => {
                Self::new(FaultKind::Lasting, "the head of the answer is too long")
            }
            ureq::Error::ConnectProxyFailed(reason) => Self::new(
                FaultKind::Passing,
                format!("the proxy refused: {}", sanitize(&reason, 120)),
            ),
            other => Self::new(FaultKind::Lasting, sanitize(&other.to_string(), 120)),
        }
    }
}

/// Tells why a body could not be read on.
pub(super) fn of_body(error: &io::Error) -> Fault {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(ureq::Error::Timeout(timeout)) => Fault::new(FaultKind::Passing, waited_for(*timeout)),
        _ => from_io(error),
    }
}

fn from_io(error: &io::Error) -> Fault {
    if let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return from_tls(tls);
    }
    let text = error.to_string();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Fault::new(FaultKind::NobodyListens, "connection refused")
        }
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            Fault::new(FaultKind::Passing, "no answer in time")
        }
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => Fault::new(FaultKind::Passing, "the connection was cut"),
        _ if text.contains("lookup address") && !may_resolve_later(&text) => {
            Fault::new(FaultKind::Lasting, "its name has no address")
        }
        _ => Fault::new(FaultKind::Passing, sanitize(&text, 120)),
    }
}

/// Tells a resolver that is away (`EAI_AGAIN`, in the words of glibc and musl) from a name that is
/// not there.
fn may_resolve_later(text: &str) -> bool {
    text.contains("Temporary failure") || text.contains("Try again")
}

fn from_tls(error: &rustls::Error) -> Fault {
    let reason = sanitize(&error.to_string(), 160);
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            Fault::new(FaultKind::Certificate, reason)
        }
        rustls::Error::InvalidMessage(_) => Fault::new(FaultKind::NoTls, reason),
        // An alert: the other side does not like our certificate, or our versions.
        _ => Fault::new(FaultKind::Lasting, reason),
    }
}

fn waited_for(timeout: Timeout) -> &'static str {
    match timeout {
        Timeout::Resolve => "its name was not resolved in time",
        Timeout::Connect => "no connection in time",
        Timeout::PerRead | Timeout::RecvResponse => "no answer in time",
        Timeout::RecvBody => "the answer came too slowly",
        _ => "it took too long",
    }
}
