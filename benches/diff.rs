//! Compares a lock of 650 images with a store of 100,000 blobs.
//!
//! `cargo bench --profile ci --bench diff`; the figure counts from the start of the program to its
//! end. Compile for speed with
//! `--config 'profile.ci.package.airlock.opt-level=3' --config 'profile.ci.package.lock-format.opt-level=3'`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "run by hand")]
#![expect(clippy::disallowed_methods, reason = "writes its own lock")]

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use lock_format::{Lockfile, Platform, Source, SourceKind};

#[path = "shared/images.rs"]
mod images;
#[path = "shared/store.rs"]
mod store;

const IMAGES: usize = 650;
const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];
/// Blobs that the store holds.
const HELD: u32 = 100_000;
/// The store holds the blobs of the lock up to this one; behind it come those that no store has.
const LOCKED: usize = 7_000;
const ROUNDS: usize = 10;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    store::large_store(&path.join("store"), HELD);
    let text = lock().to_text();
    std::fs::write(path.join("airlock.lock"), text).unwrap();
    println!("{IMAGES} images, a store of {HELD} blobs");
    println!("as text: {:.3} s", best(path, &[]));
    println!("as JSON: {:.3} s", best(path, &["--json"]));
}

/// Returns the seconds of the fastest run.
fn best(folder: &Path, flags: &[&str]) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_airlock"));
        command.arg("-C").arg(folder);
        command.args(["diff", "--store", "store"]).args(flags);
        let start = Instant::now();
        let output = command.output().unwrap();
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        seconds
    });
    rounds.fold(f64::INFINITY, f64::min)
}

/// The lock: about half of its blobs are held.
fn lock() -> Lockfile {
    let platforms: Vec<Platform> = PLATFORMS.map(|name| name.parse().unwrap()).to_vec();
    let blob = |number: usize| {
        let at = if number < LOCKED {
            number
        } else {
            number + HELD as usize
        };
        store::blob(u32::try_from(at).unwrap())
    };
    let images = (0..IMAGES).map(|number| {
        let name = format!("reg.lan:5000/team/image-{number:03}");
        let sources = vec!["list".to_owned()];
        images::image(&name, number, sources, &platforms, &blob)
    });
    let source = Source::new("list", SourceKind::Images, platforms.clone());
    Lockfile::new(vec![source], images.collect()).unwrap()
}
