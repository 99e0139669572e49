//! The names of instructions.

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
        NAMES
            .iter()
            .find(|(name, _)| written.eq_ignore_ascii_case(name.as_bytes()))
            .map_or(Self::Unknown, |(_, keyword)| *keyword)
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
