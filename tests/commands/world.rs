//! A folder, a registry on loopback, and the program itself.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use airlock::upstream::Scripted;
use airlock::upstream::image::{Flavour, Image, Layer, build, index};
use lock_format::{Lockfile, Platform};
use serde_json::{Value, json};

/// Where a test lives.
pub(crate) struct World {
    folder: tempfile::TempDir,
    /// The internet.
    pub(crate) registry: Scripted,
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            registry: Scripted::start().unwrap(),
        }
    }

    /// Returns the registry's name for an image.
    pub(crate) fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.registry.host())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Returns the lock as it is now, which must be canonical.
    pub(crate) fn lock(&self) -> Lockfile {
        let parsed = Lockfile::parse(&self.text("airlock.lock")).unwrap();
        assert!(parsed.canonical, "the lock is written in canonical form");
        parsed.lockfile
    }

    /// The program in this folder, with state of its own and nothing else from outside.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_airlock"));
        command
            .args(words)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("AIRLOCK_STORE", self.path("store"))
            .env("AIRLOCK_KEYS", self.path("keys"))
            .env("AIRLOCK_CACHE", self.path("cache"))
            .env("AIRLOCK_INSECURE_REGISTRY", self.registry.host())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        ended(self.command(words).output().unwrap())
    }

    /// Runs a command that must end with 0.
    pub(crate) fn done(&self, words: &[&str]) -> Ended {
        let ended = self.run(words);
        assert_eq!(ended.code, Some(0), "{words:?}: {}", ended.err);
        ended
    }

    /// Runs a command that must fail; returns its exit code and the code of its error.
    pub(crate) fn fails(&self, words: &[&str]) -> (i32, String) {
        let mut json = vec!["--json"];
        json.extend(words);
        let ended = self.run(&json);
        let last = ended.err.lines().last().unwrap_or_default();
        let error: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("{}", ended.err));
        assert!(
            error["help"].is_string(),
            "an error says what helps: {error}"
        );
        (
            ended.code.unwrap(),
            error["code"].as_str().unwrap().to_owned(),
        )
    }

    /// Makes keys that serve as both ends.
    pub(crate) fn keys(&self) {
        self.done(&["keys", "new", "--stdout"]);
    }
}

pub(crate) fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn platform(name: &str) -> Platform {
    name.parse().unwrap()
}

/// A small image of one layer; `text` makes it this one and no other.
pub(crate) fn small(text: &str, at: &str) -> Image {
    let layer = Layer::gzip(&[("text", text.as_bytes())]).unwrap();
    build(Flavour::Oci, &platform(at), &[layer], &json!({}))
}

/// An index over the same text at two platforms.
pub(crate) fn two_platforms(text: &str) -> Image {
    let (amd64, arm64) = (platform("linux/amd64"), platform("linux/arm64"));
    let (first, second) = (small(text, "linux/amd64"), small(text, "linux/arm64"));
    index(
        Flavour::Oci,
        &[(Some(&amd64), &first), (Some(&arm64), &second)],
    )
}
