//! What can be wrong with a lock (`SPEC.md` section 5).

use crate::{Digest, DigestError, MediaType, MediaTypeError, PlatformError, ReferenceError};

/// What is wrong with a lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A version above the one that is known.
    #[error("this lock is of version {0}, and the newest version that is known is 1")]
    NewerVersion(String),
    /// A key that version 1 does not have.
    #[error("{table} of version 1 has no key `{key}`")]
    UnknownKey {
        /// The key as written.
        key: String,
        /// The table it stands in.
        table: &'static str,
    },
    /// A kind of source that version 1 does not have.
    #[error("version 1 has no sources of kind `{0}`: dockerfile, compose and images are known")]
    UnknownKind(String),

    /// More bytes than a lock may have.
    #[error("the lock is longer than {most} bytes")]
    TooLong {
        /// The limit.
        most: usize,
    },
    /// A source or image whose text is too long.
    #[error("this table and what belongs to it are longer than {most} bytes")]
    LongTable {
        /// The limit.
        most: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("the lock is not valid UTF-8")]
    NotUtf8,
    /// U+FEFF at the start.
    #[error("the lock starts with a byte order mark")]
    ByteOrderMark,
    /// A merge that was left unresolved.
    #[error("the lock has conflict markers: a merge was left unresolved")]
    ConflictMarkers,
    /// Not TOML.
    #[error("the lock is not valid TOML: {0}")]
    Syntax(String),
    /// The first statement is not `version = 1`.
    #[error("the lock does not start with its version: the first statement is `version = 1`")]
    NoVersion,
    /// A required key that is missing.
    #[error("{table} has no `{key}`")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// The table it should stand in.
        table: &'static str,
    },
    /// A key that does not go with the rest of its table.
    #[error("{whose} takes no `{key}`")]
    MisplacedKey {
        /// The key.
        key: &'static str,
        /// What does not take it, such as `a source of kind images`.
        whose: &'static str,
    },
    /// A value of another type.
    #[error("`{key}` must be {wanted}")]
    WrongType {
        /// The key.
        key: &'static str,
        /// What it must be, such as `a string`.
        wanted: &'static str,
    },
    /// A text that is no digest.
    #[error(transparent)]
    Digest(#[from] DigestError),
    /// A text that is no media type.
    #[error(transparent)]
    MediaType(#[from] MediaTypeError),
    /// A text that is no platform.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// A text that is no reference.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A reference or platform in another than its one form.
    #[error("`{found}` must be written `{wanted}`")]
    NotNormal {
        /// As written.
        found: String,
        /// As it must be written.
        wanted: String,
    },
    /// A registry that is an IPv6 address in brackets.
    #[error("`{0}` has a bracketed IPv6 address as registry, which no store can serve by path")]
    Ipv6Registry(String),
    /// Too long a text, or one with characters that do not belong there.
    #[error("`{key}` must be {wanted}")]
    BadText {
        /// The key.
        key: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// A number beyond its limit.
    #[error("`{key}` must be an integer from 0 to {most}")]
    Number {
        /// The key.
        key: &'static str,
        /// The limit.
        most: u64,
    },
    /// A blob longer than its kind may be.
    #[error("{what} has at most {most} bytes")]
    Oversized {
        /// What it is, such as `a layer`.
        what: &'static str,
        /// The limit.
        most: u64,
    },
    /// An array that must have entries.
    #[error("{whose} has no `{key}`")]
    Empty {
        /// The key.
        key: &'static str,
        /// Whose array it is.
        whose: &'static str,
    },
    /// Too many of something.
    #[error("{whose} has more than {most} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// Who has it.
        whose: &'static str,
        /// The limit.
        most: usize,
    },
    /// Something that must be unique stands twice.
    #[error("the {what} `{name}` is there twice")]
    Duplicate {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// An image names a source that is not there.
    #[error("`{reference}` is asked for by `{source_name}`, which is no source of this lock")]
    UnknownSource {
        /// The image.
        reference: String,
        /// The source that is not there.
        source_name: String,
    },
    /// One digest with two sizes.
    #[error("{digest} has {first} bytes in one place and {second} in another")]
    TwoSizes {
        /// The digest.
        digest: Digest,
        /// The size that came first.
        first: u64,
        /// The other one.
        second: u64,
    },
    /// One manifest or index with two media types.
    #[error("{digest} is {first} in one place and {second} in another")]
    TwoMediaTypes {
        /// The digest.
        digest: Digest,
        /// The media type that came first.
        first: MediaType,
        /// The other one.
        second: MediaType,
    },
    /// A pending image with something that only a pinned one has.
    #[error("`{0}` is pending (it has no digest) and yet has content")]
    PendingWithContent(String),
    /// A pinned image with a platform that has nothing.
    #[error("`{reference}` is pinned and yet has no content for {platform}")]
    PinnedWithoutContent {
        /// The image.
        reference: String,
        /// The platform.
        platform: String,
    },
    /// A reference with a digest, pinned to another one.
    #[error("`{reference}` names a digest and is pinned to another one, {pinned}")]
    OtherPin {
        /// The reference.
        reference: String,
        /// What it is pinned to.
        pinned: Digest,
    },
    /// A media type in a place where it cannot be.
    #[error("`{found}` is not the media type of {wanted}")]
    WrongRole {
        /// The media type.
        found: MediaType,
        /// What it must be, such as `a manifest`.
        wanted: &'static str,
    },
    /// The pin is a manifest, and a platform has another one.
    #[error("`{reference}` is pinned to a manifest, and {platform} has another one")]
    OtherManifest {
        /// The reference.
        reference: String,
        /// The platform.
        platform: String,
    },
    /// An index that is named below itself.
    #[error("{0} is named below itself")]
    Circle(Digest),
}

impl Problem {
    /// Tells whether a newer airlock would know what this one does not.
    pub fn is_newer(&self) -> bool {
        matches!(
            self,
            Self::NewerVersion(_) | Self::UnknownKey { .. } | Self::UnknownKind(_)
        )
    }

    /// Names what helps against this very problem, where more can be said than "write it again".
    pub(crate) fn remedy(&self) -> Option<&'static str> {
        if matches!(self, Self::NewerVersion(_)) {
            Some("use an airlock that knows this version")
        } else if self.is_newer() {
            Some("use a newer airlock; if the word was mistyped by hand, correct it")
        } else if matches!(self, Self::ConflictMarkers) {
            Some("run `airlock lock` on it: it resolves both sides")
        } else if matches!(self, Self::ByteOrderMark | Self::NotUtf8) {
            Some("save the file as UTF-8 without a mark")
        } else if matches!(self, Self::Ipv6Registry(_)) {
            Some("give the registry a host name")
        } else {
            None
        }
    }
}
