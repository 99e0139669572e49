//! `scan`: lists the images that project files need, without a network.

mod dockerfile;
mod model;

pub use dockerfile::{DockerfileScan, scan_dockerfile};
pub use model::{
    AllStages, DockerfileSource, ImageRow, Problem, ResolveRow, SCHEMA, Scan, Source, StageRow,
    SyntaxRow, WarningRow,
};
