//! The error of this room.

use std::fmt;
use std::sync::Arc;

use lock_format::Span;

use crate::diagnostic::{Class, Code, Diagnose, Label};

use super::problem::Problem;

/// Tells what is wrong with a Dockerfile, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerfileError {
    /// What is wrong.
    pub problem: Problem,
    /// The line that BuildKit names, from 1; where it names none, the line of the span, once the
    /// file is known.
    pub line: Option<usize>,
    /// The part of the file that is to blame.
    pub span: Option<Span>,
    /// Further errors of the same kind, told at once.
    pub also: Vec<Self>,
    file: Option<(String, Arc<str>)>,
}

/// Most further errors that are told.
const ALSO: usize = 100;

impl DockerfileError {
    pub(super) fn new(problem: Problem, line: Option<usize>, span: Option<Span>) -> Self {
        Self {
            problem,
            line: line.filter(|line| *line > 0),
            span,
            also: Vec::new(),
            file: None,
        }
    }

    pub(super) fn with(mut self, mut also: Vec<Self>) -> Self {
        also.truncate(ALSO);
        self.also = also;
        self
    }

    /// Returns the sentence without the place.
    pub fn message(&self) -> String {
        self.problem.sentence()
    }

    /// Names the file and its text, so that the part to blame can be shown.
    ///
    /// `name` is relative to the root; `text` are the bytes that were resolved.
    #[must_use]
    pub fn in_file(mut self, name: &str, text: &[u8]) -> Self {
        let shown: Arc<str> = String::from_utf8_lossy(text).into();
        for error in &mut self.also {
            error.place(name, text, &shown);
        }
        self.place(name, text, &shown);
        self
    }

    fn place(&mut self, name: &str, text: &[u8], shown: &Arc<str>) {
        let of_span = self.span.map(|span| span.position(text).line);
        self.line = self.line.or(of_span);
        self.span = self.span.map(|span| shown_span(text, span));
        self.file = Some((name.to_owned(), Arc::clone(shown)));
    }
}

/// Moves a span from bytes to the text in which what is not UTF-8 is shown as U+FFFD.
pub(super) fn shown_span(text: &[u8], span: Span) -> Span {
    let length = |end: usize| {
        let before = text.get(..end).unwrap_or(text);
        String::from_utf8_lossy(before).len()
    };
    Span::new(length(span.start), length(span.end))
}

impl fmt::Display for DockerfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match (&self.file, self.line) {
            (Some((name, _)), Some(line)) => format!("{name}:{line}: "),
            (Some((name, _)), None) => format!("{name}: "),
            (None, Some(line)) => format!("line {line}: "),
            (None, None) => String::new(),
        };
        write!(f, "{place}{}", self.problem.sentence())
    }
}

impl std::error::Error for DockerfileError {}

impl Diagnose for DockerfileError {
    fn code(&self) -> Code {
        self.problem.class().code()
    }

    fn class(&self) -> Class {
        Class::Gate
    }

    fn help(&self) -> Option<String> {
        Some(self.problem.help())
    }

    fn labels(&self) -> Vec<Label> {
        let (Some((name, text)), Some(span)) = (&self.file, self.span) else {
            return Vec::new();
        };
        vec![Label {
            file: name.clone(),
            text: Arc::clone(text),
            span,
            message: "here".to_owned(),
        }]
    }

    fn related(&self) -> Vec<&dyn Diagnose> {
        self.also
            .iter()
            .map(|error| error as &dyn Diagnose)
            .collect()
    }
}
