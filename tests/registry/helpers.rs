//! Credential helpers and the places of logins.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use airlock::diagnostic::Diagnose as _;
use airlock::registry::{Credentials, RegistryError, Settings};
use airlock::upstream::{Scripted, access, rule};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Station, code, reference, with_image};

/// A home with files of logins and a helper in its path.
struct Home {
    folder: TempDir,
    environment: BTreeMap<String, String>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap().to_owned();
        let environment = BTreeMap::from([
            ("HOME".to_owned(), home.clone()),
            ("XDG_RUNTIME_DIR".to_owned(), format!("{home}/run")),
            ("PATH".to_owned(), format!("{home}/bin:/usr/bin:/bin")),
        ]);
        Self {
            folder,
            environment,
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a file of the test")]
        std::fs::write(path, text).unwrap();
    }

    fn logins(&self, path: &str, config: &Value) {
        self.write(path, &config.to_string());
    }

    /// Installs `docker-credential-test`; what it is asked is kept in `asked`.
    fn helper(&self, script: &str) {
        let asked = self.path().join("asked");
        let text = format!(
            "#!/bin/sh\nread -r server\necho \"$* $server\" >> {}\n{script}\n",
            asked.display()
        );
        self.write("bin/docker-credential-test", &text);
        let program = self.path().join("bin/docker-credential-test");
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn asked(&self) -> Vec<String> {
        #[expect(clippy::disallowed_methods, reason = "a file of the test")]
        let text = std::fs::read_to_string(self.path().join("asked")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn settings(&self) -> Settings {
        Settings {
            credentials: Credentials::find(&self.environment).unwrap(),
            ..Settings::default()
        }
    }

    /// Fetches `library/app:1` twice, with what this home gives.
    fn fetch(&self, registry: &Scripted) -> Result<(), RegistryError> {
        let station = Station::default();
        let client = station.client(self.settings());
        for _ in 0..2 {
            client.fetch_manifest(&reference(registry, "library/app:1"))?;
        }
        Ok(())
    }
}

const CONFIG: &str = ".docker/config.json";
const PODMAN: &str = "run/containers/auth.json";

fn auth(pair: &str) -> Value {
    json!({ "auth": BASE64_STANDARD.encode(pair) })
}

fn asking_for(pair: (&str, &str)) -> Scripted {
    let (registry, _) = with_image();
    registry.add_rule(access::basic(pair.0, pair.1));
    registry
}

#[test]
fn a_helper_is_asked_once_on_standard_input() {
    let registry = asking_for(("joe", "secret"));
    for key in ["credHelpers", "credsStore"] {
        let home = Home::new();
        home.helper(r#"echo '{"ServerURL":"x","Username":"joe","Secret":"secret"}'"#);
        let config = match key {
            "credHelpers" => json!({ key: { registry.host(): "test" } }),
            _ => json!({ key: "test", "auths": { registry.host(): {} } }),
        };
        home.logins(CONFIG, &config);
        home.fetch(&registry).unwrap();
        assert_eq!(home.asked(), [format!("get {}", registry.host())], "{key}");
    }
}

#[test]
fn a_helper_of_the_registry_is_asked_before_the_one_for_all() {
    let registry = asking_for(("joe", "secret"));
    let home = Home::new();
    home.helper(r#"echo '{"Username":"joe","Secret":"secret"}'"#);
    home.logins(
        CONFIG,
        &json!({ "credsStore": "missing", "credHelpers": { registry.host(): "test" } }),
    );
    home.fetch(&registry).unwrap();
}

#[test]
fn a_helper_without_a_login_leaves_the_file() {
    let registry = asking_for(("joe", "secret"));
    let home = Home::new();
    home.helper("echo 'credentials not found in native keychain'; exit 1");
    home.logins(
        CONFIG,
        &json!({ "credsStore": "test", "auths": { registry.host(): auth("joe:secret") } }),
    );
    home.fetch(&registry).unwrap();
    assert_eq!(home.asked().len(), 1);
}

#[test]
fn a_helper_without_a_login_says_so_in_several_ways() {
    let (registry, _) = with_image();
    for script in [
        "echo 'credentials not found in native keychain'; exit 1",
        "echo 'Error: credentials not found in native keychain' ; exit 3",
        r#"echo '{"ServerURL":"","Username":"","Secret":""}'"#,
        "cat > /dev/null; echo; echo credentials not found; exit 1",
    ] {
        let home = Home::new();
        home.helper(script);
        home.logins(CONFIG, &json!({ "credsStore": "test" }));
        registry.clear_rules();
        // Once without a need for a login, once with one.
        home.fetch(&registry).unwrap();
        assert!(home.asked().is_empty(), "nobody asked for a login");
        registry.add_rule(access::basic("joe", "secret"));
        let error = home.fetch(&registry).unwrap_err();
        assert_eq!(code(&error), "registry/unauthorized", "{script}: {error}");
        assert!(error.to_string().contains("no login for it was found"));
        assert_eq!(home.asked().len(), 1, "{script}");
        for asked in registry.requests() {
            assert_eq!(asked.header("authorization"), None, "{script}");
        }
    }
}

#[test]
fn an_empty_helper_means_the_file_itself() {
    let registry = asking_for(("joe", "secret"));
    let home = Home::new();
    home.logins(
        CONFIG,
        &json!({
            "credsStore": "missing",
            "credHelpers": { registry.host(): "" },
            "auths": { registry.host(): auth("joe:secret") },
        }),
    );
    home.fetch(&registry).unwrap();
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let home = Home::new();
    std::fs::create_dir_all(home.path().join(CONFIG)).unwrap();
    let error = Credentials::find(&home.environment).unwrap_err();
    assert_eq!(code(&error), "registry/credentials-file");
    let file = home.path().join(CONFIG).display().to_string();
    let message = error.to_string();
    assert!(
        message.starts_with(&format!(
            "the logins in {file} cannot be used: it cannot be read"
        )),
        "{message}"
    );
    assert!(error.help().unwrap().contains(&file));
}

#[test]
fn a_helper_that_fails_is_told_without_its_secret() {
    let registry = asking_for(("joe", "secret"));
    for (script, reason) in [
        (
            "echo 'the keyring is locked'; exit 1",
            "the keyring is locked",
        ),
        (
            r#"echo '{"Username":"joe","Secret":"hunter2"'"#,
            "its answer cannot be read",
        ),
        ("exit 3", "it ended with exit status: 3"),
        (
            r#"echo '{"Username":"joe","Secret":"hunter2"}'; exit 4"#,
            "it ended with exit status: 4",
        ),
        (
            "while echo hunter2hunter2hunter2; do :; done",
            "its answer is longer than 262144 bytes",
        ),
    ] {
        let home = Home::new();
        home.helper(script);
        home.logins(CONFIG, &json!({ "credsStore": "test" }));
        let error = home.fetch(&registry).unwrap_err();
        assert_eq!(code(&error), "registry/credential-helper");
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

#[test]
fn a_helper_that_hangs_is_left_when_a_stop_is_asked_for() {
    let registry = asking_for(("joe", "secret"));
    let home = Home::new();
    home.helper("exec sleep 600");
    home.logins(CONFIG, &json!({ "credsStore": "test" }));
    let station = Station::default();
    let client = station.client(home.settings());
    let ended = AtomicBool::new(false);
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            while home.asked().is_empty() && !ended.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(5));
            }
            station.cancel.set();
        });
        let fetched = client.fetch_manifest(&reference(&registry, "library/app:1"));
        ended.store(true, Ordering::Relaxed);
        fetched.unwrap_err()
    });
    assert!(matches!(error, RegistryError::Cancelled(_)), "{error}");
    assert_eq!(home.asked().len(), 1);
}

#[test]
fn a_file_of_other_types_is_told_by_its_place() {
    let registry = asking_for(("joe", "secret"));
    let host = registry.host();
    let deep = "[".repeat(100_000);
    let long = " ".repeat(1 << 21);
    for text in [
        "null",
        "[]",
        "\"hunter2\"",
        r#"{"auths": ["hunter2"]}"#,
        r#"{"auths": {"HOST": "hunter2"}}"#,
        r#"{"auths": {"HOST": {"auth": 5}}}"#,
        r#"{"auths": {"HOST": {"auth": "hunter2"}}}"#,
        r#"{"auths": {"HOST": {"auth": "aHVudGVyMg=="}}}"#,
        r#"{"auths": {"HOST": {"identitytoken": {"hunter2": 1}}}}"#,
        r#"{"credsStore": {"hunter2": 1}}"#,
        r#"{"credHelpers": ["hunter2"]}"#,
        deep.as_str(),
        long.as_str(),
    ] {
        let home = Home::new();
        home.write(CONFIG, &text.replace("HOST", &host));
        let found = Credentials::find(&home.environment);
        let error = found
            .and_then(|_| home.fetch(&registry))
            .expect_err("no such file is a login");
        assert_eq!(code(&error), "registry/credentials-file", "{text:.60}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(CONFIG), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_helper_that_is_not_there_is_named() {
    let registry = asking_for(("joe", "secret"));
    for (name, reason) in [
        ("missing", "there is no such program"),
        ("../bin/docker-credential-test", "is not that of a program"),
    ] {
        let home = Home::new();
        home.helper("exit 0");
        home.logins(CONFIG, &json!({ "credsStore": name }));
        let error = home.fetch(&registry).unwrap_err();
        assert_eq!(code(&error), "registry/credential-helper");
        assert!(error.to_string().contains(reason), "{error}");
        assert!(home.asked().is_empty());
        assert!(error.help().unwrap().contains("install docker-credential-"));
    }
}

#[test]
fn an_identity_token_buys_tokens_by_post() {
    let (registry, _) = with_image();
    let bearer = access::Bearer::default()
        .with_login("nobody", "nothing")
        .with_refresh_token("long-lived");
    registry.add_rule(bearer.rule());
    let from_helper = Home::new();
    from_helper.helper(r#"echo '{"Username":"<token>","Secret":"long-lived"}'"#);
    from_helper.logins(CONFIG, &json!({ "credsStore": "test" }));
    let from_file = Home::new();
    let entry = json!({ "auth": BASE64_STANDARD.encode("joe:"), "identitytoken": "long-lived" });
    from_file.logins(CONFIG, &json!({ "auths": { registry.host(): entry } }));
    for home in [from_helper, from_file] {
        registry.clear_requests();
        home.fetch(&registry).unwrap();
        let requests = registry.requests();
        let posts: Vec<_> = requests
            .iter()
            .filter(|asked| asked.method == "POST")
            .collect();
        assert_eq!(posts.len(), 1);
        assert_eq!(posts[0].query, None, "a URL may be logged on its way");
        let form = String::from_utf8(posts[0].body.clone()).unwrap();
        for field in [
            "grant_type=refresh_token",
            "refresh_token=long-lived",
            "service=scripted",
            "scope=repository%3Alibrary%2Fapp%3Apull",
        ] {
            assert!(form.split('&').any(|pair| pair == field), "{form}");
        }
    }
}

#[test]
fn an_identity_token_is_not_sent_on_through_a_redirect() {
    let (registry, _) = with_image();
    let (thief, _) = with_image();
    registry.add_rule(access::Bearer::default().rule());
    let target = format!("http://{}/token", thief.host());
    registry.add_rule(rule::on(
        |asked| asked.path == "/token",
        move |_, _| rule::redirect(target.clone()),
    ));
    let home = Home::new();
    let entry = json!({ "auth": BASE64_STANDARD.encode("joe:"), "identitytoken": "long-lived" });
    home.logins(CONFIG, &json!({ "auths": { registry.host(): entry } }));
    let error = home.fetch(&registry).unwrap_err();
    assert_eq!(code(&error), "registry/token");
    assert!(error.to_string().contains("it answered 307"), "{error}");
    assert!(thief.requests().is_empty());
}

#[test]
fn podmans_file_comes_before_dockers() {
    let registry = asking_for(("podman", "p"));
    let home = Home::new();
    home.logins(
        PODMAN,
        &json!({ "auths": { registry.host(): auth("podman:p") } }),
    );
    home.logins(
        CONFIG,
        &json!({ "auths": { registry.host(): auth("docker:d") } }),
    );
    home.fetch(&registry).unwrap();
    home.logins(PODMAN, &json!({ "auths": {} }));
    let error = home.fetch(&registry).unwrap_err();
    assert_eq!(
        code(&error),
        "registry/unauthorized",
        "docker's is used now"
    );
}

#[test]
fn a_named_file_stands_alone_and_has_to_be_there() {
    let registry = asking_for(("joe", "secret"));
    let mut home = Home::new();
    home.logins(
        CONFIG,
        &json!({ "auths": { registry.host(): auth("wrong:x") } }),
    );
    home.logins(
        "named.json",
        &json!({ "auths": { registry.host(): auth("joe:secret") } }),
    );
    let named = home.path().join("named.json");
    let name = "REGISTRY_AUTH_FILE".to_owned();
    home.environment
        .insert(name, named.to_str().unwrap().to_owned());
    home.fetch(&registry).unwrap();
    std::fs::remove_file(named).unwrap();
    let error = Credentials::find(&home.environment).unwrap_err();
    assert_eq!(code(&error), "registry/credentials-file");
}

#[test]
fn the_login_of_a_part_wins_over_that_of_the_registry() {
    let registry = asking_for(("part", "p"));
    let home = Home::new();
    let part = format!("{}/library", registry.host());
    home.helper(r#"echo '{"Username":"whole","Secret":"w"}'"#);
    home.logins(
        PODMAN,
        &json!({
            "auths": { part: auth("part:p"), registry.host(): auth("whole:w") },
            "credHelpers": { registry.host(): "test" },
        }),
    );
    home.fetch(&registry).unwrap();
    assert!(home.asked().is_empty());
}

#[test]
fn the_old_file_of_docker_is_read() {
    let registry = asking_for(("old", "o"));
    let home = Home::new();
    let key = format!("https://{}/v1/", registry.host());
    home.logins(".dockercfg", &json!({ key: auth("old:o") }));
    home.fetch(&registry).unwrap();
}
