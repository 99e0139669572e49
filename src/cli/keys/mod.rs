//! `airlock keys`: making, handing over, trusting and ending keys; and how commands get at them.

mod arguments;
mod ask;
mod card;
mod enter;
mod error;
mod export;
mod forget;
mod list;
mod new;
mod opening;
mod passphrase;
mod plugin;
mod revoke;
mod rotate;
mod sealing;
mod show;
mod told;
mod trust;
mod unlock;
mod which;

pub(crate) use arguments::KeysArguments;
pub(crate) use error::CODES;
pub(crate) use opening::OpeningKeysFlag;
