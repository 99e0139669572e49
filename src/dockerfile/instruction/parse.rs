//! The meaning of one instruction, as far as it decides images.

use lock_format::Span;

use crate::dockerfile::read::{Keyword, Node, Word, is_heredoc};
use crate::dockerfile::text::lower;

use super::checks::{at_least_two, check, some};
use super::csv::fields;
use super::flag_set::{Flag, Kind, flags};
use super::{From, Instruction, Mount, ParseProblem, Source};

/// Reads an instruction (`instructions.ParseInstruction` of BuildKit).
pub(crate) fn parse(node: &Node) -> Result<Instruction, ParseProblem> {
    match node.keyword {
        Keyword::From => from(node).map(Instruction::From),
        Keyword::Arg => args(node).map(Instruction::Arg),
        Keyword::Copy => copy(node),
        Keyword::Add => add(node),
        Keyword::Run => run(node),
        Keyword::Onbuild => onbuild(node),
        Keyword::Unknown => Err(ParseProblem::UnknownInstruction(node.unknown.clone())),
        Keyword::Cmd
        | Keyword::Entrypoint
        | Keyword::Env
        | Keyword::Expose
        | Keyword::Healthcheck
        | Keyword::Label
        | Keyword::Maintainer
        | Keyword::Shell
        | Keyword::StopSignal
        | Keyword::User
        | Keyword::Volume
        | Keyword::Workdir => check(node).map(|()| Instruction::Other),
    }
}

fn from(node: &Node) -> Result<From, ParseProblem> {
    let (base, name) = match node.args.as_slice() {
        [base] => (base, None),
        [base, word, name] if is_as(&word.text) => (base, Some(stage_name(&name.text)?)),
        words => return Err(ParseProblem::FromWords(words.len())),
    };
    let given = flags(&node.flags, &[("platform", Kind::Text)])?;
    let platform = given.first().filter(|flag| !flag.value.is_empty());
    Ok(From {
        base: base.clone(),
        name,
        platform: platform.map(|flag| Word {
            text: flag.value.to_owned(),
            span: flag.word.span,
        }),
    })
}

/// Tells whether a word is `AS`, in whatever case; BuildKit takes the long s for an s.
fn is_as(word: &str) -> bool {
    word.replace('ſ', "s").eq_ignore_ascii_case("as")
}

/// A stage's name in lower case: a letter, then letters, digits and `-_.`
fn stage_name(written: &str) -> Result<String, ParseProblem> {
    let name = lower(written);
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    let fits = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(plain);
    if fits {
        Ok(name)
    } else {
        Err(ParseProblem::StageName(written.to_owned()))
    }
}

/// Names with the values they have by default. BuildKit does not look at the flags of ARG.
fn args(node: &Node) -> Result<Vec<(String, Option<String>)>, ParseProblem> {
    some(node)?;
    node.args
        .iter()
        .map(|word| match word.text.split_once('=') {
            Some(("", _)) => Err(ParseProblem::BlankName("ARG")),
            Some((name, value)) => Ok((name.to_owned(), Some(value.to_owned()))),
            None => Ok((word.text.clone(), None)),
        })
        .collect()
}

fn copy(node: &Node) -> Result<Instruction, ParseProblem> {
    let known = [
        ("chown", Kind::Text),
        ("from", Kind::Text),
        ("chmod", Kind::Text),
        ("link", Kind::Bool),
        ("exclude", Kind::Texts),
        ("parents", Kind::Bool),
    ];
    at_least_two(node)?;
    let given = flags(&node.flags, &known)?;
    destination(node, "COPY")?;
    let from = given.iter().find(|flag| flag.name == "from");
    Ok(match from.filter(|flag| !flag.value.is_empty()) {
        Some(flag) => Instruction::Copy(source(flag, flag.value)),
        None => Instruction::Other,
    })
}

fn source(flag: &Flag<'_>, name: &str) -> Source {
    // Behind its dashes, name and equals sign; with quotes around it the whole flag is marked.
    let span = flag.word.span;
    let start = span.end.saturating_sub(name.len());
    let exact = span.len() == flag.word.text.len() && start >= span.start;
    Source {
        name: name.to_owned(),
        span: if exact && flag.value == name {
            Span::new(start, span.end)
        } else {
            span
        },
    }
}

fn add(node: &Node) -> Result<Instruction, ParseProblem> {
    let known = [
        ("chown", Kind::Text),
        ("chmod", Kind::Text),
        ("link", Kind::Bool),
        ("keep-git-dir", Kind::Bool),
        ("checksum", Kind::Text),
        ("unpack", Kind::Bool),
        ("exclude", Kind::Texts),
    ];
    at_least_two(node)?;
    flags(&node.flags, &known)?;
    destination(node, "ADD")?;
    let sources = node
        .args
        .split_last()
        .map_or(&[][..], |(_, sources)| sources);
    let sources = sources.iter().filter(|word| !is_heredoc(&word.text));
    Ok(Instruction::Add(sources.cloned().collect()))
}

fn destination(node: &Node, name: &'static str) -> Result<(), ParseProblem> {
    match node.args.last() {
        Some(word) if is_heredoc(&word.text) => Err(ParseProblem::HeredocDestination(name)),
        _ => Ok(()),
    }
}

fn run(node: &Node) -> Result<Instruction, ParseProblem> {
    let known = [
        ("mount", Kind::Texts),
        ("network", Kind::Text),
        ("security", Kind::Text),
        ("device", Kind::Texts),
    ];
    let mut mounts = Vec::new();
    for flag in &flags(&node.flags, &known)? {
        match flag.name {
            "mount" => mounts.push(mount(flag)?),
            "network" => one_of(flag, &["default", "none", "host"])?,
            "security" => one_of(flag, &["insecure", "sandbox"])?,
            _ => device(flag.value)?,
        }
    }
    Ok(if mounts.is_empty() {
        Instruction::Other
    } else {
        Instruction::Run(mounts)
    })
}

fn one_of(flag: &Flag<'_>, values: &[&str]) -> Result<(), ParseProblem> {
    if values.contains(&flag.value) {
        return Ok(());
    }
    Err(ParseProblem::OptionValue {
        option: format!("--{}", flag.name),
        value: flag.value.to_owned(),
    })
}

/// Reads where a mount comes from. Its other options may hold variables and are not looked at.
fn mount(flag: &Flag<'_>) -> Result<Mount, ParseProblem> {
    let options = fields(flag.value).ok_or_else(|| ParseProblem::Options(flag.value.to_owned()))?;
    let mut mount = Mount {
        from: None,
        secret: false,
        span: flag.word.span,
    };
    for option in &options {
        let Some((key, value)) = option.split_once('=') else {
            continue;
        };
        if key.eq_ignore_ascii_case("from") {
            if value
                .find('$')
                .is_some_and(|at| at.saturating_add(1) != value.len())
            {
                return Err(ParseProblem::MountVariable(value.to_owned()));
            }
            mount.from = Some(source(flag, value)).filter(|source| !source.name.is_empty());
        } else if key.eq_ignore_ascii_case("type") {
            mount.secret = value.eq_ignore_ascii_case("secret");
        }
    }
    Ok(mount)
}

/// Checks the options of a device: a name, first or as `name=`, and `required`.
fn device(value: &str) -> Result<(), ParseProblem> {
    let wrong = || ParseProblem::OptionValue {
        option: "--device".to_owned(),
        value: value.to_owned(),
    };
    let mut named = false;
    for option in fields(value).ok_or_else(|| ParseProblem::Options(value.to_owned()))? {
        let (key, value) = match option.split_once('=') {
            Some((key, value)) => (lower(key), Some(value)),
            None => (lower(&option), None),
        };
        match (key.as_str(), value) {
            ("required", None) => {}
            ("required", Some(value)) if is_go_bool(value) => {}
            ("name", Some(value)) if !named => named = !value.is_empty(),
            ("required" | "name", Some(_)) => return Err(wrong()),
            _ if !named => named = !option.is_empty(),
            _ => return Err(wrong()),
        }
    }
    Ok(())
}

/// The words that Go's `strconv.ParseBool` takes.
pub(crate) fn is_go_bool(value: &str) -> bool {
    let words = [
        "1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False",
    ];
    words.contains(&value)
}

fn onbuild(node: &Node) -> Result<Instruction, ParseProblem> {
    let inner = node.inner.as_deref().ok_or(ParseProblem::Arguments {
        instruction: "ONBUILD",
        takes: "an instruction",
    })?;
    flags(&node.flags, &[])?;
    if inner.keyword == Keyword::Onbuild {
        return Err(ParseProblem::OnbuildChain);
    }
    if matches!(inner.keyword, Keyword::Maintainer | Keyword::From) {
        let name = inner.keyword.name().to_owned();
        return Err(ParseProblem::OnbuildForbidden(name));
    }
    Ok(Instruction::Onbuild(node.trigger.clone()))
}
