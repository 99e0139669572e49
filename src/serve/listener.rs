//! Sockets, threads, places: everything of the server that is not an answer.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::buffers::Buffers;
use super::connection::{self, Shared};
use super::descriptors::connections_that_fit;
use super::error::ServeError;
use super::observer::Observer;
use super::router::Router;
use crate::run::Cancel;

/// Bounds on what clients may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most connections served at a time; the next ones wait and are not refused.
    pub connections: usize,
    /// Longest request line and header lines together, in bytes.
    pub head_bytes: usize,
    /// Longest time for a head to come whole, and for a connection to be idle.
    pub head_timeout: Duration,
    /// Longest time for which a client may take no byte of an answer at all.
    pub stalled: Duration,
    /// Longest time for answers under way to end when the server stops.
    pub drain: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 1024,
            head_bytes: 32 * 1024,
            head_timeout: Duration::from_secs(30),
            stalled: Duration::from_mins(15),
            drain: Duration::from_mins(1),
        }
    }
}

/// Listens, and serves once it is told to run.
#[derive(Debug)]
pub struct Listener {
    runtime: Runtime,
    sockets: Vec<TcpListener>,
    bounds: Bounds,
}

/// Connections the system keeps for us before we take them.
const BACKLOG: u32 = 1024;
/// Threads that wait for disks.
const READERS: usize = 32;
/// How often a wish to stop is looked for.
const TICK: Duration = Duration::from_millis(50);
/// How long to wait before taking connections again after the system refused one.
const REFUSED: Duration = Duration::from_millis(100);

impl Listener {
    /// Takes the addresses; port 0 takes a free one.
    pub fn bind(addresses: &[SocketAddr], bounds: Bounds) -> Result<Self, ServeError> {
        let runtime = Builder::new_multi_thread()
            .max_blocking_threads(READERS)
            .thread_name("airlock-serve")
            .enable_all()
            .build()
            .map_err(ServeError::NoThreads)?;
        let entered = runtime.enter();
        let sockets = addresses
            .iter()
            .map(|address| {
                listen(*address).map_err(|cause| ServeError::CannotListen {
                    address: address.to_string(),
                    cause,
                })
            })
            .collect::<Result<_, _>>()?;
        drop(entered);
        Ok(Self {
            runtime,
            sockets,
            bounds,
        })
    }

    /// Serves until `cancel` is set and the answers under way have ended.
    pub fn run(self, router: Router, observer: Arc<dyn Observer>, cancel: &Cancel) {
        let places = connections_that_fit(self.bounds.connections);
        let shared = Arc::new(Shared {
            router,
            observer,
            buffers: Buffers::default(),
            bounds: self.bounds,
            pressure: watch::Sender::new(0),
        });
        for socket in &self.sockets {
            match socket.local_addr() {
                Ok(address) => shared.observer.bound(address),
                Err(error) => shared
                    .observer
                    .trouble(&format!("address unknown: {error}")),
            }
        }
        let work = serve(self.sockets, places, Arc::clone(&shared), cancel);
        self.runtime.block_on(work);
        self.runtime.shutdown_background();
    }
}

/// Small answers leave at once on every connection taken here, and dead peers are found.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.set_keepalive(true)?;
    socket.set_nodelay(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn serve(sockets: Vec<TcpListener>, places: usize, shared: Arc<Shared>, cancel: &Cancel) {
    let permits = Arc::new(Semaphore::new(places));
    let mut loops = JoinSet::new();
    for socket in sockets {
        loops.spawn(accept(socket, Arc::clone(&permits), Arc::clone(&shared)));
    }
    while !cancel.is_set() {
        sleep(TICK).await;
    }
    loops.abort_all();
    while loops.join_next().await.is_some() {}
    shared
        .pressure
        .send_modify(|waiting| *waiting = waiting.saturating_add(1));
    let all = u32::try_from(places).unwrap_or(u32::MAX);
    let drained = timeout(shared.bounds.drain, permits.acquire_many(all)).await;
    if drained.is_err() {
        let seconds = shared.bounds.drain.as_secs();
        let sentence = format!("connections still open after {seconds} s of draining were cut");
        shared.observer.trouble(&sentence);
    }
}

/// Takes connections for ever: nothing that a client or the system does ends this loop.
async fn accept(socket: TcpListener, permits: Arc<Semaphore>, shared: Arc<Shared>) {
    loop {
        let (stream, peer) = match socket.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                let sentence = format!("the system gave no connection: {error}");
                shared.observer.trouble(&sentence);
                sleep(REFUSED).await;
                continue;
            }
        };
        let Some(permit) = place(&permits, &shared).await else {
            return;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            connection::serve(stream, peer.to_string(), shared).await;
            drop(permit);
        });
    }
}

/// Waits for a place; meanwhile idle connections are asked to leave theirs.
async fn place(
    permits: &Arc<Semaphore>,
    shared: &Shared,
) -> Option<tokio::sync::OwnedSemaphorePermit> {
    if let Ok(permit) = Arc::clone(permits).try_acquire_owned() {
        return Some(permit);
    }
    let _waiting = Waiting::begin(&shared.pressure);
    Arc::clone(permits).acquire_owned().await.ok()
}

/// Counts as somebody who waits, until dropped.
struct Waiting<'a>(&'a watch::Sender<usize>);

impl<'a> Waiting<'a> {
    fn begin(pressure: &'a watch::Sender<usize>) -> Self {
        pressure.send_modify(|waiting| *waiting = waiting.saturating_add(1));
        Self(pressure)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0
            .send_modify(|waiting| *waiting = waiting.saturating_sub(1));
    }
}
