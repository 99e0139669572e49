//! What a bundle says it lacks.

use std::collections::BTreeMap;

use lock_format::{Digest, Reference};

use super::Order;
use super::candidates::Incomplete;
use super::failure::PENDING;
use crate::diagnostic::{Code, Failure};
use crate::wire::{Missing, Subject, Text};

/// Lists blobs and references that could not be had, and references that nobody asked to resolve.
pub(super) fn missing(
    order: &Order<'_>,
    failed: &BTreeMap<Digest, &Failure>,
    unresolved: &[(Reference, Failure)],
    dropped: BTreeMap<Reference, Incomplete>,
) -> BTreeMap<Subject, Missing> {
    let mut missing = BTreeMap::new();
    let mut tell = |subject, code: Code, text: &str| {
        let missing_one = Missing {
            code: Text::lossy(code.as_str()),
            text: Text::lossy(text),
        };
        missing.insert(subject, missing_one);
    };
    // A blob that only a candidate needs was never asked for: its reference stands for it.
    for (digest, failure) in failed {
        if order.wanted.contains_key(digest) {
            let facts = failure.facts();
            tell(Subject::Digest(*digest), facts.code(), &facts.to_string());
        }
    }
    for (reference, failure) in unresolved {
        let facts = failure.facts();
        let subject = Subject::Reference(reference.clone());
        tell(subject, facts.code(), &facts.to_string());
    }
    for (reference, why) in dropped {
        tell(Subject::Reference(reference), why.code, &why.text);
    }
    for reference in &order.unasked {
        let subject = Subject::Reference(reference.clone());
        tell(
            subject,
            PENDING,
            "the lock leaves it pending: run `airlock lock` outside to pin it",
        );
    }
    missing
}
