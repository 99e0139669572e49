//! Taking connections, and giving each a place.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

use super::connection::{self, Shared};
use super::socket::Socket;
use super::tls::Tls;

/// What is behind a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The registry.
    Registry,
    /// The counters of the server.
    Metrics,
}

/// A socket and what is behind it.
#[derive(Debug)]
pub(super) struct Entrance {
    pub(super) door: Door,
    pub(super) socket: Socket,
    pub(super) tls: Option<Arc<Tls>>,
}

/// How long to wait before taking connections again after the system refused one.
const REFUSED: Duration = Duration::from_millis(100);

impl Entrance {
    /// Takes connections for ever: nothing that a client or the system does ends this loop.
    pub(super) async fn run(self, permits: Arc<Semaphore>, shared: Arc<Shared>) {
        loop {
            let (stream, peer) = match self.socket.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    shared.trouble(&format!("the system gave no connection: {error}"));
                    sleep(REFUSED).await;
                    continue;
                }
            };
            let Some(permit) = place(&permits, &shared).await else {
                return;
            };
            let shared = Arc::clone(&shared);
            let (door, tls) = (self.door, self.tls.clone());
            tokio::spawn(async move {
                connection::serve(door, tls, stream, peer, shared).await;
                drop(permit);
            });
        }
    }
}

/// Waits for a place; meanwhile idle connections are asked to leave theirs.
///
/// One at a time waits here, the others in the system's queue, which is in order of arrival.
async fn place(permits: &Arc<Semaphore>, shared: &Shared) -> Option<OwnedSemaphorePermit> {
    if let Ok(permit) = Arc::clone(permits).try_acquire_owned() {
        return Some(permit);
    }
    let waiting = shared.metrics.wait();
    let pressure = Pressure::begin(shared);
    let permit = Arc::clone(permits).acquire_owned().await.ok();
    drop((pressure, waiting));
    permit
}

/// Presses for a place, until dropped.
struct Pressure<'a>(&'a Shared);

impl<'a> Pressure<'a> {
    fn begin(shared: &'a Shared) -> Self {
        shared.press();
        Self(shared)
    }
}

impl Drop for Pressure<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}
