//! Where a server listens: TCP over IPv4 and IPv6, Unix sockets, sockets that were handed over.

use std::fmt;
use std::io;
use std::net::{self, SocketAddr};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net as unix;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, UnixListener};

use crate::serve::ServeError;

/// Somewhere to listen.
#[derive(Debug)]
pub enum Listen {
    /// An address; port 0 takes a free one. `[::]` takes IPv4 as well where the system says so.
    Tcp(SocketAddr),
    /// A path; who may connect is up to its folder.
    Unix(PathBuf),
    /// A socket that was bound before this process began.
    InheritedTcp(net::TcpListener),
    /// A Unix socket that was bound before this process began.
    InheritedUnix(unix::UnixListener),
}

/// Where a server does listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// An address and its port.
    Tcp {
        /// The address.
        address: SocketAddr,
        /// Whether TLS is spoken there.
        tls: bool,
    },
    /// A Unix socket; the path is empty where the socket has none.
    Unix(PathBuf),
}

/// A socket that connections come from.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpListener),
    Unix {
        socket: UnixListener,
        /// Only to be dropped.
        _path: Option<Leftover>,
    },
}

/// Both directions of a connection.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Who is at the other end.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    /// As the log names it.
    pub(super) name: String,
    /// Whether it is on this machine.
    pub(super) is_local: bool,
}

/// Connections the system keeps for us before we take them.
const BACKLOG: u32 = 1024;

impl Listen {
    /// Takes the address.
    pub(super) fn bind(self) -> Result<Socket, ServeError> {
        let address = self.to_string();
        self.socket()
            .map_err(|cause| ServeError::CannotListen { address, cause })
    }

    fn socket(self) -> io::Result<Socket> {
        Ok(match self {
            Self::Tcp(address) => Socket::Tcp(tcp(address)?),
            Self::Unix(path) => {
                remove_dead(&path)?;
                let socket = UnixListener::bind(&path)?;
                let leftover = Leftover(path);
                Socket::Unix {
                    socket,
                    _path: Some(leftover),
                }
            }
            Self::InheritedTcp(socket) => {
                socket.set_nonblocking(true)?;
                Socket::Tcp(TcpListener::from_std(socket)?)
            }
            Self::InheritedUnix(socket) => {
                socket.set_nonblocking(true)?;
                let socket = UnixListener::from_std(socket)?;
                Socket::Unix {
                    socket,
                    _path: None,
                }
            }
        })
    }
}

/// Dead peers are found by keepalive, which every connection taken here inherits.
fn tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.set_keepalive(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Removes a socket that nobody listens on any more; anything else at that path stays.
fn remove_dead(path: &Path) -> io::Result<()> {
    let is_socket = path
        .symlink_metadata()
        .is_ok_and(|found| found.file_type().is_socket());
    let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    if is_socket && unix::UnixStream::connect(path).is_err_and(refused) {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

impl Socket {
    /// Tells whether connections cross a network, where TLS belongs.
    pub(super) fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// Waits for a connection.
    pub(super) async fn accept(&self) -> io::Result<(Box<dyn Stream>, Peer)> {
        match self {
            Self::Tcp(socket) => {
                let (stream, address) = socket.accept().await?;
                // Small answers leave at once; a socket that cannot do that still works.
                stream.set_nodelay(true).ok();
                Ok((Box::new(stream), Peer::at(address)))
            }
            Self::Unix { socket, .. } => {
                let (stream, _) = socket.accept().await?;
                let name = "unix".to_owned();
                let is_local = true;
                Ok((Box::new(stream), Peer { name, is_local }))
            }
        }
    }

    /// Tells where this is.
    pub(super) fn bound(&self, tls: bool) -> io::Result<Bound> {
        Ok(match self {
            Self::Tcp(socket) => Bound::Tcp {
                address: socket.local_addr()?,
                tls,
            },
            Self::Unix { socket, .. } => {
                let address = socket.local_addr()?;
                Bound::Unix(
                    address
                        .as_pathname()
                        .map(Path::to_owned)
                        .unwrap_or_default(),
                )
            }
        })
    }
}

impl Peer {
    fn at(address: SocketAddr) -> Self {
        Self {
            name: address.to_string(),
            is_local: address.ip().to_canonical().is_loopback(),
        }
    }

    /// Tells whether nobody on a network can read along.
    pub(super) fn is_private(&self, tls: bool) -> bool {
        tls || self.is_local
    }
}

/// The path of a Unix socket, removed with it.
#[derive(Debug)]
pub(super) struct Leftover(PathBuf);

impl Drop for Leftover {
    fn drop(&mut self) {
        // Somebody else may have removed it; then there is nothing to do.
        std::fs::remove_file(&self.0).ok();
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::InheritedTcp(_) | Self::InheritedUnix(_) => f.write_str("the inherited socket"),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { address, tls: true } => write!(f, "https://{address}"),
            Self::Tcp { address, .. } => write!(f, "http://{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_crosses_a_network_is_private_only_over_tls() {
        for (address, is_local) in [
            ("127.0.0.1:1", true),
            ("127.9.9.9:1", true),
            ("[::1]:1", true),
            ("[::ffff:127.0.0.1]:1", true),
            ("10.0.0.1:1", false),
            ("[::ffff:10.0.0.1]:1", false),
            ("[fd00::1]:1", false),
        ] {
            let peer = Peer::at(address.parse().expect("an address and a port"));
            assert_eq!(peer.is_private(false), is_local, "{address}");
            assert!(peer.is_private(true), "{address}");
        }
    }
}
