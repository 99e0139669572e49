//! A lock on two branches of a real git repository.

use std::process::{Command, Output};

use airlock::upstream::{Asked, Reply, rule};
use lock_format::Digest;

use crate::world::{Ended, World, ended, small};

/// A repository whose lock pins `team/base:1`.
struct Repository(World);

impl Repository {
    fn new() -> Self {
        let world = World::new();
        for name in ["team/aaa", "team/base", "team/xxx", "team/zzz"] {
            world.registry.push(name, "1", &small(name, "linux/amd64"));
        }
        world.write(
            "airlock.toml",
            "platforms = [\"linux/amd64\"]\nbuild-platform = \"linux/amd64\"\n\
             [[dockerfile]]\nfiles = [\"*.Dockerfile\"]\n",
        );
        let repository = Self(world);
        repository.git(&["init", "-q", "-b", "main"]);
        repository.needs("m.Dockerfile", &["team/base"]);
        repository.lock_and_commit(&["lock"]);
        repository
    }

    fn git_command(&self, words: &[&str]) -> Command {
        let mut command = self.0.command(&[]);
        let mut git = Command::new("git");
        git.args([
            "-c",
            "user.name=A Person",
            "-c",
            "user.email=person@example.invalid",
        ])
        .args(words)
        .current_dir(self.0.path(""))
        .env_clear()
        .env("GIT_CONFIG_NOSYSTEM", "1");
        // What the driver needs, and where git is.
        command.env("PATH", std::env::var_os("PATH").unwrap());
        git.envs(
            command
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        );
        git
    }

    fn git(&self, words: &[&str]) -> Ended {
        let output: Output = self.git_command(words).output().unwrap();
        let ended = ended(output);
        assert_eq!(ended.code, Some(0), "{words:?}: {}{}", ended.out, ended.err);
        ended
    }

    fn needs(&self, file: &str, images: &[&str]) {
        let lines = images
            .iter()
            .map(|name| format!("FROM {}:1\n", self.0.image(name)));
        self.0.write(file, &lines.collect::<String>());
    }

    fn lock_and_commit(&self, words: &[&str]) {
        self.0.done(words);
        self.git(&["add", "--", "airlock.toml", "airlock.lock", "*.Dockerfile"]);
        self.git(&["commit", "-q", "-m", "lock"]);
    }

    /// Makes `theirs` and then `ours`, both from here; `change` is told which.
    fn branches(&self, change: impl Fn(&str)) {
        for name in ["theirs", "ours"] {
            self.git(&["checkout", "-q", "-b", name, "main"]);
            change(name);
        }
    }

    /// Two branches that upgrade the same image to two things; upstream it has moved on since.
    fn moved_on_both(&self) -> Vec<Digest> {
        let pin = || self.0.lock().images()[0].pin.clone().unwrap().digest;
        self.branches(|name| {
            self.push(name);
            self.lock_and_commit(&["lock", "--upgrade"]);
        });
        let ours = pin();
        self.git(&["checkout", "-q", "theirs"]);
        let theirs = pin();
        self.git(&["checkout", "-q", "ours"]);
        self.push("newest");
        vec![ours, theirs]
    }

    fn push(&self, text: &str) {
        let image = small(text, "linux/amd64");
        self.0.registry.push("team/base", "1", &image);
    }

    fn install_driver(&self) {
        self.0
            .write(".gitattributes", "airlock.lock merge=airlock\n");
        let driver = format!(
            "{} lock merge-driver %O %A %B",
            env!("CARGO_BIN_EXE_airlock")
        );
        self.git(&["config", "merge.airlock.driver", &driver]);
    }

    fn conflicts(&self, style: &str) {
        let style = format!("merge.conflictStyle={style}");
        let merge = self.git_command(&["-c", &style, "merge", "-q", "theirs"]);
        let ended = ended({ merge }.output().unwrap());
        assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
        assert!(self.0.text("airlock.lock").contains("<<<<<<<"));
    }

    /// The lock is the one that is made from nothing.
    fn is_right(&self) {
        self.0.done(&["lock", "--check"]);
        let found = self.0.text("airlock.lock");
        std::fs::remove_file(self.0.path("airlock.lock")).unwrap();
        self.0.done(&["lock"]);
        assert_eq!(found, self.0.text("airlock.lock"));
    }
}

#[test]
fn different_images_merge_cleanly_by_git_alone() {
    let repository = Repository::new();
    repository.branches(|name| {
        let (file, image) = match name {
            "ours" => ("a.Dockerfile", "team/aaa"),
            _ => ("z.Dockerfile", "team/zzz"),
        };
        repository.needs(file, &[image]);
        repository.lock_and_commit(&["lock"]);
    });
    repository.git(&["merge", "-q", "--no-edit", "theirs"]);
    assert_eq!(repository.0.lock().images().len(), 3);
    repository.is_right();
}

#[test]
fn images_added_in_one_place_are_joined_without_network() {
    for style in ["merge", "diff3", "zdiff3"] {
        let repository = Repository::new();
        repository.branches(|name| {
            let (file, image) = match name {
                "ours" => ("x.Dockerfile", "team/xxx"),
                _ => ("z.Dockerfile", "team/zzz"),
            };
            repository.needs(file, &[image]);
            repository.lock_and_commit(&["lock"]);
        });
        repository.conflicts(style);
        let world = &repository.0;
        assert_eq!(
            world.fails(&["lock", "--check"]),
            (2, "lock/conflict".to_owned())
        );
        world.registry.clear_requests();
        world.done(&["lock"]);
        assert_eq!(world.registry.requests().len(), 0, "{style}");
        assert_eq!(world.lock().images().len(), 3, "{style}");
        repository.is_right();
    }
}

#[test]
fn one_image_moved_twice_is_resolved_again_by_lock() {
    for style in ["merge", "diff3"] {
        let repository = Repository::new();
        let digests = repository.moved_on_both();
        repository.conflicts(style);
        let told = repository.0.done(&["lock"]).err;
        for part in [
            "lock/disputed-image".to_owned(),
            digests[0].to_string(),
            digests[1].to_string(),
        ] {
            assert!(
                told.replace(['\n', ' ', '│'], "").contains(&part),
                "{part} in {told}"
            );
        }
        let pin = repository.0.lock().images()[0].pin.clone().unwrap().digest;
        assert!(!digests.contains(&pin), "what the tag names today");
        repository.is_right();
    }
}

#[test]
fn the_driver_joins_and_resolves_while_git_merges() {
    let repository = Repository::new();
    let digests = repository.moved_on_both();
    repository.install_driver();
    repository.git(&["merge", "-q", "--no-edit", "theirs"]);
    let pin = repository.0.lock().images()[0].pin.clone().unwrap().digest;
    assert!(!digests.contains(&pin), "what the tag names today");
    repository.is_right();
}

#[test]
fn the_driver_joins_images_added_in_one_place() {
    let repository = Repository::new();
    repository.install_driver();
    repository.branches(|name| {
        let file = format!("{name}.Dockerfile");
        repository.needs(
            &file,
            &[if name == "ours" {
                "team/xxx"
            } else {
                "team/zzz"
            }],
        );
        repository.lock_and_commit(&["lock"]);
    });
    repository.0.registry.clear_requests();
    repository.git(&["merge", "-q", "--no-edit", "theirs"]);
    assert_eq!(repository.0.registry.requests().len(), 0);
    assert_eq!(repository.0.lock().images().len(), 3);
    repository.is_right();
}

#[test]
fn a_driver_that_fails_leaves_a_conflict_that_lock_joins_later() {
    let repository = Repository::new();
    repository.moved_on_both();
    repository.install_driver();
    let registry = &repository.0.registry;
    registry.add_rule(rule::on(Asked::is_manifest, |_, _| {
        Reply::error(404, "MANIFEST_UNKNOWN", "gone")
    }));
    repository.conflicts("merge");
    registry.clear_rules();
    repository.0.done(&["lock"]);
    repository.is_right();
}

#[test]
fn a_side_that_the_driver_does_not_know_is_kept_in_the_conflict() {
    let repository = Repository::new();
    repository.install_driver();
    let world = &repository.0;
    repository.branches(|name| {
        repository.needs(
            "x.Dockerfile",
            &[if name == "ours" {
                "team/xxx"
            } else {
                "team/zzz"
            }],
        );
        repository.lock_and_commit(&["lock"]);
        if name == "theirs" {
            let newer = world
                .text("airlock.lock")
                .replacen("version = 1", "version = 2", 1);
            world.write("airlock.lock", &newer);
            repository.git(&["commit", "-q", "-a", "-m", "newer"]);
        }
    });
    let merge = repository
        .git_command(&["merge", "-q", "theirs"])
        .output()
        .unwrap();
    let merge = ended(merge);
    assert_eq!(merge.code, Some(1), "{}{}", merge.out, merge.err);
    assert!(
        merge.err.contains("theirs: this lock is of version 2"),
        "{}",
        merge.err
    );
    let text = world.text("airlock.lock");
    for part in [
        "<<<<<<< ours",
        "team/xxx",
        ">>>>>>> theirs",
        "team/zzz",
        "version = 2",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(world.fails(&["lock"]), (2, "lock-format/newer".to_owned()));
}

#[test]
fn the_driver_joins_locks_that_both_branches_began() {
    let repository = Repository::new();
    repository.git(&["rm", "-q", "airlock.lock"]);
    repository.git(&["commit", "-q", "-m", "no lock yet"]);
    repository.install_driver();
    repository.branches(|name| {
        let image = if name == "ours" {
            "team/xxx"
        } else {
            "team/zzz"
        };
        repository.needs(&format!("{name}.Dockerfile"), &[image]);
        repository.lock_and_commit(&["lock"]);
    });
    repository.git(&["merge", "-q", "--no-edit", "theirs"]);
    assert_eq!(repository.0.lock().images().len(), 3);
    repository.is_right();
}
