//! What one part of a project sees: its folders and its variables.

use std::sync::Arc;

use super::variable::Environment;

/// The surroundings of a project, or of the files that one `include` brings in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope {
    /// The folder that build contexts are relative to.
    pub(crate) working_dir: String,
    /// The folder that `include` and `extends` look for files in.
    pub(crate) files_dir: String,
    pub(crate) environment: Arc<Environment>,
}
