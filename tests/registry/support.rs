//! What every test here starts from.

use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use airlock::diagnostic::Diagnose as _;
use airlock::oci::{BlobBody, VerifyingReader};
use airlock::registry::{Client, PrivateReach, Reach, RegistryError, Settings};
use airlock::run::{Cancel, Clock, Event, Events, FixedEntropy, RecordingSleeper, Run};
use airlock::upstream::image::{Flavour, Image, Layer, build};
use airlock::upstream::{Generated, Scripted};
use lock_format::{Blob, Reference, Repository};
use serde_json::json;

/// Everything ambient, under the control of a test.
#[derive(Default)]
pub(crate) struct Station {
    pub(crate) cancel: Cancel,
    pub(crate) clock: TestClock,
    pub(crate) sleeper: RecordingSleeper,
    entropy: FixedEntropy,
    events: Warnings,
}

/// Keeps the warnings.
#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Events for Warnings {
    fn event(&self, event: Event<'_>) {
        if let Event::Warning(warning) = event {
            let text = format!("{}: {}", warning.code, warning.message);
            self.0.lock().unwrap().push(text);
        }
    }
}

/// A clock that a test moves.
#[derive(Default)]
pub(crate) struct TestClock(AtomicU64);

impl TestClock {
    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn unix_seconds(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Station {
    /// Returns the warnings so far, with their codes.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.events.0.lock().unwrap().clone()
    }

    pub(crate) fn client(&self, settings: Settings) -> Client<'_> {
        let run = Run {
            events: &self.events,
            cancel: &self.cancel,
            clock: &self.clock,
            entropy: &self.entropy,
        };
        Client::new(settings, run, &self.sleeper)
    }
}

impl Station {
    /// Fetches `library/app:1` without settings, which has to fail.
    pub(crate) fn refused(&self, registry: &Scripted) -> RegistryError {
        let name = reference(registry, "library/app:1");
        let client = self.client(Settings::default());
        client.fetch_manifest(&name).unwrap_err()
    }
}

/// A registry with `library/app:1`, one platform, one layer.
pub(crate) fn with_image() -> (Scripted, Image) {
    let registry = Scripted::start().unwrap();
    let image = image(Flavour::Oci);
    registry.push("library/app", "1", &image);
    (registry, image)
}

pub(crate) fn image(flavour: Flavour) -> Image {
    let layer = Layer::gzip(&[("etc/motd", b"hello")]).unwrap();
    let platform = "linux/amd64".parse().unwrap();
    build(flavour, &platform, &[layer], &json!({}))
}

/// A registry with a generated blob in `library/app`.
pub(crate) fn with_blob(size: u64) -> (Scripted, Blob) {
    let registry = Scripted::start().unwrap();
    let content = Arc::new(Generated { seed: 5, size });
    let blob = registry.put_blob("library/app", content).unwrap();
    (registry, blob)
}

pub(crate) fn app(registry: &Scripted) -> Repository {
    Repository::new(&registry.host(), "library/app").unwrap()
}

pub(crate) fn reference(registry: &Scripted, rest: &str) -> Reference {
    Reference::parse(&format!("{}/{rest}", registry.host())).unwrap()
}

/// Settings that let any layer be fetched from this registry.
pub(crate) fn listing(registry: &Scripted) -> Settings {
    Settings {
        reach: Reach {
            private: PrivateReach::Typed([registry.host()].into()),
            ..Reach::default()
        },
        ..Settings::default()
    }
}

/// Reads a blob to its end, verified.
pub(crate) fn read(body: BlobBody<'_>, blob: Blob) -> std::io::Result<Vec<u8>> {
    assert_eq!(body.offset, 0);
    let mut bytes = Vec::new();
    std::io::copy(&mut VerifyingReader::new(body.reader, blob), &mut bytes)?;
    Ok(bytes)
}

/// Reads what is left, unverified.
pub(crate) fn drain(mut body: BlobBody<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::io::copy(&mut body.reader.by_ref(), &mut bytes).unwrap();
    bytes
}

pub(crate) fn code(error: &RegistryError) -> &'static str {
    error.code().as_str()
}
