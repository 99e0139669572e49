//! Folders, and the settings of files.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::row::{From, Row};
use super::variables::value;
use crate::cli::environment::Environment;
use crate::cli::folders::{CacheFlag, KeysFlag, SitesFlag, StoreFlag, TlsFlag};
use crate::config::{ConfigError, Owner, Written};

/// What a key of a file is where nobody sets it, in words.
const DEFAULTS: &[(&str, &str)] = &[
    ("allow", "all"),
    (
        "build-platform",
        "recorded in the lock, else this machine's",
    ),
    ("jobs", "4"),
    (
        "platforms",
        "recorded in the lock, else DOCKER_DEFAULT_PLATFORM, else this machine's",
    ),
    ("unsolicited", "false"),
];

/// Keys that a variable speaks for too, and whether it adds to what the file says.
const ALSO: &[(&str, &str, bool)] = &[
    ("ca-files", "AIRLOCK_CA_FILE", true),
    ("insecure-registries", "AIRLOCK_INSECURE_REGISTRY", true),
    ("jobs", "AIRLOCK_JOBS", false),
];

/// Lists the folders of state; `store` is the one that the flag or its variable names.
pub(super) fn folders(environment: &Environment, store: &StoreFlag) -> Vec<Row> {
    let path = |variable| environment.get(variable).map(PathBuf::from);
    let (keys, cache) = (path("AIRLOCK_KEYS"), path("AIRLOCK_CACHE"));
    let (sites, dir) = (path("AIRLOCK_SITES"), path("AIRLOCK_TLS"));
    let passphrase_file = None;
    let keyring = KeysFlag {
        keys,
        passphrase_file,
    };
    let found = [
        (
            "cache",
            "AIRLOCK_CACHE",
            CacheFlag { cache }.folder(environment),
        ),
        ("keys", "AIRLOCK_KEYS", keyring.folder(environment)),
        (
            "sites",
            "AIRLOCK_SITES",
            SitesFlag { sites }.folder(environment),
        ),
        ("store", "AIRLOCK_STORE", store.folder(environment)),
        ("tls", "AIRLOCK_TLS", TlsFlag { dir }.folder(environment)),
    ];
    let rows = found.map(|(key, variable, folder)| Row {
        about: "folders",
        key,
        // Without HOME there is no default, which the command that needs the folder will say.
        value: folder
            .ok()
            .map(|folder| folder.display().to_string().into()),
        from: match path(variable) {
            _ if key == "store" && store.store != path(variable) => From::Flag("--store"),
            Some(_) => From::Variable(variable),
            None => From::Default,
        },
    });
    rows.into()
}

/// Lists the settings of an owner's file, and what variables say beside it.
pub(super) fn of_file(
    environment: &Environment,
    owner: Owner,
    path: &Path,
) -> Result<Vec<Row>, ConfigError> {
    let written = owner.written(path)?.into_iter();
    Ok(written
        .flat_map(|written| values_of(environment, owner, path, written))
        .collect())
}

/// The values of one key: those of variables first, for they are the stronger.
fn values_of(environment: &Environment, owner: Owner, path: &Path, written: Written) -> Vec<Row> {
    let Written {
        key,
        value: in_file,
    } = written;
    let row = |value, from| Row {
        about: heading(owner),
        key,
        value,
        from,
    };
    let mut rows = Vec::new();
    let also = ALSO.iter().find(|(name, ..)| *name == key);
    let also = also.filter(|_| owner == Owner::Station);
    if let Some((_, variable, _)) = also {
        let told = value(environment, variable);
        rows.extend(told.map(|told| row(Some(told), From::Variable(variable))));
    }
    let adds = rows.is_empty() || also.is_some_and(|(_, _, adds)| *adds);
    if let Some(in_file) = in_file.filter(|_| adds) {
        rows.push(row(Some(in_file), From::File(path.to_owned())));
    }
    if rows.is_empty() {
        rows.push(row(default(key), From::Default));
    }
    rows
}

fn heading(owner: Owner) -> &'static str {
    match owner {
        Owner::Project => "project",
        Owner::Station => "station",
        Owner::Site => "site",
    }
}

fn default(key: &str) -> Option<Value> {
    let (_, words) = DEFAULTS.iter().find(|(name, _)| *name == key)?;
    Some(Value::from(*words))
}
