//! Errors and warnings for people: code, sentence, causes, the blamed text with a caret, help.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};

use super::excerpt::Excerpt;
use super::json::causes;
use crate::diagnostic::{Code, Diagnose, Label};
use crate::run::Warning;

/// Columns that text is wrapped to.
pub const WIDTH: usize = 100;

/// How text is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether escape sequences may colour it.
    pub color: bool,
    /// Columns that it is wrapped to.
    pub width: usize,
}

/// Writes an error for people.
pub fn human(facts: &dyn Diagnose, style: Style) -> String {
    draw(&Shown::error(facts), style)
}

/// Writes a warning for people.
pub fn warning(warning: &Warning, style: Style) -> String {
    draw(&Shown::warning(warning), style)
}

/// What is drawn of a finding.
pub(super) struct Note {
    pub(super) code: Code,
    pub(super) is_error: bool,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) label: Option<Label>,
}

/// Writes a finding for people.
pub(super) fn note(note: Note, style: Style) -> String {
    let warning = Warning {
        code: note.code,
        message: note.message,
        help: Some(note.help),
        label: note.label,
    };
    let mut shown = Shown::warning(&warning);
    if note.is_error {
        shown.severity = Severity::Error;
    }
    draw(&shown, style)
}

fn draw(shown: &Shown, style: Style) -> String {
    let theme = if style.color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .with_cause_chain();
    let mut text = String::new();
    if handler.render_report(&mut text, shown).is_err() {
        // The renderer refuses a span outside its text; the sentence still gets out.
        text.clone_from(&shown.message);
    }
    text
}

/// What the renderer sees of an error.
#[derive(Debug)]
struct Shown {
    code: &'static str,
    message: String,
    cause: Option<Cause>,
    help: Option<String>,
    severity: Severity,
    source: Option<Excerpt>,
    labels: Vec<Label>,
    related: Vec<Self>,
}

/// A chain of causes that have already been turned into text.
#[derive(Debug)]
struct Cause {
    message: String,
    next: Option<Box<Self>>,
}

impl Shown {
    fn error(facts: &dyn Diagnose) -> Self {
        let cause = causes(facts).into_iter().rev().fold(None, |next, message| {
            Some(Cause {
                message,
                next: next.map(Box::new),
            })
        });
        let mut shown = Self {
            code: facts.code().as_str(),
            message: facts.to_string(),
            cause,
            help: facts.help(),
            severity: Severity::Error,
            source: None,
            labels: Vec::new(),
            related: facts.related().into_iter().map(Self::error).collect(),
        };
        shown.mark(facts.labels());
        shown
    }

    fn warning(warning: &Warning) -> Self {
        let mut shown = Self {
            code: warning.code.as_str(),
            message: warning.message.clone(),
            cause: None,
            help: warning.help.clone(),
            severity: Severity::Warning,
            source: None,
            labels: Vec::new(),
            related: Vec::new(),
        };
        shown.mark(warning.label.clone().into_iter().collect());
        shown
    }

    /// Takes the labels of the first file; a caret can be drawn under one text only.
    fn mark(&mut self, labels: Vec<Label>) {
        if let Some(first) = labels.first() {
            let first = first.clone();
            self.labels = labels
                .into_iter()
                .filter(|label| label.file == first.file)
                .collect();
            self.source = Some(Excerpt::around(&first, &self.labels));
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.next.as_deref().map(|next| next as _)
    }
}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let offset = self.source.as_ref().map_or(0, |source| source.offset);
        let spans = self.labels.iter().map(move |label| {
            let start = label.span.start.saturating_sub(offset);
            LabeledSpan::new(Some(label.message.clone()), start, label.span.len())
        });
        Some(Box::new(spans))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        Some(Box::new(self.related.iter().map(|shown| shown as _)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Class;
    use lock_format::Span;

    #[derive(Debug, thiserror::Error)]
    #[error("the base is blank")]
    struct Blank;

    impl Diagnose for Blank {
        fn code(&self) -> Code {
            Code::new("dockerfile/blank-base")
        }

        fn class(&self) -> Class {
            Class::Gate
        }

        fn help(&self) -> Option<String> {
            Some("give it: --build-arg BASE=IMAGE".to_owned())
        }

        fn labels(&self) -> Vec<Label> {
            vec![Label {
                file: "Dockerfile".to_owned(),
                text: "FROM $BASE\n".into(),
                span: Span::new(5, 10),
                message: "expands to nothing".to_owned(),
            }]
        }
    }

    #[test]
    fn code_sentence_caret_and_help_are_all_there() {
        let text = human(
            &Blank,
            Style {
                color: false,
                width: WIDTH,
            },
        );
        for part in [
            "dockerfile/blank-base",
            "the base is blank",
            "FROM $BASE",
            "expands to nothing",
            "--build-arg",
        ] {
            assert!(text.contains(part), "{part} in:\n{text}");
        }
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_span_outside_the_text_still_tells_the_sentence() {
        let shown = Shown {
            labels: vec![Label {
                span: Span::new(90, 95),
                ..Blank.labels().remove(0)
            }],
            ..Shown::error(&Blank)
        };
        assert!(
            draw(
                &shown,
                Style {
                    color: false,
                    width: WIDTH
                }
            )
            .contains("the base is blank")
        );
    }
}
