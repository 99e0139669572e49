//! The arguments of `airlock inspect`, and its run.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::text::describe;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::keys::OpeningKeysFlag;
use crate::cli::source;
use crate::cli::volume_files;
use crate::ops::inspect::{Inspected, inspect};
use crate::wire::WireError;

/// Arguments of `airlock inspect`.
#[derive(Args, Debug)]
pub(crate) struct InspectArguments {
    #[command(flatten)]
    keys: OpeningKeysFlag,
    /// A request, bundle or receipt; - reads standard input. Of a bundle in volumes all of them, or
    /// one where the others are beside it
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    id: String,
    signed_by: String,
    files: usize,
    sealed_bytes: u64,
    payload_bytes: u64,
    /// As `docs/transfer-format.md` section 6 describes it.
    transfer: serde_json::Value,
}

impl InspectArguments {
    /// Verifies who signed the envelope, and shows what it says.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let keyring = self.keys.load(context)?;
        let files = volume_files::open(&self.files, source::scratch)?;
        let inspected = inspect(files, &keyring, &context.run())?;
        let output = context.output();
        if output.is_json() {
            output.data(&shown(&inspected)?)?;
        } else {
            output.say(&describe(&inspected, context.is_verbose()));
        }
        Ok(ExitStatus::Done)
    }
}

fn shown(inspected: &Inspected) -> Result<Shown, WireError> {
    let json = inspected.transfer.to_json()?;
    Ok(Shown {
        schema: "airlock.inspect/1",
        id: inspected.id.to_string(),
        signed_by: inspected.signer.to_string(),
        files: inspected.files,
        sealed_bytes: inspected.sealed_bytes,
        payload_bytes: inspected.payload_bytes,
        transfer: serde_json::from_slice(&json).expect("canonical JSON is JSON"),
    })
}
