//! Why an instruction cannot be understood.

/// Tells why an instruction cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseProblem {
    /// No instruction has that name.
    #[error("`{0}` is not an instruction")]
    UnknownInstruction(String),
    /// Another number of arguments.
    #[error("{instruction} takes {takes}")]
    Arguments {
        /// The instruction.
        instruction: &'static str,
        /// How many it takes, in words.
        takes: &'static str,
    },
    /// FROM with more or fewer words than an image, or an image and a name.
    #[error("FROM takes an image, or an image, `AS` and a name, not {0} words")]
    FromWords(usize),
    /// A stage's name with a character that does not belong there.
    #[error(
        "`{0}` cannot name a stage: it must begin with a letter and hold only letters, digits, - _ ."
    )]
    StageName(String),
    /// A flag without its dashes.
    #[error("`{0}` stands where a flag is expected")]
    NotAFlag(String),
    /// A flag that the instruction does not take.
    #[error("{flag} is not a flag of this instruction")]
    UnknownFlag {
        /// The flag.
        flag: String,
        /// Those it takes.
        known: Vec<String>,
    },
    /// A flag that stands there twice.
    #[error("{0} is given twice")]
    RepeatedFlag(String),
    /// A flag that needs a value.
    #[error("{0} needs a value")]
    FlagWithoutValue(String),
    /// A flag that is true or false.
    #[error("{flag} takes true or false, not `{value}`")]
    FlagNotBoolean {
        /// The flag.
        flag: String,
        /// Its value.
        value: String,
    },
    /// ONBUILD ONBUILD.
    #[error("ONBUILD cannot follow ONBUILD")]
    OnbuildChain,
    /// An instruction that cannot be a trigger.
    #[error("{0} cannot follow ONBUILD")]
    OnbuildForbidden(String),
    /// A trigger that is no single instruction.
    #[error("the trigger is not one instruction")]
    NotOneTrigger,
    /// A heredoc as destination.
    #[error("the destination of {0} cannot be a heredoc")]
    HeredocDestination(&'static str),
    /// `=value` without a name.
    #[error("{0} has a value without a name")]
    BlankName(&'static str),
    /// A list of options with a quote in the wrong place.
    #[error("the options `{0}` are not a comma-separated list")]
    Options(String),
    /// A variable in `from=` of a mount.
    #[error("`from={0}` of a mount cannot hold a variable")]
    MountVariable(String),
    /// A value that an option does not take.
    #[error("`{value}` is not a value of {option}")]
    OptionValue {
        /// The option.
        option: String,
        /// Its value.
        value: String,
    },
    /// HEALTHCHECK with something else than CMD or NONE.
    #[error("HEALTHCHECK takes CMD or NONE, not `{0}`")]
    HealthcheckKind(String),
    /// SHELL with something else than an array.
    #[error("SHELL takes a JSON array of strings")]
    ShellNotJson,
    /// VOLUME with an empty path.
    #[error("VOLUME has an empty path")]
    BlankVolume,
}
