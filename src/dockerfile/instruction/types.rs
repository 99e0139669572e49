//! Instructions as values.

use lock_format::Span;

use crate::dockerfile::read::Word;

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Instruction {
    From(From),
    /// Names with the values they have by default.
    Arg(Vec<(String, Option<String>)>),
    /// COPY from a stage or an image.
    Copy(Source),
    /// The sources of ADD, heredocs left out.
    Add(Vec<Word>),
    /// RUN with mounts.
    Run(Vec<Mount>),
    /// The text behind ONBUILD.
    Onbuild(Vec<u8>),
    /// Anything that decides no image.
    Other,
}

/// FROM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct From {
    /// The image or stage, variables not expanded.
    pub(crate) base: Word,
    /// The stage's name, in lower case.
    pub(crate) name: Option<String>,
    /// The platform, variables not expanded.
    pub(crate) platform: Option<Word>,
}

/// What `--from=` or `from=` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// A mount of RUN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    /// None where nothing is named, or the empty text.
    pub(crate) from: Option<Source>,
    /// It is of the type `secret`, as far as that is written without variables.
    pub(crate) secret: bool,
    pub(crate) span: Span,
}
