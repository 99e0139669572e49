//! Why a lock cannot be made.

use std::io;

use lock_format::{Digest, LockError, Platform, Reference};

use crate::diagnostic::{Class, Code, Diagnose};
use crate::oci::DocumentError;

/// Every code this operation can give, its warnings included.
pub const CODES: &[Code] = &[
    CONFIG_TOO_LONG,
    CONFIG,
    DISPUTED,
    FOREIGN_DIGEST,
    super::merge::DISPUTED,
    super::merge::DISPUTED_SOURCE,
    super::pin::FOREIGN_LAYER,
    IPV6_HOST,
    MISLABELLED,
    NO_PLATFORM,
    NO_SOURCE,
    NOT_HELD,
    NOTHING_TO_UPGRADE,
    PATTERN,
    PLATFORM,
    REFERENCE,
    REFUSED,
    DOCUMENT,
    SIZE,
    TOO_DEEP,
    UNUSED_ARGUMENT,
    super::pin::ZSTD_LAYER,
];

const CONFIG_TOO_LONG: Code = Code::new("lock/config-too-long");
const CONFIG: Code = Code::new("lock/config-unreadable");
const FOREIGN_DIGEST: Code = Code::new("lock/foreign-digest");
const IPV6_HOST: Code = Code::new("lock/ipv6-host");
const MISLABELLED: Code = Code::new("lock/mislabelled-platform");
const NO_PLATFORM: Code = Code::new("lock/no-platform");
const PLATFORM: Code = Code::new("lock/bad-platform");
const NO_SOURCE: Code = Code::new("lock/no-source");
const NOTHING_TO_UPGRADE: Code = Code::new("lock/nothing-to-upgrade");
/// The code of what the store does not hold.
pub(super) const NOT_HELD: Code = Code::new("lock/not-held");
const DISPUTED: Code = Code::new("lock/disputed-offline");
const PATTERN: Code = Code::new("lock/bad-pattern");
const REFERENCE: Code = Code::new("lock/bad-reference");
const REFUSED: Code = Code::new("lock/refused");
const DOCUMENT: Code = Code::new("lock/refused-document");
const SIZE: Code = Code::new("lock/size-differs");
const TOO_DEEP: Code = Code::new("lock/nested-too-deep");
/// The code of the warning about a build argument that decided nothing.
pub(super) const UNUSED_ARGUMENT: Code = Code::new("lock/unused-argument");

/// A lock cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LockFailure {
    /// Nothing says what to lock.
    #[error(
        "there is nothing to lock: no file is named, no lock records one, and here is neither a Dockerfile nor a compose file"
    )]
    NoSource,
    /// A reference given by hand does not follow the grammar.
    #[error(transparent)]
    Reference(#[from] lock_format::ReferenceError),
    /// A platform given by hand is none.
    #[error(transparent)]
    Platform(#[from] lock_format::PlatformError),
    /// A pattern for images is none.
    #[error("`{0}` is no pattern for images")]
    Pattern(String),
    /// A pattern for images to upgrade fits none.
    #[error("no image of the lock fits `{0}`")]
    NothingToUpgrade(String),
    /// Only the store was asked, and it does not hold this.
    #[error("the store does not hold {0}")]
    NotHeld(Reference),
    /// Only the store may be asked, and two branches pin an image to different things.
    #[error(
        "{reference} is pinned to {} by ours and to {} by theirs, and no registry is asked",
        pinned(*ours),
        pinned(*theirs)
    )]
    Disputed {
        /// The image.
        reference: Reference,
        /// What ours pins.
        ours: Option<Digest>,
        /// What theirs pins.
        theirs: Option<Digest>,
    },
    /// A registry named by a bracketed IPv6 address.
    #[error(
        "{0} names its registry by an IPv6 address, which cannot be expressed when it is served inside"
    )]
    Ipv6Host(Reference),
    /// A reference that names a digest of an algorithm that is not carried.
    #[error("{0} is pinned to a digest of {algorithm}: sha256 and sha512 are carried", algorithm = .0.foreign_algorithm().unwrap_or_default())]
    ForeignDigest(Reference),
    /// The image is not there for a platform.
    #[error("{reference} has no image for {asked}{}", offers(offered))]
    NoPlatform {
        /// The image.
        reference: Reference,
        /// The platform asked for.
        asked: Platform,
        /// What it has.
        offered: Vec<Platform>,
    },
    /// The index says one platform and the config another.
    #[error("{reference}: the index offers {digest} for {labelled}, its config says {actual}")]
    Mislabelled {
        /// The image.
        reference: Reference,
        /// The manifest.
        digest: Digest,
        /// What the index says.
        labelled: Platform,
        /// What the config says.
        actual: Platform,
    },
    /// An index in an index in an index in an index.
    #[error("{0} nests indexes deeper than three levels")]
    TooDeep(Reference),
    /// A manifest is not as long as its index says.
    #[error("{reference}: {digest} has {found} bytes, its index promises {promised}")]
    Size {
        /// The image.
        reference: Reference,
        /// The manifest.
        digest: Digest,
        /// What the index says.
        promised: u64,
        /// How long it is.
        found: u64,
    },
    /// A manifest, index or config that is malformed or that two readers could read differently.
    #[error("{reference}: {digest} is refused: {error}")]
    Document {
        /// The image.
        reference: Reference,
        /// The document.
        digest: Digest,
        /// What is wrong with it.
        error: DocumentError,
    },
    /// A config blob beyond the limit.
    #[error("{reference} has a config of {size} bytes, more than the 8 MiB that are read")]
    ConfigTooLong {
        /// The image.
        reference: Reference,
        /// How long it is.
        size: u64,
    },
    /// A config blob that did not arrive as promised.
    #[error("{reference}: its config {digest} did not arrive whole")]
    Config {
        /// The image.
        reference: Reference,
        /// The config.
        digest: Digest,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The result breaks a rule of the lock format, such as a limit.
    #[error("what was found cannot be a lock: {0}")]
    Refused(LockError),
}

fn pinned(digest: Option<Digest>) -> String {
    digest.map_or_else(|| "nothing yet".to_owned(), |digest| digest.to_string())
}

fn offers(offered: &[Platform]) -> String {
    if offered.is_empty() {
        return String::new();
    }
    let names: Vec<String> = offered.iter().map(Platform::to_string).collect();
    format!("; it has {}", names.join(", "))
}

impl Diagnose for LockFailure {
    fn code(&self) -> Code {
        match self {
            Self::NoSource => NO_SOURCE,
            Self::Reference(_) => REFERENCE,
            Self::Platform(_) => PLATFORM,
            Self::NotHeld(_) => NOT_HELD,
            Self::Disputed { .. } => DISPUTED,
            Self::Pattern(_) => PATTERN,
            Self::NothingToUpgrade(_) => NOTHING_TO_UPGRADE,
            Self::Ipv6Host(_) => IPV6_HOST,
            Self::ForeignDigest(_) => FOREIGN_DIGEST,
            Self::NoPlatform { .. } => NO_PLATFORM,
            Self::Mislabelled { .. } => MISLABELLED,
            Self::TooDeep(_) => TOO_DEEP,
            Self::Size { .. } => SIZE,
            Self::Document { .. } => DOCUMENT,
            Self::ConfigTooLong { .. } => CONFIG_TOO_LONG,
            Self::Config { .. } => CONFIG,
            Self::Refused(_) => REFUSED,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::NoSource
            | Self::Reference(_)
            | Self::Platform(_)
            | Self::Pattern(_)
            | Self::NothingToUpgrade(_)
            | Self::Ipv6Host(_)
            | Self::ForeignDigest(_)
            | Self::Refused(_) => Class::Usage,
            Self::NoPlatform { .. } | Self::NotHeld(_) | Self::Disputed { .. } => Class::Gate,
            Self::Mislabelled { .. }
            | Self::TooDeep(_)
            | Self::Size { .. }
            | Self::Document { .. }
            | Self::ConfigTooLong { .. }
            | Self::Config { .. } => Class::Verification,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NoSource => Some(
                "name what needs images: airlock lock -f FILE, --compose-file FILE, or --image REF"
                    .to_owned(),
            ),
            Self::Reference(_) => {
                Some("an image is written [registry/]name[:tag][@digest]".to_owned())
            }
            Self::Platform(_) => {
                Some("a platform is written os/architecture, for instance linux/arm64".to_owned())
            }
            Self::NotHeld(_) => Some(
                "run `airlock lock` where the registries can be reached, or ask for the platforms that are held"
                    .to_owned(),
            ),
            Self::Disputed { .. } => Some(
                "run `airlock lock` where the registry can be reached, or keep one side of the conflict"
                    .to_owned(),
            ),
            Self::Pattern(_) => Some(
                "`*` stands for any characters and `?` for one, for instance 'ghcr.io/team/*'"
                    .to_owned(),
            ),
            Self::NothingToUpgrade(_) => Some(
                "the lock lists its images: name one as it stands there, or take --upgrade for all"
                    .to_owned(),
            ),
            Self::Refused(error) => error.help(),
            Self::ForeignDigest(_) => Some(
                "pin it by its sha256: a registry tells it for the same image".to_owned(),
            ),
            Self::Ipv6Host(_) => {
                Some("give the registry a name (DNS or hosts file) and use that".to_owned())
            }
            Self::NoPlatform { .. } => {
                Some("lock another platform with --platform, or choose another image".to_owned())
            }
            Self::Mislabelled { .. } => {
                Some("tell the publisher; pin a manifest that is right by digest".to_owned())
            }
            Self::TooDeep(_) | Self::ConfigTooLong { .. } => {
                Some("pin the manifest itself by digest".to_owned())
            }
            Self::Size { .. } | Self::Document { .. } => {
                Some("the registry or the publisher is at fault; use another image".to_owned())
            }
            Self::Config { .. } => {
                Some("run the command again; if it stays, the registry is at fault".to_owned())
            }
        }
    }
}
