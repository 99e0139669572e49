//! Values that FROM can use: platform arguments and ARG before the first FROM.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::Platform;

use super::error::DockerfileError;
use super::file::{ArgLine, Dockerfile};
use super::options::Options;
use super::problem::Problem;
use super::shell::{Budget, Env, Manner, expand};

/// The name that a stage without one has in `TARGETSTAGE`.
const UNNAMED: &str = "default";

/// The values of a file's global scope, and which arguments decide what.
#[derive(Clone, Debug)]
pub(super) struct Globals {
    pub(super) env: Env,
    /// For each name, those that its value was made of.
    made_of: BTreeMap<String, BTreeSet<String>>,
    manner: Manner,
    budget: Budget,
}

impl Globals {
    /// Computes the values, in the order of the file.
    pub(super) fn new(file: &Dockerfile, options: &Options) -> Result<Self, DockerfileError> {
        let mut globals = Self {
            env: Env::default(),
            made_of: BTreeMap::new(),
            manner: Manner::plain(file.escape),
            budget: Budget::default(),
        };
        for (name, value) in platform_args(file, options) {
            let value = options.args.get(name).cloned().unwrap_or(value);
            globals.set(name, value, BTreeSet::new());
        }
        for line in &file.args {
            globals.line(line, options)?;
        }
        Ok(globals)
    }

    fn line(&mut self, line: &ArgLine, options: &Options) -> Result<(), DockerfileError> {
        for (name, default) in &line.args {
            if let Some(given) = options.args.get(name) {
                self.set(name, given.clone(), BTreeSet::new());
            } else if let Some(default) = default {
                let value = self.expand(default).map_err(|problem| {
                    DockerfileError::new(problem, Some(line.place.line), Some(line.place.span))
                })?;
                let mut made_of = self.env.take_asked();
                if made_of.contains(name) {
                    made_of.extend(self.made_of.get(name).into_iter().flatten().cloned());
                }
                self.set(name, value, made_of);
            } else {
                self.made_of.entry(name.clone()).or_default();
            }
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: String, made_of: BTreeSet<String>) {
        self.env.set(name, value);
        self.made_of.insert(name.to_owned(), made_of);
    }

    /// Expands a word with these values.
    pub(super) fn expand(&self, word: &str) -> Result<String, Problem> {
        expand(word, self.manner, &self.env, &self.budget).map_err(|problem| Problem::Expand {
            word: word.to_owned(),
            problem,
        })
    }

    /// Expands a word that knows no variables.
    pub(super) fn expand_bare(&self, word: &str) -> Result<String, Problem> {
        let none = Env::default();
        expand(word, self.manner, &none, &self.budget).map_err(|problem| Problem::Expand {
            word: word.to_owned(),
            problem,
        })
    }

    /// Returns the names, among those declared, that took part in the expansions since the last
    /// call, directly or by way of other arguments.
    pub(super) fn take_deciding(&self) -> BTreeSet<String> {
        let mut open: Vec<String> = self.env.take_asked().into_iter().collect();
        let mut found = BTreeSet::new();
        while let Some(name) = open.pop() {
            let Some(made_of) = self.made_of.get(&name) else {
                continue;
            };
            if found.insert(name) {
                open.extend(made_of.iter().cloned());
            }
        }
        found
    }
}

/// The arguments that exist without a declaration.
fn platform_args(file: &Dockerfile, options: &Options) -> [(&'static str, String); 11] {
    let build = &options.build_platform;
    let target = &options.platform;
    let part = |part: Option<&str>| part.unwrap_or_default().to_owned();
    let variant = |platform: &Platform| part(platform.variant());
    let version = |platform: &Platform| part(platform.os_version());
    // Of the platform that the build runs on the short form is taken, of the other one all.
    let short = Platform::new(build.os(), build.architecture(), build.variant());
    [
        ("BUILDPLATFORM", short.to_string()),
        ("BUILDOS", build.os().to_owned()),
        ("BUILDOSVERSION", version(build)),
        ("BUILDARCH", build.architecture().to_owned()),
        ("BUILDVARIANT", variant(build)),
        ("TARGETPLATFORM", target.to_string()),
        ("TARGETOS", target.os().to_owned()),
        ("TARGETOSVERSION", version(target)),
        ("TARGETARCH", target.architecture().to_owned()),
        ("TARGETVARIANT", variant(target)),
        ("TARGETSTAGE", target_stage(file, options)),
    ]
}

fn target_stage(file: &Dockerfile, options: &Options) -> String {
    if !options.target.is_empty() {
        return options.target.clone();
    }
    let last = file.stages.last().and_then(|stage| stage.from.name.clone());
    last.unwrap_or_else(|| UNNAMED.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::dockerfile::{Resolver, Step};

    use super::*;

    fn deciding(text: &str, given: &[(&str, &str)]) -> Vec<String> {
        let platform = || "linux/amd64".parse().unwrap();
        let given = given.iter();
        let options = Options {
            args: given
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            target: String::new(),
            platform: platform(),
            build_platform: platform(),
            contexts: BTreeMap::new(),
            all_stages: false,
        };
        let file = Dockerfile::parse(text.as_bytes(), &options.args).unwrap();
        let mut resolver = Resolver::new(&file, &options);
        loop {
            match resolver.step() {
                Step::Done(found) => return found.deciding_args.into_iter().collect(),
                Step::Needs(images) => {
                    for image in images {
                        resolver.answer(image, Vec::new());
                    }
                }
            }
        }
    }

    #[test]
    fn only_arguments_that_decide_an_image_or_a_platform_are_told() {
        for (text, given, expected) in [
            ("ARG A=1\nARG B\nFROM a:$A\n", &[][..], &["A"][..]),
            ("ARG A\nARG B=$A\nFROM a:${B:-1}\n", &[], &["A", "B"]),
            ("ARG A\nARG B=$A\nFROM a:$B\n", &[("B", "2")], &["B"]),
            ("ARG A=1\nARG A=${A}2\nFROM a:$A\n", &[], &["A"]),
            (
                "ARG B\nARG A=$B\nARG A=${A}2\nFROM a:$A\n",
                &[],
                &["A", "B"],
            ),
            ("ARG P=arm64\nFROM --platform=$P a\n", &[], &["P"]),
            (
                "FROM --platform=$BUILDPLATFORM a\n",
                &[],
                &["BUILDPLATFORM"],
            ),
            ("FROM a$NEVER\n", &[("NEVER", "b")], &[]),
            ("FROM a\nARG A=1\nRUN echo $A\n", &[("A", "2")], &[]),
            ("ARG A=1\nFROM $A\n", &[("A", "")], &["A"]),
        ] {
            assert_eq!(deciding(text, given), expected, "{text}");
        }
    }
}
