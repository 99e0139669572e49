//! The state that folding the events gives.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Digest, Reference};

use crate::wire::{Basis, Kid, TransferId};

use super::{Delivery, Event, Held, Outcome, Request};

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// Waits for a bundle.
    Open,
    /// Answered in part; a later bundle may add.
    Part,
    /// Answered.
    Closed,
    /// Cancelled by a person.
    Cancelled,
    /// Made void when the store came back from a backup.
    Void,
}

/// How far a bundle got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleState {
    /// Its content was about to be written, and nothing more is known: run `apply` again.
    Begun,
    /// Published, and something is still missing.
    Part,
    /// Published.
    Closed,
}

/// A bundle that the site has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Which, and by whose word.
    pub delivery: Delivery,
    /// How far it got.
    pub state: BundleState,
    /// When it got there, in Unix seconds.
    pub at: u64,
}

/// The ledger as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    requests: BTreeMap<TransferId, (Request, RequestState)>,
    bundles: BTreeMap<TransferId, Bundle>,
    held: BTreeMap<Reference, Held>,
    serials: BTreeMap<Kid, u64>,
    /// In the order in which they were first applied.
    applied: Vec<Digest>,
    last_lock: Option<Digest>,
    highest_seq: u64,
    pub(super) torn: u64,
}

impl Ledger {
    /// Returns a request and its state.
    pub fn request(&self, id: &TransferId) -> Option<(&Request, RequestState)> {
        let (request, state) = self.requests.get(id)?;
        Some((request, *state))
    }

    /// Returns every request with its state, in the order of their numbers.
    pub fn requests(&self) -> Vec<(&Request, RequestState)> {
        let mut all: Vec<_> = self
            .requests
            .values()
            .map(|(r, state)| (r, *state))
            .collect();
        all.sort_by_key(|(request, _)| request.seq);
        all
    }

    /// Returns the requests that a bundle may still answer: open, or answered in part.
    pub fn open_requests(&self) -> impl Iterator<Item = &Request> {
        self.requests
            .values()
            .filter(|(_, state)| state.is_open())
            .map(|(request, _)| request)
    }

    /// Returns the number for the next request: above every one ever used.
    pub fn next_seq(&self) -> u64 {
        self.highest_seq.saturating_add(1)
    }

    /// Returns the highest serial number that was committed for a signer, on this site.
    pub fn last_serial(&self, signer: &Kid) -> Option<u64> {
        self.serials.get(signer).copied()
    }

    /// Returns the last serial number of each signer.
    pub fn serials(&self) -> impl Iterator<Item = (&Kid, u64)> {
        self.serials
            .iter()
            .map(|(signer, serial)| (signer, *serial))
    }

    /// Returns every bundle that was taken or begun, the oldest first.
    pub fn bundles(&self) -> Vec<&Bundle> {
        let mut all: Vec<_> = self.bundles.values().collect();
        all.sort_by_key(|bundle| (bundle.at, bundle.delivery.bundle));
        all
    }

    /// Returns what is known of a bundle.
    pub fn bundle(&self, id: &TransferId) -> Option<&Bundle> {
        self.bundles.get(id)
    }

    /// Returns the newest candidate of each reference, whether or not a lock pinned it since.
    pub fn held(&self) -> impl Iterator<Item = &Held> {
        self.held.values()
    }

    /// Returns the newest candidate of a reference.
    pub fn held_for(&self, reference: &Reference) -> Option<&Held> {
        self.held.get(reference)
    }

    /// Returns the number of the newest request that brought a candidate for a reference: a
    /// resolution that answers an older one is refused.
    pub fn resolved_seq(&self, reference: &Reference) -> Option<u64> {
        self.held.get(reference).map(|held| held.seq)
    }

    /// Returns the lock that was applied last.
    pub fn last_lock(&self) -> Option<&Digest> {
        self.last_lock.as_ref()
    }

    /// Returns every lock that was applied, in the order of the first time.
    pub fn applied_locks(&self) -> &[Digest] {
        &self.applied
    }

    /// Returns the bytes of a torn last line, which were ignored; 0 mostly.
    pub fn torn_bytes(&self) -> u64 {
        self.torn
    }

    /// Takes the next event; the error says why it cannot follow the ones before it.
    pub(super) fn take(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Request(request) => return self.take_request(request),
            Event::Intent { delivery, at } => {
                // An intent after a commit is a bundle applied again: nothing is taken back.
                let bundle = Bundle {
                    delivery,
                    state: BundleState::Begun,
                    at,
                };
                self.bundles.entry(bundle.delivery.bundle).or_insert(bundle);
            }
            Event::Held(held) => {
                self.held.insert(held.reference.clone(), held);
            }
            Event::Commit {
                delivery,
                outcome,
                at,
            } => return self.take_commit(delivery, outcome, at),
            Event::Applied { lock, .. } => self.apply(lock),
            Event::Cancelled { request, .. } => {
                self.change(&request, RequestState::Cancelled)?;
            }
            Event::Void { .. } => {
                for (_, state) in self.requests.values_mut().filter(|(_, s)| s.is_open()) {
                    *state = RequestState::Void;
                }
            }
        }
        Ok(())
    }

    fn take_request(&mut self, request: Request) -> Result<(), String> {
        if request.seq <= self.highest_seq {
            return Err(format!("`seq` {} does not rise", request.seq));
        }
        self.highest_seq = request.seq;
        let id = request.id;
        match self.requests.insert(id, (request, RequestState::Open)) {
            Some(_) => Err(format!("the request {id} is there twice")),
            None => Ok(()),
        }
    }

    fn take_commit(&mut self, delivery: Delivery, outcome: Outcome, at: u64) -> Result<(), String> {
        let (bundle, request) = match outcome {
            Outcome::Part => (BundleState::Part, RequestState::Part),
            Outcome::Closed => (BundleState::Closed, RequestState::Closed),
        };
        match delivery.basis {
            Basis::Answers(id) => self.change(&id, request)?,
            Basis::Serial(serial) => {
                let last = self.serials.entry(delivery.signer).or_insert(serial);
                *last = serial.max(*last);
            }
        }
        self.apply(delivery.lock);
        let id = delivery.bundle;
        self.bundles.insert(
            id,
            Bundle {
                delivery,
                state: bundle,
                at,
            },
        );
        Ok(())
    }

    fn change(&mut self, id: &TransferId, to: RequestState) -> Result<(), String> {
        match self.requests.get_mut(id) {
            Some((_, state)) => {
                *state = to;
                Ok(())
            }
            None => Err(format!("the request {id} was never issued")),
        }
    }

    fn apply(&mut self, lock: Digest) {
        if !self.applied.contains(&lock) {
            self.applied.push(lock);
        }
        self.last_lock = Some(lock);
    }

    /// Returns the locks that must stay: applied ones, and those of open requests.
    pub(in crate::store) fn kept_locks(&self) -> BTreeSet<Digest> {
        let open = self.open_requests().map(|request| request.lock);
        self.applied.iter().copied().chain(open).collect()
    }
}

impl RequestState {
    /// Tells whether a bundle may still answer.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: Digest = Digest::Sha256([7; 32]);
    const NEWER: Digest = Digest::Sha256([8; 32]);

    fn id(byte: u8) -> TransferId {
        TransferId::from_bytes([byte; 32])
    }

    fn kid(byte: u8) -> Kid {
        Kid::from_bytes([byte; 16])
    }

    fn request(byte: u8, seq: u64) -> Event {
        Event::Request(Request {
            id: id(byte),
            seq,
            lock: LOCK,
            created: 0,
            from: kid(1),
            to: Vec::new(),
            pending: Vec::new(),
            bases: Vec::new(),
        })
    }

    fn delivery(bundle: u8, basis: Basis, lock: Digest) -> Delivery {
        Delivery {
            bundle: id(bundle),
            basis,
            signer: kid(2),
            lock,
        }
    }

    fn commit(bundle: u8, basis: Basis, outcome: Outcome) -> Event {
        let delivery = delivery(bundle, basis, LOCK);
        Event::Commit {
            delivery,
            outcome,
            at: 0,
        }
    }

    fn intent(bundle: u8, basis: Basis) -> Event {
        let delivery = delivery(bundle, basis, LOCK);
        Event::Intent { delivery, at: 0 }
    }

    fn folded(events: impl IntoIterator<Item = Event>) -> Ledger {
        let mut ledger = Ledger::default();
        for event in events {
            ledger.take(event).unwrap();
        }
        ledger
    }

    fn state(ledger: &Ledger, byte: u8) -> RequestState {
        ledger.request(&id(byte)).unwrap().1
    }

    #[test]
    fn a_request_goes_from_open_over_part_to_closed() {
        let answers = Basis::Answers(id(1));
        let mut ledger = folded([request(1, 3), intent(9, answers)]);
        assert_eq!(state(&ledger, 1), RequestState::Open);
        assert_eq!(ledger.bundle(&id(9)).unwrap().state, BundleState::Begun);
        ledger.take(commit(9, answers, Outcome::Part)).unwrap();
        assert_eq!(state(&ledger, 1), RequestState::Part);
        assert_eq!(ledger.open_requests().count(), 1);
        ledger.take(intent(9, answers)).unwrap();
        assert_eq!(ledger.bundle(&id(9)).unwrap().state, BundleState::Part);
        ledger.take(commit(10, answers, Outcome::Closed)).unwrap();
        assert_eq!(state(&ledger, 1), RequestState::Closed);
        assert_eq!(ledger.open_requests().count(), 0);
        assert_eq!(ledger.bundle(&id(9)).unwrap().state, BundleState::Part);
        assert_eq!(ledger.bundle(&id(10)).unwrap().state, BundleState::Closed);
    }

    #[test]
    fn void_takes_every_open_request_and_no_other() {
        let ledger = folded([
            request(1, 1),
            request(2, 2),
            request(3, 3),
            request(4, 4),
            commit(9, Basis::Answers(id(1)), Outcome::Closed),
            commit(10, Basis::Answers(id(2)), Outcome::Part),
            Event::Cancelled {
                request: id(3),
                at: 0,
            },
            Event::Void { at: 0 },
            request(5, 5),
        ]);
        let states: Vec<RequestState> = ledger.requests().iter().map(|r| r.1).collect();
        let expected = [
            RequestState::Closed,
            RequestState::Void,
            RequestState::Cancelled,
            RequestState::Void,
            RequestState::Open,
        ];
        assert_eq!(states, expected);
    }

    #[test]
    fn numbers_rise_whatever_became_of_the_requests() {
        let mut ledger = folded([request(1, 5), Event::Void { at: 0 }]);
        assert_eq!(ledger.next_seq(), 6);
        assert!(ledger.take(request(2, 5)).is_err());
        assert!(ledger.take(request(1, 6)).is_err(), "the same id twice");
    }

    #[test]
    fn only_committed_serials_count() {
        let ledger = folded([
            commit(1, Basis::Serial(40), Outcome::Closed),
            commit(2, Basis::Serial(30), Outcome::Closed),
            intent(3, Basis::Serial(50)),
        ]);
        assert_eq!(ledger.last_serial(&kid(2)), Some(40));
        assert_eq!(ledger.last_serial(&kid(1)), None);
    }

    #[test]
    fn answers_to_requests_never_issued_are_refused() {
        let mut ledger = Ledger::default();
        let answers = Basis::Answers(id(1));
        assert!(ledger.take(commit(9, answers, Outcome::Closed)).is_err());
        let cancelled = Event::Cancelled {
            request: id(1),
            at: 0,
        };
        assert!(ledger.take(cancelled).is_err());
    }

    #[test]
    fn the_lock_applied_last_and_those_that_must_stay() {
        let applied = |lock| Event::Applied { lock, at: 0 };
        let ledger = folded([applied(LOCK), applied(NEWER), applied(LOCK)]);
        assert_eq!(ledger.last_lock(), Some(&LOCK));
        assert_eq!(ledger.applied_locks(), [LOCK, NEWER]);
        let waiting = folded([applied(NEWER), request(1, 1)]);
        assert_eq!(waiting.kept_locks(), [LOCK, NEWER].into());
        let cancelled = Event::Cancelled {
            request: id(1),
            at: 0,
        };
        let given_up = folded([applied(NEWER), request(1, 1), cancelled]);
        assert_eq!(given_up.kept_locks(), [NEWER].into());
    }
}
