//! The wire in front of the server: it passes bytes on, and cuts a connection where it is told to.
//!
//! `tiny_http` keeps a connection open until the client closes it, so a cut has to be made outside.
//! A connection is told by the port from which the relay reaches the server.
//!
//! New connections reach the server one after the other, each only when the one before is being
//! served: `tiny_http` gives two that come at once to one idle thread, and the second then waits
//! until the first is closed.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

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
struct Wires {
    all: Mutex<BTreeMap<u16, Wire>>,
    /// Held by the connection that is on its way to the server.
    turn: Mutex<()>,
    /// A request came through.
    heard: Condvar,
}

/// How long a connection may keep the others from the server: a client may send half a request.
const TURN: Duration = Duration::from_millis(200);
/// How often a silent client is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

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
    /// Whether the server has read a request from it.
    heard: bool,
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

    /// Takes note that the server has read a request.
    pub(super) fn heard(&self, port: u16) {
        if let Some(wire) = self.wires.lock().get_mut(&port) {
            wire.heard = true;
        }
        self.wires.heard.notify_all();
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
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connects to the server on behalf of a client; returns the port that tells the connection.
    fn join(&self, client: &TcpStream, server: SocketAddr) -> io::Result<(TcpStream, u16)> {
        let server = TcpStream::connect(server)?;
        server.set_nodelay(true)?;
        let port = server.local_addr()?.port();
        let wire = Wire {
            client: client.try_clone()?,
            server: server.try_clone()?,
            passed: 0,
            announced: 0,
            cut_at: None,
            heard: false,
        };
        self.lock().insert(port, wire);
        Ok((server, port))
    }

    /// Waits until the server has read a request of this connection, for a bounded time.
    fn wait_until_heard(&self, port: u16) {
        let waits = |wires: &mut BTreeMap<u16, Wire>| wires.get(&port).is_some_and(|w| !w.heard);
        let waited = self.heard.wait_timeout_while(self.lock(), TURN, waits);
        drop(waited);
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
    if !speaks_plainly(&client, stop)? {
        return client.shutdown(Shutdown::Both);
    }
    let turn = wires.turn.lock().unwrap_or_else(PoisonError::into_inner);
    let (server, port) = wires.join(&client, server)?;
    // A stop that came before the wire was known did not close it.
    if stop.is_set() {
        wires.close(port);
    }
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let (mut from_server, mut to_client) = (server, client);
    thread::scope(|scope| {
        scope.spawn(|| drop(forward(from_client, to_server)));
        wires.wait_until_heard(port);
        drop(turn);
        drop(pass(&mut from_server, &mut to_client, port, wires));
        wires.close(port);
    });
    Ok(())
}

/// Waits for the first byte of a client; one that speaks TLS, or nothing until the end, is turned
/// away.
fn speaks_plainly(client: &TcpStream, stop: &Stop) -> io::Result<bool> {
    client.set_read_timeout(Some(LOOK_AGAIN))?;
    let mut first = [0];
    while !stop.is_set() {
        match client.peek(&mut first) {
            Ok(count) => {
                client.set_read_timeout(None)?;
                return Ok(count > 0 && first != [TLS_HANDSHAKE]);
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// Passes requests on.
fn forward(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Write)
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
