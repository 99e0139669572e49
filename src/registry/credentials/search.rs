//! Where a login is looked for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::RegistryError;
use super::auth_file::AuthFile;
use super::{Login, helper, places};
use crate::run::Cancel;

/// Names under which logins for Docker Hub are kept; the first is docker's own.
const DOCKER_HUB: &[&str] = &[
    "https://index.docker.io/v1/",
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
];

/// The files of logins that were found, and the helpers that they name.
#[derive(Clone, Default)]
pub struct Credentials {
    files: Vec<AuthFile>,
    environment: BTreeMap<String, String>,
    helped: Helped,
}

/// What helpers answered, by helper and server: a helper may ask a person, so it is run once.
type Helped = Arc<Mutex<BTreeMap<(String, String), Option<Login>>>>;

impl Credentials {
    /// Reads the files that the environment points to.
    ///
    /// # Errors
    ///
    /// [`RegistryError::CredentialsFile`] where a file is there and cannot be used.
    pub fn find(environment: &BTreeMap<String, String>) -> Result<Self, RegistryError> {
        let user = rustix::process::getuid().as_raw();
        let mut files = Vec::new();
        for place in places::list(environment, user) {
            files.extend(AuthFile::read(&place)?);
        }
        Ok(Self {
            files,
            environment: environment.clone(),
            helped: Helped::default(),
        })
    }

    /// Finds the login for a repository of a registry: file by file, the most specific key first.
    pub(in crate::registry) fn lookup(
        &self,
        registry: &str,
        repository: &str,
        cancel: &Cancel,
    ) -> Result<Option<Login>, RegistryError> {
        let keys = keys(registry, repository);
        for file in &self.files {
            if let Some(login) = self.in_file(file, &keys, cancel)? {
                return Ok(Some(login));
            }
        }
        Ok(None)
    }

    fn in_file(
        &self,
        file: &AuthFile,
        keys: &[String],
        cancel: &Cancel,
    ) -> Result<Option<Login>, RegistryError> {
        let (parts, whole): (Vec<&String>, Vec<&String>) =
            keys.iter().partition(|key| !is_whole_registry(key));
        for key in parts {
            if let Some(login) = file.entry(key)? {
                return Ok(Some(login));
            }
        }
        // Of a registry as a whole: its own helper, then the one for all, then the file itself.
        let own = whole.iter().find_map(|&key| Some((file.helper(key)?, key)));
        let in_file = own.is_some_and(|(name, _)| name.is_empty());
        let all = file.store().zip(whole.first().copied());
        let helpers = own.into_iter().chain(all).filter(|_| !in_file);
        for (name, server) in helpers {
            if let Some(login) = self.helped(name, server, cancel)? {
                return Ok(Some(login));
            }
        }
        for key in whole {
            if let Some(login) = file.entry(key)? {
                return Ok(Some(login));
            }
        }
        Ok(None)
    }

    fn helped(
        &self,
        name: &str,
        server: &str,
        cancel: &Cancel,
    ) -> Result<Option<Login>, RegistryError> {
        let mut helped = self.helped.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (name.to_owned(), server.to_owned());
        if let Some(found) = helped.get(&key) {
            return Ok(found.clone());
        }
        let found = helper::get(name, server, &self.environment, cancel)?;
        helped.insert(key, found.clone());
        Ok(found)
    }
}

/// Without the environment, which may hold secrets.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// Tells a key that names a registry from one that names a part of it.
fn is_whole_registry(key: &str) -> bool {
    key.starts_with("https://") || !key.contains('/')
}

/// Returns the keys that may name a repository's login, most specific first.
fn keys(registry: &str, repository: &str) -> Vec<String> {
    let registry = &registry.to_ascii_lowercase();
    let mut keys = Vec::new();
    let mut path = Some(repository);
    while let Some(prefix) = path {
        keys.push(format!("{registry}/{prefix}"));
        path = prefix.rsplit_once('/').map(|(parent, _)| parent);
    }
    if registry == "docker.io" {
        keys.extend(DOCKER_HUB.iter().map(|&key| key.to_owned()));
    } else {
        keys.push(registry.clone());
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
        let folder = folder
            .path()
            .join("config.json")
            .to_str()
            .unwrap()
            .to_owned();
        let environment = BTreeMap::from([("REGISTRY_AUTH_FILE".to_owned(), folder)]);
        let login = Credentials::find(&environment)
            .unwrap()
            .lookup(registry, repository, &Cancel::default())
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
            ("reg.lan:5000/v2", "reg.lan:5000"),
            ("reg.lan:5000/", "reg.lan:5000"),
            ("http://reg.lan:5000/", "reg.lan:5000"),
            ("https://Reg.LAN:5000", "reg.lan:5000"),
            ("reg.lan:5000", "Reg.lan:5000"),
            ("reg.lan:5000/x/", "reg.lan:5000"),
            ("https://index.docker.io/v1/", "docker.io"),
            ("https://index.docker.io/v1", "docker.io"),
            ("index.docker.io/v1/", "docker.io"),
            ("index.docker.io", "docker.io"),
            ("https://registry-1.docker.io", "docker.io"),
            ("docker.io", "docker.io"),
            ("https://docker.io/", "docker.io"),
            ("docker.io/x", "docker.io"),
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
        for config in [
            "",
            " \n",
            "{}",
            r#"{"auths":null}"#,
            r#"{"auths":{}}"#,
            r#"{"auths":{"reg.lan":{}}}"#,
            r#"{"auths":{"reg.lan":{"auth":""}}}"#,
            r#"{"auths":{"reg.lan":{"auth":"","email":"joe@example.com"}}}"#,
            r#"{"HttpHeaders":{"User-Agent":"x"},"credsStore":""}"#,
        ] {
            assert_eq!(found(config, "reg.lan", "a"), None, "{config}");
        }
    }

    #[test]
    fn a_login_is_decoded_as_tools_encode_it() {
        let long = format!("_json_key:{{\"key\": \"{}\"}}\n", "a:b".repeat(90));
        let wrapped = |text: &str| {
            let lines = text.as_bytes().chunks(76);
            let lines: Vec<_> = lines.map(String::from_utf8_lossy).collect();
            lines.join("\\n")
        };
        for (encoded, user, password) in [
            (BASE64_STANDARD.encode("joe:pass"), "joe", "pass"),
            (
                BASE64_STANDARD
                    .encode("joe:pass")
                    .trim_end_matches('=')
                    .to_owned(),
                "joe",
                "pass",
            ),
            (
                format!("{}\\n", BASE64_STANDARD.encode("joe:x")),
                "joe",
                "x",
            ),
            (BASE64_STANDARD.encode("joe:x\0\0"), "joe", "x"),
            (BASE64_STANDARD.encode("joe:"), "joe", ""),
            (BASE64_STANDARD.encode("AWS:eyJ:9"), "AWS", "eyJ:9"),
            (
                wrapped(&BASE64_STANDARD.encode(&long)),
                "_json_key",
                long.split_once(':').unwrap().1,
            ),
        ] {
            let config = format!(r#"{{"auths":{{"reg.lan":{{"auth":"{encoded}"}}}}}}"#);
            let login = found(&config, "reg.lan", "a");
            assert_eq!(
                login,
                Some((user.to_owned(), password.to_owned())),
                "{encoded}"
            );
        }
    }

    #[test]
    fn docker_hub_is_asked_of_a_helper_by_the_key_it_stands_under() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = TempDir::new().unwrap();
        let program = folder.path().join("docker-credential-test");
        #[expect(clippy::disallowed_methods, reason = "a file of the test")]
        std::fs::write(
            &program,
            "#!/bin/sh\nread -r server\necho \"{\\\"Username\\\":\\\"$server\\\",\\\"Secret\\\":\\\"s\\\"}\"\n",
        )
        .unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let file = folder.path().join("config.json");
        for (config, asked) in [
            (r#"{"credsStore":"test"}"#, "https://index.docker.io/v1/"),
            (r#"{"credHelpers":{"docker.io":"test"}}"#, "docker.io"),
            (
                r#"{"credHelpers":{"https://index.docker.io/v1/":"test"}}"#,
                "https://index.docker.io/v1/",
            ),
            (
                r#"{"credHelpers":{"index.docker.io":"test"},"credsStore":"missing"}"#,
                "index.docker.io",
            ),
        ] {
            #[expect(clippy::disallowed_methods, reason = "a file of the test")]
            std::fs::write(&file, config).unwrap();
            let environment = BTreeMap::from([
                ("REGISTRY_AUTH_FILE".to_owned(), file.display().to_string()),
                ("PATH".to_owned(), path.clone()),
            ]);
            let credentials = Credentials::find(&environment).unwrap();
            let login = credentials.lookup("docker.io", "library/alpine", &Cancel::default());
            assert_eq!(login.unwrap().unwrap().user, asked, "{config}");
        }
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
