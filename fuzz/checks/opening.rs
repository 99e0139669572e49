//! Any bytes as a sealed file, and any bytes as the payload of one that is sealed to the keys of the
//! vectors: whatever opens has a layout of its own length and is read to its end or refused.

use std::fs::File;
use std::io::{self, Write as _};

use airlock::ops::transfer::{Opened, TransferError, open_envelope};
use airlock::run::FixedEntropy;
use airlock::seal::{Keyring, Phrase, Sealer, WordCount};
use airlock::wire::Kind;

/// A time at which every key is used.
const NOW: u64 = 1_750_000_000;

/// Opens `data` as envelopes of these kinds, as it is and sealed; tells whether one of them opened.
pub(crate) fn check(data: &[u8], kinds: &[Kind]) -> bool {
    let phrase = Phrase::generate(WordCount::Twelve, &FixedEntropy::new(0))
        .expect("fixed bytes never run out");
    let keyring = Keyring::from_phrase(&phrase);
    let as_it_is = open(data, &keyring, kinds).is_ok();
    let recipients = keyring
        .recipients(kinds[0])
        .expect("a phrase has both ends");
    let mut sealer = Sealer::new(&recipients, Vec::new()).expect("memory takes it");
    sealer.write_all(data).expect("memory takes it");
    let sealed = sealer.finish().expect("memory takes it");
    as_it_is || open(&sealed, &keyring, kinds).is_ok()
}

fn open(sealed: &[u8], keyring: &Keyring, kinds: &[Kind]) -> Result<(), TransferError> {
    let mut file: File = tempfile::tempfile().expect("a file of its own");
    file.write_all(sealed).expect("room");
    let opened = open_envelope(file, keyring, kinds, NOW)?;
    assert!(kinds.contains(&opened.kind()));
    assert!(opened.layout().total() < opened.sealed_bytes());
    read(&opened)
}

/// Reads what follows the front, which only a bundle has.
fn read(opened: &Opened) -> Result<(), TransferError> {
    if opened.bundle().is_none() {
        return opened.finish();
    }
    let mut span = opened.span(0..usize::MAX)?;
    while let Some(entry) = span.next_entry()? {
        let size = entry.carried().content().size;
        let mut content = entry.content()?;
        let count = io::copy(&mut content, &mut io::sink()).map_err(TransferError::reading)?;
        assert!(count <= size);
    }
    opened.finish()
}
