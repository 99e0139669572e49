//! A value that remembers where it comes from.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from, weakest last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag of this command, or its `AIRLOCK_*` variable.
    Flag,
    /// A configuration file.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

/// A value and its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// Takes the strongest of a flag, a file's value and the default.
    pub fn choose(flag: Option<T>, file: Option<Self>, default: T) -> Self {
        match (flag, file) {
            (Some(value), _) => Self {
                value,
                origin: Origin::Flag,
            },
            (None, Some(setting)) => setting,
            (None, None) => Self {
                value: default,
                origin: Origin::Default,
            },
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag or environment"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_wins() {
        let file = Setting {
            value: 2,
            origin: Origin::File("c.toml".into()),
        };
        assert_eq!(
            Setting::choose(Some(1), Some(file.clone()), 3).origin,
            Origin::Flag
        );
        assert_eq!(Setting::choose(None, Some(file.clone()), 3), file);
        assert_eq!(Setting::choose(None, None, 3).value, 3);
    }
}
