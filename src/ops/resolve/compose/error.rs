//! Why the images of a compose project cannot be listed for a lock.

use lock_format::ReferenceError;

use super::{BuildProblem, Skip};
use crate::compose::{Build, Place, Service, Text};
use crate::diagnostic::{Class, Code, Diagnose, Label, sanitize};
use crate::dockerfile::DockerfileError;

/// Why an image of a compose project is not known.
#[derive(Debug, thiserror::Error)]
pub enum ComposeNeedsError {
    /// A service's image is no reference.
    #[error("{}: services.{service}: the image {:?} is no reference: {error}", image.place, sanitize(&image.text, 200))]
    Reference {
        /// The service.
        service: String,
        /// The image as written.
        image: Text,
        /// Why it is none.
        error: ReferenceError,
    },
    /// A platform is none.
    #[error("{}: services.{service}: the platform {:?} is none", platform.place, sanitize(&platform.text, 200))]
    Platform {
        /// The service.
        service: String,
        /// The platform as written.
        platform: Text,
    },
    /// A build cannot be looked into.
    #[error("{place}: services.{service}.build wants {}, {}", sanitize(wanted, 200), why.reason())]
    Skipped {
        /// The service.
        service: String,
        /// Why.
        why: Skip,
        /// What was wanted.
        wanted: String,
        /// Where the compose file names it.
        place: Place,
    },
    /// A Dockerfile cannot be understood.
    #[error("{place}: services.{service}.build fails: {}", error.message())]
    Dockerfile {
        /// The service.
        service: String,
        /// Where the build stands.
        place: Place,
        /// What is wrong.
        error: Box<DockerfileError>,
    },
}

const REFERENCE: Code = Code::new("compose/not-a-reference");
const PLATFORM: Code = Code::new("compose/not-a-platform");
const DOCKERFILE_MISSING: Code = Code::new("compose/dockerfile-missing");
const REMOTE_CONTEXT: Code = Code::new("compose/remote-context");
const BUILD_OUTSIDE: Code = Code::new("compose/build-outside-root");

/// Every code of these errors but those of Dockerfiles.
pub const CODES: &[Code] = &[
    BUILD_OUTSIDE,
    DOCKERFILE_MISSING,
    PLATFORM,
    REFERENCE,
    REMOTE_CONTEXT,
];

impl ComposeNeedsError {
    /// Names the service whose build fails.
    pub fn of_build(service: &Service, build: &Build, problem: BuildProblem) -> Self {
        let service = service.name.clone();
        match problem {
            BuildProblem::Dockerfile(error) => Self::Dockerfile {
                service,
                place: build.place.clone(),
                error: Box::new(error),
            },
            BuildProblem::Platform(platform) => Self::Platform { service, platform },
        }
    }
}

impl Diagnose for ComposeNeedsError {
    fn code(&self) -> Code {
        match self {
            Self::Reference { .. } => REFERENCE,
            Self::Platform { .. } => PLATFORM,
            Self::Skipped { why, .. } => match why {
                Skip::DockerfileMissing => DOCKERFILE_MISSING,
                Skip::RemoteContext => REMOTE_CONTEXT,
                Skip::OutsideRoot => BUILD_OUTSIDE,
            },
            Self::Dockerfile { error, .. } => error.code(),
        }
    }

    fn class(&self) -> Class {
        Class::Gate
    }

    fn labels(&self) -> Vec<Label> {
        match self {
            Self::Dockerfile { error, .. } => error.labels(),
            Self::Reference { .. } | Self::Platform { .. } | Self::Skipped { .. } => Vec::new(),
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Reference { .. } => {
                "set the variables that the image is made of, in the environment or in .env"
            }
            Self::Platform { .. } => {
                "a platform is written os/architecture, for instance linux/amd64"
            }
            Self::Skipped { why, .. } => match why {
                Skip::DockerfileMissing => "check context and dockerfile of the build",
                Skip::RemoteContext => {
                    "put the sources into the project, or give the service an image and no build"
                }
                Skip::OutsideRoot => "name a folder above the project and the file with --root",
            },
            Self::Dockerfile { error, .. } => return error.help(),
        };
        Some(help.to_owned())
    }
}
