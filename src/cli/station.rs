//! What commands of the outside share: the registry client and its settings.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::check::Words;
use super::context::Context;
use super::environment::Environment;
use crate::config::{Setting, Station};
use crate::diagnostic::Failure;
use crate::registry::{Client, Mirror, PrivateReach, Reach, RegistryError, Settings};
use crate::run::ThreadSleeper;

/// How many downloads run at the same time where nothing is said.
const JOBS: usize = 4;

/// Flags of commands that ask registries.
#[derive(Args, Clone, Debug)]
pub(crate) struct StationFlags {
    /// A registry that may be asked over plain HTTP, and that a request may name although it is not
    /// on the internet, as `host[:port]`; repeats or takes commas
    #[arg(
        long,
        value_name = "HOST",
        value_delimiter = ',',
        env = "AIRLOCK_INSECURE_REGISTRY"
    )]
    insecure_registry: Vec<String>,
    /// Certificate authorities to trust beside the system's, PEM; repeats
    #[arg(long, value_name = "FILE", env = "AIRLOCK_CA_FILE")]
    ca_file: Vec<PathBuf>,
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
    /// Adds the flags to a command, as they were given; not what the environment says anyway.
    pub(crate) fn add_to(&self, words: &mut Words, environment: &Environment) {
        let typed = |variable: &str, values: &[String]| {
            let preset = environment.text(variable);
            preset.is_none_or(|preset| preset != values.join(","))
        };
        if typed("AIRLOCK_INSECURE_REGISTRY", &self.insecure_registry) {
            words.flags("--insecure-registry", &self.insecure_registry);
        }
        let files = self.ca_file.iter().map(|file| file.display().to_string());
        let files: Vec<String> = files.collect();
        if typed("AIRLOCK_CA_FILE", &files) {
            words.flags("--ca-file", &files);
        }
    }

    /// Joins flags, `config.toml` and credentials.
    pub(crate) fn settings(&self, context: &Context) -> Result<StationSettings, Failure> {
        let environment = context.environment();
        let config = match environment.config_folder() {
            Some(folder) => Station::load(&folder.join("config.toml"))?,
            None => Station::default(),
        };
        let jobs = Setting::choose(self.jobs.map(NonZeroUsize::get), config.jobs, JOBS).value;
        let mut insecure: BTreeSet<String> = self.insecure_registry.iter().cloned().collect();
        insecure.extend(values(config.insecure_registries));
        let mut authorities = self.ca_file.clone();
        authorities.extend(values(config.ca_files).map(PathBuf::from));
        // Whoever lists a host as insecure has thought of it: a request may name it too.
        let private = values(config.allow_private).chain(insecure.iter().cloned());
        let reach = Reach {
            allowed: values(config.allow).collect(),
            private: PrivateReach::Typed(private.collect()),
        };
        let settings = Settings {
            insecure,
            authorities,
            mirrors: mirrors(values(config.mirrors))?,
            token_realms: realms(values(config.token_realms)),
            reach,
            quota_floor: config.quota_floor.map_or(0, |floor| floor.value as u64),
            ..Settings::from_environment(&environment.to_map())?
        };
        Ok(StationSettings {
            settings,
            jobs: NonZeroUsize::new(jobs).unwrap_or(NonZeroUsize::MIN),
        })
    }
}

impl StationSettings {
    /// Makes the registry client for references that a person typed.
    pub(crate) fn client<'a>(&self, context: &'a Context) -> Client<'a> {
        Client::new(self.settings.clone(), context.run(), &ThreadSleeper)
    }

    /// Makes the registry client for references that a request names: hosts off the internet only
    /// where they are listed.
    pub(crate) fn client_for_requests<'a>(&self, context: &'a Context) -> Client<'a> {
        let mut settings = self.settings.clone();
        settings.reach = settings.reach.for_requests();
        Client::new(settings, context.run(), &ThreadSleeper)
    }
}

/// The entries of a list, none where it is not set.
fn values<T>(setting: Option<Setting<Vec<T>>>) -> impl Iterator<Item = T> {
    setting.into_iter().flat_map(|setting| setting.value)
}

fn mirrors(
    pairs: impl Iterator<Item = (String, String)>,
) -> Result<BTreeMap<String, Vec<Mirror>>, RegistryError> {
    let mut found: BTreeMap<String, Vec<Mirror>> = BTreeMap::new();
    for (registry, mirror) in pairs {
        found
            .entry(registry)
            .or_default()
            .push(Mirror::parse(&mirror)?);
    }
    Ok(found)
}

fn realms(pairs: impl Iterator<Item = (String, String)>) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (registry, host) in pairs {
        found.entry(registry).or_default().insert(host);
    }
    found
}
