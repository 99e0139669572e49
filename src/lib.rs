//! Airlock carries container images across an air gap, driven by a lockfile.
//!
//! The house has floors; arrows go down only, never sideways (`docs/architecture.md`, enforced by
//! `tests/architecture.rs`):
//!
//! ```text
//!  4  cli  report
//!  3  ops
//!  2  registry  store  seal  serve  inputs  config  upstream
//!  1  oci  plan  wire  dockerfile  compose  client_config  page
//!  0  lock-format (crate)  diagnostic  run
//! ```

pub mod cli;
pub mod compose;
pub mod config;
pub mod diagnostic;
pub mod dockerfile;
pub mod inputs;
pub mod oci;
pub mod ops;
pub mod plan;
pub mod registry;
pub mod report;
pub mod run;
pub mod seal;
pub mod serve;
pub mod store;
pub mod upstream;
pub mod wire;
