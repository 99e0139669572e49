//! From a request to the bytes that are sent.

use std::io::{self, Read as _, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;

use tiny_http::{Request, Server};

use super::relay::Relay;
use super::shelf::Shelf;
use super::stop::Stop;
use super::{Asked, Reply, Rule};

/// How much of a body is written at a time, in bytes.
const CHUNK: usize = 64 * 1024;

/// What the answering threads share.
pub(super) struct Answering {
    pub(super) relay: Relay,
    pub(super) shelf: RwLock<Shelf>,
    pub(super) rules: RwLock<Vec<Rule>>,
    pub(super) log: Mutex<Vec<Asked>>,
    stop: Arc<Stop>,
}

pub(super) fn dispatch(server: &Server, shared: &Arc<Answering>) {
    let mut answering = Vec::new();
    while let Ok(request) = server.recv() {
        if shared.stop.is_set() {
            break;
        }
        let shared = Arc::clone(shared);
        answering.push(thread::spawn(move || {
            // A client that went away while it was answered is no failure of the registry.
            drop(shared.answer(request));
        }));
        answering.retain(|thread| !thread.is_finished());
    }
    for thread in answering {
        drop(thread.join());
    }
}

impl Answering {
    pub(super) fn new(relay: Relay, stop: Arc<Stop>) -> Self {
        Self {
            relay,
            shelf: RwLock::default(),
            rules: RwLock::default(),
            log: Mutex::default(),
            stop,
        }
    }

    fn answer(&self, mut request: Request) -> io::Result<()> {
        let port = request.remote_addr().map_or(0, SocketAddr::port);
        self.relay.heard(port);
        let asked = read(&mut request)?;
        lock(&self.log).push(asked.clone());
        let mut reply = self
            .shelf
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .answer(&asked);
        let rules = self
            .rules
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for rule in rules {
            reply = rule(&asked, reply);
        }
        self.send(&reply, asked.method == "HEAD", port, request)
    }

    /// Writes the answer; a cut is announced to the wire before the bytes that lead to it.
    fn send(&self, reply: &Reply, head_only: bool, port: u16, request: Request) -> io::Result<()> {
        let head = if reply.hang_up {
            Vec::new()
        } else {
            reply.head()
        };
        let cut = if reply.hang_up { Some(0) } else { reply.cut };
        let body = if head_only { 0 } else { reply.body.length() };
        let body = body.min(cut.unwrap_or(u64::MAX));
        let length = (head.len() as u64).saturating_add(body);
        self.relay.announce(port, length, cut.is_some());
        let mut writer = request.into_writer();
        writer.write_all(&head)?;
        self.send_body(reply, body, &mut writer)?;
        writer.flush()
    }

    fn send_body(&self, reply: &Reply, length: u64, writer: &mut dyn Write) -> io::Result<()> {
        let piece = reply.pace.map_or(CHUNK, |pace| pace.piece.clamp(1, CHUNK));
        let mut buffer = vec![0; piece];
        let mut sent = 0;
        while sent < length {
            if let Some(pace) = reply.pace {
                writer.flush()?;
                if self.stop.wait(pace.pause) {
                    return Ok(());
                }
            }
            let window = usize::try_from(length - sent)
                .unwrap_or(usize::MAX)
                .min(piece);
            let count = reply.body.read_at(&mut buffer[..window], sent)?;
            if count == 0 {
                break;
            }
            writer.write_all(&buffer[..count])?;
            sent += count as u64;
        }
        Ok(())
    }
}

fn read(request: &mut Request) -> io::Result<Asked> {
    let (path, query) = match request.url().split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (request.url().to_owned(), None),
    };
    let headers = request
        .headers()
        .iter()
        .map(|header| (header.field.to_string(), header.value.to_string()))
        .collect();
    let method = request.method().to_string();
    let mut body = Vec::new();
    io::copy(&mut request.as_reader().take(Asked::BODY_BYTES), &mut body)?;
    Ok(Asked {
        method,
        path,
        query,
        headers,
        body,
    })
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
