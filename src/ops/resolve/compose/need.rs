//! An image that a compose project needs, and what is listed.

use lock_format::{Platform, Reference, Source};

use super::{BuildOptions, ComposeNeedsError};
use crate::diagnostic::Place;
use crate::dockerfile::Use;
use crate::run::Warning;

/// What is listed, and for which platforms.
#[derive(Clone, Debug)]
pub struct NeedsOptions {
    /// Platforms of services and builds that name none, and the platform of builds.
    pub build: BuildOptions,
    /// The front ends of Dockerfiles are listed.
    pub syntax: bool,
    /// Models are listed.
    pub models: bool,
}

/// An image that a compose project needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComposeNeed {
    /// The image.
    pub reference: Reference,
    /// The platform.
    pub platform: Platform,
    /// How it is used.
    pub kind: NeedUse,
    /// The service that uses it; for a model, the model's name.
    pub service: String,
    /// Where it is named.
    pub at: Place,
}

/// Tells how a compose project uses an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NeedUse {
    /// A service runs it.
    Service,
    /// A service mounts it.
    ImageVolume,
    /// A hook runs in it before the service.
    PreStart,
    /// A service's Dockerfile names it.
    Build(Use),
    /// It reads a service's Dockerfile.
    Syntax,
    /// It is a model.
    Model,
}

impl NeedUse {
    /// Returns the name used in JSON and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::ImageVolume => "image-volume",
            Self::PreStart => "pre-start",
            Self::Build(kind) => kind.name(),
            Self::Syntax => "syntax",
            Self::Model => "model",
        }
    }
}

/// The images of a project and what decided them.
#[derive(Debug)]
pub struct ComposeNeeds {
    /// Every image with each place that names it; sorted.
    pub images: Vec<ComposeNeed>,
    /// Why further images are not known; a lock cannot be made where there are any.
    pub unknown: Vec<ComposeNeedsError>,
    /// What is worth a word and stops nothing.
    pub warnings: Vec<Warning>,
    /// The source as a lock records it.
    pub source: Source,
}
