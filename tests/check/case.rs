//! One case: a project, its lock, and what was asked for.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use airlock::diagnostic::{Failure, Finding, Level};
use airlock::inputs::{Root, RootPath};
use airlock::oci::{BlobBody, RawManifest, Upstream};
use airlock::ops::lock_file::LockFile;
use airlock::ops::project::check::{AskUpstream, CheckOptions, check};
use airlock::ops::project::{Asked, AskedDockerfile, Defaults, Extras, asked_again};
use airlock::registry::{Answered, At, RegistryError};
use airlock::run::{Cancel, FixedClock, FixedEntropy, Run, Silent};
use lock_format::{Blob, Descriptor, MediaType, Platform, Reference, Repository};
use serde::Deserialize;

/// The command that mends, as every case has it.
const FIX: &str = "airlock lock";

/// What a case gives besides its files.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Given {
    /// Dockerfiles that arguments name; none: what the lock records.
    files: Vec<String>,
    /// Today's environment.
    environment: BTreeMap<String, String>,
    /// What registries say of each tag: a digest, that it is `gone`, or nothing; without it they are not
    /// asked.
    upstream: Option<BTreeMap<String, Option<String>>>,
    /// A moved tag is a warning.
    warn: bool,
}

/// The folder of a case.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden/check")
        .join(name)
}

/// The names of all cases, sorted.
pub(crate) fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder("")).expect("the cases are readable");
    let names = entries.map(|entry| entry.expect("a case is readable").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() > 10, "the cases were found");
    names
}

/// Runs the case `name`.
pub(crate) fn run(name: &str) -> Vec<Finding> {
    run_in(&folder(name), name)
}

/// Runs a case that lies in another folder.
pub(crate) fn run_in(folder: &Path, name: &str) -> Vec<Finding> {
    let cancel = Cancel::default();
    let run = Run {
        events: &Silent,
        cancel: &cancel,
        clock: &FixedClock(0),
        entropy: &FixedEntropy::new(0),
    };
    let root = Root::open(folder, folder).expect("the case has a folder");
    let given = given(&root);
    let lock = LockFile::read(&folder.join("airlock.lock"), &run).expect("the lock is sound");
    let defaults = Defaults {
        platforms: Vec::new(),
        build_platform: None,
        fallback: amd64(),
        environment: given.environment.clone(),
    };
    let asked = if given.files.is_empty() {
        asked_again(&lock.lockfile, &root, &defaults).expect("the lock says what to read")
    } else {
        given.files.iter().map(|file| dockerfile(file)).collect()
    };
    let options = CheckOptions {
        lock_name: "airlock.lock",
        fix: FIX,
        inside: &airlock::config::Inside::default(),
        extras: Extras {
            syntax: true,
            models: false,
        },
    };
    let said = given.upstream.map(Said);
    let ask = said.as_ref().map(|said| AskUpstream {
        upstream: said,
        jobs: NonZeroUsize::MIN,
        level: if given.warn {
            Level::Warning
        } else {
            Level::Error
        },
    });
    let checked = check(&asked, &root, &lock, &options, ask.as_ref(), run);
    let checked = checked.unwrap_or_else(|failure| panic!("{name}: {failure}"));
    assert!(checked.failure.is_none(), "{name}");
    checked.findings
}

fn given(root: &Root) -> Given {
    let path = RootPath::new("options.json").expect("a plain name");
    match root.read(&path, 1 << 20) {
        Ok(input) => serde_json::from_slice(&input.bytes).expect("the options are JSON"),
        Err(_) => Given::default(),
    }
}

fn amd64() -> Platform {
    Platform::new("linux", "amd64", None)
}

fn dockerfile(file: &str) -> Asked {
    Asked::Dockerfile(Box::new(AskedDockerfile {
        path: RootPath::new(file).expect("a plain name"),
        args: BTreeMap::new(),
        target: None,
        contexts: BTreeMap::new(),
        platforms: vec![amd64()],
        build_platform: amd64(),
    }))
}

fn not_there(reference: &Reference) -> RegistryError {
    let registry = reference.repository().registry().to_owned();
    RegistryError::NotFound(Answered {
        at: At {
            host: registry.clone(),
            registry,
            what: reference.to_string(),
        },
        status: 404,
        message: None,
    })
}

/// Registries that say what the case says, and send nothing.
struct Said(BTreeMap<String, Option<String>>);

impl Upstream for Said {
    fn look_up(&self, reference: &Reference) -> Result<Option<Descriptor>, Failure> {
        let said = self.0.get(&reference.to_string());
        let digest = said.expect("the case says what each tag names").as_ref();
        if digest.is_some_and(|said| said == "gone") {
            return Err(not_there(reference).into());
        }
        Ok(digest.map(|digest| Descriptor {
            digest: digest.parse().expect("a digest"),
            media_type: "application/vnd.oci.image.index.v1+json"
                .parse::<MediaType>()
                .expect("a media type"),
            size: 1,
        }))
    }

    fn manifest(&self, reference: &Reference) -> Result<RawManifest, Failure> {
        panic!("{reference} is fetched")
    }

    fn blob(
        &self,
        repository: &Repository,
        _: &Blob,
        _: &[String],
        _: u64,
    ) -> Result<BlobBody<'_>, Failure> {
        panic!("a blob of {repository} is fetched")
    }
}
