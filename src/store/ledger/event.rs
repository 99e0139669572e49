//! What the ledger records.

use lock_format::{Descriptor, Digest, Reference};

use crate::wire::{Basis, Kid, TransferId};

/// One line of the ledger. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A request was issued.
    Request(Request),
    /// Content of a bundle is about to be written.
    Intent {
        /// Which bundle, and by whose word.
        delivery: Delivery,
        /// When.
        at: u64,
    },
    /// A candidate for a pending reference is stored and not published.
    Held(Held),
    /// What a bundle brought is published.
    Commit {
        /// Which bundle, and by whose word.
        delivery: Delivery,
        /// Whether anything is still missing.
        outcome: Outcome,
        /// When.
        at: u64,
    },
    /// A lock was published without a bundle.
    Applied {
        /// The lock.
        lock: Digest,
        /// When.
        at: u64,
    },
    /// A request will not be answered.
    Cancelled {
        /// Which.
        request: TransferId,
        /// When.
        at: u64,
    },
    /// Every request that is open is void: the store came back from a backup.
    Void {
        /// When.
        at: u64,
    },
}

/// A request as it was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: TransferId,
    /// Its number, strictly rising.
    pub seq: u64,
    /// The lock that is recorded for it: the one an answer is held against.
    pub lock: Digest,
    /// When, in Unix seconds.
    pub created: u64,
    /// The key that signed it.
    pub from: Kid,
    /// The keys that can open it.
    pub to: Vec<Kid>,
    /// References for which candidates were asked.
    pub pending: Vec<Reference>,
    /// Blobs offered as bases of a re-encoding; what its lock names is kept anyway.
    pub bases: Vec<Digest>,
}

/// A bundle, and what it came as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The bundle's id.
    pub bundle: TransferId,
    /// Why it was accepted.
    pub basis: Basis,
    /// The key that signed it.
    pub signer: Kid,
    /// The lock it was held against.
    pub lock: Digest,
}

/// Whether a bundle brought all that was missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Something is still missing; a later bundle may add it.
    Part,
    /// Nothing is missing.
    Closed,
}

/// A candidate for a pending reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The bundle that brought it.
    pub bundle: TransferId,
    /// The pending reference.
    pub reference: Reference,
    /// What the reference would stand for.
    pub pin: Descriptor,
    /// All that belongs to it, the pin included.
    pub blobs: Vec<Digest>,
    /// The number of the request that asked for it.
    pub seq: u64,
    /// The key that signed the bundle.
    pub signer: Kid,
    /// When, in Unix seconds.
    pub at: u64,
}
