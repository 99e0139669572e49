//! The classes of errors that BuildKit's answers fall into.

use crate::diagnostic::Code;

/// Sorts errors by what has to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorClass {
    /// No byte, or no instruction.
    EmptyFile,
    /// No FROM, or an instruction before it.
    NoStages,
    /// FROM whose image expands to nothing.
    BlankBase,
    /// An image reference that is none.
    InvalidReference,
    /// A platform that is none.
    InvalidPlatform,
    /// Stages that need each other.
    CircularDependency,
    /// A variable in `--from`.
    FromVariable,
    /// `--from=N` without such a stage.
    BadStageIndex,
    /// A copy or mount from a stage that comes later.
    StageOrder,
    /// The stage asked for does not exist.
    TargetNotFound,
    /// A parser directive that is repeated or has a wrong value.
    BadDirective,
    /// A heredoc without its end.
    HeredocUnterminated,
    /// A line of more than 65,535 bytes.
    LineTooLong,
    /// An instruction that cannot be understood.
    ParseError,
    /// A word that cannot be expanded.
    ExpandError,
    /// A named context that cannot be used.
    NamedContextError,
    /// Findings of BuildKit's linter, where they are to be errors.
    LintError,
    /// An instruction that fails for reasons that have nothing to do with images.
    InstructionError,
    /// Anything else.
    Other,
}

/// Every class: its name, and its code.
const TABLE: [(ErrorClass, &str, Code); 19] = [
    (
        ErrorClass::BadDirective,
        "bad_directive",
        Code::new("dockerfile/bad-directive"),
    ),
    (
        ErrorClass::BadStageIndex,
        "bad_stage_index",
        Code::new("dockerfile/bad-stage-index"),
    ),
    (
        ErrorClass::BlankBase,
        "blank_base",
        Code::new("dockerfile/blank-base"),
    ),
    (
        ErrorClass::CircularDependency,
        "circular_dependency",
        Code::new("dockerfile/circular-dependency"),
    ),
    (
        ErrorClass::EmptyFile,
        "empty_file",
        Code::new("dockerfile/empty-file"),
    ),
    (
        ErrorClass::ExpandError,
        "expand_error",
        Code::new("dockerfile/expand-error"),
    ),
    (
        ErrorClass::FromVariable,
        "from_variable",
        Code::new("dockerfile/from-variable"),
    ),
    (
        ErrorClass::HeredocUnterminated,
        "heredoc_unterminated",
        Code::new("dockerfile/heredoc-unterminated"),
    ),
    (
        ErrorClass::InstructionError,
        "instruction_error",
        Code::new("dockerfile/instruction-error"),
    ),
    (
        ErrorClass::InvalidPlatform,
        "invalid_platform",
        Code::new("dockerfile/invalid-platform"),
    ),
    (
        ErrorClass::InvalidReference,
        "invalid_reference",
        Code::new("dockerfile/invalid-reference"),
    ),
    (
        ErrorClass::LineTooLong,
        "line_too_long",
        Code::new("dockerfile/line-too-long"),
    ),
    (
        ErrorClass::LintError,
        "lint_error",
        Code::new("dockerfile/lint-error"),
    ),
    (
        ErrorClass::NamedContextError,
        "named_context_error",
        Code::new("dockerfile/named-context-error"),
    ),
    (
        ErrorClass::NoStages,
        "no_stages",
        Code::new("dockerfile/no-stages"),
    ),
    (ErrorClass::Other, "other", Code::new("dockerfile/other")),
    (
        ErrorClass::ParseError,
        "parse_error",
        Code::new("dockerfile/parse-error"),
    ),
    (
        ErrorClass::StageOrder,
        "stage_order",
        Code::new("dockerfile/stage-order"),
    ),
    (
        ErrorClass::TargetNotFound,
        "target_not_found",
        Code::new("dockerfile/target-not-found"),
    ),
];

/// ADD of something that has to be fetched from elsewhere: a warning.
pub const ADD_REMOTE: Code = Code::new("dockerfile/add-remote");
/// A `# syntax=` image that is no reference: a warning, as BuildKit finds out when it fetches it.
pub const SYNTAX_REFERENCE: Code = Code::new("dockerfile/syntax-reference");

/// Every code that this room can give.
pub const CODES: &[Code] = &[
    Code::new("dockerfile/add-remote"),
    Code::new("dockerfile/bad-directive"),
    Code::new("dockerfile/bad-stage-index"),
    Code::new("dockerfile/blank-base"),
    Code::new("dockerfile/circular-dependency"),
    Code::new("dockerfile/empty-file"),
    Code::new("dockerfile/expand-error"),
    Code::new("dockerfile/from-variable"),
    Code::new("dockerfile/heredoc-unterminated"),
    Code::new("dockerfile/instruction-error"),
    Code::new("dockerfile/invalid-platform"),
    Code::new("dockerfile/invalid-reference"),
    Code::new("dockerfile/line-too-long"),
    Code::new("dockerfile/lint-error"),
    Code::new("dockerfile/named-context-error"),
    Code::new("dockerfile/no-stages"),
    Code::new("dockerfile/other"),
    Code::new("dockerfile/parse-error"),
    Code::new("dockerfile/stage-order"),
    Code::new("dockerfile/syntax-reference"),
    Code::new("dockerfile/target-not-found"),
];

impl ErrorClass {
    /// Lists all classes.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(class, _, _)| *class)
    }

    /// Returns the name used in JSON, such as `blank_base`.
    pub fn name(self) -> &'static str {
        self.row().map_or("other", |(_, name, _)| name)
    }

    /// Returns the code, such as `dockerfile/blank-base`.
    pub fn code(self) -> Code {
        self.row()
            .map_or(Code::new("dockerfile/other"), |(_, _, code)| *code)
    }

    fn row(self) -> Option<&'static (Self, &'static str, Code)> {
        TABLE.iter().find(|(class, _, _)| *class == self)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn name_and_code_of_a_class_say_the_same() {
        let mut names = BTreeSet::new();
        for class in ErrorClass::all() {
            let code = class.code().as_str().to_owned();
            assert_eq!(
                code,
                format!("dockerfile/{}", class.name().replace('_', "-"))
            );
            assert!(CODES.contains(&class.code()), "{code}");
            assert!(names.insert(class.name()), "{code}");
        }
        assert_eq!(CODES.len(), names.len() + 2);
    }
}
