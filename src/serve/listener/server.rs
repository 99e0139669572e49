//! A server from its first socket to its last answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::accept::{self, Door};
use super::bounds::Bounds;
use super::buffers::Buffers;
use super::connection::Shared;
use super::descriptors::connections_that_fit;
use super::socket::{Listen, Socket};
use crate::run::Cancel;
use crate::serve::ServeError;
use crate::serve::metrics::Metrics;
use crate::serve::observer::Observer;
use crate::serve::router::Router;

/// Listens, and serves once it is told to run.
#[derive(Debug)]
pub struct Listener {
    runtime: Runtime,
    sockets: Vec<(Door, Socket)>,
    bounds: Bounds,
}

/// Threads that wait for disks.
const READERS: usize = 32;
/// How often a wish to stop is looked for.
const TICK: Duration = Duration::from_millis(50);

impl Listener {
    /// Takes the addresses of the registry and those where its counters are told.
    pub fn bind(
        registry: Vec<Listen>,
        metrics: Vec<Listen>,
        bounds: Bounds,
    ) -> Result<Self, ServeError> {
        let runtime = Builder::new_multi_thread()
            .max_blocking_threads(READERS)
            .thread_name("airlock-serve")
            .enable_all()
            .build()
            .map_err(ServeError::NoThreads)?;
        let entered = runtime.enter();
        let registry = registry.into_iter().map(|listen| (Door::Registry, listen));
        let metrics = metrics.into_iter().map(|listen| (Door::Metrics, listen));
        let sockets = registry
            .chain(metrics)
            .map(|(door, listen)| Ok((door, listen.bind()?)))
            .collect::<Result<_, ServeError>>()?;
        drop(entered);
        Ok(Self {
            runtime,
            sockets,
            bounds,
        })
    }

    /// Serves until `cancel` is set and the answers under way have ended.
    pub fn run(self, router: Router, observer: Arc<dyn Observer>, cancel: &Cancel) {
        let shared = Arc::new(Shared {
            router,
            observer,
            metrics: Metrics::default(),
            buffers: Buffers::default(),
            bounds: self.bounds,
            pressure: watch::Sender::new(0),
        });
        for (door, socket) in &self.sockets {
            match socket.bound() {
                Ok(bound) => shared.observer.bound(*door, &bound),
                Err(error) => shared.trouble(&format!("a socket has no address: {error}")),
            }
        }
        shared.observer.ready();
        let work = serve(self.sockets, Arc::clone(&shared), cancel);
        self.runtime.block_on(work);
        self.runtime.shutdown_background();
    }
}

async fn serve(sockets: Vec<(Door, Socket)>, shared: Arc<Shared>, cancel: &Cancel) {
    let places = connections_that_fit(shared.bounds.connections);
    let permits = Arc::new(Semaphore::new(places));
    let mut loops = JoinSet::new();
    for (door, socket) in sockets {
        loops.spawn(accept::run(
            door,
            socket,
            Arc::clone(&permits),
            Arc::clone(&shared),
        ));
    }
    while !cancel.is_set() {
        sleep(TICK).await;
    }
    loops.abort_all();
    while loops.join_next().await.is_some() {}
    shared.press();
    let all = u32::try_from(places).unwrap_or(u32::MAX);
    let drained = timeout(shared.bounds.drain, permits.acquire_many(all)).await;
    if drained.is_err() {
        let seconds = shared.bounds.drain.as_secs();
        shared.trouble(&format!(
            "connections still open after {seconds} s of draining were cut"
        ));
    }
}
