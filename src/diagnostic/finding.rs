//! What a gate found: one fact, told the same in every form of output.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Code, Label, Place};

/// One thing that a gate found.
///
/// Text from outside in `message` and `facts` is shown by `report`, which escapes it for the form of
/// output it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The stable code.
    pub code: Code,
    /// Whether the gate fails on it.
    pub level: Level,
    /// What differs from the lock.
    pub about: About,
    /// The sentence.
    pub message: String,
    /// The one command that mends it.
    pub fix: String,
    /// What the sentence is made of, both sides included, by name.
    pub facts: BTreeMap<&'static str, Fact>,
    /// Where it is, the most telling place first.
    pub places: Vec<Place>,
    /// The text at the first place; none where it could not be read.
    pub label: Option<Label>,
    /// A text as it is and as it should be.
    pub change: Option<TextChange>,
    /// Names this finding from one run to the next, wherever its lines move.
    pub fingerprint: String,
}

/// Tells whether a gate fails on a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The gate fails.
    Error,
    /// It is told and stops nothing.
    Warning,
}

impl Level {
    /// Returns the name used in every form of output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Tells what differs from a lock: what the project asks for, or what the world has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The sources, or the text of the lock: the lock does not tell the truth.
    Sources,
    /// A registry: the lock tells the truth, and the tag has moved on.
    Registry,
}

impl About {
    /// Returns the name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sources => "sources",
            Self::Registry => "registry",
        }
    }
}

/// A part of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// One value.
    Text(String),
    /// Several.
    List(Vec<String>),
}

/// A text as it is and as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChange {
    /// The file.
    pub file: String,
    /// Its text.
    pub before: Arc<str>,
    /// The text it should have.
    pub after: Arc<str>,
}

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its code.
    pub code: Code,
    /// What it is, in a few words.
    pub summary: &'static str,
    /// What to do about it.
    pub help: &'static str,
}
