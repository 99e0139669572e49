//! The corpora of the fuzz targets, and inputs made of them, replayed without a fuzzer.

use std::collections::BTreeMap;
use std::path::Path;

#[path = "../fuzz/checks/card.rs"]
mod card;
#[path = "../fuzz/checks/compose.rs"]
mod compose;
#[path = "../fuzz/checks/dockerfile.rs"]
mod dockerfile;
#[path = "../fuzz/checks/expand.rs"]
mod expand;
#[path = "../fuzz/checks/interpolate.rs"]
mod interpolate;
#[path = "../fuzz/checks/keyring.rs"]
mod keyring;
#[path = "../fuzz/checks/opening.rs"]
mod opening;
#[path = "../fuzz/checks/reference.rs"]
mod reference;
#[path = "../fuzz/checks/transfer.rs"]
mod transfer;

use airlock::wire::Kind;

/// Inputs made of the corpus, for each target.
const MUTATIONS: usize = 20_000;

#[expect(clippy::disallowed_methods, reason = "the project's own files")]
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let entries = std::fs::read_dir(folder).expect("the corpus is there");
    let files: BTreeMap<_, _> = entries
        .map(|entry| {
            let path = entry.expect("a file is readable").path();
            let bytes = std::fs::read(&path).expect("a file is readable");
            (path, bytes)
        })
        .collect();
    assert!(files.len() >= 5, "the corpus is there");
    files.into_values().collect()
}

/// Runs a check on the corpus and on inputs made of it, the same on every run.
fn replay(target: &str, check: fn(&[u8])) {
    for input in inputs(target) {
        check(&input);
    }
}

/// Gives the corpus, then inputs made of it.
fn inputs(target: &str) -> impl Iterator<Item = Vec<u8>> {
    let corpus = corpus(target);
    let whole = corpus.clone();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let made = (0..MUTATIONS).map(move |_| {
        let mut input = random.pick(&corpus).clone();
        for _ in 0..=random.below(4) {
            mutate(&mut input, random.pick(&corpus), &mut random);
        }
        input
    });
    whole.into_iter().chain(made)
}

/// Changes a byte, takes some away, repeats some, or puts in some of another input.
fn mutate(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(input.len() + 1);
    let end = (at + random.below(12)).min(input.len());
    match random.below(5) {
        0 => input.insert(at, random.byte()),
        1 => drop(input.drain(at..end)),
        2 => {
            let part = input[at..end].to_vec();
            input.splice(at..at, part);
        }
        3 if end > at => input[at] = random.byte(),
        _ => {
            let from = random.below(other.len() + 1);
            let to = (from + random.below(20)).min(other.len());
            input.splice(at..at, other[from..to].iter().copied());
        }
    }
}

/// Numbers that look random and never change (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("it is below a usize")
    }

    fn pick<'a>(&mut self, from: &'a [Vec<u8>]) -> &'a Vec<u8> {
        &from[self.below(from.len())]
    }

    /// Mostly a byte that means something.
    fn byte(&mut self) -> u8 {
        let marks = b"$${}:-+?#%/\\`'\"<>@=, \n\t#ARGFROMCOPY\xff\x00";
        marks[self.below(marks.len())]
    }
}

#[test]
fn cards() {
    replay("card", card::check);
}

#[test]
fn keyrings() {
    replay("keyring", keyring::check);
}

#[test]
fn transfer_texts() {
    replay("transfer", transfer::check);
}

/// Replays both ways of opening. Some of the corpus are whole envelopes, or nothing behind the seal
/// would be reached.
fn replay_opening(target: &str, least: usize, check: fn(&[u8]) -> bool) {
    let opened = corpus(target).iter().filter(|input| check(input)).count();
    assert!(opened >= least, "only {opened} open");
    for input in inputs(target) {
        check(&input);
    }
}

#[test]
fn sealed_requests() {
    replay_opening("request", 4, |data| {
        opening::check(data, &[Kind::Request, Kind::Receipt])
    });
}

#[test]
fn sealed_bundles() {
    replay_opening("bundle", 2, |data| opening::check(data, &[Kind::Bundle]));
}

#[test]
fn dockerfiles() {
    replay("dockerfile", dockerfile::check);
}

#[test]
fn words() {
    replay("expand", expand::check);
}

#[test]
fn references() {
    replay("reference", reference::check);
}

#[test]
fn compose_projects() {
    replay("compose", compose::check);
}

#[test]
fn interpolations() {
    replay("interpolate", interpolate::check);
}
