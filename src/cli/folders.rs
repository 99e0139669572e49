//! Where state lives unless told otherwise (XDG base directory specification).

use std::path::PathBuf;

use clap::Args;

use super::environment::Environment;
use crate::diagnostic::{Class, Code, Diagnose};

/// The store, on the inside.
#[derive(Args, Clone, Debug)]
pub(crate) struct StoreFlag {
    /// The store [default: `$XDG_DATA_HOME/airlock/store`]
    #[arg(long, value_name = "DIR", env = "AIRLOCK_STORE")]
    pub(crate) store: Option<PathBuf>,
}

/// The keyring, on both sides.
#[derive(Args, Clone, Debug)]
pub(crate) struct KeysFlag {
    /// The folder of the keyring [default: `$XDG_DATA_HOME/airlock/keys`]
    #[arg(long, value_name = "DIR", env = "AIRLOCK_KEYS")]
    pub(crate) keys: Option<PathBuf>,
    /// A file whose first line is the passphrase of a sealed keyring; /dev/fd/N is a descriptor
    #[arg(long, value_name = "FILE", env = "AIRLOCK_PASSPHRASE_FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// The cache, on the outside.
#[derive(Args, Clone, Debug)]
pub(crate) struct CacheFlag {
    /// The cache of downloads [default: `$XDG_CACHE_HOME/airlock`]
    #[arg(long, value_name = "DIR", env = "AIRLOCK_CACHE")]
    pub(crate) cache: Option<PathBuf>,
}

/// The sites that this station makes bundles for, on the outside.
#[derive(Args, Clone, Debug)]
pub(crate) struct SitesFlag {
    /// The folder of known sites and their serial numbers [default: `$XDG_STATE_HOME/airlock/sites`]
    #[arg(long, value_name = "DIR", env = "AIRLOCK_SITES")]
    pub(crate) sites: Option<PathBuf>,
}

/// The certificate of the registry, on the inside.
#[derive(Args, Clone, Debug)]
pub(crate) struct TlsFlag {
    /// The folder of the certificate [default: `$XDG_DATA_HOME/airlock/tls`]
    #[arg(long, value_name = "DIR", env = "AIRLOCK_TLS")]
    pub(crate) dir: Option<PathBuf>,
}

/// Neither a flag nor the environment tells where state lives.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no folder for the {what}: HOME is not set")]
pub(crate) struct NoFolder {
    what: &'static str,
    flag: &'static str,
}

/// The current folder is gone, or may not be looked at.
#[derive(Debug, thiserror::Error)]
#[error("the current folder cannot be found")]
pub(crate) struct NoCurrentFolder(#[source] std::io::Error);

/// The code of [`NoCurrentFolder`].
pub(crate) const NO_CURRENT_FOLDER: Code = Code::new("cli/no-current-folder");

impl Diagnose for NoCurrentFolder {
    fn code(&self) -> Code {
        NO_CURRENT_FOLDER
    }

    fn class(&self) -> Class {
        Class::Environment
    }

    fn help(&self) -> Option<String> {
        Some("go to a folder that exists, or name one with -C".to_owned())
    }
}

/// Where the person stands.
#[derive(Debug)]
pub(crate) struct CurrentFolder;

impl CurrentFolder {
    /// Returns the absolute path.
    pub(crate) fn find() -> Result<PathBuf, NoCurrentFolder> {
        std::env::current_dir().map_err(NoCurrentFolder)
    }
}

/// The code of [`NoFolder`].
pub(crate) const NO_FOLDER: Code = Code::new("cli/no-folder");

impl Diagnose for NoFolder {
    fn code(&self) -> Code {
        NO_FOLDER
    }

    fn class(&self) -> Class {
        Class::Usage
    }

    fn help(&self) -> Option<String> {
        Some(format!("name it: {} DIR", self.flag))
    }
}

impl StoreFlag {
    /// Returns the folder of the store.
    pub(crate) fn folder(&self, environment: &Environment) -> Result<PathBuf, NoFolder> {
        match &self.store {
            Some(path) => Ok(path.clone()),
            None => below(
                environment,
                "XDG_DATA_HOME",
                ".local/share",
                "airlock/store",
            )
            .ok_or(NoFolder {
                what: "store",
                flag: "--store",
            }),
        }
    }
}

impl KeysFlag {
    /// Returns the folder of the keyring.
    pub(crate) fn folder(&self, environment: &Environment) -> Result<PathBuf, NoFolder> {
        match &self.keys {
            Some(path) => Ok(path.clone()),
            None => below(environment, "XDG_DATA_HOME", ".local/share", "airlock/keys").ok_or(
                NoFolder {
                    what: "keyring",
                    flag: "--keys",
                },
            ),
        }
    }
}

impl CacheFlag {
    /// Returns the folder of the cache.
    pub(crate) fn folder(&self, environment: &Environment) -> Result<PathBuf, NoFolder> {
        match &self.cache {
            Some(path) => Ok(path.clone()),
            None => below(environment, "XDG_CACHE_HOME", ".cache", "airlock").ok_or(NoFolder {
                what: "cache",
                flag: "--cache",
            }),
        }
    }
}

impl SitesFlag {
    /// Returns the folder of known sites.
    pub(crate) fn folder(&self, environment: &Environment) -> Result<PathBuf, NoFolder> {
        match &self.sites {
            Some(path) => Ok(path.clone()),
            None => below(
                environment,
                "XDG_STATE_HOME",
                ".local/state",
                "airlock/sites",
            )
            .ok_or(NoFolder {
                what: "known sites",
                flag: "--sites",
            }),
        }
    }
}

impl TlsFlag {
    /// Returns the folder of the certificate.
    pub(crate) fn folder(&self, environment: &Environment) -> Result<PathBuf, NoFolder> {
        match &self.dir {
            Some(path) => Ok(path.clone()),
            None => {
                below(environment, "XDG_DATA_HOME", ".local/share", "airlock/tls").ok_or(NoFolder {
                    what: "certificate",
                    flag: "--dir",
                })
            }
        }
    }
}

/// `$VARIABLE/rest`, else `$HOME/fallback/rest`.
fn below(environment: &Environment, variable: &str, fallback: &str, rest: &str) -> Option<PathBuf> {
    environment
        .absolute_path(variable)
        .or_else(|| Some(environment.absolute_path("HOME")?.join(fallback)))
        .map(|base| base.join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_then_xdg_then_home() {
        let none = StoreFlag { store: None };
        let flag = StoreFlag {
            store: Some("/s".into()),
        };
        let home = Environment::of(&[("HOME", "/h")]);
        let both = Environment::of(&[("HOME", "/h"), ("XDG_DATA_HOME", "/x")]);
        let relative = Environment::of(&[("HOME", "/h"), ("XDG_DATA_HOME", "x")]);
        assert_eq!(flag.folder(&both), Ok("/s".into()));
        assert_eq!(none.folder(&both), Ok("/x/airlock/store".into()));
        assert_eq!(
            none.folder(&home),
            Ok("/h/.local/share/airlock/store".into())
        );
        assert_eq!(
            none.folder(&relative),
            Ok("/h/.local/share/airlock/store".into())
        );
        assert!(none.folder(&Environment::default()).is_err());
    }
}
