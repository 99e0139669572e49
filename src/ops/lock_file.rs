//! A lockfile at hand: its text, its digest, and what it says.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use lock_format::{Algorithm, Digest, ImagePlace, Lockfile, Parsed, Span};

use crate::diagnostic::{Class, Code, Diagnose, Failure, Label};
use crate::oci::digest_of;
use crate::plan::{LockfileFailure, Merged, Sides, merge};
use crate::run::limits::LOCK_BYTES;
use crate::run::{Event, Run, Warning};

/// A lockfile that was read.
#[derive(Clone, Debug)]
pub struct LockFile {
    /// The text, as it is on disk.
    pub text: String,
    /// The digest of the text.
    pub digest: Digest,
    /// What it says.
    pub lockfile: Lockfile,
    /// Whether the text is the canonical one, apart from line ends.
    pub canonical: bool,
    /// Where the name of each source stands, in the order of the lock.
    pub sources: Vec<Span>,
    /// Where each image stands, in the order of the lock.
    pub images: Vec<ImagePlace>,
}

/// Every code of reading a lock.
pub const CODES: &[Code] = &[CONFLICT, NONE, UNREADABLE, CRLF];

const CONFLICT: Code = Code::new("lock/conflict");
const NONE: Code = Code::new("lock/no-lockfile");
const UNREADABLE: Code = Code::new("lock/unreadable");
const CRLF: Code = Code::new("lock/crlf");

/// A lockfile cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LockFileError {
    /// There is none.
    #[error("there is no lock at {}", .0.display())]
    None(PathBuf),
    /// Git left both sides of a conflict in it.
    #[error("the lock {} has conflict markers", .0.display())]
    Conflict(PathBuf),
    /// It is there and cannot be read, is too long or is no text.
    #[error("the lock {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

impl Diagnose for LockFileError {
    fn code(&self) -> Code {
        match self {
            Self::Conflict(_) => CONFLICT,
            Self::None(_) => NONE,
            Self::Unreadable { .. } => UNREADABLE,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Conflict(_) | Self::None(_) => Class::Usage,
            Self::Unreadable { .. } => Class::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::None(_) => {
                "make one outside with `airlock lock`, or name it with --lockfile FILE".to_owned()
            }
            Self::Conflict(_) => {
                "run `airlock lock`, which joins both sides, then git add it".to_owned()
            }
            Self::Unreadable { cause, .. } if cause.kind() == io::ErrorKind::InvalidData => {
                "restore it from git, or delete it and run `airlock lock`".to_owned()
            }
            Self::Unreadable { .. } => "is this the file, and may you read it?".to_owned(),
        })
    }
}

impl LockFile {
    /// Reads a lock that must be there.
    pub fn read(path: &Path, run: &Run<'_>) -> Result<Self, Failure> {
        Self::find(path, run)?.ok_or_else(|| LockFileError::None(path.to_owned()).into())
    }

    /// Reads the text of a lock that must be there, whatever it says.
    pub fn text(path: &Path) -> Result<String, Failure> {
        read_text(path)?.ok_or_else(|| LockFileError::None(path.to_owned()).into())
    }

    /// Reads a lock; none where there is no such file.
    pub fn find(path: &Path, run: &Run<'_>) -> Result<Option<Self>, Failure> {
        let Some(text) = read_text(path)? else {
            return Ok(None);
        };
        Self::of_text(path, text, run).map(Some)
    }

    /// Reads a lock in which git may have left both sides of a conflict, and joins them; none where
    /// there is no such file. The text stays as it is on disk.
    pub fn find_joined(
        path: &Path,
        run: &Run<'_>,
    ) -> Result<Option<(Self, Option<Merged>)>, Failure> {
        let Some(text) = read_text(path)? else {
            return Ok(None);
        };
        let Some(sides) = Sides::of(&text) else {
            return Ok(Some((Self::of_text(path, text, run)?, None)));
        };
        let shown = path.display().to_string();
        let mut ours = Self::of_text(path, sides.ours, run)?;
        let theirs = parsed(&shown, &sides.theirs)?;
        let base = sides.base.and_then(|text| Lockfile::parse(&text).ok());
        let base = base.as_ref().map(|base| &base.lockfile);
        let merged = merge(base, &ours.lockfile, &theirs.lockfile)
            .map_err(|error| LockfileFailure::new(&shown, "", error))?;
        ours.lockfile = merged.lockfile.clone();
        ours.digest = digest_of(Algorithm::Sha256, text.as_bytes());
        ours.text = text;
        Ok(Some((ours, Some(merged))))
    }

    /// Takes a text that was read from what people know as `path`.
    pub fn of_text(path: &Path, text: String, run: &Run<'_>) -> Result<Self, Failure> {
        if Sides::of(&text).is_some() {
            return Err(LockFileError::Conflict(path.to_owned()).into());
        }
        let shown = path.display().to_string();
        let parsed = parsed(&shown, &text)?;
        if parsed.crlf {
            run.events.event(Event::Warning(&Warning {
                code: CRLF,
                message: format!("{shown} has lines that end in CR LF"),
                help: Some(
                    "add `airlock.lock text eol=lf` to .gitattributes, and run `airlock lock`"
                        .to_owned(),
                ),
                label: None::<Label>,
            }));
        }
        let digest = digest_of(Algorithm::Sha256, text.as_bytes());
        Ok(Self {
            text,
            digest,
            lockfile: parsed.lockfile,
            canonical: parsed.canonical,
            sources: parsed.sources,
            images: parsed.images,
        })
    }
}

fn parsed(name: &str, text: &str) -> Result<Parsed, LockfileFailure> {
    Lockfile::parse(text).map_err(|error| LockfileFailure::new(name, text, error))
}

/// Returns the file behind a link: a lock that was read through a link is written through it, so that
/// the link stays. A link to nothing is taken for the file.
pub fn behind_links(path: &Path) -> PathBuf {
    let is_link = path.symlink_metadata().is_ok_and(|file| file.is_symlink());
    let behind = path.canonicalize().ok().filter(|_| is_link);
    behind.unwrap_or_else(|| path.to_owned())
}

fn read_text(path: &Path) -> Result<Option<String>, LockFileError> {
    let unreadable = |cause| LockFileError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut text = String::new();
    file.take(LOCK_BYTES.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > LOCK_BYTES {
        return Err(unreadable(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is longer than 16 MiB",
        )));
    }
    Ok(Some(text))
}
