//! What a Dockerfile needs.

use std::collections::BTreeSet;

use lock_format::{Platform, Reference, Span};

use crate::diagnostic::{Code, Label, sanitize};
use crate::run::Warning;

use super::error::{DockerfileError, shown_span};
use super::remote::RemoteAdd;

/// An image at a platform: what is asked of a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageAt {
    /// The canonical reference.
    pub reference: Reference,
    /// The platform.
    pub platform: Platform,
}

/// Tells how a file uses an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// As the base of a stage.
    From,
    /// COPY takes files from it.
    Copy,
    /// RUN mounts it.
    Mount,
    /// A trigger with COPY takes files from it.
    OnbuildCopy,
    /// A trigger with RUN mounts it.
    OnbuildMount,
    /// A named context stands for it.
    Context,
}

impl Use {
    /// Returns the name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::From => "FROM",
            Self::Copy => "COPY",
            Self::Mount => "MOUNT",
            Self::OnbuildCopy => "ONBUILD-COPY",
            Self::OnbuildMount => "ONBUILD-MOUNT",
            Self::Context => "CONTEXT",
        }
    }
}

/// One use of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageUse {
    /// As written, what is not UTF-8 shown as U+FFFD.
    pub written: String,
    /// After expansion.
    pub expanded: String,
    /// The image, at the platform it is asked for.
    pub image: ImageAt,
    /// How it is used.
    pub kind: Use,
    /// The first line of the instruction, from 1.
    pub line: usize,
    /// The image's name in the file; of a trigger: the FROM that brings it.
    pub span: Span,
    /// The stage that uses it: its name, or its index.
    pub stage: String,
    /// The target needs it.
    pub needed: bool,
}

/// Tells what a stage stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseIs {
    /// An image.
    Image,
    /// An earlier stage.
    Stage,
    /// Nothing.
    Scratch,
    /// A named context, which replaces the whole stage.
    Context,
}

impl BaseIs {
    /// Returns the name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Stage => "stage",
            Self::Scratch => "scratch",
            Self::Context => "context",
        }
    }
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageInfo {
    /// Its number, from 0.
    pub index: usize,
    /// Its name in lower case; empty if it has none.
    pub name: String,
    /// The canonical reference, or what is written after expansion.
    pub base: String,
    /// What the base is.
    pub base_is: BaseIs,
    /// Its platform; none where BuildKit never sets one, as the stage is not needed.
    pub platform: Option<Platform>,
    /// The line of its FROM, from 1.
    pub line: usize,
    /// The target needs it.
    pub needed: bool,
}

/// The images, once they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// What is asked of registries: for the target, or for all stages.
    pub resolve: BTreeSet<ImageAt>,
    /// Every use of an image in the file, needed or not.
    pub uses: Vec<ImageUse>,
    /// The stages of the file.
    pub stages: Vec<StageInfo>,
}

/// What is known about a Dockerfile at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The images; none where an error hides them.
    pub images: Option<Images>,
    /// The error. With images, it has nothing to do with them.
    pub error: Option<DockerfileError>,
    /// Names of build arguments that take part in deciding an image or a platform.
    pub deciding_args: BTreeSet<String>,
}

/// Something about an image that has to be known to go on, or the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// All is known.
    Done(Box<Resolution>),
    /// The ONBUILD triggers of these images' configs are needed.
    Needs(Vec<ImageAt>),
}

/// A finding that does not stop the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The stable code.
    pub code: Code,
    /// The sentence.
    pub message: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// Where it is.
    pub span: Option<Span>,
}

impl Finding {
    /// Names the file and its text, so that the place can be shown.
    pub fn in_file(self, name: &str, text: &[u8]) -> Warning {
        let label = self.span.map(|span| Label {
            file: name.to_owned(),
            text: String::from_utf8_lossy(text).into(),
            span: shown_span(text, span),
            message: "here".to_owned(),
        });
        Warning {
            code: self.code,
            message: self.message,
            help: None,
            label,
        }
    }
}

/// Makes the findings of remote sources.
pub(super) fn remote_finding(add: &RemoteAdd) -> Finding {
    Finding {
        code: super::error_class::ADD_REMOTE,
        message: format!(
            "ADD fetches `{}`, which the inside will not have",
            sanitize(&add.written, 200)
        ),
        line: Some(add.line),
        span: Some(add.span),
    }
}
