//! The names of instructions.

use crate::dockerfile::text::{lossy, lower};

/// Names an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    StopSignal,
    User,
    Volume,
    Workdir,
    Unknown,
}

/// Every instruction with its name.
const NAMES: [(&str, Keyword); 18] = [
    ("ADD", Keyword::Add),
    ("ARG", Keyword::Arg),
    ("CMD", Keyword::Cmd),
    ("COPY", Keyword::Copy),
    ("ENTRYPOINT", Keyword::Entrypoint),
    ("ENV", Keyword::Env),
    ("EXPOSE", Keyword::Expose),
    ("FROM", Keyword::From),
    ("HEALTHCHECK", Keyword::Healthcheck),
    ("LABEL", Keyword::Label),
    ("MAINTAINER", Keyword::Maintainer),
    ("ONBUILD", Keyword::Onbuild),
    ("RUN", Keyword::Run),
    ("SHELL", Keyword::Shell),
    ("STOPSIGNAL", Keyword::StopSignal),
    ("USER", Keyword::User),
    ("VOLUME", Keyword::Volume),
    ("WORKDIR", Keyword::Workdir),
];

impl Keyword {
    /// Reads a name in whatever case.
    pub(crate) fn of(written: &[u8]) -> Self {
        let known = |text: &[u8]| {
            NAMES
                .iter()
                .find(|(name, _)| text.eq_ignore_ascii_case(name.as_bytes()))
        };
        // The small form of a few letters of other scripts is one that belongs here.
        let found = match known(written) {
            None if !written.is_ascii() => known(lower(&lossy(written)).as_bytes()),
            found => found,
        };
        found.map_or(Self::Unknown, |(_, keyword)| *keyword)
    }

    /// Returns the name in capitals.
    pub(crate) fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(_, keyword)| *keyword == self)
            .map_or("?", |(name, _)| name)
    }

    /// Tells whether heredocs may follow it.
    pub(super) fn takes_heredocs(self) -> bool {
        matches!(self, Self::Add | Self::Copy | Self::Run)
    }
}
