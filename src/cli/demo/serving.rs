//! `airlock serve`, running beside the demonstration.

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;

use super::failure::DemoFailure;
use super::side::Side;
use crate::diagnostic::Failure;

/// A registry of the inside; told to drain when it is dropped.
#[derive(Debug)]
pub(super) struct Serving {
    child: Child,
    address: String,
}

/// The first line of `airlock serve --json`.
#[derive(Deserialize)]
struct Announced {
    address: String,
}

/// Longest announcement that is read, in bytes.
const LONGEST: u64 = 4096;

impl Serving {
    /// Starts `serve` on a free port and waits until it says where it listens.
    pub(super) fn start(inside: &Side<'_>) -> Result<Self, Failure> {
        let mut child = inside.start("airlock serve --listen 127.0.0.1:0 --json")?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            let mut said = BufReader::new(stdout);
            said.by_ref()
                .take(LONGEST)
                .read_line(&mut line)
                .map_err(DemoFailure::setup("read what serve says"))?;
            // Its log goes on; a pipe that nobody empties would stop it.
            std::thread::spawn(move || io::copy(&mut said, &mut io::sink()));
        }
        let announced = serde_json::from_str::<Announced>(&line).ok();
        let address =
            announced.and_then(|said| said.address.strip_prefix("http://").map(str::to_owned));
        let serving = Self {
            child,
            address: address.unwrap_or_default(),
        };
        if serving.address.is_empty() {
            return Err(DemoFailure::NotServing.into());
        }
        Ok(serving)
    }

    /// Returns where it listens, as `127.0.0.1:PORT`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Asked politely it drains; nothing is left to do where it has already ended.
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM).unwrap_or_default();
        }
        drop(self.child.wait());
    }
}
