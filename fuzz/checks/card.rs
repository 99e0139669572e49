//! Any bytes as a card: what is read is written as the same bytes, has one fingerprint, and can be
//! trusted, listed and sealed to without a panic.

use airlock::run::FixedEntropy;
use airlock::seal::{Card, Keyring, Sealer};
use airlock::wire::Kind;

pub(crate) fn check(data: &[u8]) {
    let Ok(card) = Card::parse(data) else {
        return;
    };
    let bytes = card.to_bytes();
    assert_eq!(data.strip_suffix(b"\n").unwrap_or(data), bytes);
    assert!(bytes.len() <= Card::LONGEST);
    let again = Card::parse(&bytes).expect("what was written is read");
    assert_eq!(
        (again.kid(), again.fingerprint()),
        (card.kid(), card.fingerprint())
    );
    let told = card.fingerprint().to_string();
    assert_eq!(told.parse(), Ok(card.fingerprint()));
    seal_to(card);
}

/// Trusts the card as its other end would, and seals to it.
fn seal_to(card: Card) {
    let name = "fuzz".parse().expect("a plain name");
    let role = card.role().other();
    let kid = card.kid();
    let mut keyring = Keyring::with_card(name, role, None, &FixedEntropy::new(77))
        .expect("fixed bytes never run out");
    keyring
        .trust(card, None, 0)
        .expect("a stranger of the other role");
    let kind = match role {
        airlock::seal::Role::Site => Kind::Request,
        airlock::seal::Role::Station => Kind::Bundle,
    };
    let recipients = keyring.recipients(kind).expect("one is trusted");
    assert_eq!(recipients.len(), 1);
    assert_eq!(recipients[0].kid(), kid);
    Sealer::new(&recipients, Vec::new()).expect("any trusted card can be sealed to");
    let text = keyring.to_json();
    let read = Keyring::from_json(&text).expect("what was written is read");
    assert_eq!(read.to_json().as_slice(), text.as_slice());
}
