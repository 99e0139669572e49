//! Addresses to listen on, and sockets that a service manager hands over.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use listenfd::ListenFd;

use crate::serve::{Listen, ServeError};

/// An address to listen on, as given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// Where to listen when nothing says it.
const DEFAULT: &str = "127.0.0.1:5000";

impl Address {
    /// Returns it for the server.
    pub(crate) fn listen(&self) -> Listen {
        match self {
            Self::Tcp(address) => Listen::Tcp(*address),
            Self::Unix(path) => Listen::Unix(path.clone()),
        }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return Ok(Self::Unix(path.into()));
        }
        text.parse().map(Self::Tcp).map_err(|_| {
            "an address is IP:PORT, [IPV6]:PORT or unix:PATH, such as 0.0.0.0:5000".to_owned()
        })
    }
}

/// Returns what to listen on: what was given, and what a service manager hands over
/// (`LISTEN_FDS`, as systemd does); the default only where there is neither.
pub(crate) fn sockets(given: &[Address]) -> Result<Vec<Listen>, ServeError> {
    let mut sockets: Vec<Listen> = given.iter().map(Address::listen).collect();
    sockets.extend(inherited()?);
    if sockets.is_empty() {
        sockets.extend(DEFAULT.parse().map(Listen::Tcp));
    }
    Ok(sockets)
}

fn inherited() -> Result<Vec<Listen>, ServeError> {
    let mut given = ListenFd::from_env();
    let mut sockets = Vec::new();
    for index in 0..given.len() {
        let tcp = given.take_tcp_listener(index);
        if let Ok(Some(socket)) = tcp {
            sockets.push(Listen::InheritedTcp(socket));
            continue;
        }
        match given.take_unix_listener(index) {
            Ok(Some(socket)) => sockets.push(Listen::InheritedUnix(socket)),
            Ok(None) => {}
            Err(cause) => {
                return Err(ServeError::CannotListen {
                    address: format!("socket {index} of LISTEN_FDS"),
                    cause,
                });
            }
        }
    }
    Ok(sockets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        for (text, shown) in [
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("[::1]:5000", "[::1]:5000"),
            ("unix:/run/a.sock", "unix:/run/a.sock"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.listen().to_string(), shown);
        }
        for text in ["", "localhost:5000", "127.0.0.1", "::1:5000:x", "5000"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn without_an_address_it_is_loopback() {
        let sockets = sockets(&[]).unwrap();
        assert_eq!(sockets.len(), 1);
        assert_eq!(sockets[0].to_string(), DEFAULT);
    }
}
