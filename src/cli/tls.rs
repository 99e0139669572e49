//! `airlock tls`: a certificate that clients trust for this server alone.

use std::io::{self, IsTerminal as _, Read as _};
use std::net::IpAddr;

use clap::{Args, Subcommand};
use serde_json::json;
use zeroize::Zeroizing;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::TlsFlag;
use super::lines::Lines;
use crate::diagnostic::{Class, Code, Diagnose, Failure};
use crate::ops::inside::tls::{TlsFolder, init};
use crate::serve::Subject;
use crate::store::Existing;

/// Arguments of `airlock tls`.
#[derive(Args, Debug)]
pub(crate) struct TlsArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an authority for this server alone, and the server's certificate
    Init(InitArguments),
}

#[derive(Args, Debug)]
struct InitArguments {
    #[command(flatten)]
    dir: TlsFlag,
    /// A name of the server, or of a carried registry that DNS points to it; repeats or takes commas
    #[arg(long = "name", value_name = "HOST", value_delimiter = ',')]
    names: Vec<String>,
    /// An address of the server; repeats or takes commas
    #[arg(long = "ip", value_name = "ADDRESS", value_delimiter = ',')]
    addresses: Vec<IpAddr>,
    /// How many days it holds
    #[arg(long, value_name = "DAYS", default_value_t = 825,
        value_parser = clap::value_parser!(u16).range(1..))]
    days: u16,
    /// Keep the authority's key, sealed with a passphrase, to make further certificates
    #[arg(long)]
    keep_ca_key: bool,
    /// Replace the files that are there; clients have to trust the new authority
    #[arg(long)]
    force: bool,
}

/// Why a passphrase is not taken.
#[derive(Debug, thiserror::Error)]
enum PassphraseError {
    #[error("the passphrase cannot be read")]
    Unreadable(#[source] io::Error),
    #[error("the two passphrases differ")]
    Differ,
    #[error("the passphrase is shorter than {SHORTEST} characters")]
    Short,
}

/// The code of [`PassphraseError`].
pub(crate) const PASSPHRASE: Code = Code::new("cli/passphrase");

/// Shortest passphrase, in characters.
const SHORTEST: usize = 12;
/// Longest passphrase, in bytes.
const LONGEST: u64 = 1024;

impl Diagnose for PassphraseError {
    fn code(&self) -> Code {
        PASSPHRASE
    }

    fn class(&self) -> Class {
        Class::Usage
    }

    fn help(&self) -> Option<String> {
        Some("type it at the prompt, or give it as one line on standard input".to_owned())
    }
}

impl TlsArguments {
    /// Does what is asked.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match &self.action {
            Action::Init(arguments) => arguments.run(context),
        }
    }
}

impl InitArguments {
    fn run(&self, context: &Context) -> Outcome {
        let folder = self.dir.folder(context.environment())?;
        let subject = Subject {
            names: self.names.clone(),
            addresses: self.addresses.clone(),
            days: self.days,
        };
        let passphrase = self.keep_ca_key.then(passphrase).transpose()?;
        let existing = if self.force {
            Existing::Replace
        } else {
            Existing::Refuse
        };
        let files = init(
            &folder,
            &subject,
            passphrase.as_ref(),
            existing,
            &context.run(),
        )?;
        self.tell(&files, context)?;
        Ok(ExitStatus::Done)
    }

    fn tell(&self, files: &TlsFolder, context: &Context) -> Result<(), Failure> {
        let output = context.output();
        if output.is_json() {
            let kept = self
                .keep_ca_key
                .then(|| files.authority_key.display().to_string());
            output.data(&json!({
                "schema": "airlock.tls/1",
                "authority": files.authority.display().to_string(),
                "certificate": files.certificate.display().to_string(),
                "key": files.key.display().to_string(),
                "authority_key": kept,
                "days": self.days,
            }))?;
            return Ok(());
        }
        let mut lines = Lines::default();
        lines.add(format_args!("clients trust  {}", files.authority.display()));
        lines.add(format_args!(
            "certificate    {}",
            files.certificate.display()
        ));
        lines.add(format_args!("key            {}", files.key.display()));
        if self.keep_ca_key {
            lines.add(format_args!(
                "authority key  {}",
                files.authority_key.display()
            ));
        } else {
            lines.add(format_args!(
                "The authority's key is forgotten: it signs nothing else."
            ));
        }
        lines.add(format_args!(
            "\nairlock serve --tls-cert {} --tls-key {}",
            files.certificate.display(),
            files.key.display()
        ));
        output.say(&lines.into_text());
        Ok(())
    }
}

/// Asks for a passphrase, twice on a terminal.
fn passphrase() -> Result<Zeroizing<String>, PassphraseError> {
    let typed = if io::stdin().is_terminal() {
        let ask = |prompt| {
            rpassword::prompt_password(prompt)
                .map(Zeroizing::new)
                .map_err(PassphraseError::Unreadable)
        };
        let typed = ask("passphrase for the authority's key (not shown): ")?;
        if ask("again: ")? != typed {
            return Err(PassphraseError::Differ);
        }
        typed
    } else {
        let mut line = Zeroizing::new(String::new());
        io::stdin()
            .lock()
            .take(LONGEST)
            .read_to_string(&mut line)
            .map_err(PassphraseError::Unreadable)?;
        Zeroizing::new(line.lines().next().unwrap_or_default().to_owned())
    };
    if typed.chars().count() < SHORTEST {
        return Err(PassphraseError::Short);
    }
    Ok(typed)
}
