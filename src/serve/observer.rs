//! What a server tells while it runs.

use std::time::Duration;

use super::listener::{Bound, Door};
use super::response::About;

/// Takes what a server tells. Called from the threads that serve: it must not wait.
pub trait Observer: Send + Sync {
    /// The server listens there; once for each socket, before the first request.
    fn bound(&self, door: Door, bound: &Bound);

    /// Everything that was asked for is listened on.
    fn ready(&self);

    /// Nobody is let in any more; the answers under way still end.
    fn stopping(&self);

    /// A request was answered, to the end or up to where the client went away.
    fn served(&self, record: Record);

    /// Something worth knowing happened.
    fn note(&self, sentence: &str);

    /// Something went wrong that no request shows.
    fn trouble(&self, sentence: &str);
}

/// A request and how it was answered.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Where it came from.
    pub client: String,
    /// The method as sent.
    pub method: String,
    /// The target as sent.
    pub target: String,
    /// What the client calls itself; empty if it does not say.
    pub agent: String,
    /// The status answered.
    pub status: u16,
    /// How many bytes of body were to be sent.
    pub promised: u64,
    /// How many of them were handed to the connection.
    pub sent: u64,
    /// How long it took, to the last byte handed over.
    pub took: Duration,
    /// What it was about.
    pub about: About,
}

impl Record {
    /// Tells whether the body went out whole.
    pub fn is_complete(&self) -> bool {
        self.sent == self.promised
    }
}
