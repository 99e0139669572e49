//! What a person or a station has set: `config.toml`.

use std::path::Path;

use super::table::Table;
use super::{ConfigError, Setting, file};

/// The keys of `config.toml`.
const KEYS: &[&str] = &["insecure-registries", "jobs"];

/// Most downloads at the same time.
const MOST_JOBS: usize = 64;

/// Settings of the outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Station {
    /// How many downloads run at the same time.
    pub jobs: Option<Setting<usize>>,
    /// Hosts, with port, that may be asked over plain HTTP or with any certificate.
    pub insecure_registries: Option<Setting<Vec<String>>>,
}

impl Station {
    /// Reads `config.toml`; a file that does not exist sets nothing.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        file::read(path)?.map_or_else(|| Ok(Self::default()), |text| Self::parse(path, &text))
    }

    fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let table = Table::parse(path, text, KEYS)?;
        Ok(Self {
            jobs: table.count("jobs", MOST_JOBS)?,
            insecure_registries: table.texts("insecure-registries")?,
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
