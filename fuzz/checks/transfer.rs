//! Any bytes as `transfer.json`: what is read is written as the same bytes, and is laid out without a
//! panic.

use airlock::wire::{Layout, Transfer, TransferId};

pub(crate) fn check(data: &[u8]) {
    let Ok(transfer) = Transfer::parse(data) else {
        return;
    };
    let text = transfer.to_json().expect("what was read can be written");
    assert_eq!(text, data);
    assert_eq!(TransferId::of(&text), TransferId::of(data));
    let Ok(layout) = Layout::new(&transfer, text.len() as u64) else {
        return;
    };
    let tail = layout.parts();
    assert!(layout.framing_start(tail) < layout.total());
    for part in 0..=tail.min(64) {
        assert!(!layout.framing(part).is_empty());
    }
}
