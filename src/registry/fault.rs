//! Why there was no answer.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the errors of others grow; what is not known is told in their words"
)]

use std::io;

use ureq::Timeout;

use super::endpoint::is_loopback;
use crate::diagnostic::sanitize;

/// Longest words of others that are kept, in characters.
const LONGEST: usize = 160;

/// A failure below HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The host that was asked.
    pub(super) host: String,
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
    /// TLS was understood, and refused.
    TlsRefused,
}

/// Kind and words of a failure.
type Cause = (FaultKind, String);

impl Fault {
    /// Tells what a failed question means.
    pub(super) fn new(host: &str, error: ureq::Error) -> Self {
        let (mut kind, reason) = cause(error);
        // On this machine, nobody listening is no passing state.
        if kind == FaultKind::NobodyListens && !is_loopback(host) {
            kind = FaultKind::Passing;
        }
        Self {
            host: host.to_owned(),
            kind,
            reason,
        }
    }

    /// Tells why a body could not be read on.
    pub(super) fn of_body(host: &str, error: &io::Error) -> Self {
        let timeout = error.get_ref().and_then(|inner| inner.downcast_ref());
        let (kind, reason) = match timeout {
            Some(ureq::Error::Timeout(timeout)) => (FaultKind::Passing, waited_for(*timeout)),
            _ => from_io(error),
        };
        Self {
            host: host.to_owned(),
            kind,
            reason,
        }
    }

    /// An answer that ended early without saying so.
    pub(super) fn cut(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            kind: FaultKind::Passing,
            reason: "the connection was cut".to_owned(),
        }
    }

    /// Tells whether the host may speak plain HTTP instead of TLS.
    pub(super) fn may_be_plain(&self) -> bool {
        matches!(
            self.kind,
            FaultKind::NoTls | FaultKind::NobodyListens | FaultKind::Passing
        )
    }
}

fn cause(error: ureq::Error) -> Cause {
    match error {
        ureq::Error::Io(error) => from_io(&error),
        ureq::Error::Rustls(error) => from_tls(&error),
        ureq::Error::Timeout(timeout) => (FaultKind::Passing, waited_for(timeout)),
        ureq::Error::HostNotFound => lasting("its name has no address"),
        ureq::Error::LargeResponseHeader(..) => lasting("the head of the answer is too long"),
        ureq::Error::Protocol(error) => (
            FaultKind::Passing,
            format!(
                "the answer is not HTTP: {}",
                sanitize(&error.to_string(), LONGEST)
            ),
        ),
        ureq::Error::ConnectProxyFailed(reason) => from_proxy(&reason),
        other => lasting(&sanitize(&other.to_string(), LONGEST)),
    }
}

fn lasting(reason: &str) -> Cause {
    (FaultKind::Lasting, reason.to_owned())
}

fn passing(reason: &str) -> Cause {
    (FaultKind::Passing, reason.to_owned())
}

/// A proxy that refuses by its rules refuses the next time too.
fn from_proxy(reason: &str) -> Cause {
    let by_its_rules = ["403", "405", "407"]
        .iter()
        .any(|status| reason.contains(status));
    let kind = if by_its_rules {
        FaultKind::Lasting
    } else {
        FaultKind::Passing
    };
    let reason = sanitize(reason, LONGEST);
    (kind, format!("the proxy gave no way to it: {reason}"))
}

fn from_io(error: &io::Error) -> Cause {
    let inner = error.get_ref();
    if let Some(tls) = inner.and_then(|inner| inner.downcast_ref()) {
        return from_tls(tls);
    }
    let text = error.to_string();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            (FaultKind::NobodyListens, "connection refused".to_owned())
        }
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => passing("no answer in time"),
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => passing("the connection was cut"),
        _ if text.contains("lookup address") && !may_resolve_later(&text) => {
            lasting("its name has no address")
        }
        _ => passing(&sanitize(&text, LONGEST)),
    }
}

/// Tells a resolver that is away (`EAI_AGAIN`, in the words of glibc and musl) from a name that is
/// not there.
fn may_resolve_later(text: &str) -> bool {
    text.contains("Temporary failure") || text.contains("Try again")
}

fn from_tls(error: &rustls::Error) -> Cause {
    let kind = match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            FaultKind::Certificate
        }
        rustls::Error::InvalidMessage(_) => FaultKind::NoTls,
        // An alert: the other side wants a certificate, or other versions.
        _ => FaultKind::TlsRefused,
    };
    (kind, sanitize(&error.to_string(), LONGEST))
}

fn waited_for(timeout: Timeout) -> String {
    match timeout {
        Timeout::Resolve => "its name was not resolved in time",
        Timeout::Connect => "no connection in time",
        Timeout::PerRead | Timeout::RecvResponse => "no answer in time",
        Timeout::RecvBody => "the answer came too slowly",
        _ => "it took too long",
    }
    .to_owned()
}
