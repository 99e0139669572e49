//! A site, a station and a registry on loopback, with one genuine bundle on its way.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use airlock::oci::ReadAt as _;
use airlock::seal::{Keyring, Phrase};
use airlock::upstream::image::{Flavour, Image, Layer, build};
use airlock::upstream::{Generated, Scripted};
use serde_json::{Value, json};

use crate::opened::Opened;
use crate::snapshot::Snapshot;

/// What both sides know: the second test vector of BIP-39.
const PHRASE: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";

/// Where everything is before `apply`.
pub(crate) struct World {
    folder: tempfile::TempDir,
    /// The internet.
    pub(crate) registry: Scripted,
    /// The keys that both sides share.
    pub(crate) keyring: Keyring,
    /// What is locked.
    pub(crate) image: Image,
}

impl World {
    /// Locks an image, pairs both sides, and makes the request and the bundle that answers it.
    pub(crate) fn new() -> Self {
        Self::with_image(image())
    }

    /// The same with another image.
    pub(crate) fn with_image(image: Image) -> Self {
        let world = Self::locked_with(image);
        world.answered("request.age", "bundle.age");
        world
    }

    /// Locks an image and pairs both sides.
    pub(crate) fn locked() -> Self {
        Self::locked_with(image())
    }

    fn locked_with(image: Image) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["project", "inside", "outside"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let registry = Scripted::start().unwrap();
        registry.push("acme/app", "1", &image);
        let keyring = keyring(PHRASE);
        for side in ["inside", "outside"] {
            let keys = folder.path().join(side).join("keys");
            keyring.save(&keys, false).unwrap();
        }
        let world = Self {
            folder,
            registry,
            keyring,
            image,
        };
        let lock = format!("lock --image {}/acme/app:1", world.registry.host());
        world.outside(&lock);
        world
    }

    /// Moves the tag to an image that shares a layer with the old one, and locks it; the old lock is
    /// `old.lock`.
    pub(crate) fn upgrade(&self) {
        let lock = self.path("project/airlock.lock");
        fs::copy(&lock, self.path("project/old.lock")).unwrap();
        let shared = Layer::gzip(&[("etc/one", b"one\n")]).unwrap();
        let new = Layer::gzip(&[("etc/three", b"three\n")]).unwrap();
        let platform = "linux/amd64".parse().unwrap();
        let image = build(Flavour::Oci, &platform, &[shared, new], &json!({}));
        self.registry.push("acme/app", "1", &image);
        let host = self.registry.host();
        self.outside(&format!("lock --upgrade --image {host}/acme/app:1"));
    }

    /// Makes a request inside, and outside the bundle that answers it.
    pub(crate) fn answered(&self, request: &str, bundle: &str) {
        self.inside(&format!("diff --allow-empty --request ../{request}"));
        self.station_answers(request, bundle);
    }

    /// Makes outside the bundle that answers a request; flags may follow its name.
    pub(crate) fn station_answers(&self, request: &str, bundle: &str) {
        let host = self.registry.host();
        self.outside(&format!(
            "bundle ../{request} -o ../{bundle} --insecure-registry {host}"
        ));
    }

    /// Runs airlock inside, which must succeed; returns standard output.
    pub(crate) fn inside(&self, words: &str) -> String {
        done(airlock(&self.folder, "inside", words), "")
    }

    /// Runs airlock inside, which must succeed; returns what it said to people.
    pub(crate) fn inside_told(&self, words: &str) -> String {
        let output = call(airlock(&self.folder, "inside", words), "");
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }

    /// Runs airlock outside, which must succeed.
    pub(crate) fn outside(&self, words: &str) -> String {
        done(airlock(&self.folder, "outside", words), "")
    }

    /// Returns a path beside the project.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the store.
    pub(crate) fn store(&self) -> Snapshot {
        Snapshot::of(&self.path("inside/store"))
    }

    /// Returns the genuine bundle, opened.
    pub(crate) fn opened(&self) -> Opened {
        self.opened_from("bundle.age")
    }

    /// Returns another genuine bundle, opened.
    pub(crate) fn opened_from(&self, name: &str) -> Opened {
        Opened::read(&self.path(name), &self.keyring)
    }

    /// Runs airlock outside, which must fail; returns exit code and code.
    pub(crate) fn outside_fails(&self, words: &str) -> (i32, String) {
        failed(airlock(&self.folder, "outside", &format!("--json {words}")))
    }

    /// Returns a bundle beside the project.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Requires that `apply` and `apply --check` refuse a bundle with exit code 4 and leave the store
    /// as it is; returns the code of the refusal.
    pub(crate) fn refused(&self, bundle: &[u8]) -> String {
        self.refused_with(bundle, "")
    }

    /// The same with further words behind the bundle, each after a space.
    pub(crate) fn refused_with(&self, bundle: &[u8], words: &str) -> String {
        fs::write(self.path("wrong.age"), bundle).unwrap();
        let (before, logs) = (self.store(), self.logs());
        let checked = self.fails(&format!("apply --check ../wrong.age{words}"));
        assert_eq!(self.logs(), logs, "a check writes no line");
        let refused = self.fails(&format!("apply ../wrong.age{words}"));
        let changed = before.differences(&self.store());
        assert!(changed.is_empty(), "{changed:?} changed with: {refused:?}");
        assert_eq!(checked, refused, "the check tells the same");
        assert_eq!(refused.0, 4, "{refused:?}");
        refused.1
    }

    /// Runs airlock inside, which must fail; returns exit code and code.
    pub(crate) fn fails(&self, words: &str) -> (i32, String) {
        failed(airlock(&self.folder, "inside", &format!("--json {words}")))
    }

    /// Returns the ledger and the audit log.
    pub(crate) fn logs(&self) -> [Vec<u8>; 2] {
        ["ledger", "audit"].map(|log| self.read(&format!("inside/store/airlock/{log}.jsonl")))
    }

    /// Runs a script of bash beside the project, with the state of the inside; `$AIRLOCK` is the
    /// binary. Returns its exit code.
    pub(crate) fn shell(&self, script: &str) -> i32 {
        let mut command = airlock(&self.folder, "inside", "");
        let state: Vec<_> = command
            .get_envs()
            .map(|(k, v)| (k.to_owned(), v.unwrap().to_owned()))
            .collect();
        command = Command::new("bash");
        command
            .args(["-c", script])
            .env_clear()
            .envs(state)
            .env("PATH", "/usr/bin:/bin")
            .env("AIRLOCK", env!("CARGO_BIN_EXE_airlock"))
            .current_dir(self.folder.path());
        call(command, "").status.code().unwrap()
    }

    /// Requires that the genuine bundle is still welcome after all that was refused.
    pub(crate) fn applies(&self) {
        self.inside("apply ../bundle.age");
        self.inside("diff --exit-code");
    }
}

/// The keys that a phrase gives.
pub(crate) fn keyring(phrase: &str) -> Keyring {
    Keyring::from_phrase(&Phrase::parse(phrase).unwrap())
}

/// An image with two layers of its own.
fn image() -> Image {
    let layers = [
        Layer::gzip(&[("etc/one", b"one\n")]).unwrap(),
        Layer::gzip(&[("etc/two", &noise(300_000))]).unwrap(),
    ];
    let platform = "linux/amd64".parse().unwrap();
    build(Flavour::Oci, &platform, &layers, &json!({}))
}

/// Bytes that hardly compress, so that the bundle has several chunks.
pub(crate) fn noise(size: usize) -> Vec<u8> {
    let source = Generated {
        seed: 1,
        size: size as u64,
    };
    let mut bytes = vec![0; size];
    source.read_at(&mut bytes, 0).unwrap();
    bytes
}

/// A call of airlock in the project, with the state of one side. `words` are separated by spaces.
fn airlock(folder: &tempfile::TempDir, side: &str, words: &str) -> Command {
    let state = folder.path().join(side);
    let mut command = Command::new(env!("CARGO_BIN_EXE_airlock"));
    command
        .env_clear()
        .env("HOME", &state)
        .env("AIRLOCK_STORE", state.join("store"))
        .env("AIRLOCK_KEYS", state.join("keys"))
        .env("AIRLOCK_CACHE", state.join("cache"))
        .current_dir(folder.path().join("project"))
        .args(words.split_whitespace());
    command
}

fn call(mut command: Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

/// Requires a failure that names a next step; returns exit code and code.
fn failed(command: Command) -> (i32, String) {
    let output = call(command, "");
    let told = String::from_utf8_lossy(&output.stderr);
    let error: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert!(error["help"].is_string(), "no next step: {told}");
    let code = error["code"].as_str().unwrap().to_owned();
    (output.status.code().unwrap(), code)
}

fn done(command: Command, input: &str) -> String {
    let told = format!("{command:?}");
    let output = call(command, input);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{error}");
    String::from_utf8(output.stdout).unwrap()
}
