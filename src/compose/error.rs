//! Why a compose project cannot be read.

use std::sync::Arc;

use lock_format::Span;

use super::Place;
use crate::diagnostic::{Class, Code, Diagnose, Label, sanitize};

/// A compose project cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}{}", self.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default(), self.problem)]
pub struct ComposeError {
    problem: Problem,
    place: Option<Place>,
    label: Option<Box<Label>>,
}

/// What is wrong with a compose project. Texts are from the project and already made fit to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No document of the files holds anything.
    #[error("the compose file is empty")]
    EmptyFile,
    /// An environment file cannot be understood.
    #[error("the environment file cannot be read: {0}")]
    Dotenv(String),
    /// `${NAME:?message}` or `${NAME?message}` without a value.
    #[error(
        "{field} needs the variable {name}, which has no value{}",
        colon(message)
    )]
    RequiredVariable {
        /// The dotted path of the field.
        field: String,
        /// The variable.
        name: String,
        /// What the file says about it; may be empty.
        message: String,
    },
    /// A `$` that is neither a variable nor `$$`.
    #[error("{field} holds no valid interpolation: {template}")]
    Interpolation {
        /// The dotted path of the field.
        field: String,
        /// The text as written.
        template: String,
    },
    /// A file that lies in a registry or a git repository.
    #[error("{0} is remote: it cannot be read without a network")]
    Remote(String),
    /// Discovery found nothing.
    #[error("no compose file in {0} or a folder above it")]
    NoFile(String),
    /// A file includes itself, directly or not.
    #[error("include runs in a circle: {}", .0.join(" includes "))]
    IncludeCycle(Vec<String>),
    /// A service extends itself, directly or not.
    #[error("extends runs in a circle: {}", .0.join(" extends "))]
    ExtendsCycle(Vec<String>),
    /// Services wait for each other.
    #[error("depends_on runs in a circle: {}", .0.join(" waits for "))]
    DependsCycle(Vec<String>),
    /// A name that nothing defines.
    #[error("service {service} refers to {kind} {name}, which is not defined{}", if *.disabled { " or not active" } else { "" })]
    Undefined {
        /// `network`, `volume`, `secret`, `config`, `service` or `model`.
        kind: &'static str,
        /// The service that refers to it; for `--service` the name asked for.
        service: String,
        /// The name.
        name: String,
        /// Whether it exists, its profile being off.
        disabled: bool,
    },
    /// `--service` names what does not exist or what its profiles do not reach.
    #[error("no such service: {0}")]
    NoSuchService(String),
    /// Neither `image` nor `build`.
    #[error("service {0} has neither an image nor a build")]
    NoImage(String),
    /// A file that is named and not there.
    #[error("{0} does not exist")]
    MissingFile(String),
    /// A path that leaves the root.
    #[error("{0} lies outside the root")]
    OutsideRoot(String),
    /// The text does not have the shape that the compose specification asks for.
    #[error("{field}: {what}")]
    Schema {
        /// The dotted path of the field; empty for the top.
        field: String,
        /// What is wrong.
        what: String,
    },
    /// The text is not YAML.
    #[error("not valid YAML: {0}")]
    Yaml(String),
    /// More than the limits allow.
    #[error("{0}")]
    TooLarge(String),
    /// Two files give one field different kinds of value.
    #[error("{0} cannot be overridden by another kind of value")]
    Merge(String),
    /// A project name that is not allowed.
    #[error(
        "the project name {0:?} is not allowed: lower-case letters, digits, - and _, a letter or digit first"
    )]
    ProjectName(String),
    /// Fields that contradict each other.
    #[error("{0}")]
    Invalid(String),
    /// A value that its field cannot take.
    #[error("{field}: {what}")]
    BadValue {
        /// The dotted path of the field.
        field: String,
        /// What is wrong.
        what: String,
    },
    /// Values that exclude each other, or of which one is missing.
    #[error("{field}: {what}")]
    Conflict {
        /// The dotted path of the field.
        field: String,
        /// What is wrong.
        what: String,
    },
    /// An `extends` or `include` that names nothing, or what is not there.
    #[error("{0}")]
    Extends(String),
}

const EMPTY_FILE: Code = Code::new("compose/empty-file");
const DOTENV: Code = Code::new("compose/environment-file");
const REQUIRED: Code = Code::new("compose/required-variable");
const INTERPOLATION: Code = Code::new("compose/interpolation");
const REMOTE: Code = Code::new("compose/remote");
const NO_FILE: Code = Code::new("compose/no-file");
const INCLUDE_CYCLE: Code = Code::new("compose/include-cycle");
const EXTENDS_CYCLE: Code = Code::new("compose/extends-cycle");
const DEPENDS_CYCLE: Code = Code::new("compose/depends-cycle");
const UNDEFINED: Code = Code::new("compose/undefined");
const NO_IMAGE: Code = Code::new("compose/no-image");
const MISSING_FILE: Code = Code::new("compose/missing-file");
const OUTSIDE_ROOT: Code = Code::new("compose/outside-root");
const SCHEMA: Code = Code::new("compose/schema");
const YAML: Code = Code::new("compose/yaml");
const TOO_LARGE: Code = Code::new("compose/too-large");
const MERGE: Code = Code::new("compose/merge");
const PROJECT_NAME: Code = Code::new("compose/project-name");
const INVALID: Code = Code::new("compose/invalid");
const BAD_VALUE: Code = Code::new("compose/bad-value");
const CONFLICT: Code = Code::new("compose/conflict");
const EXTENDS: Code = Code::new("compose/extends");

/// The code of the warning that discovery had a choice.
pub(crate) const CHOICE: Code = Code::new("compose/several-files");
/// The code of the warning that a variable without a value stands for nothing.
pub(crate) const UNSET: Code = Code::new("compose/unset-variable");
/// The code of the warning about `version`.
pub(crate) const VERSION: Code = Code::new("compose/version");

/// Every code that this room gives, its warnings included.
pub const CODES: &[Code] = &[
    BAD_VALUE,
    CONFLICT,
    DEPENDS_CYCLE,
    EMPTY_FILE,
    DOTENV,
    EXTENDS,
    EXTENDS_CYCLE,
    INCLUDE_CYCLE,
    INTERPOLATION,
    INVALID,
    MERGE,
    MISSING_FILE,
    NO_FILE,
    NO_IMAGE,
    OUTSIDE_ROOT,
    PROJECT_NAME,
    REMOTE,
    REQUIRED,
    SCHEMA,
    CHOICE,
    TOO_LARGE,
    UNDEFINED,
    UNSET,
    VERSION,
    YAML,
];

/// The longest piece of a project's text in a message, in characters.
const SHOWN: usize = 200;

/// Makes a piece of a project's text fit to show.
pub(crate) fn shown(text: &str) -> String {
    sanitize(text, SHOWN)
}

fn colon(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    }
}

impl Problem {
    /// Blames a place.
    pub(crate) fn at(self, place: &Place) -> ComposeError {
        ComposeError {
            problem: self,
            place: Some(place.clone()),
            label: None,
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::EmptyFile => EMPTY_FILE,
            Self::Dotenv(_) => DOTENV,
            Self::RequiredVariable { .. } => REQUIRED,
            Self::Interpolation { .. } => INTERPOLATION,
            Self::Remote(_) => REMOTE,
            Self::NoFile(_) => NO_FILE,
            Self::IncludeCycle(_) => INCLUDE_CYCLE,
            Self::ExtendsCycle(_) => EXTENDS_CYCLE,
            Self::DependsCycle(_) => DEPENDS_CYCLE,
            Self::Undefined { .. } | Self::NoSuchService(_) => UNDEFINED,
            Self::NoImage(_) => NO_IMAGE,
            Self::MissingFile(_) => MISSING_FILE,
            Self::OutsideRoot(_) => OUTSIDE_ROOT,
            Self::Schema { .. } => SCHEMA,
            Self::Yaml(_) => YAML,
            Self::TooLarge(_) => TOO_LARGE,
            Self::Merge(_) => MERGE,
            Self::ProjectName(_) => PROJECT_NAME,
            Self::Invalid(_) => INVALID,
            Self::BadValue { .. } => BAD_VALUE,
            Self::Conflict { .. } => CONFLICT,
            Self::Extends(_) => EXTENDS,
        }
    }

    /// The class of the failure, as machine-readable reports name it.
    fn class(&self) -> &'static str {
        match self {
            Self::EmptyFile => "empty_file",
            Self::Dotenv(_) => "dotenv_error",
            Self::RequiredVariable { .. } => "required_variable",
            Self::Interpolation { .. } => "interpolation_syntax",
            Self::Remote(_) => "remote_resource",
            Self::NoFile(_) => "no_config_file",
            Self::IncludeCycle(_) => "include_cycle",
            Self::ExtendsCycle(_) => "extends_cycle",
            Self::DependsCycle(_) => "depends_cycle",
            Self::Undefined { kind, .. } => undefined_class(kind),
            Self::NoSuchService(_) => "undefined_service",
            Self::NoImage(_) => "no_image_no_build",
            Self::MissingFile(_) | Self::OutsideRoot(_) => "missing_file",
            Self::Schema { .. } => "schema_validation",
            Self::Yaml(_) | Self::TooLarge(_) => "yaml_syntax",
            Self::Merge(_) => "merge_error",
            Self::ProjectName(_) => "project_name",
            Self::Invalid(_) => "invalid_project",
            Self::BadValue { .. } => "bad_value",
            Self::Conflict { .. } | Self::Extends(_) => "other",
        }
    }

    fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::RequiredVariable { .. } => {
                "set it in the environment, in .env or in a file given with --env-file"
            }
            Self::Interpolation { .. } => "write $$ for a dollar sign that is meant as one",
            Self::Remote(_) => "copy the file into the project and name it by its path",
            Self::NoFile(_) => "name the files with --compose-file",
            Self::Undefined { disabled: true, .. } => {
                "activate its profile with --profile, or name the service with --service"
            }
            Self::Undefined { .. } | Self::NoImage(_) => {
                "a file that only completes another is given after it: --compose-file BASE --compose-file THIS"
            }
            Self::OutsideRoot(_) => "name a folder above both with --root",
            Self::MissingFile(_) => "check the path; it is relative to the file that names it",
            Self::EmptyFile
            | Self::Dotenv(_)
            | Self::IncludeCycle(_)
            | Self::ExtendsCycle(_)
            | Self::DependsCycle(_)
            | Self::NoSuchService(_)
            | Self::Schema { .. }
            | Self::Yaml(_)
            | Self::TooLarge(_)
            | Self::Merge(_)
            | Self::ProjectName(_)
            | Self::Invalid(_)
            | Self::BadValue { .. }
            | Self::Conflict { .. }
            | Self::Extends(_) => return None,
        })
    }
}

fn undefined_class(kind: &str) -> &'static str {
    match kind {
        "network" => "undefined_network",
        "volume" => "undefined_volume",
        "secret" | "build secret" => "undefined_secret",
        "config" => "undefined_config",
        "model" => "undefined_model",
        _ => "undefined_service",
    }
}

impl From<Problem> for ComposeError {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            place: None,
            label: None,
        }
    }
}

impl ComposeError {
    /// Returns what is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Returns where, if one place is to blame.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Returns the class of the failure as machine-readable reports name it, for instance
    /// `missing_file`.
    pub fn class_name(&self) -> &'static str {
        self.problem.class()
    }

    /// Attaches the text of the blamed file, so that a report can show the line.
    pub(crate) fn showing(mut self, text: &str) -> Self {
        if let Some(place) = &self.place {
            self.label = Some(Box::new(Label {
                file: place.file.to_string(),
                span: span_of(text, place),
                text: Arc::from(text),
                message: "here".to_owned(),
            }));
        }
        self
    }
}

/// Finds a place's value up to the end of its line.
fn span_of(text: &str, place: &Place) -> Span {
    let mut start: usize = 0;
    for (number, line) in (1_u32..).zip(text.split_inclusive('\n')) {
        if number == place.line {
            let skip = usize::try_from(place.column.saturating_sub(1)).unwrap_or(usize::MAX);
            let before: usize = line.chars().take(skip).map(char::len_utf8).sum();
            let end = line.trim_end().len().max(before);
            return Span::new(start.saturating_add(before), start.saturating_add(end));
        }
        start = start.saturating_add(line.len());
    }
    Span::new(text.len(), text.len())
}

impl Diagnose for ComposeError {
    fn code(&self) -> Code {
        self.problem.code()
    }

    fn class(&self) -> Class {
        Class::Gate
    }

    fn help(&self) -> Option<String> {
        self.problem.help().map(str::to_owned)
    }

    fn labels(&self) -> Vec<Label> {
        self.label.iter().map(|label| (**label).clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_sorted() {
        let names: Vec<&str> = CODES.iter().map(|code| code.as_str()).collect();
        let sorted: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names, sorted.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_label_marks_the_value_to_the_end_of_its_line() {
        let place = Place {
            file: "compose.yaml".into(),
            line: 2,
            column: 4,
        };
        let error = Problem::EmptyFile.at(&place).showing("a:\n ä: b \nc: d\n");
        let label = error.labels().remove(0);
        assert_eq!(label.text.get(label.span.start..label.span.end), Some(" b"));
        assert_eq!(
            error.to_string(),
            "compose.yaml:2:4: the compose file is empty"
        );
    }
}
