//! A server on loopback.

use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use airlock::oci::StoreView;
use airlock::ops::inside::serve::{ServeOptions, serve};
use airlock::run::{Cancel, FixedClock, FixedEntropy, Run, Silent};
use airlock::serve::{Bound, Bounds, Door, Listen, Observer, Record, Setup};

use super::client::Client;

/// Serves until dropped.
pub(crate) struct Server {
    pub(crate) notes: Arc<Notes>,
    pub(crate) cancel: Cancel,
    thread: Option<JoinHandle<()>>,
}

/// What the server told.
#[derive(Default)]
pub(crate) struct Notes {
    bound: Mutex<Vec<(Door, Bound)>>,
    ready: Mutex<Option<mpsc::Sender<()>>>,
    pub(crate) records: Mutex<Vec<Record>>,
    pub(crate) told: Mutex<Vec<String>>,
}

impl Observer for Notes {
    fn bound(&self, door: Door, bound: &Bound) {
        self.bound.lock().unwrap().push((door, bound.clone()));
    }

    fn ready(&self) {
        if let Some(sender) = self.ready.lock().unwrap().take() {
            sender.send(()).unwrap();
        }
    }

    fn stopping(&self) {}

    fn served(&self, record: Record) {
        self.records.lock().unwrap().push(record);
    }

    fn note(&self, sentence: &str) {
        self.told.lock().unwrap().push(sentence.to_owned());
    }

    fn trouble(&self, sentence: &str) {
        self.told.lock().unwrap().push(sentence.to_owned());
    }
}

/// Listens on loopback where nobody does.
pub(crate) fn free_port() -> Listen {
    Listen::Tcp("127.0.0.1:0".parse().unwrap())
}

impl Notes {
    /// Returns a client of what is behind a door.
    pub(crate) fn client(&self, door: Door) -> Client {
        let bound = self.bound.lock().unwrap();
        let found = bound.iter().find_map(|(at, bound)| match bound {
            Bound::Tcp { address, .. } if *at == door => Some(*address),
            Bound::Tcp { .. } | Bound::Unix(_) => None,
        });
        Client(found.expect("the door is open"))
    }
}

impl Server {
    /// Starts on free ports.
    pub(crate) fn start(view: Arc<dyn StoreView>, bounds: Bounds) -> Self {
        let setup = Setup {
            registry: vec![free_port()],
            metrics: vec![Listen::Tcp("[::1]:0".parse().unwrap())],
            bounds,
            ..Setup::default()
        };
        Self::with(view, setup)
    }

    /// Starts as told.
    pub(crate) fn with(view: Arc<dyn StoreView>, setup: Setup) -> Self {
        let options = ServeOptions {
            setup,
            ..ServeOptions::default()
        };
        Self::with_options(view, options)
    }

    /// Starts as told, access and all.
    pub(crate) fn with_options(view: Arc<dyn StoreView>, options: ServeOptions) -> Self {
        let (sender, receiver) = mpsc::channel();
        let notes = Arc::new(Notes::default());
        *notes.ready.lock().unwrap() = Some(sender);
        let cancel = Cancel::default();
        let (observer, stop) = (Arc::clone(&notes), cancel.clone());
        let thread = std::thread::spawn(move || {
            let run = Run {
                events: &Silent,
                cancel: &stop,
                clock: &FixedClock(0),
                entropy: &FixedEntropy::new(0),
            };
            serve(view, options, observer, &run).unwrap();
        });
        receiver.recv_timeout(Duration::from_secs(30)).unwrap();
        Self {
            notes,
            cancel,
            thread: Some(thread),
        }
    }

    /// Returns a client of the registry.
    pub(crate) fn client(&self) -> Client {
        self.notes.client(Door::Registry)
    }

    /// Asks the server to stop and waits until it has.
    pub(crate) fn stop(&mut self) {
        self.cancel.set();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.cancel.set();
    }
}
