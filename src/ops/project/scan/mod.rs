//! `scan`: lists the images that project files need, without a network.

mod compose;
mod compose_model;
mod dockerfile;
mod model;

pub use compose::{ComposeScan, scan_compose};
pub use compose_model::{
    BuildResult, BuildRow, BuiltRow, ComposeProblem, ComposeSource, ComposeWarning, ServiceRow,
};
pub use dockerfile::{DockerfileScan, scan_dockerfile};
pub use model::{
    AllStages, DockerfileSource, ImageRow, Problem, ResolveRow, SCHEMA, Scan, Source, StageRow,
    SyntaxRow, WarningRow,
};
