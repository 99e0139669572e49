//! A file of logins: `config.json` of docker, `auth.json` of podman (containers-auth.json(5)).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use super::super::{RegistryError, Secret};
use super::Login;
use crate::run::limits::MIB;

/// Longest file that is read, in bytes.
const LONGEST: u64 = MIB;

/// The logins of one file.
#[derive(Clone, Debug)]
pub(super) struct AuthFile {
    path: PathBuf,
    auths: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
}

#[derive(Clone, Deserialize, Default)]
struct Entry {
    #[serde(default)]
    auth: Option<Secret>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<Secret>,
    #[serde(default, rename = "identitytoken")]
    identity: Option<Secret>,
}

impl AuthFile {
    /// Reads a file; none where there is no such file.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, RegistryError> {
        let wrong = |reason: String| RegistryError::CredentialsFile {
            path: path.to_owned(),
            reason,
        };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let mut bytes = Vec::new();
        let count = io::copy(&mut file.take(LONGEST + 1), &mut bytes)
            .map_err(|error| wrong(error.to_string()))?;
        if count > LONGEST {
            return Err(wrong(format!("it is longer than {LONGEST} bytes")));
        }
        // The text of a JSON error may quote a secret: only its place is told.
        let wire: Wire = serde_json::from_slice(&bytes).map_err(|error| {
            wrong(format!(
                "it is not valid JSON at line {}, column {}",
                error.line(),
                error.column()
            ))
        })?;
        Ok(Some(Self {
            path: path.to_owned(),
            auths: wire.auths,
        }))
    }

    /// Finds the login for one of the keys, the first of them first.
    pub(super) fn find(&self, keys: &[String]) -> Result<Option<Login>, RegistryError> {
        for key in keys {
            let entry = self
                .auths
                .iter()
                .find(|(name, _)| *name == key)
                .or_else(|| self.auths.iter().find(|(name, _)| host_key(name) == *key));
            if let Some((name, entry)) = entry
                && let Some(login) = self.login(name, entry)?
            {
                return Ok(Some(login));
            }
        }
        Ok(None)
    }

    fn login(&self, name: &str, entry: &Entry) -> Result<Option<Login>, RegistryError> {
        let (user, password) = match (&entry.auth, &entry.username) {
            (Some(auth), _) if !auth.expose().is_empty() => {
                decode(auth).ok_or_else(|| RegistryError::CredentialsFile {
                    path: self.path.clone(),
                    reason: format!("`auth` of `{name}` is not base64 of user:password"),
                })?
            }
            (_, Some(user)) => (
                user.clone(),
                entry.password.clone().unwrap_or_else(|| Secret::new("")),
            ),
            _ => (String::new(), Secret::new("")),
        };
        let identity = entry
            .identity
            .clone()
            .filter(|token| !token.expose().is_empty());
        // An empty entry only says that a helper holds the login.
        let empty = user.is_empty() && identity.is_none();
        Ok((!empty).then_some(Login {
            user,
            password,
            identity,
        }))
    }
}

/// Returns the host that an older key names: `https://reg.lan/v2/` is `reg.lan`.
fn host_key(key: &str) -> &str {
    let rest = key
        .strip_prefix("https://")
        .or_else(|| key.strip_prefix("http://"));
    match rest {
        Some(rest) => rest.split('/').next().unwrap_or(rest),
        None => key
            .strip_suffix("/v1/")
            .or_else(|| key.strip_suffix("/v2/"))
            .unwrap_or(key),
    }
}

fn decode(auth: &Secret) -> Option<(String, Secret)> {
    let text = String::from_utf8(BASE64_STANDARD.decode(auth.expose().trim()).ok()?).ok()?;
    let text = Secret::new(text);
    let (user, password) = text.expose().split_once(':')?;
    // Docker pads the password with zero bytes.
    Some((
        user.to_owned(),
        Secret::new(password.trim_end_matches('\0')),
    ))
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry(…)")
    }
}
