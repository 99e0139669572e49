//! Checks a lock of 650 images against 200 Dockerfiles, as CI does on every push.
//!
//! `cargo bench --profile ci --bench check`; the figure counts from the start of the program to its
//! end. Compile for speed with
//! `--config 'profile.ci.package.airlock.opt-level=3' --config 'profile.ci.package.lock-format.opt-level=3'`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "run by hand")]
#![expect(clippy::disallowed_methods, reason = "writes its own project")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use lock_format::{Blob, Digest, Lockfile, Platform, Source, SourceKind};

#[path = "shared/images.rs"]
mod images;

const FILES: usize = 200;
const IMAGES: usize = 650;
/// Images that each file names; many are named by several files.
const NAMED: usize = 8;
const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];
const ROUNDS: usize = 10;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let lock = project(folder.path());
    println!(
        "{FILES} Dockerfiles, {IMAGES} images at {} platforms, a lock of {:.1} MiB",
        PLATFORMS.len(),
        mib(lock.len())
    );
    for format in ["human", "json", "sarif"] {
        println!("{format:>6}: {:.3} s", best(folder.path(), format, 0));
    }
    let text = format!("{lock}# one more line\n");
    std::fs::write(folder.path().join("airlock.lock"), text).unwrap();
    println!("not canonical: {:.3} s", best(folder.path(), "human", 1));
    std::fs::write(folder.path().join("airlock.lock"), lock).unwrap();
    for number in 0..FILES {
        std::fs::write(folder.path().join(path(number)), "FROM scratch\n").unwrap();
    }
    println!(
        "{IMAGES} findings: {:.3} s",
        best(folder.path(), "human", 1)
    );
}

/// Returns the seconds of the fastest run, which must end with `code`.
fn best(folder: &Path, format: &str, code: i32) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_airlock"));
        command.arg("-C").arg(folder);
        command.args(["lock", "--check", "--format", format]);
        let start = Instant::now();
        let output = command.output().unwrap();
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        seconds
    });
    rounds.fold(f64::INFINITY, f64::min)
}

/// Writes the Dockerfiles and the lock that fits them; returns the text of the lock.
fn project(folder: &Path) -> String {
    let platforms: Vec<Platform> = PLATFORMS.map(|name| name.parse().unwrap()).to_vec();
    let mut sources = Vec::new();
    let mut uses: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for number in 0..FILES {
        let path = path(number);
        let named: Vec<usize> = (0..NAMED)
            .map(|nth| (number * NAMED + nth) % IMAGES)
            .collect();
        std::fs::write(folder.join(&path), dockerfile(&named)).unwrap();
        for image in named {
            uses.entry(image).or_default().insert(path.clone());
        }
        let kind = SourceKind::Dockerfile { path: path.clone() };
        sources.push(Source {
            build_platform: Some(platforms[0].clone()),
            ..Source::new(&path, kind, platforms.clone())
        });
    }
    let images = uses.into_iter().map(|(number, sources)| {
        let sources = sources.into_iter().collect();
        images::image(&name(number), number, sources, &platforms, &blob)
    });
    let lock = Lockfile::new(sources, images.collect()).unwrap();
    assert_eq!(lock.images().len(), IMAGES);
    let text = lock.to_text();
    std::fs::write(folder.join("airlock.lock"), &text).unwrap();
    text
}

fn path(number: usize) -> String {
    format!("service-{number:03}.Dockerfile")
}

/// A file of ordinary length: stages, copies between them, and steps that name no image.
fn dockerfile(images: &[usize]) -> String {
    let mut text = "# syntax of the built-in front end\nARG TAG=1\n".to_owned();
    for (stage, number) in images.iter().enumerate() {
        let from = format!("FROM {}:$TAG AS stage{stage}\n", name(*number));
        text.push_str(&from);
        text += "WORKDIR /src\nCOPY . .\n";
        text += &"RUN echo one && \\\n    echo two && \\\n    echo three\n".repeat(5);
        if stage > 0 {
            let copy = format!("COPY --from=stage{} /out /out\n", stage - 1);
            text.push_str(&copy);
        }
    }
    text
}

fn name(number: usize) -> String {
    format!("reg.lan:5000/team/image-{number:03}")
}

/// A blob that nobody has.
fn blob(number: usize) -> Blob {
    let mut bytes = [0xa5; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    Blob {
        digest: Digest::Sha256(bytes),
        size: 1000,
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn mib(bytes: usize) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
