//! `airlock keys enter`.

use std::io::{self, IsTerminal as _, Read as _};

use clap::Args;
use serde::Serialize;
use zeroize::Zeroizing;

use super::error::KeysError;
use super::sealing::SealFlags;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::ops::keys::{Grace, enter_keys, enter_rotated, may_save};

/// Longest phrase that is read, in bytes: 24 words have at most 215.
const LONGEST: usize = 4096;

/// Arguments of `airlock keys enter`.
#[derive(Args, Debug)]
pub(crate) struct EnterArguments {
    #[command(flatten)]
    keys: KeysFlag,
    /// Replace the keys that are there: what was sealed to them can no longer be opened
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    sealing: SealFlags,
    /// The other side has rotated its keys: these take the place of the ones that are there
    #[arg(long, conflicts_with_all = ["replace", "seal"])]
    rotated: bool,
    /// How long the replaced keys still open what is under way
    #[arg(long, value_name = "TIME", default_value = "30d", requires = "rotated")]
    grace: Grace,
}

#[derive(Serialize)]
struct Entered {
    schema: &'static str,
    fingerprint: String,
}

impl EnterArguments {
    /// Reads the phrase without echo from a terminal, else from standard input.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let folder = self.keys.folder(context.environment())?;
        let fingerprint = if self.rotated {
            let mut open = self.keys.edit(context)?;
            let typed = read_phrase().map_err(KeysError::Unreadable)?;
            enter_rotated(&mut open, &typed, self.grace, context.run().clock)?
        } else {
            may_save(&folder, self.replace, self.sealing.seal)?;
            let typed = read_phrase().map_err(KeysError::Unreadable)?;
            let passphrase = self.sealing.passphrase()?;
            enter_keys(&folder, &typed, passphrase.as_ref(), self.replace)?
        };
        let output = context.output();
        if output.is_json() {
            output.data(&Entered {
                schema: "airlock.keys.enter/1",
                fingerprint: fingerprint.to_string(),
            })?;
        } else {
            output.say(&format!(
                "keys         {}\nfingerprint  {fingerprint}\n\nCompare the fingerprint with the other side by voice: both must read the same.\n",
                folder.display()
            ));
        }
        Ok(ExitStatus::Done)
    }
}

fn read_phrase() -> io::Result<Zeroizing<String>> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password("phrase (not shown): ").map(Zeroizing::new);
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    #[expect(clippy::disallowed_methods, reason = "bounded by take")]
    io::stdin()
        .lock()
        .take(LONGEST as u64)
        .read_to_end(&mut bytes)?;
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}
