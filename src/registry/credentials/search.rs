//! Where logins are looked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::RegistryError;
use super::Login;
use super::auth_file::AuthFile;

/// Names under which logins for Docker Hub are kept; the first is docker's own.
const DOCKER_HUB: &[&str] = &[
    "https://index.docker.io/v1/",
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
];

/// The logins that were found, most specific place first.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    files: Vec<AuthFile>,
}

impl Credentials {
    /// Reads the files that the environment points to.
    ///
    /// # Errors
    ///
    /// [`RegistryError::CredentialsFile`] where a file is there and cannot be used.
    pub fn find(environment: &BTreeMap<String, String>) -> Result<Self, RegistryError> {
        let mut files = Vec::new();
        for path in places(environment) {
            files.extend(AuthFile::read(&path)?);
        }
        Ok(Self { files })
    }

    /// Finds the login for a repository of a registry.
    pub(in crate::registry) fn lookup(
        &self,
        registry: &str,
        repository: &str,
    ) -> Result<Option<Login>, RegistryError> {
        let keys = keys(registry, repository);
        for file in &self.files {
            if let Some(login) = file.find(&keys)? {
                return Ok(Some(login));
            }
        }
        Ok(None)
    }
}

fn places(environment: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let folder = environment
        .get("DOCKER_CONFIG")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(environment.get("HOME")?).join(".docker")));
    folder
        .into_iter()
        .map(|folder| folder.join("config.json"))
        .collect()
}

/// Returns the keys that may name a repository's login, most specific first.
fn keys(registry: &str, repository: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut path = Some(repository);
    while let Some(prefix) = path {
        keys.push(format!("{registry}/{prefix}"));
        path = prefix.rsplit_once('/').map(|(parent, _)| parent);
    }
    if registry == "docker.io" {
        keys.extend(DOCKER_HUB.iter().map(|&key| key.to_owned()));
    } else {
        keys.push(registry.to_owned());
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use tempfile::TempDir;

    fn found(config: &str, registry: &str, repository: &str) -> Option<(String, String)> {
        let folder = TempDir::new().unwrap();
        #[expect(clippy::disallowed_methods, reason = "a file of the test")]
        std::fs::write(folder.path().join("config.json"), config).unwrap();
        let folder = folder.path().to_str().unwrap().to_owned();
        let environment = BTreeMap::from([("DOCKER_CONFIG".to_owned(), folder)]);
        let login = Credentials::find(&environment)
            .unwrap()
            .lookup(registry, repository)
            .unwrap()?;
        Some((login.user.clone(), login.password.expose().to_owned()))
    }

    fn auth(pair: &str) -> String {
        format!(r#"{{"auth":"{}"}}"#, BASE64_STANDARD.encode(pair))
    }

    #[test]
    fn keys_of_all_ages_are_found() {
        for (key, registry) in [
            ("reg.lan:5000", "reg.lan:5000"),
            ("https://reg.lan:5000", "reg.lan:5000"),
            ("https://reg.lan:5000/v2/", "reg.lan:5000"),
            ("reg.lan:5000/v1/", "reg.lan:5000"),
            ("https://index.docker.io/v1/", "docker.io"),
            ("docker.io", "docker.io"),
        ] {
            let config = format!(r#"{{"auths":{{"{key}":{}}}}}"#, auth("joe:a:b"));
            assert_eq!(
                found(&config, registry, "x/y"),
                Some(("joe".to_owned(), "a:b".to_owned())),
                "{key}"
            );
            assert_eq!(found(&config, "other.lan", "x/y"), None, "{key}");
        }
    }

    #[test]
    fn the_most_specific_key_wins() {
        let config = format!(
            r#"{{"auths":{{"reg.lan":{},"reg.lan/a":{},"reg.lan/a/b":{}}}}}"#,
            auth("host:x"),
            auth("a:x"),
            auth("ab:x")
        );
        for (repository, user) in [("a/b/c", "ab"), ("a/b", "ab"), ("a/bc", "a"), ("c", "host")] {
            let (found, _) = found(&config, "reg.lan", repository).unwrap();
            assert_eq!(found, user, "{repository}");
        }
    }

    #[test]
    fn an_empty_entry_is_no_login() {
        assert_eq!(found(r#"{"auths":{"reg.lan":{}}}"#, "reg.lan", "a"), None);
        assert_eq!(found("{}", "reg.lan", "a"), None);
    }

    #[test]
    fn a_broken_file_is_told_without_its_content() {
        let folder = TempDir::new().unwrap();
        #[expect(clippy::disallowed_methods, reason = "a file of the test")]
        std::fs::write(
            folder.path().join("config.json"),
            r#"{"auths":{"reg.lan":{"password": hunter2"#,
        )
        .unwrap();
        let folder = folder.path().to_str().unwrap().to_owned();
        let environment = BTreeMap::from([("DOCKER_CONFIG".to_owned(), folder)]);
        let error = Credentials::find(&environment).unwrap_err().to_string();
        assert!(error.contains("config.json"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
