//! Any bytes as a keyring: what is read is written as the same bytes, and every question to it has an
//! answer without a panic. Nothing secret is shown.

use airlock::run::FixedEntropy;
use airlock::seal::Keyring;
use airlock::wire::Kind;

pub(crate) fn check(data: &[u8]) {
    let Ok(mut keyring) = Keyring::from_json(data) else {
        return;
    };
    assert_eq!(keyring.to_json().as_slice(), data);
    let shown = format!("{keyring:?}");
    assert!(!shown.contains("SECRET"), "{shown}");
    for kind in [Kind::Request, Kind::Bundle, Kind::Receipt] {
        // Either there is somebody to seal to, or a reason why not.
        drop(keyring.recipients(kind));
        drop(keyring.signer(kind).map(|signer| signer.kid()));
    }
    drop(keyring.fingerprint());
    drop(keyring.age_identities());
    let entries = keyring.list();
    for entry in &entries {
        assert_eq!(keyring.state_of(&entry.kid, 0), Some(entry.state.at(0)));
        assert!(!keyring.opens(&entry.kid, 0) || entry.own);
    }
    change(&mut keyring);
}

/// Rotates and revokes; what comes out is a keyring again.
fn change(keyring: &mut Keyring) {
    let source = FixedEntropy::new(77);
    if let Some((name, role)) = keyring.identity() {
        let fresh = Keyring::with_card(name, role, None, &source).expect("fixed bytes");
        drop(keyring.rotate(fresh, 10, 5));
    }
    for entry in keyring.list() {
        drop(keyring.revoke(&entry.kid.to_string(), 5));
        drop(keyring.forget(&entry.kid.to_string(), 20));
    }
    let text = keyring.to_json();
    let read = Keyring::from_json(&text).expect("what was written is read");
    assert_eq!(read.to_json().as_slice(), text.as_slice());
}
