//! One connection: requests in, answers out, until one side has enough.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use super::accept::Door;
use super::bounds::Bounds;
use super::buffers::Buffers;
use super::outgoing::{Outgoing, Source, Ticket};
use super::patient::{Patient, Taken};
use super::socket::{Peer, Stream};
use super::tls::Tls;
use crate::serve::metrics::{self, Metrics};
use crate::serve::observer::{Observer, Record};
use crate::serve::problem::Problem;
use crate::serve::request::RequestHead;
use crate::serve::response::{Body, Response};
use crate::serve::router::{Router, Step};

/// What all connections share.
pub(super) struct Shared {
    pub(super) router: Arc<Router>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) metrics: Metrics,
    pub(super) buffers: Buffers,
    pub(super) bounds: Bounds,
    /// Above zero while somebody waits for a place, and for good once the server ends.
    pub(super) pressure: watch::Sender<usize>,
}

impl Shared {
    /// Asks connections that have nothing to do to leave.
    pub(super) fn press(&self) {
        self.pressure
            .send_modify(|count| *count = count.saturating_add(1));
    }

    /// Takes back one [`press`](Self::press).
    pub(super) fn release(&self) {
        self.pressure
            .send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Tells what no request shows.
    pub(super) fn trouble(&self, sentence: &str) {
        self.metrics.trouble();
        self.observer.trouble(sentence);
    }
}

/// A connection, as its requests know it.
struct Line {
    door: Door,
    peer: Peer,
    /// Whether nobody on a network can read along.
    is_private: bool,
    /// Whether TLS is spoken.
    is_secured: bool,
    /// How many requests have begun.
    begun: AtomicU64,
    /// How the client takes answers.
    taken: Arc<Taken>,
}

/// How long a connection without any request may keep its place while others wait for one.
const FRESH: Duration = Duration::from_secs(1);
/// How much of a body nobody asked for is read so that the client sees the answer.
const UNWANTED: usize = 64 * 1024;
/// For how long.
const UNWANTED_TIME: Duration = Duration::from_secs(1);

/// Serves one connection to its end.
///
/// Under pressure it ends after the answer that is under way, and an idle one at once.
pub(super) async fn serve(
    door: Door,
    tls: Option<Arc<Tls>>,
    stream: Box<dyn Stream>,
    peer: Peer,
    shared: Arc<Shared>,
) {
    let counted = shared.metrics.connection();
    let is_secured = tls.is_some();
    let is_private = peer.is_private(is_secured);
    if let Some(stream) = secured(tls, stream, &peer, &shared).await {
        let line = Line {
            door,
            peer,
            is_private,
            is_secured,
            begun: AtomicU64::new(0),
            taken: Arc::default(),
        };
        talk(stream, Arc::new(line), &shared).await;
    }
    drop(counted);
}

/// Shakes hands, where TLS is spoken: in the time that a head may take, and shorter under pressure.
async fn secured(
    tls: Option<Arc<Tls>>,
    stream: Box<dyn Stream>,
    peer: &Peer,
    shared: &Shared,
) -> Option<Box<dyn Stream>> {
    let Some(tls) = tls else { return Some(stream) };
    let mut pressure = shared.pressure.subscribe();
    let mut handshake = pin!(timeout(shared.bounds.head_timeout, tls.accept(stream)));
    let pressed = pressure.wait_for(|count| *count > 0);
    let ended = match before(handshake.as_mut(), pressed).await {
        Some(ended) => Some(ended),
        None => timeout(FRESH, handshake).await.ok(),
    };
    let why = match ended {
        Some(Ok(Ok(stream))) => return Some(stream),
        Some(Ok(Err(error))) => error.to_string(),
        Some(Err(_)) | None => "it took too long".to_owned(),
    };
    shared.trouble(&format!("no TLS with {}: {why}", peer.name));
    None
}

async fn talk(stream: Box<dyn Stream>, line: Arc<Line>, shared: &Arc<Shared>) {
    let mut pressure = shared.pressure.subscribe();
    let stream = Patient::new(stream, shared.bounds.stalled, Arc::clone(&line.taken));
    let service = service_fn(|request| {
        let (parts, body) = request.into_parts();
        answer(Arc::clone(shared), Arc::clone(&line), parts, body)
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(shared.bounds.head_timeout)
            .max_buf_size(shared.bounds.head_bytes)
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service)
    );
    let pressed = pressure.wait_for(|count| *count > 0);
    let ended = match before(connection.as_mut(), pressed).await {
        Some(ended) => Some(ended),
        None => leave(connection, &line, shared).await,
    };
    // How else a connection ends is told by the records of its requests.
    if let Some(Err(error)) = ended
        && error.is_parse()
    {
        shared.observer.note(&no_request(&line, &error));
    }
}

/// Says what no record tells: that something came and was no request.
fn no_request(line: &Line, error: &hyper::Error) -> String {
    let hint = if line.is_secured {
        ""
    } else {
        "; TLS spoken to a plain address looks like this"
    };
    format!("no request from {}: {error}{hint}", line.peer.name)
}

/// Ends a connection: at once if it is idle, after its answer if it is busy. One that has said
/// nothing yet gets a moment, and one whose client hardly takes anything is cut.
async fn leave<S>(
    mut connection: Pin<&mut Http<S>>,
    line: &Line,
    shared: &Shared,
) -> Option<hyper::Result<()>>
where
    S: HttpService<Incoming, ResBody = Outgoing>,
    S::Error: std::error::Error + Send + Sync + 'static,
{
    let is_fresh = || line.begun.load(Ordering::Relaxed) == 0;
    if is_fresh() {
        let ended = timeout(FRESH, connection.as_mut()).await;
        if ended.is_ok() || is_fresh() {
            return ended.ok();
        }
    }
    connection.as_mut().graceful_shutdown();
    loop {
        let before = line.taken.bytes();
        let ended = timeout(shared.bounds.head_timeout, connection.as_mut()).await;
        let awaited = *shared.pressure.borrow() > 0;
        if ended.is_ok() || (awaited && line.taken.hardly_any_since(before)) {
            return ended.ok();
        }
    }
}

type Http<S> = http1::Connection<TokioIo<Patient<Box<dyn Stream>>>, S>;

/// Waits for whichever comes first; gives the result of the work if that was it.
async fn before<W: Future>(mut work: Pin<&mut W>, signal: impl Future) -> Option<W::Output> {
    let mut signal = pin!(signal);
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => signal.as_mut().poll(cx).map(|_| None),
    })
    .await
}

async fn answer(
    shared: Arc<Shared>,
    line: Arc<Line>,
    parts: Parts,
    body: Incoming,
) -> Result<hyper::Response<Outgoing>, std::convert::Infallible> {
    line.begun.fetch_add(1, Ordering::Relaxed);
    let begun = Instant::now();
    let parts = Arc::new(parts);
    let (response, source) = respond(&shared, &line, &parts).await;
    let unread = !body.is_end_stream();
    // Who waits to be told to go on has sent nothing yet: the answer tells not to (RFC 9110 section
    // 10.1.1).
    if unread && !parts.headers.contains_key(header::EXPECT) {
        skip(body).await;
    }
    let ticket = Ticket {
        shared: Arc::clone(&shared),
        record: record(&line.peer, &parts, &response, &source),
        begun,
    };
    let mut sent = hyper::Response::new(Outgoing::new(source, ticket));
    *sent.status_mut() = response.status;
    *sent.headers_mut() = response.headers;
    if unread || *shared.pressure.borrow() > 0 {
        let close = HeaderValue::from_static("close");
        sent.headers_mut().insert(header::CONNECTION, close);
    }
    Ok(sent)
}

/// Answers where no waiting is allowed, if that is possible, and else where it is.
async fn respond(shared: &Arc<Shared>, line: &Line, parts: &Arc<Parts>) -> (Response, Source) {
    let is_private = line.is_private;
    let head = RequestHead::of(parts, is_private);
    let begun = match line.door {
        Door::Registry => shared.router.begin(&head),
        Door::Metrics => Step::Ready(metrics::answer(
            &shared.metrics,
            shared.router.soundness(),
            &head,
        )),
    };
    let errand = match begun {
        Step::Ready(response) => return opened(response, &shared.buffers),
        Step::Later(errand) => errand,
    };
    let job = {
        let (shared, parts) = (Arc::clone(shared), Arc::clone(parts));
        move || {
            let response = shared
                .router
                .finish(errand, &RequestHead::of(&parts, is_private));
            opened(response, &shared.buffers)
        }
    };
    match spawn_blocking(job).await {
        Ok(answer) => answer,
        Err(error) => opened(Problem::unreadable(error.to_string()), &shared.buffers),
    }
}

/// Takes the body out of an answer and makes it ready to be sent; the first piece of a blob is read
/// here.
fn opened(mut response: Response, buffers: &Buffers) -> (Response, Source) {
    match Source::open(std::mem::replace(&mut response.body, Body::Empty), buffers) {
        Ok(source) => (response, source),
        Err(error) => {
            let mut failed = Problem::unreadable(error.to_string());
            failed.about.name = response.about.name;
            failed.about.digest = response.about.digest;
            let text = std::mem::replace(&mut failed.body, Body::Empty);
            let source = Source::open(text, buffers).unwrap_or_default();
            (failed, source)
        }
    }
}

/// Reads a little of a body that nobody asked for, so that the client gets to see the answer.
async fn skip(body: Incoming) {
    let mut body = Limited::new(body, UNWANTED);
    let end = async { while let Some(Ok(_)) = body.frame().await {} };
    // Whether it ended or not, the connection is closed after the answer.
    drop(timeout(UNWANTED_TIME, end).await);
}

/// What the log will say, as far as it is known when the answer begins.
fn record(peer: &Peer, parts: &Parts, response: &Response, source: &Source) -> Record {
    let agent = parts.headers.get(header::USER_AGENT);
    Record {
        client: peer.name.clone(),
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        agent: agent.map_or_else(String::new, |value| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        }),
        status: response.status.as_u16(),
        promised: source.size(),
        sent: 0,
        took: Duration::ZERO,
        about: response.about.clone(),
    }
}
