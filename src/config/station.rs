//! What a person or a station has set: `config.toml`.

use std::path::Path;

use super::table::Table;
use super::{ConfigError, Setting, file};

/// The keys of `config.toml`.
pub(super) const KEYS: &[&str] = &[
    "allow",
    "allow-private",
    "ca-files",
    "insecure-registries",
    "jobs",
    "mirrors",
    "quota-floor",
    "token-realms",
];

/// Largest floor of a quota.
const MOST_QUOTA: usize = 1_000_000;

/// Most downloads at the same time.
const MOST_JOBS: usize = 64;

/// Settings of the outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Station {
    /// How many downloads run at the same time.
    pub jobs: Option<Setting<usize>>,
    /// Hosts, with port, that may be asked over plain HTTP or with any certificate.
    pub insecure_registries: Option<Setting<Vec<String>>>,
    /// Registries and repositories that may be asked; all where it is not set.
    pub allow: Option<Setting<Vec<String>>>,
    /// Hosts, with port, that a request may name although their address is not on the internet.
    pub allow_private: Option<Setting<Vec<String>>>,
    /// Files of further certificate authorities.
    pub ca_files: Option<Setting<Vec<String>>>,
    /// Hosts that are asked before a registry: registry and mirror.
    pub mirrors: Option<Setting<Vec<(String, String)>>>,
    /// Fewest requests that must be left of a registry's quota.
    pub quota_floor: Option<Setting<usize>>,
    /// Hosts that give the tokens of a registry: registry and host.
    pub token_realms: Option<Setting<Vec<(String, String)>>>,
}

impl Station {
    /// Reads `config.toml`; a file that does not exist sets nothing.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        file::read(path)?.map_or_else(|| Ok(Self::default()), |text| Self::parse(path, &text))
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let table = Table::parse(path, text, KEYS)?;
        Ok(Self {
            jobs: table.count("jobs", MOST_JOBS)?,
            insecure_registries: table.texts("insecure-registries")?,
            allow: table.texts("allow")?,
            allow_private: table.texts("allow-private")?,
            ca_files: table.texts("ca-files")?,
            mirrors: table.pairs("mirrors")?,
            quota_floor: table.count("quota-floor", MOST_QUOTA)?,
            token_realms: table.pairs("token-realms")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnose as _;

    fn parse(text: &str) -> Result<Station, ConfigError> {
        Station::parse(Path::new("config.toml"), text)
    }

    #[test]
    fn known_keys_are_read() {
        let station = parse("jobs = 3\ninsecure-registries = [\"reg.lan:5000\"]\n").unwrap();
        assert_eq!(station.jobs.map(|setting| setting.value), Some(3));
        assert_eq!(
            station.insecure_registries.map(|setting| setting.value),
            Some(vec!["reg.lan:5000".to_owned()])
        );
    }

    #[test]
    fn pairs_are_split() {
        let station = parse("mirrors = [\"docker.io = mirror.lan:5000/hub\"]\n").unwrap();
        assert_eq!(
            station.mirrors.map(|setting| setting.value),
            Some(vec![(
                "docker.io".to_owned(),
                "mirror.lan:5000/hub".to_owned()
            )])
        );
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_one_that_was_meant() {
        let error = parse("\njob = 3\n").unwrap_err();
        assert_eq!(error.code().as_str(), "config/unknown-key");
        assert_eq!(error.help().as_deref(), Some("did you mean `jobs`?"));
        assert_eq!(
            error.labels().first().map(|label| label.span.start),
            Some(1)
        );
    }

    #[test]
    fn values_of_another_kind_or_range_are_refused() {
        for text in [
            "jobs = 0",
            "jobs = 65",
            "jobs = \"3\"",
            "jobs = -1",
            "insecure-registries = [1]",
            "mirrors = [\"docker.io\"]",
            "quota-floor = 0",
        ] {
            assert_eq!(
                parse(text).unwrap_err().code().as_str(),
                "config/bad-value",
                "{text}"
            );
        }
        assert_eq!(
            parse("jobs =").unwrap_err().code().as_str(),
            "config/syntax"
        );
    }

    #[test]
    fn no_file_sets_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            Station::load(&folder.path().join("config.toml")).unwrap(),
            Station::default()
        );
        assert_eq!(
            Station::load(folder.path()).unwrap_err().code().as_str(),
            "config/unreadable"
        );
    }
}
