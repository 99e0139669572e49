//! What may be locked beside the images that run.

/// Images that a project names and that no container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extras {
    /// The front ends that `# syntax=` names, for the platform that builds run on.
    pub syntax: bool,
    /// The models of compose projects.
    pub models: bool,
}
