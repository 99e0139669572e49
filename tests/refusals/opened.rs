//! A bundle opened by who holds the keys, to be changed and signed again.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use airlock::oci::digest_of;
use airlock::seal::{Keyring, SealedFile, Sealer};
use airlock::wire::{Bundle, Carried, Kind, Layout, SignatureLine, Transfer, signed_message};
use ed25519_dalek::{Signer as _, SigningKey};
use hkdf::Hkdf;
use lock_format::{Algorithm, Blob, Digest};
use sha2::Sha256;

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
        let text = self.text();
        let mut payload = self.payload(&text, &line(keyring, &text));
        change(&self.layout(&text), &mut payload);
        seal(keyring, &payload)
    }

    /// Signs another text than the one that fits the payload, and seals.
    pub(crate) fn seal_text(&self, keyring: &Keyring, text: &str) -> Vec<u8> {
        seal(keyring, &self.payload(text, &line(keyring, text)))
    }

    /// Seals with a signature line that somebody else made.
    pub(crate) fn seal_line(&self, keyring: &Keyring, line: &str) -> Vec<u8> {
        seal(keyring, &self.payload(&self.text(), line))
    }

    /// Seals with other parts behind the signature than the text lists, each framed as the tar has it
    /// for the part of that place.
    pub(crate) fn seal_parts(&self, keyring: &Keyring, parts: &[usize]) -> Vec<u8> {
        let text = self.text();
        let payload = self.payload(&text, &line(keyring, &text));
        let layout = self.layout(&text);
        let place = |part: usize| usize::try_from(layout.framing_start(part)).unwrap();
        let mut out = payload[..place(2)].to_vec();
        for part in parts {
            out.extend(&payload[place(*part)..place(part + 1)]);
        }
        out.extend(&payload[place(layout.parts())..]);
        seal(keyring, &out)
    }

    /// Returns the payload as an honest station makes it.
    pub(crate) fn whole_payload(&self, keyring: &Keyring) -> Vec<u8> {
        let text = self.text();
        self.payload(&text, &line(keyring, &text))
    }

    /// Returns the payload of another text and line over the same parts.
    pub(crate) fn payload(&self, text: &str, line: &str) -> Vec<u8> {
        let layout = self.layout(text);
        let lead = [text.as_bytes().to_vec(), line.as_bytes().to_vec()];
        let mut payload = Vec::new();
        for (number, part) in lead.iter().chain(&self.payloads).enumerate() {
            payload.extend(layout.framing(number));
            payload.extend(part);
        }
        payload.extend(layout.framing(layout.parts()));
        payload
    }

    /// Returns what is signed.
    pub(crate) fn text(&self) -> String {
        let json = Transfer::Bundle(self.bundle.clone()).to_json().unwrap();
        String::from_utf8(json).unwrap()
    }

    fn layout(&self, text: &str) -> Layout {
        Layout::new(&Transfer::Bundle(self.bundle.clone()), text.len() as u64).unwrap()
    }

    /// Returns how many parts there are, those of the signature counted.
    pub(crate) fn parts(&self) -> usize {
        self.payloads.len() + 2
    }

    /// Adds a byte to a blob and keeps its digest: what is signed tells the new size.
    pub(crate) fn lengthen(&mut self, digest: Digest) {
        let at = self.position(digest);
        self.payloads[at + 2].push(0);
        let size = self.payloads[at + 2].len() as u64;
        self.bundle.entries[at] = Carried::Raw(Blob { digest, size });
    }

    /// Carries a blob as these bytes of zstd, which are told truly.
    pub(crate) fn encode(&mut self, digest: Digest, frame: &[u8]) {
        let at = self.position(digest);
        self.bundle.entries[at] = Carried::Zstd {
            content: self.bundle.entries[at].content(),
            payload: blob(frame),
        };
        self.payloads[at + 2] = frame.to_vec();
    }

    /// Returns the bytes of a blob.
    pub(crate) fn bytes(&self, digest: Digest) -> &[u8] {
        &self.payloads[self.position(digest) + 2]
    }

    fn position(&self, digest: Digest) -> usize {
        self.bundle
            .entries
            .iter()
            .position(|carried| carried.content().digest == digest)
            .unwrap()
    }
}

/// Signs a text as a bundle.
pub(crate) fn line(keyring: &Keyring, text: &str) -> String {
    let signer = keyring.signer(Kind::Bundle).unwrap();
    let line = signer.sign(Kind::Bundle, text.as_bytes()).unwrap();
    line.to_string()
}

/// Signs a text as a bundle with the pair of the site, which no honest program does: derived from the
/// phrase of [`World`](crate::world::World) as section 3.1 of the specification says.
pub(crate) fn line_of_site(keyring: &Keyring, text: &str) -> String {
    let mut seed = [0; 32];
    Hkdf::<Sha256>::new(Some(b"airlock/v1/phrase"), &[0x7f; 16])
        .expand(b"airlock/v1/request/ed25519", &mut seed)
        .unwrap();
    let kid = keyring.signer(Kind::Request).unwrap().kid();
    let message = signed_message(Kind::Bundle, &kid, text.as_bytes());
    SignatureLine {
        kind: Kind::Bundle,
        kid,
        signature: SigningKey::from_bytes(&seed).sign(&message).to_bytes(),
    }
    .to_string()
}

/// Seals a payload to the keys of a site.
pub(crate) fn seal(keyring: &Keyring, payload: &[u8]) -> Vec<u8> {
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
