//! What a room's error tells beyond its sentence.

use super::{Class, Code, Label};

/// Tells the facts of an error.
///
/// `Display` is the lower-case sentence (what failed, where, why); `source` the chain of causes.
pub trait Diagnose: std::error::Error + Send + Sync + 'static {
    /// Returns the stable code.
    fn code(&self) -> Code;

    /// Returns the class, which decides the exit code.
    fn class(&self) -> Class;

    /// Names the command or the change that helps.
    fn help(&self) -> Option<String> {
        None
    }

    /// Marks the text that is to blame.
    fn labels(&self) -> Vec<Label> {
        Vec::new()
    }

    /// Lists further failures of the same operation, where several are told at once.
    fn related(&self) -> Vec<&dyn Diagnose> {
        Vec::new()
    }
}
