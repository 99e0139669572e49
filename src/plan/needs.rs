//! What the sources of a project need today, as a plain value.

use lock_format::{Platform, Reference, Source};

/// What one source needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceNeeds {
    /// The source with today's inputs.
    pub source: Source,
    /// The images it needs; may repeat.
    pub images: Vec<Need>,
}

/// An image that is needed at a platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The image.
    pub reference: Reference,
    /// The platform.
    pub platform: Platform,
}
