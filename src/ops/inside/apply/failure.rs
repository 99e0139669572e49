//! Why a bundle is refused. The store is as it was, ledger and audit log aside.

use lock_format::{Digest, Reference};

use crate::diagnostic::{Class, Code, Diagnose, Failure};
use crate::oci::{ClosureError, DocumentError};
use crate::wire::{Kid, SiteId, TransferId};

/// Every code of this operation.
pub const CODES: &[Code] = &[
    CANCELLED,
    CLOSED,
    DOCUMENT,
    EXPIRED,
    INCOMPLETE_RESOLUTION,
    KEY_IN_GRACE,
    LACKS_OLDER,
    NEEDS_LOCK,
    NOT_AS_LOCKED,
    NOT_IN_LOCK,
    NOTHING_HELD,
    OLDER_RESOLUTION,
    ONLY_HELD,
    OTHER_DIGEST,
    OTHER_LOCK,
    OTHER_SITE,
    REFUSED_RESOLUTION,
    RESOLUTION,
    REVOKED_REQUEST,
    SERIAL,
    SIZE,
    SUPERSEDED,
    UNKNOWN_REQUEST,
    UNREADABLE_LOCK,
    UNSOLICITED,
    VOID,
];

const CANCELLED: Code = Code::new("apply/cancelled-request");
const CLOSED: Code = Code::new("apply/closed-request");
const DOCUMENT: Code = Code::new("apply/refused-document");
const EXPIRED: Code = Code::new("apply/expired");
const INCOMPLETE_RESOLUTION: Code = Code::new("apply/incomplete-resolution");
const KEY_IN_GRACE: Code = Code::new("apply/key-in-grace");
const LACKS_OLDER: Code = Code::new("apply/lacks-older-content");
const NEEDS_LOCK: Code = Code::new("apply/needs-lock");
const NOT_AS_LOCKED: Code = Code::new("apply/not-as-locked");
const NOT_IN_LOCK: Code = Code::new("apply/not-in-lock");
const NOTHING_HELD: Code = Code::new("apply/nothing-held");
const OLDER_RESOLUTION: Code = Code::new("apply/older-resolution");
const ONLY_HELD: Code = Code::new("apply/only-held");
const OTHER_DIGEST: Code = Code::new("apply/other-digest");
const OTHER_LOCK: Code = Code::new("apply/other-lock");
const OTHER_SITE: Code = Code::new("apply/other-site");
const REFUSED_RESOLUTION: Code = Code::new("apply/refused-resolution");
const RESOLUTION: Code = Code::new("apply/unasked-resolution");
const REVOKED_REQUEST: Code = Code::new("apply/revoked-request");
const SERIAL: Code = Code::new("apply/old-serial");
const SIZE: Code = Code::new("apply/size-differs");
const SUPERSEDED: Code = Code::new("apply/superseded-lock");
const UNKNOWN_REQUEST: Code = Code::new("apply/unknown-request");
const UNREADABLE_LOCK: Code = Code::new("apply/unreadable-lock");
const UNSOLICITED: Code = Code::new("apply/unsolicited");
const VOID: Code = Code::new("apply/void-request");

/// A bundle is refused.
#[derive(Debug, thiserror::Error)]
pub enum ApplyFailure {
    /// It is for another site.
    #[error("the bundle is for site {found}, and this store is site {site}")]
    OtherSite {
        /// This site.
        site: SiteId,
        /// The site it names.
        found: SiteId,
    },
    /// It is past its expiry.
    #[error("the bundle expired at unix second {0}")]
    Expired(u64),
    /// It answers a request that this store never issued.
    #[error("the bundle answers request {}, which this store did not issue", .0.short())]
    UnknownRequest(TransferId),
    /// It answers a request that has its answer.
    #[error("the bundle answers request {}, which is closed", .0.short())]
    ClosedRequest(TransferId),
    /// It answers a request that was cancelled.
    #[error("the bundle answers request {}, which was cancelled", .0.short())]
    CancelledRequest(TransferId),
    /// It answers a request that was made void.
    #[error("the bundle answers request {}, which was made void", .0.short())]
    VoidRequest(TransferId),
    /// It answers a request that a revoked key signed.
    #[error(
        "the bundle answers request {}, and the key that signed that was revoked or forgotten",
        .0.short()
    )]
    RevokedRequest(TransferId),
    /// It is signed by, or sealed to, a key in grace, and was not under way when that was rotated.
    #[error("the bundle uses a key that was rotated out, for something that came after")]
    KeyInGrace,
    /// It answers no request, and this site takes only answers.
    #[error("the bundle answers no request, and this site takes only bundles it asked for")]
    Unsolicited,
    /// A bundle without a request needs the operator's lock.
    #[error("a bundle that answers no request is held against a lock that you name")]
    NeedsLock,
    /// It leaves out what an older lock named, and this store does not hold that.
    #[error(
        "the bundle leaves out {count} blobs that this store does not hold, {first} of {reference} first"
    )]
    LacksOlder {
        /// How many.
        count: usize,
        /// The first of them.
        first: Digest,
        /// An image that needs it.
        reference: Reference,
    },
    /// Its serial number is not above the last one.
    #[error("the bundle has serial {found} of signer {signer}; the last one taken was {last}")]
    Serial {
        /// Its serial.
        found: u64,
        /// Who signed it.
        signer: Kid,
        /// The last one.
        last: u64,
    },
    /// Its serial number, which is a time, lies far ahead.
    #[error(
        "the bundle has serial {found} of signer {signer}; it lies more than ten years ahead of this site's clock"
    )]
    FarSerial {
        /// Its serial.
        found: u64,
        /// Who signed it.
        signer: Kid,
    },
    /// It was made for another lock than the trusted one.
    #[error("the bundle was made for lock {found}, and the trusted lock is {trusted}")]
    OtherLock {
        /// The trusted lock.
        trusted: Digest,
        /// The lock it names.
        found: Digest,
    },
    /// The lock recorded with the request cannot be read any more.
    #[error("the lock {0} that was recorded with the request cannot be read")]
    UnreadableLock(Digest),
    /// A newer lock pins some of its names otherwise.
    #[error(
        "the lock is older than one that was applied: {} would move back",
        list(names)
    )]
    Superseded {
        /// The names.
        names: Vec<Reference>,
    },
    /// An entry that the lock does not name.
    #[error("the bundle holds {0}, which the lock does not name")]
    NotInLock(Digest),
    /// An entry whose size is not that of the lock or of a resolution.
    #[error("the bundle holds {digest} with {found} bytes, and what names it says {locked}")]
    Size {
        /// The blob.
        digest: Digest,
        /// What the lock or the resolution says.
        locked: u64,
        /// What the bundle says.
        found: u64,
    },
    /// A resolution of a reference that the request did not ask for.
    #[error("the bundle resolves {0}, which the request did not ask for")]
    Resolution(Reference),
    /// A resolution of a reference with a digest names another digest.
    #[error("the bundle resolves {reference} to {found}, which is not the digest it names")]
    OtherDigest {
        /// The reference.
        reference: Reference,
        /// What the bundle says.
        found: Digest,
    },
    /// A resolution that answers an older request than one seen for the same reference.
    #[error(
        "the bundle resolves {reference} for request number {found}, and an answer to number {seen} was taken already"
    )]
    OlderResolution {
        /// The reference.
        reference: Reference,
        /// The number of the request that the bundle answers.
        found: u64,
        /// The highest number whose answer was taken.
        seen: u64,
    },
    /// A resolution whose content is neither in the bundle nor in the store.
    #[error("{digest} of {reference}, a candidate, is neither in the bundle nor in the store")]
    IncompleteResolution {
        /// The reference.
        reference: Reference,
        /// What is not there.
        digest: Digest,
    },
    /// A resolution that cannot be pinned, for instance for want of a platform.
    #[error("the bundle resolves {reference} to what no lock could pin")]
    RefusedResolution {
        /// The reference.
        reference: Reference,
        /// Why.
        cause: Failure,
    },
    /// A manifest, index or config that is malformed or that two readers could read differently.
    #[error("{digest} of {reference} is refused: {error}")]
    Document {
        /// The image.
        reference: Reference,
        /// The document.
        digest: Digest,
        /// What is wrong.
        error: DocumentError,
    },
    /// An image is not what the lock says.
    #[error("{reference} is not as locked: {error}")]
    NotAsLocked {
        /// The image.
        reference: Reference,
        /// How it differs.
        error: ClosureError,
    },
    /// A lock was to be applied without a bundle, and nothing of it is held whole.
    #[error("no image of this lock is whole in the store")]
    NothingHeld,
    /// A lock was to be applied without a bundle, and all that is held of it is candidates.
    #[error("the store holds candidates for {} and nothing that this lock pins", list(.0))]
    OnlyHeld(Vec<Reference>),
}

fn list(names: &[Reference]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(Reference::to_string).collect();
    let more = names.len().saturating_sub(SHOWN);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{rest}", shown.join(", "))
}

impl Diagnose for ApplyFailure {
    fn code(&self) -> Code {
        match self {
            Self::OtherSite { .. } => OTHER_SITE,
            Self::Expired(_) => EXPIRED,
            Self::UnknownRequest(_) => UNKNOWN_REQUEST,
            Self::ClosedRequest(_) => CLOSED,
            Self::CancelledRequest(_) => CANCELLED,
            Self::VoidRequest(_) => VOID,
            Self::RevokedRequest(_) => REVOKED_REQUEST,
            Self::KeyInGrace => KEY_IN_GRACE,
            Self::Unsolicited => UNSOLICITED,
            Self::NeedsLock => NEEDS_LOCK,
            Self::LacksOlder { .. } => LACKS_OLDER,
            Self::Serial { .. } | Self::FarSerial { .. } => SERIAL,
            Self::OtherLock { .. } => OTHER_LOCK,
            Self::UnreadableLock(_) => UNREADABLE_LOCK,
            Self::Superseded { .. } => SUPERSEDED,
            Self::NotInLock(_) => NOT_IN_LOCK,
            Self::Size { .. } => SIZE,
            Self::Resolution(_) => RESOLUTION,
            Self::OtherDigest { .. } => OTHER_DIGEST,
            Self::OlderResolution { .. } => OLDER_RESOLUTION,
            Self::IncompleteResolution { .. } => INCOMPLETE_RESOLUTION,
            Self::RefusedResolution { .. } => REFUSED_RESOLUTION,
            Self::Document { .. } => DOCUMENT,
            Self::NotAsLocked { .. } => NOT_AS_LOCKED,
            Self::NothingHeld => NOTHING_HELD,
            Self::OnlyHeld(_) => ONLY_HELD,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::NeedsLock => Class::Usage,
            Self::NothingHeld | Self::OnlyHeld(_) => Class::Gate,
            Self::UnreadableLock(_) => Class::Environment,
            Self::OtherSite { .. }
            | Self::Expired(_)
            | Self::UnknownRequest(_)
            | Self::ClosedRequest(_)
            | Self::CancelledRequest(_)
            | Self::VoidRequest(_)
            | Self::RevokedRequest(_)
            | Self::KeyInGrace
            | Self::Unsolicited
            | Self::LacksOlder { .. }
            | Self::Serial { .. }
            | Self::FarSerial { .. }
            | Self::OtherLock { .. }
            | Self::Superseded { .. }
            | Self::NotInLock(_)
            | Self::Size { .. }
            | Self::Resolution(_)
            | Self::OtherDigest { .. }
            | Self::OlderResolution { .. }
            | Self::IncompleteResolution { .. }
            | Self::RefusedResolution { .. }
            | Self::Document { .. }
            | Self::NotAsLocked { .. } => Class::Verification,
        }
    }

    fn help(&self) -> Option<String> {
        Some(help(self).to_owned())
    }

    fn related(&self) -> Vec<&dyn Diagnose> {
        if let Self::RefusedResolution { cause, .. } = self {
            vec![cause.facts()]
        } else {
            Vec::new()
        }
    }
}

fn help(failure: &ApplyFailure) -> &'static str {
    match failure {
        ApplyFailure::OtherSite { .. } => {
            "name the right store with --store DIR, or take the stick to its site"
        }
        ApplyFailure::Expired(_) => "issue a new request: airlock diff --request FILE",
        ApplyFailure::UnknownRequest(_) => {
            "name the store that issued the request with --store DIR"
        }
        ApplyFailure::KeyInGrace => {
            "ask the station to make it again, with its current key and to the current key of this site"
        }
        ApplyFailure::ClosedRequest(_)
        | ApplyFailure::CancelledRequest(_)
        | ApplyFailure::VoidRequest(_)
        | ApplyFailure::RevokedRequest(_) => {
            "see what is missing now with `airlock diff`, and issue a new request"
        }
        ApplyFailure::Unsolicited => {
            "issue a request, or set `unsolicited = true` in airlock/site.toml of the store"
        }
        ApplyFailure::NeedsLock => {
            "name the reviewed lock: airlock apply BUNDLE --lockfile airlock.lock"
        }
        ApplyFailure::LacksOlder { .. } => {
            "apply the bundles before it first, or ask the station for one without --since"
        }
        ApplyFailure::Serial { .. } => {
            "an older bundle is refused for good; ask the station for a new one"
        }
        ApplyFailure::FarSerial { .. } => {
            "set the clock of this site right, or the station's, and ask it for a new bundle then"
        }
        ApplyFailure::OtherLock { .. } => {
            "name the lock that the bundle was made for with --lockfile, or issue a new request"
        }
        ApplyFailure::UnreadableLock(_) => "name the same lock with --lockfile FILE",
        ApplyFailure::Superseded { .. } => "add --allow-older if going back is what you want",
        ApplyFailure::NotInLock(_)
        | ApplyFailure::Size { .. }
        | ApplyFailure::Resolution(_)
        | ApplyFailure::OtherDigest { .. }
        | ApplyFailure::IncompleteResolution { .. }
        | ApplyFailure::RefusedResolution { .. }
        | ApplyFailure::NotAsLocked { .. }
        | ApplyFailure::Document { .. } => {
            "the station did not do what was asked: find out why before another bundle is taken from it"
        }
        ApplyFailure::OlderResolution { .. } => {
            "it stays refused; ask for a newer one: airlock diff --request FILE --ask-again"
        }
        ApplyFailure::OnlyHeld(_) => {
            "publish them with `airlock apply --update-lock`, which shows what it pins"
        }
        ApplyFailure::NothingHeld => "see what is missing with `airlock diff`",
    }
}
