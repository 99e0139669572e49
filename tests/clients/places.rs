//! The two places of a trip: a station outside and a site inside, each with its own state.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::call::Call;
use crate::outside::Outside;
use crate::registry::answers;
use crate::server::Server;
use crate::side::Side;

/// A folder on a side with the state of one airlock: its store, keys, cache and project.
pub(crate) struct Place<'a> {
    side: &'a Side,
    name: String,
}

impl<'a> Place<'a> {
    fn new(side: &'a Side, name: String) -> Self {
        fs::create_dir_all(side.path(&name).join("project")).unwrap();
        Self { side, name }
    }

    /// Returns a new station on the shared outside; tests that run at the same time do not meet.
    pub(crate) fn station(outside: &'a Outside) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self::new(&outside.side, format!("station-{number}"))
    }

    /// Returns the site of an inside of its own.
    pub(crate) fn site(side: &'a Side) -> Self {
        Self::new(side, "site".to_owned())
    }

    /// Returns a path in the place.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.side.path(&self.name).join(name)
    }

    /// Writes a file in the place.
    pub(crate) fn write(&self, name: &str, text: &str) {
        self.side.write(&format!("{}/{name}", self.name), text);
    }

    /// Prepares a call of airlock in the project's folder. `words` are separated by single spaces.
    pub(crate) fn airlock(&self, words: &str) -> Call {
        self.side
            .call(env!("CARGO_BIN_EXE_airlock"))
            .env("AIRLOCK_STORE", self.path("store"))
            .env("AIRLOCK_KEYS", self.path("keys"))
            .env("AIRLOCK_CACHE", self.path("cache"))
            .arg("-C")
            .arg(self.path("project"))
            .args(words)
    }

    /// Starts `airlock serve` on port 5000.
    pub(crate) fn serve(&self) -> Server {
        let call = self.airlock("serve --listen 127.0.0.1:5000");
        Server::start(self.side, "serve", call).wait_until(|| answers(self.side, 5000))
    }

    /// Prepares a line of shell in the place.
    pub(crate) fn shell(&self, line: &str) -> Call {
        let line = format!("cd {} && {line}", self.path("").display());
        self.side.call("bash").args("-o pipefail -c").arg(line)
    }

    /// Prepares a call of another program on the place's side.
    pub(crate) fn call(&self, program: &str) -> Call {
        self.side.call(program)
    }
}

/// Carries a file from one place to the other, as a stick or a commit would.
pub(crate) fn carry(from: impl AsRef<Path>, to: impl AsRef<Path>) {
    fs::copy(from, to).unwrap();
}
