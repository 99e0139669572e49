//! A file of logins: `config.json` of docker, `auth.json` of podman (containers-auth.json(5)).

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use super::super::{RegistryError, Secret};
use super::Login;
use super::places::Place;
use crate::run::limits::MIB;

/// Longest file that is read, in bytes.
const LONGEST: u64 = MIB;

/// Base64 as people and scripts write it: padded or not.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The logins of one file.
#[derive(Clone, Debug)]
pub(super) struct AuthFile {
    path: PathBuf,
    auths: BTreeMap<String, Entry>,
    /// Helpers by registry.
    helpers: BTreeMap<String, String>,
    /// The helper for every other registry.
    store: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(default)]
    auths: Option<BTreeMap<String, Entry>>,
    #[serde(default)]
    cred_helpers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    creds_store: Option<String>,
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
    /// Reads a file; none where there is no such file, unless it was named by hand.
    pub(super) fn read(place: &Place) -> Result<Option<Self>, RegistryError> {
        let path = place.path.as_path();
        let bytes = match bytes(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !place.named => {
                return Ok(None);
            }
            Err(error) => return Err(wrong(path, format!("it cannot be read: {error}"))),
        };
        // A file that was only touched is one without logins, for docker too.
        if bytes.trim_ascii().is_empty() {
            return Ok(None);
        }
        // An empty list would pass for an object without anything in it.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(wrong(path, "it is no JSON object".to_owned()));
        }
        let wire = if place.old {
            serde_json::from_slice(&bytes).map(|auths| Wire {
                auths: Some(auths),
                cred_helpers: None,
                creds_store: None,
            })
        } else {
            serde_json::from_slice(&bytes)
        };
        // The words of a JSON error may quote a secret: only its place is told.
        let wire = wire.map_err(|error: serde_json::Error| {
            let (line, column) = (error.line(), error.column());
            wrong(
                path,
                format!("it is not valid at line {line}, column {column}"),
            )
        })?;
        Ok(Some(Self {
            path: path.to_owned(),
            auths: wire.auths.unwrap_or_default(),
            helpers: wire.cred_helpers.unwrap_or_default(),
            store: wire.creds_store.filter(|store| !store.is_empty()),
        }))
    }

    /// Returns the helper that keeps the login under this key, or under an older form of it. An empty
    /// one means that the login stands in the file itself.
    pub(super) fn helper(&self, key: &str) -> Option<&str> {
        let (_, helper) = find(&self.helpers, key)?;
        Some(helper)
    }

    /// Returns the helper that keeps all logins.
    pub(super) fn store(&self) -> Option<&str> {
        self.store.as_deref()
    }

    /// Finds the login that stands in the file under a key, or under an older form of it.
    pub(super) fn entry(&self, key: &str) -> Result<Option<Login>, RegistryError> {
        match find(&self.auths, key) {
            Some((name, entry)) => self.login(name, entry),
            None => Ok(None),
        }
    }

    fn login(&self, name: &str, entry: &Entry) -> Result<Option<Login>, RegistryError> {
        let pair = entry.auth.as_ref().filter(|auth| !auth.expose().is_empty());
        let (user, password) = match (pair, &entry.username) {
            (Some(pair), _) => decode(pair).ok_or_else(|| {
                let reason = format!("`auth` of `{name}` is not base64 of user:password");
                wrong(&self.path, reason)
            })?,
            (None, Some(user)) => (user.clone(), entry.password.clone().unwrap_or_default()),
            (None, None) => (String::new(), Secret::default()),
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

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let count = io::copy(&mut File::open(path)?.take(LONGEST + 1), &mut bytes)?;
    if count > LONGEST {
        return Err(io::Error::other(format!(
            "it is longer than {LONGEST} bytes"
        )));
    }
    Ok(bytes)
}

fn wrong(path: &Path, reason: String) -> RegistryError {
    RegistryError::CredentialsFile {
        path: path.to_owned(),
        reason,
    }
}

/// Finds what stands under a key, or else under an older form of it.
fn find<'a, T>(entries: &'a BTreeMap<String, T>, key: &str) -> Option<(&'a String, &'a T)> {
    let older = || entries.iter().find(|(name, _)| canonical(name) == key);
    entries.get_key_value(key).or_else(older)
}

/// Returns the key that an older one stands for: `https://Reg.lan/v2/` is `reg.lan`.
fn canonical(key: &str) -> String {
    let rest = key
        .strip_prefix("https://")
        .or_else(|| key.strip_prefix("http://"));
    let key = rest.map_or_else(
        || without_version(key.trim_end_matches('/')),
        |rest| rest.split('/').next().unwrap_or(rest),
    );
    let (host, path) = key.split_at(key.find('/').unwrap_or(key.len()));
    format!("{}{path}", host.to_ascii_lowercase())
}

fn without_version(key: &str) -> &str {
    key.strip_suffix("/v1")
        .or_else(|| key.strip_suffix("/v2"))
        .unwrap_or(key)
}

fn decode(auth: &Secret) -> Option<(String, Secret)> {
    // Tools that encode wrap the lines of a long login.
    let text = Secret::new(auth.expose().split_ascii_whitespace().collect::<String>());
    let text = String::from_utf8(LENIENT.decode(text.expose()).ok()?).ok()?;
    let text = Secret::new(text);
    let (user, password) = text.expose().split_once(':')?;
    // Docker pads the password with zero bytes.
    let password = Secret::new(password.trim_end_matches('\0'));
    Some((user.to_owned(), password))
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entry(…)")
    }
}
