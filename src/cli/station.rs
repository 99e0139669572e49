//! What commands of the outside share: the registry client and its settings.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use clap::Args;

use super::context::Context;
use crate::config::{Setting, Station};
use crate::diagnostic::Failure;
use crate::registry::{Client, Credentials, Settings};
use crate::run::ThreadSleeper;

/// How many downloads run at the same time where nothing is said.
const JOBS: usize = 4;

/// Flags of commands that ask registries.
#[derive(Args, Clone, Debug)]
pub(crate) struct StationFlags {
    /// A registry that may be asked over plain HTTP, as `host[:port]`; repeats or takes commas
    #[arg(
        long,
        value_name = "HOST",
        value_delimiter = ',',
        env = "AIRLOCK_INSECURE_REGISTRY"
    )]
    insecure_registry: Vec<String>,
    /// How many downloads run at the same time [default: 4]
    #[arg(long, value_name = "N", env = "AIRLOCK_JOBS")]
    jobs: Option<NonZeroUsize>,
}

/// What a station goes by.
pub(crate) struct StationSettings {
    settings: Settings,
    /// How many downloads run at the same time.
    pub(crate) jobs: NonZeroUsize,
}

impl StationFlags {
    /// Joins flags, `config.toml` and credentials.
    pub(crate) fn settings(&self, context: &Context) -> Result<StationSettings, Failure> {
        let environment = context.environment();
        let config = match environment.config_folder() {
            Some(folder) => Station::load(&folder.join("config.toml"))?,
            None => Station::default(),
        };
        let jobs = Setting::choose(self.jobs.map(NonZeroUsize::get), config.jobs, JOBS).value;
        let mut insecure: BTreeSet<String> = self.insecure_registry.iter().cloned().collect();
        insecure.extend(
            config
                .insecure_registries
                .into_iter()
                .flat_map(|setting| setting.value),
        );
        let settings = Settings {
            credentials: Credentials::find(&environment.to_map())?,
            insecure,
            ..Settings::default()
        };
        Ok(StationSettings {
            settings,
            jobs: NonZeroUsize::new(jobs).unwrap_or(NonZeroUsize::MIN),
        })
    }
}

impl StationSettings {
    /// Makes the registry client.
    pub(crate) fn client<'a>(&self, context: &'a Context) -> Client<'a> {
        Client::new(self.settings.clone(), context.run(), &ThreadSleeper)
    }
}
