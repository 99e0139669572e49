//! One instruction, split into flags and arguments, before anything is known of their meaning.

use lock_format::Span;

use crate::dockerfile::text::{is_space_byte, lossy, skip_blanks};

use super::flags::split_command;
use super::keyword::Keyword;
use super::logical::{Logical, Piece};
use super::words::{Json, json, quoted_words, separated};

/// An instruction as it stands in the file.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) keyword: Keyword,
    /// The instruction's name as written, where it is unknown.
    pub(crate) unknown: String,
    /// The number of its first line.
    pub(crate) line: usize,
    /// All of it, heredocs left out.
    pub(crate) span: Span,
    pub(crate) flags: Vec<Word>,
    /// Arguments; the text of shell commands is left out.
    pub(crate) args: Vec<Word>,
    /// The arguments are a JSON array.
    pub(crate) json: bool,
    /// The instruction behind ONBUILD.
    pub(crate) inner: Option<Box<Self>>,
    /// The text behind ONBUILD, heredocs included.
    pub(crate) trigger: Vec<u8>,
}

/// A piece of text and where it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// What is wrong with an instruction before its meaning is looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeProblem {
    /// ENV or LABEL with a name and nothing else.
    #[error("{0} takes a name and a value")]
    NoValue(&'static str),
    /// A word of ENV or LABEL without `=` behind one that has it.
    #[error("`{0}` has no `=`: either all words have the form name=value, or none")]
    NoEquals(String),
    /// A JSON array with something else than strings.
    #[error("the JSON array holds something else than strings")]
    MixedArray,
    /// The word behind `<<` cannot be read.
    #[error("the name of the heredoc cannot be read: {0}")]
    Heredoc(String),
}

/// Reads a logical line.
pub(super) fn node(logical: &Logical<'_>, escape: u8) -> Result<Node, NodeProblem> {
    of_piece(logical, logical.all(), escape)
}

fn of_piece(logical: &Logical<'_>, line: Piece<'_>, escape: u8) -> Result<Node, NodeProblem> {
    let (written, flags, rest) = split_command(line, escape);
    let keyword = Keyword::of(written.bytes);
    let whole = line.trim();
    let mut node = Node {
        keyword,
        unknown: if keyword == Keyword::Unknown {
            lossy(written.bytes).into_owned()
        } else {
            String::new()
        },
        line: logical.line,
        span: logical.span(whole.at, whole.end()),
        flags: flags
            .into_iter()
            .map(|flag| Word {
                text: flag.text,
                span: logical.span(flag.from, flag.to),
            })
            .collect(),
        args: Vec::new(),
        json: false,
        inner: None,
        trigger: Vec::new(),
    };
    read_arguments(&mut node, logical, rest, escape)?;
    Ok(node)
}

fn read_arguments(
    node: &mut Node,
    logical: &Logical<'_>,
    rest: Piece<'_>,
    escape: u8,
) -> Result<(), NodeProblem> {
    if rest.bytes.is_empty() {
        return Ok(());
    }
    let word = |piece: Piece<'_>| Word {
        text: lossy(piece.bytes).into_owned(),
        span: logical.span(piece.at, piece.end()),
    };
    match node.keyword {
        Keyword::Add | Keyword::Copy | Keyword::Volume => {
            if !read_json(node, logical, rest)? {
                node.args = separated(rest).into_iter().map(word).collect();
            }
        }
        Keyword::Expose | Keyword::From => {
            node.args = separated(rest).into_iter().map(word).collect();
        }
        Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell => {
            if !read_json(node, logical, rest)? {
                node.args.push(placeholder(logical, rest));
            }
        }
        Keyword::Healthcheck => read_healthcheck(node, logical, rest)?,
        Keyword::Arg => {
            node.args = quoted_words(rest, escape)
                .into_iter()
                .map(|(text, piece)| Word {
                    text,
                    span: logical.span(piece.at, piece.end()),
                })
                .collect();
        }
        Keyword::Env | Keyword::Label => {
            node.args = names(node.keyword, rest, escape)?
                .into_iter()
                .map(|name| Word {
                    text: name,
                    span: logical.span(rest.at, rest.end()),
                })
                .collect();
        }
        Keyword::Maintainer | Keyword::StopSignal | Keyword::User | Keyword::Workdir => {
            node.args.push(placeholder(logical, rest));
        }
        Keyword::Onbuild => {
            // A chain of ONBUILD goes no deeper here: it is refused whatever follows.
            let inner = of_trigger(logical, rest, escape)?;
            node.inner = Some(Box::new(inner));
            node.trigger = rest_of_line(logical).to_vec();
        }
        Keyword::Unknown => {}
    }
    Ok(())
}

/// Reads the instruction behind ONBUILD. Of a chain of ONBUILD, which is refused later, the second
/// one is kept, but what is wrong at its end counts first.
fn of_trigger(logical: &Logical<'_>, rest: Piece<'_>, escape: u8) -> Result<Node, NodeProblem> {
    let mut end = rest;
    loop {
        let (written, _, behind) = split_command(end, escape);
        if Keyword::of(written.bytes) != Keyword::Onbuild {
            break;
        }
        end = behind;
    }
    let innermost = of_piece(logical, end, escape)?;
    if end.at == rest.at {
        return Ok(innermost);
    }
    let (written, _, _) = split_command(rest, escape);
    of_piece(logical, written, escape)
}

/// Everything behind `ONBUILD` in the joined line; all of it where the word is spelled in a way
/// that BuildKit knows as the instruction but does not find again.
fn rest_of_line<'l>(logical: &'l Logical<'_>) -> &'l [u8] {
    const WORD: &[u8] = b"ONBUILD";
    let line = skip_blanks(logical.all().bytes);
    match line.split_at_checked(WORD.len()) {
        Some((word, behind)) if word.eq_ignore_ascii_case(WORD) => skip_blanks(behind),
        _ => logical.all().bytes,
    }
}

/// A shell command or the like, whose text nobody asks for.
fn placeholder(logical: &Logical<'_>, rest: Piece<'_>) -> Word {
    Word {
        text: String::new(),
        span: logical.span(rest.at, rest.end()),
    }
}

/// Takes the arguments as JSON, if they are an array.
fn read_json(node: &mut Node, logical: &Logical<'_>, rest: Piece<'_>) -> Result<bool, NodeProblem> {
    match json(rest.bytes) {
        Json::No => Ok(false),
        Json::Mixed => Err(NodeProblem::MixedArray),
        Json::Strings(texts) => {
            let span = logical.span(rest.at, rest.end());
            node.json = true;
            let words = texts.into_iter().map(|text| Word { text, span });
            node.args.extend(words);
            Ok(true)
        }
    }
}

/// HEALTHCHECK: a word, then a command that may be JSON.
fn read_healthcheck(
    node: &mut Node,
    logical: &Logical<'_>,
    rest: Piece<'_>,
) -> Result<(), NodeProblem> {
    let end = rest
        .bytes
        .iter()
        .position(|b| is_space_byte(*b))
        .unwrap_or(rest.bytes.len());
    if end == 0 {
        return Ok(());
    }
    node.args.push(Word {
        text: lossy(rest.part(0, end).bytes).into_owned(),
        span: logical.span(rest.at, rest.at.saturating_add(end)),
    });
    let gap = rest.from(end);
    let skip = gap.bytes.iter().position(|b| !is_space_byte(*b));
    let Some(skip) = skip else { return Ok(()) };
    let command = gap.from(skip);
    if !read_json(node, logical, command)? {
        node.args.push(placeholder(logical, command));
    }
    Ok(())
}

/// The names that ENV or LABEL give values to.
fn names(keyword: Keyword, rest: Piece<'_>, escape: u8) -> Result<Vec<String>, NodeProblem> {
    let words = quoted_words(rest, escape);
    let Some((first, _)) = words.first() else {
        return Ok(Vec::new());
    };
    if !first.contains('=') {
        return match separated(rest).as_slice() {
            [name, _, ..] => Ok(vec![lossy(name.bytes).into_owned()]),
            _ => Err(NodeProblem::NoValue(keyword.name())),
        };
    }
    words
        .into_iter()
        .map(|(word, _)| match word.split_once('=') {
            Some((name, _)) => Ok(name.to_owned()),
            None => Err(NodeProblem::NoEquals(word)),
        })
        .collect()
}
