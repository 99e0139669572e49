//! The instructions of a file, one after the other.

use lock_format::Span;

use super::directive::{Directives, Name, Repeated};
use super::heredoc::{BadName, Heredoc, of_line};
use super::lines::{Line, Lines};
use super::logical::{Logical, continuation};
use super::node::{Node, NodeProblem, node};

/// The byte-order mark of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Why the text cannot be split into instructions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadError {
    pub(crate) problem: ReadProblem,
    /// The line that BuildKit names; 0 for none.
    pub(crate) line: usize,
    pub(crate) span: Span,
}

/// What is wrong with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReadProblem {
    /// There is no instruction in it.
    NoInstructions,
    /// A directive stands there twice.
    RepeatedDirective(&'static str),
    /// The escape directive names another character than `\` or a backquote.
    BadEscape(String),
    /// A heredoc does not end.
    OpenHeredoc(String),
    /// A line has more than 65,535 bytes.
    LineTooLong,
    /// Something is wrong with one instruction.
    Node(NodeProblem),
}

/// Reads all instructions and hands each to `take`. Returns the escape character.
pub(crate) fn read(text: &[u8], take: &mut dyn FnMut(Node)) -> Result<char, ReadError> {
    let mut reader = Reader {
        lines: Lines::new(text),
        directives: Directives::behind("#"),
        escape: b'\\',
    };
    let mut found = false;
    while let Some(node) = reader.instruction()? {
        found = true;
        take(node);
    }
    let here = reader.lines.position();
    let end = |problem| ReadError {
        problem,
        line: reader.lines.number(),
        span: Span::new(here, here),
    };
    if !found {
        return Err(end(ReadProblem::NoInstructions));
    }
    if reader.lines.too_long() {
        return Err(end(ReadProblem::LineTooLong));
    }
    Ok(char::from(reader.escape))
}

struct Reader<'a> {
    lines: Lines<'a>,
    directives: Directives,
    escape: u8,
}

impl Reader<'_> {
    /// Returns the next instruction.
    fn instruction(&mut self) -> Result<Option<Node>, ReadError> {
        while let Some(line) = self.lines.next() {
            let (body, start) = beginning(&line);
            self.directive(body, start, line.number)?;
            if body.first() == Some(&b'#') {
                continue;
            }
            let (kept, goes_on) = continuation(body, self.escape);
            if kept.is_empty() && !goes_on {
                continue;
            }
            let mut logical = Logical::new(kept, start, line.number);
            if goes_on {
                self.join(&mut logical);
            }
            return self.finish(&logical).map(Some);
        }
        Ok(None)
    }

    fn directive(&mut self, body: &[u8], start: usize, number: usize) -> Result<(), ReadError> {
        if self.directives.is_done() {
            return Ok(());
        }
        // The reference counts the line only after it has looked for a directive.
        let wrong = |problem, from: usize| ReadError {
            problem,
            line: number.saturating_sub(1),
            span: Span::new(start.saturating_add(from), start.saturating_add(body.len())),
        };
        match self.directives.line(body) {
            Err(Repeated(name)) => {
                let problem = ReadProblem::RepeatedDirective(name.as_str());
                Err(wrong(problem, 0))
            }
            Ok(Some(directive)) if directive.name == Name::Escape => {
                match directive.value.as_bytes() {
                    [byte @ (b'\\' | b'`')] => {
                        self.escape = *byte;
                        Ok(())
                    }
                    _ => Err(wrong(
                        ReadProblem::BadEscape(directive.value),
                        directive.value_at,
                    )),
                }
            }
            Ok(_) => Ok(()),
        }
    }

    /// Appends the lines that continue this one; comments and empty lines among them vanish.
    fn join(&mut self, logical: &mut Logical<'_>) {
        for line in self.lines.by_ref() {
            let text = crate::dockerfile::text::trim_start(line.bytes);
            if text.is_empty() || text.first() == Some(&b'#') {
                continue;
            }
            let (kept, goes_on) = continuation(line.bytes, self.escape);
            logical.push(kept, line.start);
            if !goes_on {
                break;
            }
        }
    }

    fn finish(&mut self, logical: &Logical<'_>) -> Result<Node, ReadError> {
        let whole = logical.all();
        let span = logical.span(whole.at, whole.end());
        let wrong = |problem| ReadError {
            problem,
            line: logical.line,
            span,
        };
        let mut node =
            node(logical, self.escape).map_err(|problem| wrong(ReadProblem::Node(problem)))?;
        let holder = node.inner.as_deref().unwrap_or(&node);
        if !holder.keyword.takes_heredocs() {
            return Ok(node);
        }
        let heredocs = of_line(whole.bytes).map_err(|BadName(problem)| {
            wrong(ReadProblem::Node(NodeProblem::Heredoc(problem.to_string())))
        })?;
        for heredoc in heredocs {
            let body = self.body(&heredoc);
            let body = body.ok_or_else(|| wrong(ReadProblem::OpenHeredoc(heredoc.name.clone())))?;
            if node.inner.is_some() {
                node.trigger.push(b'\n');
                node.trigger.extend(body);
                node.trigger.extend(heredoc.name.as_bytes());
            }
        }
        Ok(node)
    }

    /// Reads up to the line that ends a heredoc; none if there is no such line.
    fn body(&mut self, heredoc: &Heredoc) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        for line in self.lines.by_ref() {
            if heredoc.ends_at(line.bytes) {
                return Some(body);
            }
            body.extend_from_slice(line.raw);
        }
        None
    }
}

/// A line without byte-order mark and white space at its beginning, and where it then begins.
fn beginning<'a>(line: &Line<'a>) -> (&'a [u8], usize) {
    let body = match line.bytes.strip_prefix(MARK) {
        Some(body) if line.number == 1 => body,
        _ => line.bytes,
    };
    let body = crate::dockerfile::text::trim_start(body);
    let skipped = line.bytes.len().saturating_sub(body.len());
    (body, line.start.saturating_add(skipped))
}
