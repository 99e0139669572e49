//! A server from its first socket to its last answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use super::accept::{Door, Entrance};
use super::bounds::Bounds;
use super::buffers::Buffers;
use super::connection::Shared;
use super::descriptors::connections_that_fit;
use super::socket::Listen;
use super::tls::{Reload, Tls};
use crate::run::{Clock, Run};
use crate::serve::ServeError;
use crate::serve::metrics::Metrics;
use crate::serve::observer::Observer;
use crate::serve::router::Router;

/// What a server is made of.
#[derive(Debug, Default)]
pub struct Setup {
    /// Where the registry listens.
    pub registry: Vec<Listen>,
    /// Where counters are told; never over TLS.
    pub metrics: Vec<Listen>,
    /// The certificate; with one, TCP speaks nothing but TLS.
    pub tls: Option<Tls>,
    /// What clients may take.
    pub bounds: Bounds,
}

/// Listens, and serves once it is told to run.
#[derive(Debug)]
pub struct Listener {
    runtime: Runtime,
    entrances: Vec<Entrance>,
    tls: Option<Arc<Tls>>,
    bounds: Bounds,
}

/// Threads that wait for disks.
const READERS: usize = 32;
/// How often a wish to stop is looked for.
const TICK: Duration = Duration::from_millis(50);
/// How many ticks lie between two looks at what may have changed: a second.
const LOOK: u32 = 20;

impl Listener {
    /// Takes the addresses; port 0 takes a free one.
    pub fn bind(setup: Setup) -> Result<Self, ServeError> {
        let runtime = Builder::new_multi_thread()
            .max_blocking_threads(READERS)
            .thread_name("airlock-serve")
            .enable_all()
            .build()
            .map_err(ServeError::NoThreads)?;
        let tls = setup.tls.map(Arc::new);
        let entered = runtime.enter();
        let registry = setup
            .registry
            .into_iter()
            .map(|listen| (Door::Registry, listen));
        let metrics = setup
            .metrics
            .into_iter()
            .map(|listen| (Door::Metrics, listen));
        let entrances = registry
            .chain(metrics)
            .map(|(door, listen)| {
                let socket = listen.bind()?;
                let secure = door == Door::Registry && socket.is_tcp();
                let tls = tls.clone().filter(|_| secure);
                Ok(Entrance { door, socket, tls })
            })
            .collect::<Result<_, ServeError>>()?;
        drop(entered);
        Ok(Self {
            runtime,
            entrances,
            tls,
            bounds: setup.bounds,
        })
    }

    /// Serves until `run.cancel` is set and the answers under way have ended.
    pub fn run(self, router: Arc<Router>, observer: Arc<dyn Observer>, run: &Run<'_>) {
        let shared = Arc::new(Shared {
            router,
            observer,
            metrics: Metrics::default(),
            buffers: Buffers::default(),
            bounds: self.bounds,
            pressure: watch::Sender::new(0),
        });
        for Entrance { door, socket, tls } in &self.entrances {
            match socket.bound(tls.is_some()) {
                Ok(bound) => shared.observer.bound(*door, &bound),
                Err(error) => shared.trouble(&format!("a socket has no address: {error}")),
            }
        }
        let watch = Watch {
            tls: self.tls,
            shared: Arc::clone(&shared),
        };
        self.runtime.block_on(async {
            watch.look(run.clock).await;
            shared.observer.ready();
            serve(self.entrances, watch, run).await;
        });
        self.runtime.shutdown_background();
    }
}

async fn serve(entrances: Vec<Entrance>, watch: Watch, run: &Run<'_>) {
    let shared = &watch.shared;
    let places = connections_that_fit(shared.bounds.connections);
    let permits = Arc::new(Semaphore::new(places));
    let mut loops = JoinSet::new();
    for entrance in entrances {
        loops.spawn(entrance.run(Arc::clone(&permits), Arc::clone(shared)));
    }
    for tick in (0..LOOK).cycle() {
        if run.cancel.is_set() {
            break;
        }
        sleep(TICK).await;
        if tick == 0 {
            watch.look(run.clock).await;
        }
    }
    shared.observer.stopping();
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

/// Looks at what may change while the server runs.
struct Watch {
    tls: Option<Arc<Tls>>,
    shared: Arc<Shared>,
}

impl Watch {
    async fn look(&self, clock: &dyn Clock) {
        let shared = Arc::clone(&self.shared);
        let looked = spawn_blocking(move || shared.router.look()).await;
        for sentence in looked.unwrap_or_default() {
            self.shared.trouble(&sentence);
        }
        let Some(tls) = self.tls.clone() else { return };
        let second = Arc::clone(&tls);
        match spawn_blocking(move || second.reload()).await {
            Ok(Reload::Changed) => self.shared.observer.note("the new certificate is in use"),
            Ok(Reload::Unusable(error)) => {
                self.shared
                    .trouble(&format!("{error}; the certificate before stays in use"));
            }
            Ok(Reload::Unchanged) | Err(_) => {}
        }
        let now = i64::try_from(clock.unix_seconds()).unwrap_or(i64::MAX);
        let health = self.shared.router.health();
        if let Some(sentence) = health.certificate(tls.not_after(), now) {
            self.shared.trouble(&sentence);
        }
    }
}
