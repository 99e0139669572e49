//! A bundle opened by who holds the keys, to be changed and signed again.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use airlock::oci::digest_of;
use airlock::seal::{Keyring, SealedFile, Sealer};
use airlock::wire::{Bundle, Carried, Kind, Layout, Transfer};
use lock_format::{Algorithm, Blob, Digest};

/// What a bundle says, and what it carries: `oci-layout`, `index.json`, then the blobs in order.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) bundle: Bundle,
    payloads: Vec<Vec<u8>>,
}

impl Opened {
    /// Opens a genuine bundle.
    pub(crate) fn read(path: &Path, keyring: &Keyring) -> Self {
        let sealed = SealedFile::open(File::open(path).unwrap(), keyring.identities(0)).unwrap();
        let mut payload = Vec::new();
        sealed.front().unwrap().read_to_end(&mut payload).unwrap();
        let mut parts = tar::Archive::new(payload.as_slice());
        let mut parts = parts.entries().unwrap().map(|entry| {
            let mut bytes = Vec::new();
            entry.unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        });
        let json = parts.next().unwrap();
        let Transfer::Bundle(bundle) = Transfer::parse(&json).unwrap() else {
            panic!("a bundle")
        };
        let _signature = parts.next().unwrap();
        Self {
            bundle,
            payloads: parts.collect(),
        }
    }

    /// Adds a blob as an honest station would carry it.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.bundle.entries.push(Carried::Raw(blob(bytes)));
        self.payloads.push(bytes.to_vec());
    }

    /// Puts other bytes in the place of a blob, and says so in what is signed.
    pub(crate) fn replace(&mut self, digest: Digest, bytes: &[u8]) {
        let at = self.position(digest);
        self.bundle.entries[at] = Carried::Raw(blob(bytes));
        self.payloads[at + 2] = bytes.to_vec();
    }

    /// Leaves a blob out, and says so in what is signed.
    pub(crate) fn remove(&mut self, digest: Digest) {
        let at = self.position(digest);
        self.bundle.entries.remove(at);
        self.payloads.remove(at + 2);
    }

    /// Leaves the last blob out, and says so in what is signed.
    pub(crate) fn remove_last(&mut self) {
        self.bundle.entries.pop().unwrap();
        self.payloads.pop().unwrap();
    }

    /// Changes the bytes of a blob without saying so.
    pub(crate) fn falsify(&mut self, digest: Digest) {
        let at = self.position(digest);
        self.payloads[at + 2][0] ^= 1;
    }

    /// Signs and seals, so that only the contents can be wrong.
    pub(crate) fn seal(&self, keyring: &Keyring) -> Vec<u8> {
        self.seal_after(keyring, |_, _| ())
    }

    /// Signs, lets `change` have the payload, and seals.
    pub(crate) fn seal_after(
        &self,
        keyring: &Keyring,
        change: impl FnOnce(&Layout, &mut Vec<u8>),
    ) -> Vec<u8> {
        let transfer = Transfer::Bundle(self.bundle.clone());
        let json = transfer.to_json().unwrap();
        let line = keyring
            .signer(Kind::Bundle)
            .unwrap()
            .sign(Kind::Bundle, &json)
            .unwrap();
        let layout = Layout::new(&transfer, json.len() as u64).unwrap();
        let mut payload = Vec::new();
        let line = line.to_string().into_bytes();
        for (number, part) in [&json, &line].into_iter().chain(&self.payloads).enumerate() {
            payload.extend(layout.framing(number));
            payload.extend(part);
        }
        payload.extend(layout.framing(layout.parts()));
        change(&layout, &mut payload);
        seal(keyring, &payload)
    }

    fn position(&self, digest: Digest) -> usize {
        self.bundle
            .entries
            .iter()
            .position(|carried| carried.content().digest == digest)
            .unwrap()
    }
}

/// Seals a payload to the keys of a site.
fn seal(keyring: &Keyring, payload: &[u8]) -> Vec<u8> {
    let recipients = keyring.recipients(Kind::Bundle).unwrap();
    let mut sealer = Sealer::new(&recipients, Vec::new()).unwrap();
    sealer.write_all(payload).unwrap();
    sealer.finish().unwrap()
}

fn blob(bytes: &[u8]) -> Blob {
    Blob {
        digest: digest_of(Algorithm::Sha256, bytes),
        size: bytes.len() as u64,
    }
}
