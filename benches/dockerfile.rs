//! Reads and resolves Dockerfiles: a thousand ordinary ones, and one of 10 MiB.
//!
//! `cargo bench --profile ci --bench dockerfile`; with `AIRLOCK_CORPUS` naming a folder, the files
//! of its `dockerfiles/`, else those of `golden/dockerfile`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "run by hand")]
#![expect(clippy::disallowed_methods, reason = "reads the project's own files")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use airlock::dockerfile::{Dockerfile, Options, Resolver, Step};

/// How many files one round reads.
const FILES: usize = 1000;
const ROUNDS: usize = 5;
const MIB: f64 = 1024.0 * 1024.0;

fn main() {
    let found = dockerfiles();
    let files: Vec<&[u8]> = found
        .iter()
        .map(Vec::as_slice)
        .cycle()
        .take(FILES)
        .collect();
    let bytes: usize = files.iter().map(|file| file.len()).sum();
    let seconds = best(|| files.iter().for_each(|file| resolve(file)));
    println!("{FILES} files, {:.2} MiB", mib(bytes));
    println!("{:.0} files/s", mib(FILES) * MIB / seconds);
    println!("{:.1} MiB/s", mib(bytes) / seconds);

    for (name, unit) in [
        ("instructions", "RUN echo one && echo two\n"),
        ("one long line", "RUN echo one && echo two \\\n"),
        ("comments", "# nothing to see here\n"),
        ("arguments", "ARG NAME=${NAME:-one}\n"),
    ] {
        let large = [
            "FROM alpine\n",
            &unit.repeat(10 * 1024 * 1024 / unit.len()),
            "RUN true\n",
        ]
        .concat();
        let seconds = best(|| resolve(large.as_bytes()));
        println!("10 MiB of {name}: {:.1} ms", seconds * 1000.0);
    }
}

/// Returns the seconds of the fastest round.
fn best(mut work: impl FnMut()) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    });
    rounds.fold(f64::INFINITY, f64::min)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn mib(bytes: usize) -> f64 {
    bytes as f64 / MIB
}

fn resolve(bytes: &[u8]) {
    let options = Options {
        args: BTreeMap::new(),
        target: String::new(),
        platform: "linux/amd64".parse().unwrap(),
        build_platform: "linux/amd64".parse().unwrap(),
        contexts: BTreeMap::new(),
        all_stages: true,
    };
    let Ok(file) = Dockerfile::parse(bytes, &options.args) else {
        return;
    };
    let mut resolver = Resolver::new(&file, &options);
    while let Step::Needs(images) = resolver.step() {
        for image in images {
            resolver.answer(image, Vec::new());
        }
    }
}

fn dockerfiles() -> Vec<Vec<u8>> {
    let folder = match std::env::var_os("AIRLOCK_CORPUS") {
        Some(corpus) => PathBuf::from(corpus).join("dockerfiles"),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/dockerfile"),
    };
    let mut paths = Vec::new();
    list(&folder, &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "there are files to read");
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            list(&path, paths);
        } else if !name.ends_with(".txt") && !name.ends_with(".json") {
            paths.push(path);
        }
    }
}
