//! A file, split into arguments and stages.

use std::collections::BTreeMap;

use lock_format::Span;

use super::answer::{Finding, remote_finding};
use super::error::DockerfileError;
use super::error_class::ErrorClass;
use super::instruction::{From, Instruction, Mount, ParseProblem, Source, parse};
use super::lint::findings_are_errors;
use super::problem::Problem;
use super::read::{Node, ReadError, ReadProblem, Word, read};
use super::remote::{RemoteAdd, is_remote};

/// Most stages, global arguments, copies, mounts and triggers of a file. Real files have hundreds.
pub(super) const INSTRUCTIONS: usize = 100_000;

/// A Dockerfile that could be read.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    pub(super) escape: char,
    pub(super) args: Vec<ArgLine>,
    pub(super) stages: Vec<Stage>,
    remotes: Vec<RemoteAdd>,
    findings: Vec<Finding>,
}

/// An ARG before the first FROM.
#[derive(Clone, Debug)]
pub(super) struct ArgLine {
    pub(super) args: Vec<(String, Option<String>)>,
    pub(super) place: Place,
}

/// FROM and what follows it.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) from: From,
    pub(super) place: Place,
    pub(super) commands: Vec<Command>,
    /// Sources of ADD, where nothing but ARG and ADD of what is fetched follows: a stage with
    /// exactly one may give a time to `SOURCE_DATE_EPOCH`.
    pub(super) only_adds: Option<usize>,
}

/// Where an instruction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its first line, from 1.
    pub(super) line: usize,
    pub(super) span: Span,
}

/// An instruction of a stage that may need another stage or an image.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) kind: CommandKind,
    pub(super) place: Place,
}

/// What such an instruction is.
#[derive(Clone, Debug)]
pub(super) enum CommandKind {
    Copy(Source),
    Run(Vec<Mount>),
    Onbuild(Vec<u8>),
}

impl Dockerfile {
    /// Reads a file: bytes, of whatever encoding, that BuildKit would take or refuse.
    ///
    /// Fails on what BuildKit refuses before it looks for stages and images. `args` are the build
    /// arguments, of which one may give the linter's options.
    pub fn parse(text: &[u8], args: &BTreeMap<String, String>) -> Result<Self, DockerfileError> {
        let whole_file = |problem| DockerfileError::new(problem, None, None);
        // A wrong build argument counts before there is a file.
        let lint_errors = findings_are_errors(text, args).map_err(whole_file)?;
        if text.is_empty() {
            return Err(whole_file(Problem::NoBytes));
        }
        let mut builder = Builder::default();
        let escape = read(text, &mut |node| builder.take(&node)).map_err(read_error)?;
        if let Some(error) = builder.error {
            return Err(error);
        }
        if builder.file.stages.is_empty() {
            return Err(whole_file(Problem::NoFrom));
        }
        let mut file = builder.file;
        file.escape = escape;
        if lint_errors {
            file.findings.push(lint_finding());
        }
        Ok(file)
    }

    /// Returns the sources of ADD that are fetched from elsewhere, in the order of the file.
    pub fn remote_adds(&self) -> &[RemoteAdd] {
        &self.remotes
    }

    /// Returns findings that stop nothing, in the order of the file.
    pub fn findings(&self) -> Vec<Finding> {
        let remotes = self.remotes.iter().map(remote_finding);
        let mut all: Vec<Finding> = remotes.chain(self.findings.iter().cloned()).collect();
        all.sort_by_key(|finding| finding.line);
        all
    }
}

fn lint_finding() -> Finding {
    Finding {
        code: ErrorClass::LintError.code(),
        message: "with `check=error=true` a build also fails on findings of BuildKit's linter, \
                  which are not looked for here"
            .to_owned(),
        line: None,
        span: None,
    }
}

fn read_error(error: ReadError) -> DockerfileError {
    let problem = match error.problem {
        ReadProblem::NoInstructions => Problem::NoInstructions,
        ReadProblem::RepeatedDirective(name) => Problem::RepeatedDirective(name),
        ReadProblem::BadEscape(value) => Problem::Escape(value),
        ReadProblem::OpenHeredoc(name) => Problem::OpenHeredoc(name),
        ReadProblem::LineTooLong => Problem::LongLine,
        ReadProblem::Node(problem) => Problem::Node(problem),
    };
    DockerfileError::new(problem, Some(error.line), Some(error.span))
}

/// Reads the single instruction of a trigger.
pub(super) fn trigger(text: &[u8]) -> Result<Instruction, Problem> {
    let mut nodes = Vec::new();
    read(text, &mut |node| {
        if nodes.len() < 2 {
            nodes.push(node);
        }
    })
    .map_err(|error| read_error(error).problem)?;
    match nodes.as_slice() {
        [node] => Some(parse(node).map_err(Problem::Parse)?)
            .filter(|instruction| !matches!(instruction, Instruction::From(_)))
            .ok_or(Problem::Parse(ParseProblem::NotOneTrigger)),
        _ => Err(Problem::Parse(ParseProblem::NotOneTrigger)),
    }
}

/// Collects instructions. The first that cannot be understood is kept, as a later one may not even
/// be readable, and that counts first.
#[derive(Default)]
struct Builder {
    file: Dockerfile,
    error: Option<DockerfileError>,
    kept: usize,
}

impl Default for Dockerfile {
    fn default() -> Self {
        Self {
            escape: '\\',
            args: Vec::new(),
            stages: Vec::new(),
            remotes: Vec::new(),
            findings: Vec::new(),
        }
    }
}

impl Builder {
    fn take(&mut self, node: &Node) {
        if self.error.is_some() {
            return;
        }
        let place = Place {
            line: node.line,
            span: node.span,
        };
        if let Err(problem) = self.add(node, place) {
            let span = Some(node.span);
            self.error = Some(DockerfileError::new(problem, Some(node.line), span));
        }
    }

    fn add(&mut self, node: &Node, place: Place) -> Result<(), Problem> {
        let instruction = parse(node).map_err(Problem::Parse)?;
        self.count(&instruction)?;
        if let Instruction::From(from) = instruction {
            self.file.stages.push(Stage {
                from,
                place,
                commands: Vec::new(),
                only_adds: Some(0),
            });
            return Ok(());
        }
        if let (Instruction::Arg(args), true) = (&instruction, self.file.stages.is_empty()) {
            let args = args.clone();
            self.file.args.push(ArgLine { args, place });
            return Ok(());
        }
        let stage = self.file.stages.last_mut().ok_or(Problem::BeforeFrom)?;
        stage.only_adds = match (&instruction, stage.only_adds) {
            (Instruction::Arg(_), adds) => adds,
            (Instruction::Add(sources), Some(adds)) if sources.iter().all(may_be_remote) => {
                Some(adds.saturating_add(sources.len()))
            }
            _ => None,
        };
        let kind = match instruction {
            Instruction::Copy(source) => CommandKind::Copy(source),
            Instruction::Run(mounts) => {
                secret_findings(&mounts, place, &mut self.file.findings);
                CommandKind::Run(mounts)
            }
            Instruction::Onbuild(text) => CommandKind::Onbuild(text),
            Instruction::Add(sources) => {
                let remotes = sources.into_iter().filter(|word| is_remote(&word.text));
                self.file.remotes.extend(remotes.map(|word| RemoteAdd {
                    written: word.text,
                    line: place.line,
                    span: word.span,
                }));
                return Ok(());
            }
            Instruction::From(_) | Instruction::Arg(_) | Instruction::Other => return Ok(()),
        };
        stage.commands.push(Command { kind, place });
        Ok(())
    }

    /// Counts what is kept of an instruction: memory must not grow with a hostile file.
    fn count(&mut self, instruction: &Instruction) -> Result<(), Problem> {
        let weight = match instruction {
            Instruction::Run(mounts) => mounts.len(),
            Instruction::Arg(args) if self.file.stages.is_empty() => args.len(),
            Instruction::Add(sources) => sources.iter().filter(|w| is_remote(&w.text)).count(),
            Instruction::From(_) | Instruction::Copy(_) | Instruction::Onbuild(_) => 1,
            Instruction::Arg(_) | Instruction::Other => 0,
        };
        self.kept = self.kept.saturating_add(weight);
        if self.kept > INSTRUCTIONS {
            return Err(Problem::TooMany {
                limit: INSTRUCTIONS,
            });
        }
        Ok(())
    }
}

/// Tells whether a source of ADD is fetched, or could be once its variables are known.
fn may_be_remote(source: &Word) -> bool {
    is_remote(&source.text) || source.text.contains('$')
}

/// A secret with `from=` fails when it is built, yet its image is asked for before.
fn secret_findings(mounts: &[Mount], place: Place, findings: &mut Vec<Finding>) {
    for mount in mounts.iter().filter(|mount| mount.secret) {
        if let Some(source) = &mount.from {
            findings.push(Finding {
                code: ErrorClass::InstructionError.code(),
                message: format!(
                    "a mount of the type secret cannot have `from={}`: BuildKit refuses it",
                    crate::diagnostic::sanitize(&source.name, 120)
                ),
                line: Some(place.line),
                span: Some(mount.span),
            });
        }
    }
}
