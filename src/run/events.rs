//! What an operation tells while it runs. Rooms carry facts; floor 4 draws bars and lines.

use crate::diagnostic::{Code, Label};

/// Takes what an operation tells; called from several threads.
pub trait Events: Sync {
    /// Takes one event.
    fn event(&self, event: Event<'_>);
}

/// Tells one task from another within an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskId(pub u64);

/// Something worth telling.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A step of the operation has begun, such as `fetching 12 blobs`.
    Step(&'a str),
    /// The step will move so many bytes in all.
    Total(u64),
    /// A task with a length in bytes has begun.
    Begin {
        /// Which.
        task: TaskId,
        /// What it is, such as a short digest and an image.
        label: &'a str,
        /// How many bytes it will be.
        bytes: u64,
    },
    /// A task went on by so many bytes.
    Advance {
        /// Which.
        task: TaskId,
        /// How many bytes since the last event.
        bytes: u64,
    },
    /// A task ended, well or not.
    End {
        /// Which.
        task: TaskId,
    },
    /// Something a person should know that does not stop the work.
    Warning(&'a Warning),
}

/// A finding that does not stop the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The stable code.
    pub code: Code,
    /// The sentence.
    pub message: String,
    /// What helps.
    pub help: Option<String>,
    /// Where it is, if it is in a text.
    pub label: Option<Label>,
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Events for Silent {
    fn event(&self, _: Event<'_>) {}
}
