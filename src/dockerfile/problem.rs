//! What can be wrong with a Dockerfile.

use lock_format::{PlatformError, ReferenceError};

use crate::diagnostic::sanitize;

use super::context::ContextProblem;
use super::error_class::ErrorClass;
use super::instruction::ParseProblem;
use super::read::NodeProblem;
use super::shell::ExpandProblem;

/// Longest text of a file that is repeated in a message, in characters.
const SHOWN: usize = 120;
/// Longest sentence that holds such text, in characters.
const TOLD: usize = 500;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file has no byte.
    NoBytes,
    /// The file has no instruction.
    NoInstructions,
    /// The file has no FROM.
    NoFrom,
    /// An instruction that belongs into a stage stands before the first one.
    BeforeFrom,
    /// The image of FROM expands to nothing; as written.
    BlankBase(String),
    /// The image is no reference.
    Reference {
        /// After expansion.
        expanded: String,
        /// Why it is none.
        error: ReferenceError,
    },
    /// The platform expands to nothing; as written.
    BlankPlatform(String),
    /// The platform is none.
    Platform(PlatformError),
    /// A stage needs itself; its name or index.
    Circle(String),
    /// A variable, a quote or an escape in `--from`; as written.
    FromVariable(String),
    /// There is no stage of that index.
    StageIndex(i64),
    /// A stage is used before it is defined.
    StageOrder {
        /// The stage used.
        from: String,
        /// The stage that uses it.
        stage: String,
    },
    /// There is no stage of that name.
    Target {
        /// The name.
        target: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A directive stands there twice.
    RepeatedDirective(&'static str),
    /// The escape character is another one than the two that are possible.
    Escape(String),
    /// A heredoc without the line that ends it.
    OpenHeredoc(String),
    /// A line of more than 65,535 bytes.
    LongLine,
    /// An instruction cannot be understood.
    Parse(ParseProblem),
    /// A word cannot be expanded.
    Expand {
        /// The word.
        word: String,
        /// Why.
        problem: ExpandProblem,
    },
    /// A named context cannot be used.
    Context(ContextProblem),
    /// An instruction's words cannot be told apart.
    Node(NodeProblem),
    /// The options of `# check=` are wrong.
    CheckOptions(String),
    /// `SOURCE_DATE_EPOCH` names no time and no stage that could give one.
    Epoch(String),
    /// More stages, copies and mounts than can be followed.
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Triggers bring images whose triggers bring images, and so on.
    TriggerDepth {
        /// The limit.
        limit: usize,
    },
    /// A trigger of ONBUILD cannot be understood.
    Trigger(Box<Self>),
}

impl Problem {
    /// Returns the class that BuildKit's answer falls into.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::NoBytes | Self::NoInstructions => ErrorClass::EmptyFile,
            Self::NoFrom | Self::BeforeFrom => ErrorClass::NoStages,
            Self::BlankBase(_) => ErrorClass::BlankBase,
            Self::Reference { .. } | Self::Context(ContextProblem::Reference { .. }) => {
                ErrorClass::InvalidReference
            }
            Self::BlankPlatform(_) | Self::Platform(_) => ErrorClass::InvalidPlatform,
            Self::Circle(_) => ErrorClass::CircularDependency,
            Self::FromVariable(_) => ErrorClass::FromVariable,
            Self::StageIndex(_) => ErrorClass::BadStageIndex,
            Self::StageOrder { .. } => ErrorClass::StageOrder,
            Self::Target { .. } => ErrorClass::TargetNotFound,
            Self::RepeatedDirective(_) | Self::Escape(_) => ErrorClass::BadDirective,
            Self::OpenHeredoc(_) => ErrorClass::HeredocUnterminated,
            Self::LongLine => ErrorClass::LineTooLong,
            Self::Parse(_) => ErrorClass::ParseError,
            Self::Expand { .. } | Self::Node(NodeProblem::Heredoc(_)) => ErrorClass::ExpandError,
            Self::Context(_) => ErrorClass::NamedContextError,
            Self::Trigger(problem) if matches!(**problem, Self::Parse(_)) => ErrorClass::Other,
            Self::Trigger(problem) => problem.class(),
            Self::Node(_)
            | Self::CheckOptions(_)
            | Self::Epoch(_)
            | Self::TooMany { .. }
            | Self::TriggerDepth { .. } => ErrorClass::Other,
        }
    }

    /// Returns the sentence.
    pub(super) fn sentence(&self) -> String {
        let shown = |text: &str| sanitize(text, SHOWN);
        let told = |problem: &dyn std::fmt::Display| sanitize(&problem.to_string(), TOLD);
        match self {
            Self::NoBytes => "the Dockerfile is empty".to_owned(),
            Self::NoInstructions => "the Dockerfile holds no instruction".to_owned(),
            Self::NoFrom => "the Dockerfile holds no FROM".to_owned(),
            Self::BeforeFrom => "only ARG may stand before the first FROM".to_owned(),
            Self::BlankBase(written) => {
                format!("the image `{}` of FROM expands to nothing", shown(written))
            }
            Self::Reference { expanded, error } => reference_sentence(expanded, error),
            Self::BlankPlatform(written) => {
                format!("the platform `{}` expands to nothing", shown(written))
            }
            Self::Platform(error) => told(error),
            Self::Circle(stage) => format!("the stage `{stage}` needs itself"),
            Self::FromVariable(written) => {
                format!(
                    "`--from={}` holds a variable, a quote or an escape",
                    shown(written)
                )
            }
            Self::StageIndex(index) => format!("there is no stage with the index {index}"),
            Self::StageOrder { from, stage } => {
                format!("the stage `{stage}` takes files from `{from}`, which comes later")
            }
            Self::Target { target, .. } => format!("there is no stage `{}`", shown(target)),
            Self::RepeatedDirective(name) => format!("the directive `{name}` stands there twice"),
            Self::Escape(value) => {
                format!("the escape character can be \\ or `, not {}", shown(value))
            }
            Self::OpenHeredoc(name) => {
                format!("no line `{}` ends the heredoc", shown(name))
            }
            Self::LongLine => "the next line has more than 65535 bytes".to_owned(),
            Self::Parse(problem) => told(problem),
            Self::Expand { word, problem } => {
                format!("`{}` cannot be expanded: {}", shown(word), told(problem))
            }
            Self::Context(problem) => told(problem),
            Self::Node(problem) => told(problem),
            Self::CheckOptions(options) => {
                format!("`{}` is no option of the directive `check`", shown(options))
            }
            Self::Epoch(value) => format!(
                "SOURCE_DATE_EPOCH is `{}`, which is neither a number nor a stage that gives a time",
                shown(value)
            ),
            Self::TooMany { limit } => {
                format!(
                    "the Dockerfile holds more than {limit} stages, arguments, copies and mounts"
                )
            }
            Self::TriggerDepth { limit } => format!(
                "triggers of ONBUILD bring images whose own triggers bring images, more than {limit} levels deep"
            ),
            Self::Trigger(problem) => format!("a trigger of ONBUILD: {}", problem.sentence()),
        }
    }

    /// Names the change that helps.
    pub(super) fn help(&self) -> String {
        let help = match self {
            Self::NoBytes | Self::NoInstructions | Self::NoFrom => {
                "begin it with FROM and an image, or leave the file out"
            }
            Self::BeforeFrom => "move the instruction behind a FROM",
            Self::BlankBase(_) | Self::BlankPlatform(_) => {
                "give the argument a value: `--build-arg NAME=VALUE`, or a default with ARG before the first FROM"
            }
            Self::Reference { expanded, .. } if expanded.contains('$') => {
                "a variable in single quotes or behind a backslash is not expanded"
            }
            Self::Reference { .. } => {
                "write it as [registry/]name[:tag][@digest], in lower case; arguments that it is made of may lack a value"
            }
            Self::Platform(_) => "write it as os/architecture or os/architecture/variant",
            Self::Circle(_) => "take the files from another stage",
            Self::FromVariable(_) => {
                "define a stage with `FROM image-with-${ARG} AS name` and write `--from=name`"
            }
            Self::StageIndex(_) => "stages count from 0; better name them with AS",
            Self::StageOrder { .. } => "move the stage before its first use",
            Self::Target { known, .. } => return target_help(known),
            Self::RepeatedDirective(_) => "remove one of the two lines",
            Self::Escape(_) => "write `# escape=\\` or `# escape=` with a backquote",
            Self::OpenHeredoc(_) => "add the line; only `<<-` allows tabs before it",
            Self::LongLine => "break the line, or fetch the data from a file",
            Self::Parse(problem) => return parse_help(problem),
            Self::Expand { .. } => "`\\$` stands for a dollar sign",
            Self::Context(_) => {
                "name a context as NAME=docker-image://IMAGE, NAME=oci-layout://STORE@DIGEST, NAME=URL or NAME=FOLDER"
            }
            Self::Node(problem) => node_help(problem),
            Self::Trigger(problem) => return trigger_help(problem),
            Self::CheckOptions(_) => "write `# check=skip=RULE,RULE;error=true`",
            Self::Epoch(_) => "give it seconds since 1970-01-01",
            Self::TooMany { .. } => "split the file",
            Self::TriggerDepth { .. } => {
                "an image's trigger may name the image itself; take another base image, or tell its publisher"
            }
        };
        help.to_owned()
    }
}

fn reference_sentence(expanded: &str, error: &ReferenceError) -> String {
    // The error repeats the text; a text made of doubled arguments is long.
    if expanded.chars().nth(SHOWN).is_some() {
        return format!("`{}` is not an image reference", sanitize(expanded, SHOWN));
    }
    sanitize(&error.to_string(), TOLD)
}

/// A trigger stands in an image that somebody else may have made.
fn trigger_help(problem: &Problem) -> String {
    let own = problem.help();
    format!(
        "{own}; where the base image brings the trigger, take another one or tell its publisher"
    )
}

fn node_help(problem: &NodeProblem) -> &'static str {
    match problem {
        NodeProblem::NoValue(_) => "write it as NAME=VALUE",
        NodeProblem::NoEquals(_) => "quote a value that holds spaces",
        NodeProblem::MixedArray => "put each element of the array in double quotes",
        NodeProblem::Heredoc(_) => "name it by a plain word, as in <<EOF",
    }
}

fn target_help(known: &[String]) -> String {
    if known.is_empty() {
        return "no stage of the file has a name; leave the target out for the last one".to_owned();
    }
    let names: Vec<&str> = known.iter().take(20).map(String::as_str).collect();
    format!("the stages are {}", names.join(", "))
}

fn parse_help(problem: &ParseProblem) -> String {
    let help = match problem {
        ParseProblem::UnknownFlag { known, .. } if known.is_empty() => "the instruction takes none",
        ParseProblem::UnknownFlag { known, .. } => {
            return format!("its flags are {}", known.join(", "));
        }
        ParseProblem::FromWords(_) => {
            "a comment needs a line of its own, and words in braces cannot hold spaces"
        }
        ParseProblem::MountVariable(_) => {
            "define a stage with `FROM image-with-${ARG} AS name` and write `from=name`"
        }
        ParseProblem::UnknownInstruction(_) => {
            "check the spelling; a line that goes on needs a backslash at the end of the one before"
        }
        ParseProblem::Arguments { .. } => "add or remove arguments",
        ParseProblem::StageName(_) => "name the stage so, and wherever it is used",
        ParseProblem::NotAFlag(_) => "flags begin with two dashes",
        ParseProblem::RepeatedFlag(_) => "leave one of the two",
        ParseProblem::FlagWithoutValue(_) => "write it as --flag=value",
        ParseProblem::FlagNotBoolean { .. } => "write =true, =false, or the flag alone",
        ParseProblem::OnbuildChain => "write the inner instruction alone behind ONBUILD",
        ParseProblem::OnbuildForbidden(_) => {
            "a trigger runs within the stage that the image is the base of; write it without ONBUILD"
        }
        ParseProblem::NotOneTrigger => "write one ONBUILD for each instruction",
        ParseProblem::HeredocDestination(_) => "heredocs are sources; name a path at the end",
        ParseProblem::BlankName(_) => "write it as name=value",
        ParseProblem::Options(_) => "quote a whole option, as in \"target=/a,b\"",
        ParseProblem::OptionValue { .. } => "correct the value, or leave the option out",
        ParseProblem::HealthcheckKind(_) => {
            "write HEALTHCHECK CMD and a command, or HEALTHCHECK NONE"
        }
        ParseProblem::ShellNotJson => "write it as SHELL [\"/bin/sh\", \"-c\"]",
        ParseProblem::BlankVolume => "name a path",
    };
    help.to_owned()
}
