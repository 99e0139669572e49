//! The wire in front of the server: it passes bytes on, and cuts a connection where it is told to.
//!
//! `tiny_http` keeps a connection open until the client closes it, so a cut has to be made outside.
//! A connection is told by the port from which the relay reaches the server.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::stop::Stop;

/// First byte of a TLS handshake record (RFC 8446 section 5.1); this server speaks plain HTTP.
const TLS_HANDSHAKE: u8 = 22;

/// Accepts connections and passes them to the server.
#[derive(Debug)]
pub(super) struct Relay {
    address: SocketAddr,
    wires: Arc<Wires>,
    stop: Arc<Stop>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Wires(Mutex<BTreeMap<u16, Wire>>);

#[derive(Debug)]
struct Wire {
    client: TcpStream,
    server: TcpStream,
    /// Bytes passed from the server to the client.
    passed: u64,
    /// Bytes that the server has written or is about to write.
    announced: u64,
    /// Where to cut, counted like `passed`.
    cut_at: Option<u64>,
}

impl Relay {
    /// Listens on a free port of 127.0.0.1.
    pub(super) fn start(server: SocketAddr, stop: &Arc<Stop>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let wires = Arc::new(Wires::default());
        let acceptor = {
            let (wires, stop) = (Arc::clone(&wires), Arc::clone(stop));
            thread::spawn(move || accept(&listener, server, &wires, &stop))
        };
        Ok(Self {
            address,
            wires,
            stop: Arc::clone(stop),
            acceptor: Some(acceptor),
        })
    }

    /// Where clients connect to.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes note that the server will write so many bytes, and whether to cut after them.
    pub(super) fn announce(&self, port: u16, bytes: u64, cut: bool) {
        let mut wires = self.wires.lock();
        if let Some(wire) = wires.get_mut(&port) {
            wire.announced = wire.announced.saturating_add(bytes);
            if cut {
                wire.cut_at = Some(wire.announced);
            }
            if wire.cut_at == Some(wire.passed) {
                wire.close();
            }
        }
    }

    /// Closes every connection and takes no new one.
    pub(super) fn stop(&self) {
        self.stop.set();
        for wire in self.wires.lock().values() {
            wire.close();
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop();
        // The acceptor looks at the stop only when somebody connects.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            drop(acceptor.join());
        }
    }
}

impl Wires {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u16, Wire>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells how much of `count` bytes may pass, and whether the connection ends after them.
    fn admit(&self, port: u16, count: usize) -> (usize, bool) {
        let mut wires = self.lock();
        let Some(wire) = wires.get_mut(&port) else {
            return (0, true);
        };
        let left = wire
            .cut_at
            .map_or(u64::MAX, |cut_at| cut_at.saturating_sub(wire.passed));
        let admitted = usize::try_from(left).unwrap_or(usize::MAX).min(count);
        wire.passed += admitted as u64;
        (admitted, wire.cut_at == Some(wire.passed))
    }

    fn close(&self, port: u16) {
        if let Some(wire) = self.lock().remove(&port) {
            wire.close();
        }
    }
}

impl Wire {
    fn close(&self) {
        // The other end may have closed first.
        drop(self.client.shutdown(Shutdown::Both));
        drop(self.server.shutdown(Shutdown::Both));
    }
}

fn accept(listener: &TcpListener, server: SocketAddr, wires: &Arc<Wires>, stop: &Arc<Stop>) {
    let mut pumps = Vec::new();
    while let Ok((client, _)) = listener.accept() {
        if stop.is_set() {
            break;
        }
        let (wires, stop) = (Arc::clone(wires), Arc::clone(stop));
        // One that cannot be passed on is dropped, which closes it.
        pumps.push(thread::spawn(move || {
            drop(connect(client, server, &wires, &stop));
        }));
        pumps.retain(|pump| !pump.is_finished());
    }
    for pump in pumps {
        drop(pump.join());
    }
}

fn connect(client: TcpStream, server: SocketAddr, wires: &Wires, stop: &Stop) -> io::Result<()> {
    client.set_nodelay(true)?;
    let server = TcpStream::connect(server)?;
    server.set_nodelay(true)?;
    let port = server.local_addr()?.port();
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    let wire = Wire {
        client,
        server,
        passed: 0,
        announced: 0,
        cut_at: None,
    };
    wires.lock().insert(port, wire);
    // A stop that came before the wire was known did not close it.
    if stop.is_set() {
        wires.close(port);
    }
    thread::scope(|scope| {
        scope.spawn(|| drop(forward(from_client, to_server)));
        drop(pass(&mut from_server, &mut to_client, port, wires));
        wires.close(port);
    });
    Ok(())
}

/// Passes requests on; a client that speaks TLS is turned away at once.
fn forward(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    let mut first = [0];
    let speaks = from.peek(&mut first)? > 0 && first != [TLS_HANDSHAKE];
    if speaks {
        io::copy(&mut from, &mut to)?;
    }
    to.shutdown(if speaks {
        Shutdown::Write
    } else {
        Shutdown::Both
    })
}

/// Passes answers on, up to a cut.
fn pass(from: &mut TcpStream, to: &mut TcpStream, port: u16, wires: &Wires) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut buffer)?;
        let (admitted, ends) = wires.admit(port, count);
        to.write_all(&buffer[..admitted])?;
        if count == 0 || ends {
            return Ok(());
        }
    }
}
