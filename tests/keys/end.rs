//! An end of the transfer, site or station, with state of its own beside others.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::world::{Ended, World, ended, small};

/// Sites and stations around one registry.
pub(crate) struct Ends {
    pub(crate) world: World,
}

/// One of them.
pub(crate) struct End<'w> {
    world: &'w World,
    pub(crate) name: String,
}

impl Ends {
    pub(crate) fn new() -> Self {
        Self {
            world: World::new(),
        }
    }

    /// Makes the keys of an end with a card, which is kept as `NAME.card`.
    pub(crate) fn make(&self, role: &str, name: &str) -> End<'_> {
        let end = self.bare(name);
        let card = end
            .done(&["keys", "new", "--role", role, "--name", name])
            .out;
        fs::write(self.world.path(&format!("{name}.card")), card).unwrap();
        end
    }

    /// An end that has no keys yet.
    pub(crate) fn bare(&self, name: &str) -> End<'_> {
        End {
            world: &self.world,
            name: name.to_owned(),
        }
    }

    /// Locks an image that nobody has yet.
    pub(crate) fn lock(&self, text: &str) {
        let image = format!("team/{text}");
        self.world
            .registry
            .push(&image, "1", &small(text, "linux/amd64"));
        let name = self.world.image(&format!("{image}:1"));
        self.world
            .done(&["lock", "--image", &name, "--platform", "linux/amd64"]);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.world.path(name)
    }
}

impl End<'_> {
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.world.command(words);
        for (variable, folder) in [
            ("AIRLOCK_KEYS", "keys"),
            ("AIRLOCK_STORE", "store"),
            ("AIRLOCK_CACHE", "cache"),
        ] {
            command.env(variable, self.folder(folder));
        }
        command
    }

    /// Returns the folder of its keys, store or cache.
    pub(crate) fn folder(&self, what: &str) -> PathBuf {
        self.world.path(&format!("{}-{what}", self.name))
    }

    pub(crate) fn keyring(&self) -> PathBuf {
        self.folder("keys").join("keyring.json")
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        ended(self.command(words).output().unwrap())
    }

    /// Runs a command with bytes on its standard input.
    pub(crate) fn fed(&self, words: &[&str], input: &[u8]) -> Ended {
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdin.take().unwrap().write_all(input));
        ended(child.wait_with_output().unwrap())
    }

    /// Runs a command that must end with 0.
    pub(crate) fn done(&self, words: &[&str]) -> Ended {
        let ended = self.run(words);
        assert_eq!(
            ended.code,
            Some(0),
            "{}: {words:?}: {}",
            self.name,
            ended.err
        );
        ended
    }

    /// Runs a command that must fail and say what helps; returns exit code and code.
    pub(crate) fn fails(&self, words: &[&str]) -> (i32, String) {
        let ended = self.run(&[&["--json"], words].concat());
        let last = ended.err.lines().last().unwrap_or_default();
        let error: Value =
            serde_json::from_str(last).unwrap_or_else(|_| panic!("{words:?}: {ended:?}"));
        assert!(error["help"].is_string(), "no next step: {error}");
        let code = error["code"].as_str().unwrap().to_owned();
        (ended.code.unwrap(), code)
    }

    /// Runs a command that must be refused with a code, exit 4, and leave keyring and store alone.
    pub(crate) fn refuses(&self, words: &[&str], code: &str) {
        let before = (read(&self.keyring()), tree(&self.folder("store")));
        assert_eq!(self.fails(words), (4, code.to_owned()), "{words:?}");
        let after = (read(&self.keyring()), tree(&self.folder("store")));
        assert_eq!(before, after, "{words:?} changed something");
    }

    /// Trusts the card of another end, whose fingerprint it is told.
    pub(crate) fn trusts(&self, other: &End<'_>) {
        self.trust_card(&format!("{}.card", other.name), &[]);
    }

    /// Trusts a card file, with further words.
    pub(crate) fn trust_card(&self, card: &str, words: &[&str]) {
        let parsed = airlock::seal::Card::parse(&fs::read(self.world.path(card)).unwrap()).unwrap();
        let fingerprint = parsed.fingerprint().to_string();
        let base = ["keys", "trust", card, "--fingerprint", &fingerprint];
        self.done(&[&base, words].concat());
    }

    /// Returns the ids of its keys with the states that are listed.
    pub(crate) fn states(&self) -> Vec<(String, String)> {
        let listed = self.done(&["keys", "list", "--json"]).out;
        let listed: Value = serde_json::from_str(&listed).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        listed["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| (text(&key["name"]), text(&key["state"])))
            .collect()
    }

    /// Writes a request for what the lock needs.
    pub(crate) fn asks(&self, request: &str, words: &[&str]) {
        self.done(&[&["diff", "--request", request], words].concat());
    }

    /// Answers a request.
    pub(crate) fn answers(&self, request: &str, bundle: &str, words: &[&str]) {
        self.done(&[&["bundle", request, "-o", bundle], words].concat());
    }

    /// Changes the text of its keyring.
    pub(crate) fn edit(&self, change: impl Fn(String) -> String) {
        let before = fs::read_to_string(self.keyring()).unwrap();
        let after = change(before.clone());
        assert_ne!(before, after, "nothing was changed");
        fs::write(self.keyring(), after).unwrap();
    }
}

pub(crate) fn read(path: &Path) -> Option<Vec<u8>> {
    fs::read(path).ok()
}

/// Returns every file below a folder with its bytes.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.clone(), fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}
