//! `airlock --version`, as a line or as JSON.

use serde::Serialize;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;

#[derive(Serialize)]
struct About {
    schema: &'static str,
    name: &'static str,
    version: &'static str,
    lock_version: u32,
    transfer_format: u32,
    os: &'static str,
    architecture: &'static str,
}

/// Prints the version, and with JSON the formats this binary writes.
pub(crate) fn print(context: &Context) -> Outcome {
    let about = About {
        schema: "airlock.version/1",
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        lock_version: 1,
        transfer_format: 1,
        os: std::env::consts::OS,
        architecture: std::env::consts::ARCH,
    };
    if context.output().is_json() {
        context.output().data(&about)?;
    } else {
        context
            .output()
            .bytes(format!("{} {}\n", about.name, about.version).as_bytes())?;
    }
    Ok(ExitStatus::Done)
}
