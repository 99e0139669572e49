//! `airlock keys show`.

use clap::Args;
use serde::Serialize;

use super::told::{self, KeyLine};
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::diagnostic::{Failure, sanitize};
use crate::seal::{KeyEntry, Keyring, PairingError};

/// Longest name that a message repeats, in characters.
const SHOWN: usize = 64;

/// Arguments of `airlock keys show`.
#[derive(Args, Debug)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    keys: KeysFlag,
    /// A name or an id, as `keys list` shows it [default: this end]
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// Print the fingerprint alone, to be compared by voice
    #[arg(long)]
    fingerprint: bool,
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    fingerprint: Option<String>,
    keys: Vec<KeyLine>,
}

impl ShowArguments {
    /// Shows the keys that are meant, and what two people compare.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let keyring = self.keys.load(context)?;
        let now = context.run().clock.unix_seconds();
        let (entries, fingerprint) = self.meant(&keyring, now)?;
        let output = context.output();
        if output.is_json() {
            output.data(&Shown {
                schema: "airlock.keys.show/1",
                fingerprint,
                keys: entries
                    .iter()
                    .map(|entry| KeyLine::of(entry, now))
                    .collect(),
            })?;
            return Ok(ExitStatus::Done);
        }
        let fingerprint = fingerprint.unwrap_or_default();
        if self.fingerprint {
            output.bytes(format!("{fingerprint}\n").as_bytes())?;
            return Ok(ExitStatus::Done);
        }
        let lines: String = entries.iter().map(|entry| told::key(entry, now)).collect();
        output.say(&format!("{lines}fingerprint  {fingerprint}\n"));
        Ok(ExitStatus::Done)
    }

    fn meant(
        &self,
        keyring: &Keyring,
        now: u64,
    ) -> Result<(Vec<KeyEntry>, Option<String>), Failure> {
        let all = keyring.list();
        let Some(which) = &self.key else {
            let own = all.into_iter().filter(|entry| entry.own).collect();
            return Ok((own, Some(keyring.fingerprint()?.to_string())));
        };
        let is_meant = |entry: &KeyEntry| {
            entry.kid.to_string() == *which
                || entry
                    .name
                    .as_ref()
                    .is_some_and(|name| name.as_str() == which)
        };
        let meant: Vec<KeyEntry> = all.into_iter().filter(is_meant).collect();
        if meant.is_empty() {
            return Err(PairingError::NoSuchKey(sanitize(which, SHOWN)).into());
        }
        // Of several keys of a name, the one in use is the one that is compared.
        let compared = match meant.as_slice() {
            [one] => Some(one),
            several => several
                .iter()
                .find(|entry| entry.state.at(now).name() == "current"),
        };
        match compared.map(|entry| entry.fingerprint) {
            Some(fingerprint) => Ok((meant, fingerprint.map(|it| it.to_string()))),
            None if self.fingerprint => Err(PairingError::SeveralKeys {
                name: sanitize(which, SHOWN),
                kids: meant.iter().map(|entry| entry.kid).collect(),
            }
            .into()),
            None => Ok((meant, None)),
        }
    }
}
