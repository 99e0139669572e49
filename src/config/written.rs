//! What stands in a file of settings, key by key: for a person who asks where a value comes from.

use std::path::Path;

use serde_json::Value;
use toml::de::DeValue;

use super::table::Table;
use super::{ConfigError, Repository, Site, Station, file, repository, site, station};

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// `airlock.toml`.
    Project,
    /// `config.toml`.
    Station,
    /// `site.toml`.
    Site,
}

/// A key, and what it is set to.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The key.
    pub key: &'static str,
    /// Its value; none where the file does not set it.
    pub value: Option<Value>,
}

impl Owner {
    /// Lists every key of a file that is as good as any command would want it; a file that does not
    /// exist sets none.
    pub fn written(self, path: &Path) -> Result<Vec<Written>, ConfigError> {
        match file::read(path)? {
            Some(text) => self.keys_of(path, &text),
            None => Ok(self.none_set()),
        }
    }

    fn keys_of(self, path: &Path, text: &str) -> Result<Vec<Written>, ConfigError> {
        match self {
            Self::Project => drop(Repository::parse(path, text)?),
            Self::Station => drop(Station::parse(path, text)?),
            Self::Site => drop(Site::parse(path, text)?),
        }
        let table = Table::parse(path, text, self.keys())?;
        let value = |key| table.value(key).map(json);
        let keys = self.keys().iter();
        let written = keys.map(|key| Written {
            key,
            value: value(key),
        });
        Ok(written.collect())
    }

    fn none_set(self) -> Vec<Written> {
        let keys = self.keys().iter();
        keys.map(|key| Written { key, value: None }).collect()
    }

    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Project => repository::KEYS,
            Self::Station => station::KEYS,
            Self::Site => site::KEYS,
        }
    }
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::from(number.as_str()), Value::from),
        DeValue::Float(number) => Value::from(number.as_str()),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(time) => Value::from(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let pairs = table.iter();
            let pairs =
                pairs.map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())));
            Value::Object(pairs.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_key_is_listed_with_what_it_is_set_to() {
        let text = "jobs = 0x10\nallow = [\"ghcr.io\"]\n";
        let written = Owner::Station.keys_of(Path::new("config.toml"), text);
        let written = written.expect("a good file");
        let value = |key: &str| {
            let found = written.iter().find(|written| written.key == key);
            found.expect(key).value.clone()
        };
        assert_eq!(written.len(), station::KEYS.len());
        assert_eq!(value("jobs"), Some(json!(16)));
        assert_eq!(value("allow"), Some(json!(["ghcr.io"])));
        assert_eq!(value("mirrors"), None);
    }

    #[test]
    fn tables_are_shown_whole() {
        let text = "[[dockerfile]]\nfiles = [\"Dockerfile\"]\nargs = { A = \"1\" }\n";
        let written = Owner::Project.keys_of(Path::new("airlock.toml"), text);
        let values = written.expect("a good file").into_iter();
        let set: Vec<_> = values.filter_map(|written| written.value).collect();
        assert_eq!(
            set,
            [json!([{ "files": ["Dockerfile"], "args": { "A": "1" } }])]
        );
    }

    #[test]
    fn a_file_that_no_command_would_take_is_refused() {
        for (owner, text) in [
            (Owner::Project, "platforms = []"),
            (Owner::Station, "jobs = 0"),
            (Owner::Site, "unsolicited = 1"),
            (Owner::Site, "unknown = 1"),
        ] {
            assert!(owner.keys_of(Path::new("x.toml"), text).is_err(), "{text}");
        }
    }
}
