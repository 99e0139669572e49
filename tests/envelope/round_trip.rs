//! What is written opens, and says the same.

use std::io::Write as _;
use std::thread;

use airlock::ops::transfer::open_envelope;
use airlock::seal::{SealedFile, Sealer};
use airlock::wire::{Kind, Transfer, TransferId};

use crate::fixture::{
    NOW, assemble, bundle, contents, file, keyring, open_whole, payload_of, receipt, request, seal,
    seal_bundle,
};

#[test]
fn a_request_opens_on_the_other_side() {
    let (inside, outside) = (keyring(0), keyring(0));
    let transfer = Transfer::from(request(&inside));
    let (opened, _) = open_whole(&seal(&transfer, &inside), &outside).unwrap();
    assert_eq!(*opened.transfer(), transfer);
    assert_eq!(opened.signer(), transfer.address().from);
    assert_eq!(opened.id(), TransferId::of(&transfer.to_json().unwrap()));
}

#[test]
fn a_receipt_opens_on_the_other_side() {
    let transfer = Transfer::from(receipt(&keyring(0)));
    let (opened, _) = open_whole(&seal(&transfer, &keyring(0)), &keyring(0)).unwrap();
    assert_eq!(*opened.transfer(), transfer);
}

#[test]
fn a_bundle_opens_with_every_blob() {
    let keyring = keyring(0);
    let parts = bundle(&keyring);
    let sealed = seal_bundle(&parts, &keyring).unwrap();
    let (opened, contents) = open_whole(&sealed, &keyring).unwrap();
    assert_eq!(opened.bundle(), Some(&parts.bundle));
    assert_eq!(contents, parts.contents);
}

#[test]
fn the_payload_is_the_computed_tar() {
    let keyring = keyring(0);
    let parts = bundle(&keyring);
    let transfer = Transfer::from(parts.bundle.clone());
    let line = keyring
        .signer(Kind::Bundle)
        .unwrap()
        .sign(Kind::Bundle, &transfer.to_json().unwrap())
        .unwrap();
    let sealed = seal_bundle(&parts, &keyring).unwrap();
    assert_eq!(
        payload_of(&sealed, &keyring),
        assemble(&transfer, &line.to_string(), &parts)
    );
}

#[test]
fn several_readers_share_one_file() {
    let keyring = keyring(0);
    let parts = bundle(&keyring);
    let sealed = seal_bundle(&parts, &keyring).unwrap();
    let opened = open_envelope(file(&sealed), &keyring, &[Kind::Bundle], NOW).unwrap();
    let opened = &opened;
    thread::scope(|scope| {
        for range in [0..2, 2..3, 3..4] {
            let expected = &parts.payloads[range.clone()];
            scope.spawn(move || {
                let mut span = opened.span(range).unwrap();
                for payload in expected {
                    let entry = span.next_entry().unwrap().unwrap();
                    assert_eq!(crate::fixture::all(entry), *payload);
                }
                assert!(span.next_entry().unwrap().is_none());
            });
        }
    });
    opened.finish().unwrap();
}

#[test]
fn each_of_many_recipients_opens_it() {
    let keyrings: Vec<_> = (0..32).map(|number| keyring(number * 8)).collect();
    let recipients: Vec<_> = keyrings
        .iter()
        .flat_map(|keyring| keyring.recipients(Kind::Request).unwrap())
        .collect();
    let mut sealer = Sealer::new(&recipients, Vec::new()).unwrap();
    sealer.write_all(b"for all of them").unwrap();
    let sealed = sealer.finish().unwrap();
    for keyring in &keyrings {
        assert_eq!(payload_of(&sealed, keyring), b"for all of them");
    }
    let stranger = keyring(1).identities(NOW);
    assert!(SealedFile::open(file(&sealed), stranger).is_err());
}

#[test]
fn an_entry_left_unread_is_noticed() {
    let keyring = keyring(0);
    let sealed = seal_bundle(&bundle(&keyring), &keyring).unwrap();
    let opened = open_envelope(file(&sealed), &keyring, &[Kind::Bundle], NOW).unwrap();
    assert!(opened.finish().is_err());
    let mut span = opened.span(0..4).unwrap();
    while span.next_entry().unwrap().is_some() {}
    assert!(opened.finish().is_err());
    contents(&opened).unwrap();
    opened.finish().unwrap();
}
