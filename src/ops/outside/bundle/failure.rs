//! Why a bundle cannot be made.

use std::io;

use lock_format::{Digest, Repository};

use crate::diagnostic::{Class, Code, Diagnose, Failure};

/// Every code of this operation.
pub const CODES: &[Code] = &[
    INCOMPLETE,
    TRANSFER,
    SIZE,
    NEEDS_LOCK,
    NEEDS_SITE,
    OTHER_LOCK,
    PENDING,
    ENCODE,
    TOO_MANY_VOLUMES,
];

const INCOMPLETE: Code = Code::new("bundle/not-all-available");
const TRANSFER: Code = Code::new("bundle/cut-off");
const SIZE: Code = Code::new("bundle/size-differs");
const NEEDS_LOCK: Code = Code::new("bundle/needs-lock");
const NEEDS_SITE: Code = Code::new("bundle/needs-site");
const OTHER_LOCK: Code = Code::new("bundle/other-lock");
/// What a bundle says of a reference that nothing resolves yet.
pub(super) const PENDING: Code = Code::new("bundle/pending-reference");
const ENCODE: Code = Code::new("bundle/cannot-encode");
const TOO_MANY_VOLUMES: Code = Code::new("bundle/too-many-volumes");

/// A bundle cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BundleFailure {
    /// Some of what is wanted could not be had; each failure is told.
    #[error("{}", could_not_be_had(failures.len(), *wanted, *references))]
    Incomplete {
        /// How many blobs are wanted.
        wanted: usize,
        /// How many pending references were to be resolved.
        references: usize,
        /// Why each could not be had.
        failures: Vec<Failure>,
    },
    /// The bytes of a blob stopped, or were others than promised.
    #[error("{digest} could not be fetched from {repository}")]
    Transfer {
        /// The blob.
        digest: Digest,
        /// Where it was asked for.
        repository: Repository,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A manifest is not as long as the request says.
    #[error("{digest} has {found} bytes, the request says {wanted}")]
    Size {
        /// The manifest.
        digest: Digest,
        /// What the request says.
        wanted: u64,
        /// How long it is.
        found: u64,
    },
    /// A complete bundle was asked for and the lock is not at hand.
    #[error("a complete bundle needs the lock of the request, {0}")]
    NeedsLock(Digest),
    /// A bundle without a request needs the site that it is for.
    #[error("a bundle without a request is for a site that you name: {known} sites are known here")]
    NeedsSite {
        /// How many sites this station knows; with one it is taken.
        known: usize,
    },
    /// The lock at hand is another one.
    #[error("the lock at hand is {found}, the request was made for {wanted}")]
    OtherLock {
        /// The digest of the lock of the request.
        wanted: Digest,
        /// The digest of the lock at hand.
        found: Digest,
    },
    /// The volumes are too small for the bundle.
    #[error("the bundle would have {volumes} volumes, and 999 are the most")]
    TooManyVolumes {
        /// How many there would be.
        volumes: u64,
    },
    /// A blob could not be encoded.
    #[error("{digest} could not be encoded as zstd")]
    Encode {
        /// The blob.
        digest: Digest,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

fn could_not_be_had(failed: usize, blobs: usize, references: usize) -> String {
    if references == 0 {
        format!("{failed} of {blobs} blobs could not be had")
    } else {
        format!("{failed} of {blobs} blobs and {references} pending references could not be had")
    }
}

impl Diagnose for BundleFailure {
    fn code(&self) -> Code {
        match self {
            Self::Incomplete { .. } => INCOMPLETE,
            Self::Transfer { .. } => TRANSFER,
            Self::Size { .. } => SIZE,
            Self::NeedsLock(_) => NEEDS_LOCK,
            Self::NeedsSite { .. } => NEEDS_SITE,
            Self::OtherLock { .. } => OTHER_LOCK,
            Self::Encode { .. } => ENCODE,
            Self::TooManyVolumes { .. } => TOO_MANY_VOLUMES,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Incomplete { failures, .. } => failures
                .first()
                .map_or(Class::Environment, |first| first.facts().class()),
            Self::Transfer { .. } | Self::Encode { .. } => Class::Environment,
            Self::Size { .. } => Class::Verification,
            Self::NeedsLock(_)
            | Self::NeedsSite { .. }
            | Self::OtherLock { .. }
            | Self::TooManyVolumes { .. } => Class::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Incomplete { .. } => {
                "what was fetched is kept: run the same command again once the cause is gone"
                    .to_owned()
            }
            Self::Transfer { .. } => {
                "run the same command again: it continues where it was cut".to_owned()
            }
            Self::Size { .. } => {
                "the lock does not fit the registry: run `airlock lock` and review it".to_owned()
            }
            Self::NeedsLock(_) => {
                "run it where airlock.lock is, or name the lock with --lockfile FILE".to_owned()
            }
            Self::NeedsSite { .. } => {
                "name it with --site ID: `airlock ledger show` inside prints it".to_owned()
            }
            Self::TooManyVolumes { .. } => "take a larger --volume-size".to_owned(),
            Self::OtherLock { .. } => {
                "check out the commit that the request was made from".to_owned()
            }
            Self::Encode { .. } => "leave the encoding out with --encoding raw".to_owned(),
        })
    }

    fn related(&self) -> Vec<&dyn Diagnose> {
        match self {
            Self::Incomplete { failures, .. } => failures.iter().map(Failure::facts).collect(),
            Self::Transfer { .. }
            | Self::Size { .. }
            | Self::NeedsLock(_)
            | Self::NeedsSite { .. }
            | Self::OtherLock { .. }
            | Self::TooManyVolumes { .. }
            | Self::Encode { .. } => Vec::new(),
        }
    }
}
