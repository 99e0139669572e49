//! What a site has set: `site.toml` in its store.

use std::path::Path;

use super::table::Table;
use super::{ConfigError, Setting, file};

/// The keys of `site.toml`.
pub(super) const KEYS: &[&str] = &["names", "unsolicited"];

/// Settings of the inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Names and addresses, with port, that the registry itself answers under.
    pub names: Option<Setting<Vec<String>>>,
    /// Whether bundles that answer no request are accepted (`docs/transfer-format.md`).
    pub unsolicited: Option<Setting<bool>>,
}

impl Site {
    /// Reads `site.toml`; a file that does not exist sets nothing.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        file::read(path)?.map_or_else(|| Ok(Self::default()), |text| Self::parse(path, &text))
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let table = Table::parse(path, text, KEYS)?;
        Ok(Self {
            names: table.texts("names")?,
            unsolicited: table.flag("unsolicited")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_keys_are_read_and_others_refused() {
        let path = Path::new("site.toml");
        let site = Site::parse(path, "unsolicited = true\nnames = [\"airlock.lan\"]\n").unwrap();
        assert_eq!(site.unsolicited.map(|setting| setting.value), Some(true));
        assert!(Site::parse(path, "insecure = true\n").is_err());
    }
}
