//! `airlock token`: who may read a registry that requires tokens.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::StoreFlag;
use super::time::time;
use crate::diagnostic::Failure;
use crate::ops::inside::token;
use crate::serve::TokenFile;
use crate::store::Store;

/// Arguments of `airlock token`.
#[derive(Args, Debug)]
pub(crate) struct TokenArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a token and print it, once
    Add(Named),
    /// List the names of the tokens
    List(Whereabouts),
    /// Take a token away
    Revoke(Named),
}

#[derive(Args, Debug)]
struct Named {
    /// Whom or what the token is for
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    whereabouts: Whereabouts,
}

/// Where tokens are kept.
#[derive(Args, Debug)]
pub(crate) struct Whereabouts {
    #[command(flatten)]
    store: StoreFlag,
    #[command(flatten)]
    tokens: TokensFlag,
}

/// The file of tokens.
#[derive(Args, Clone, Debug)]
pub(crate) struct TokensFlag {
    /// The file of tokens [default: airlock/tokens.json in the store]
    #[arg(long, value_name = "FILE", env = "AIRLOCK_TOKENS")]
    tokens: Option<PathBuf>,
}

impl TokensFlag {
    /// Returns the file, in `store` unless it is named.
    pub(crate) fn file(&self, store: &Store) -> TokenFile {
        self.named()
            .unwrap_or_else(|| TokenFile::new(store.path().join("airlock").join("tokens.json")))
    }

    fn named(&self) -> Option<TokenFile> {
        self.tokens.clone().map(TokenFile::new)
    }
}

impl Whereabouts {
    fn file(&self, context: &Context) -> Result<TokenFile, Failure> {
        if let Some(named) = self.tokens.named() {
            return Ok(named);
        }
        let store = Store::open(&self.store.folder(context.environment())?)?;
        Ok(self.tokens.file(&store))
    }
}

impl TokenArguments {
    /// Does what is asked.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match &self.action {
            Action::Add(named) => add(named, context),
            Action::List(whereabouts) => list(whereabouts, context),
            Action::Revoke(named) => revoke(named, context),
        }
    }
}

fn add(named: &Named, context: &Context) -> Outcome {
    let file = named.whereabouts.file(context)?;
    let secret = token::add(&file, &named.name, &context.run())?;
    let output = context.output();
    if output.is_json() {
        let schema = "airlock.token/1";
        output.data(&json!({"schema": schema, "name": named.name, "token": secret.reveal()}))?;
    } else {
        output.say("This is shown once. Clients send it as the password, under any user name.");
        output.bytes(format!("{}\n", secret.reveal()).as_bytes())?;
    }
    Ok(ExitStatus::Done)
}

fn list(whereabouts: &Whereabouts, context: &Context) -> Outcome {
    let tokens = token::list(&whereabouts.file(context)?)?;
    let output = context.output();
    if output.is_json() {
        let list: Vec<_> = tokens
            .iter()
            .map(|(name, created)| json!({"name": name, "created": time(*created)}))
            .collect();
        output.data(&json!({"schema": "airlock.tokens/1", "tokens": list}))?;
        return Ok(ExitStatus::Done);
    }
    for (name, created) in &tokens {
        output.bytes(format!("{}  {name}\n", time(*created)).as_bytes())?;
    }
    if tokens.is_empty() {
        output.say("There is no token. Make one with `airlock token add --name NAME`.");
    }
    Ok(ExitStatus::Done)
}

fn revoke(named: &Named, context: &Context) -> Outcome {
    token::revoke(&named.whereabouts.file(context)?, &named.name)?;
    context
        .output()
        .say(&format!("The token `{}` is no longer taken.", named.name));
    Ok(ExitStatus::Done)
}
