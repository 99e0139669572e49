//! Instructions that name no image: what BuildKit refuses of them before it looks for images.

use crate::dockerfile::read::{Keyword, Node};

use super::ParseProblem;
use super::duration::nanoseconds;
use super::flag_set::{Flag, Kind, flags};

/// Shortest interval of a health check, in nanoseconds.
const SHORTEST: f64 = 1e6;

/// Checks an instruction that only has to be well-formed.
pub(super) fn check(node: &Node) -> Result<(), ParseProblem> {
    let name = node.keyword.name();
    match node.keyword {
        Keyword::Env | Keyword::Label => {
            no_flags(node)?;
            some(node)?;
            if node.args.iter().any(|name| name.text.is_empty()) {
                return Err(ParseProblem::BlankName(name));
            }
            Ok(())
        }
        Keyword::Maintainer | Keyword::User | Keyword::Workdir => {
            exactly_one(node)?;
            no_flags(node)
        }
        // BuildKit does not look at the flags of STOPSIGNAL.
        Keyword::StopSignal => exactly_one(node),
        Keyword::Cmd | Keyword::Entrypoint => no_flags(node),
        Keyword::Expose => {
            some(node)?;
            no_flags(node)
        }
        Keyword::Volume => {
            some(node)?;
            no_flags(node)?;
            if node.args.iter().any(|path| path.text.trim().is_empty()) {
                return Err(ParseProblem::BlankVolume);
            }
            Ok(())
        }
        Keyword::Shell => {
            no_flags(node)?;
            some(node)?;
            if node.json {
                Ok(())
            } else {
                Err(ParseProblem::ShellNotJson)
            }
        }
        Keyword::Healthcheck => healthcheck(node),
        Keyword::Add
        | Keyword::Arg
        | Keyword::Copy
        | Keyword::From
        | Keyword::Onbuild
        | Keyword::Run
        | Keyword::Unknown => Ok(()),
    }
}

fn no_flags(node: &Node) -> Result<(), ParseProblem> {
    flags(&node.flags, &[]).map(drop)
}

fn arguments(node: &Node, takes: &'static str) -> ParseProblem {
    ParseProblem::Arguments {
        instruction: node.keyword.name(),
        takes,
    }
}

pub(super) fn some(node: &Node) -> Result<(), ParseProblem> {
    if node.args.is_empty() {
        return Err(arguments(node, "at least one argument"));
    }
    Ok(())
}

fn exactly_one(node: &Node) -> Result<(), ParseProblem> {
    if node.args.len() != 1 {
        return Err(arguments(node, "exactly one argument"));
    }
    Ok(())
}

/// Checks that ADD and COPY have a source and a destination.
pub(super) fn at_least_two(node: &Node) -> Result<(), ParseProblem> {
    if node.args.len() < 2 {
        return Err(arguments(node, "at least a source and a destination"));
    }
    Ok(())
}

fn healthcheck(node: &Node) -> Result<(), ParseProblem> {
    some(node)?;
    let kind = node.args.first().map_or("", |word| word.text.as_str());
    let commands = node.args.len().saturating_sub(1);
    if kind.eq_ignore_ascii_case("NONE") {
        if commands != 0 {
            return Err(arguments(node, "nothing behind NONE"));
        }
        return Ok(());
    }
    let known = [
        ("interval", Kind::Text),
        ("timeout", Kind::Text),
        ("start-period", Kind::Text),
        ("start-interval", Kind::Text),
        ("retries", Kind::Text),
    ];
    let given = flags(&node.flags, &known)?;
    if !kind.eq_ignore_ascii_case("CMD") {
        return Err(ParseProblem::HealthcheckKind(kind.to_owned()));
    }
    if commands == 0 {
        return Err(arguments(node, "a command behind CMD"));
    }
    given.iter().try_for_each(healthcheck_flag)
}

fn healthcheck_flag(flag: &Flag<'_>) -> Result<(), ParseProblem> {
    let fits = match flag.name {
        "retries" => flag.value.parse::<i32>().is_ok_and(|count| count >= 0),
        _ => nanoseconds(flag.value).is_some_and(|length| length == 0.0 || length >= SHORTEST),
    };
    if fits || flag.value.is_empty() {
        return Ok(());
    }
    Err(ParseProblem::OptionValue {
        option: format!("--{}", flag.name),
        value: flag.value.to_owned(),
    })
}
