//! The ways in which a lock no longer says what the sources need.

use lock_format::{Platform, Reference};

/// One way in which a lock no longer says what the sources need, with both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// A source that the lock does not have.
    MissingSource {
        /// Its name.
        name: String,
    },
    /// A source of the lock that is not there any more.
    UnusedSource {
        /// Its name.
        name: String,
    },
    /// A source was locked with other inputs.
    ChangedInput {
        /// The source's name.
        source: String,
        /// The key of the lock, such as `args.ALPINE` or `platforms`.
        input: String,
        /// The value in the lock.
        locked: Option<String>,
        /// Today's value.
        found: Option<String>,
    },
    /// An image that is needed and not in the lock.
    MissingImage {
        /// The image.
        reference: Reference,
        /// Where it is needed.
        platforms: Vec<Platform>,
        /// The sources that need it.
        sources: Vec<String>,
    },
    /// An image of the lock that nothing needs any more.
    UnusedImage {
        /// The image.
        reference: Reference,
        /// The sources that needed it, by the lock.
        sources: Vec<String>,
    },
    /// An image is needed at a platform that the lock does not have.
    MissingPlatform {
        /// The image.
        reference: Reference,
        /// Where it is needed.
        platform: Platform,
        /// The platforms in the lock.
        locked: Vec<Platform>,
        /// The sources that need it there.
        sources: Vec<String>,
    },
    /// The lock has an image at a platform where nothing needs it any more.
    SuperfluousPlatform {
        /// The image.
        reference: Reference,
        /// The platform in the lock.
        platform: Platform,
        /// Where it is needed.
        needed: Vec<Platform>,
    },
    /// An image is needed by other sources than the lock says.
    OtherSources {
        /// The image.
        reference: Reference,
        /// The sources in the lock.
        locked: Vec<String>,
        /// The sources that need it.
        found: Vec<String>,
    },
    /// An image is needed and its reference is not resolved yet.
    Pending {
        /// The image.
        reference: Reference,
        /// The sources that need it.
        sources: Vec<String>,
    },
}
