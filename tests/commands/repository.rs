//! `airlock.toml` and `airlock init`.

use std::fs;

use crate::world::{World, small, two_platforms};

/// A folder beside a registry that has `team/one:1`, `team/two:1` and `team/three:1`.
fn world() -> World {
    let world = World::new();
    for name in ["team/one", "team/two", "team/three"] {
        world.registry.push(name, "1", &two_platforms(name));
    }
    world
}

fn from(world: &World, name: &str) -> String {
    format!("FROM {}\n", world.image(name))
}

/// What the lock asks for: each source with its platforms.
fn sources(world: &World) -> Vec<(String, Vec<String>)> {
    let lock = world.lock();
    let sources = lock.sources().iter().map(|source| {
        let platforms = source.platforms.iter().map(ToString::to_string);
        (source.name.clone(), platforms.collect())
    });
    sources.collect()
}

#[test]
fn every_key_decides_what_it_says() {
    let world = world();
    for folder in ["app/api", "app/web/deep", "tools", ".git"] {
        fs::create_dir_all(world.path(folder)).unwrap();
    }
    let one = from(&world, "team/one:1");
    world.write("app/api/Dockerfile", &one);
    world.write("app/web/deep/Dockerfile", &one);
    world.write(".git/Dockerfile", "FROM broken//\n");
    let args = format!(
        "ARG V\nFROM {}:$V AS a\nFROM never:1\n",
        world.image("team/two")
    );
    world.write("tools/Dockerfile", &args);
    let compose = format!(
        "services:\n  web: {{image: '{0}'}}\n  more: {{image: '{0}', profiles: [more]}}\n",
        world.image("team/${NAME}:1")
    );
    world.write("stack.yaml", &compose);
    world.write("stack.env", "NAME=three\n");
    world.write(
        "airlock.toml",
        &format!(
            "platforms = [\"linux/arm64\"]\nbuild-platform = \"linux/amd64\"\nimages = [\"{}\"]\n\
             [[dockerfile]]\nfiles = [\"**/Dockerfile\", \"app/api/Dockerfile\"]\n\
             args = {{ V = \"1\" }}\ntarget = \"a\"\nplatforms = [\"linux/amd64\"]\n\
             [[compose]]\nfiles = [\"stack.yaml\"]\nenv-files = [\"stack.env\"]\nprofiles = [\"more\"]\n",
            world.image("team/one:1")
        ),
    );
    let wrong = world.run(&["lock"]);
    assert!(
        wrong.err.contains("app/api/Dockerfile"),
        "no stage a: {}",
        wrong.err
    );
    let one = one.replace('\n', " AS a\n");
    world.write("app/api/Dockerfile", &one);
    world.write("app/web/deep/Dockerfile", &one);
    world.done(&["lock"]);
    let (amd64, arm64) = (
        vec!["linux/amd64".to_owned()],
        vec!["linux/arm64".to_owned()],
    );
    let expected = [
        ("app/api/Dockerfile", &amd64),
        ("app/web/deep/Dockerfile", &amd64),
        ("images", &arm64),
        ("stack.yaml", &arm64),
        ("tools/Dockerfile", &amd64),
    ];
    let expected = expected.map(|(name, at)| (name.to_owned(), at.clone()));
    assert_eq!(sources(&world), expected);
    let lock = world.lock();
    let stack = lock.source("stack.yaml").unwrap();
    assert_eq!((stack.profiles.len(), stack.env_files.len()), (1, 1));
    assert_eq!(lock.source("tools/Dockerfile").unwrap().args["V"], "1");
    assert_eq!(lock.images().len(), 3);
    world.registry.clear_requests();
    world.done(&["lock", "--check"]);
    assert_eq!(world.registry.requests().len(), 0);
}

#[test]
fn flags_count_before_the_file_and_the_file_before_the_lock() {
    let world = world();
    world.write("Dockerfile", &from(&world, "team/one:1"));
    let platforms = |world: &World| sources(world).remove(0).1;
    world.done(&["lock", "--platform", "linux/arm64"]);
    world.write("airlock.toml", "[[dockerfile]]\nfiles = [\"Dockerfile\"]\n");
    world.done(&["lock"]);
    assert_eq!(platforms(&world), ["linux/arm64"], "as the lock records");
    world.write("airlock.toml", "platforms = [\"linux/amd64\"]\n");
    world.done(&["lock"]);
    assert_eq!(platforms(&world), ["linux/amd64"], "as the file says");
    world.done(&["lock", "--platform", "linux/arm64,linux/amd64"]);
    assert_eq!(platforms(&world).len(), 2, "as the flag says");
}

#[test]
fn images_that_the_inside_has_are_told_and_neither_locked_nor_asked_for() {
    let world = world();
    let text = "FROM registry.corp/team/base:1 AS a\nFROM b.lan:5000/c:2 AS b\n";
    world.write(
        "Dockerfile",
        &format!("{text}{}", from(&world, "team/one:1")),
    );
    world.write(
        "airlock.toml",
        "inside = [\"registry.corp\", \"*.lan:5000\"]\n",
    );
    let told = world.done(&["lock", "--platform", "linux/amd64"]).err;
    for name in ["registry.corp/team/base:1", "b.lan:5000/c:2"] {
        assert!(
            told.contains(&format!("inside   {name}, not locked")),
            "{told}"
        );
    }
    assert_eq!(world.lock().images().len(), 1);
    world.done(&["lock", "--check"]);
    world.write("airlock.toml", "inside = []\n");
    assert_eq!(
        world.run(&["lock", "--check"]).code,
        Some(1),
        "now they are missing"
    );
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_was_meant() {
    let world = world();
    world.write("Dockerfile", &from(&world, "team/one:1"));
    world.write(
        "airlock.toml",
        "\n[[dockerfile]]\nfile = [\"Dockerfile\"]\n",
    );
    let told = world.run(&["lock"]);
    assert_eq!(told.code, Some(2));
    for part in ["airlock.toml:3:1", "did you mean `files`?"] {
        assert!(told.err.contains(part), "{part} in {}", told.err);
    }
    for (text, code) in [
        ("platform = []", "config/unknown-key"),
        (
            "[[dockerfile]]\nfiles = [\"../Dockerfile\"]",
            "config/bad-value",
        ),
        ("[[dockerfile]]\nfiles = [\"x/*\"]", "config/no-match"),
        ("[[dockerfile]]\nargs = {}", "config/missing-key"),
        ("[[dockerfile]]\nfiles = [\"none\"]", "config/no-match"),
    ] {
        world.write("airlock.toml", text);
        assert_eq!(world.fails(&["lock"]).1, code, "{text}");
    }
}

#[test]
fn a_link_out_of_the_root_is_not_followed() {
    let world = world();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("Dockerfile"), "FROM scratch\n").unwrap();
    std::os::unix::fs::symlink(outside.path(), world.path("out")).unwrap();
    world.write(
        "airlock.toml",
        "[[dockerfile]]\nfiles = [\"out/Dockerfile\"]\n",
    );
    assert_eq!(world.fails(&["lock"]).1, "inputs/outside-root");
    world.write(
        "airlock.toml",
        "[[dockerfile]]\nfiles = [\"**/Dockerfile\"]\n",
    );
    assert_eq!(world.fails(&["lock"]).1, "config/no-match");
}

#[test]
fn what_init_writes_leads_to_the_same_lock() {
    let world = world();
    world.write("Dockerfile", &from(&world, "team/one:1"));
    let service = |name: &str| format!("services:\n  web: {{image: '{}'}}\n", world.image(name));
    world.write("compose.yaml", &service("team/two:${TAG}"));
    world.write("compose.override.yaml", &service("team/three:${TAG}"));
    world.write(".env", "TAG=1\n");
    world.done(&["lock"]);
    let found = world.text("airlock.lock");
    assert!(found.contains("compose.override.yaml"), "{found}");
    world.done(&["init"]);
    fs::remove_file(world.path("airlock.lock")).unwrap();
    world.done(&["lock"]);
    assert_eq!(world.text("airlock.lock"), found);
    world.done(&["lock", "--check"]);
}

#[test]
fn each_commented_line_of_init_is_good_once_it_counts() {
    let world = world();
    world.write("Dockerfile", &from(&world, "team/one:1"));
    world.write("compose.yaml", "services: {web: {image: a}}\n");
    world.done(&["init"]);
    let text = world.text("airlock.toml");
    let live: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(key) if key.contains(" = ") => format!("{key}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    assert!(live.matches(" = ").count() > 10, "{live}");
    let path = std::path::Path::new("airlock.toml");
    airlock::config::Repository::parse(path, &live).unwrap();
}

#[test]
fn init_never_overwrites() {
    let world = world();
    world.write("Dockerfile", &from(&world, "team/one:1"));
    world.write("airlock.toml", "# mine\n");
    assert_eq!(world.fails(&["init"]).1, "store/output-exists");
    assert_eq!(world.text("airlock.toml"), "# mine\n");
    let empty = World::new();
    empty
        .registry
        .push("team/one", "1", &small("a", "linux/amd64"));
    assert_eq!(empty.fails(&["init"]).1, "lock/no-source");
    assert!(!empty.path("airlock.toml").exists());
}

#[test]
fn init_takes_what_lies_below_where_the_folder_itself_has_nothing() {
    let world = world();
    let (one, two) = (from(&world, "team/one:1"), from(&world, "team/two:1"));
    for (folder, text) in [
        ("api", &one),
        ("web [new]", &two),
        ("node_modules/x", &one),
        ("vendor/y", &one),
        (".cache/z", &one),
    ] {
        fs::create_dir_all(world.path(folder)).unwrap();
        world.write(&format!("{folder}/Dockerfile"), text);
        world.write(&format!("{folder}/Dockerfile.dockerignore"), "*\n");
    }
    fs::create_dir(world.path("run")).unwrap();
    let image = world.image("team/three:1");
    world.write(
        "run/compose.yml",
        &format!("services: {{a: {{image: '{image}'}}}}\n"),
    );
    world.done(&["init"]);
    world.done(&["lock", "--platform", "linux/amd64"]);
    let names = sources(&world).into_iter().map(|(name, _)| name);
    let expected = ["api/Dockerfile", "run/compose.yml", "web [new]/Dockerfile"];
    assert_eq!(names.collect::<Vec<_>>(), expected);
}

#[test]
fn init_names_in_comments_what_lies_below_and_is_not_built_here() {
    let world = world();
    let one = from(&world, "team/one:1");
    for folder in ["api", "tools", "deploy"] {
        fs::create_dir(world.path(folder)).unwrap();
    }
    world.write("Dockerfile", &one);
    world.write("Dockerfile.dev", &one);
    world.write("api/Dockerfile", &one);
    world.write("tools/Containerfile", &one);
    world.write("deploy/compose.yaml", "services: {a: {image: a}}\n");
    world.write("compose.yaml", "services: {api: {build: api}}\n");
    let told = world.done(&["init"]).err;
    assert!(
        told.contains("3 further sources below this folder: in comments"),
        "{told}"
    );
    let text = world.text("airlock.toml");
    let (asked, further) = text.split_once("# Below this folder").expect("two parts");
    assert!(
        asked.contains("[[dockerfile]]\nfiles = [\"Dockerfile\"]\n"),
        "{asked}"
    );
    let expected = "# [[dockerfile]]\n# files = [\n#   \"Dockerfile.dev\",\n#   \"tools/Containerfile\",\n# ]\n\
                    #\n# [[compose]]\n# files = [\"deploy/compose.yaml\"]\n";
    assert!(further.ends_with(expected), "{further}");
    world.done(&["lock", "--platform", "linux/amd64"]);
    assert_eq!(sources(&world).len(), 2);
}

#[test]
fn a_folder_in_place_of_the_file_is_no_missing_file() {
    let world = world();
    world.write("Dockerfile", "FROM scratch\n");
    fs::create_dir(world.path("airlock.toml")).unwrap();
    assert_eq!(world.fails(&["lock"]), (1, "inputs/not-a-file".to_owned()));
}

#[test]
fn a_lock_that_is_read_through_a_link_is_written_through_it() {
    let world = world();
    fs::create_dir(world.path("locks")).unwrap();
    world.write("Dockerfile", &from(&world, "team/one:1"));
    world.done(&[
        "lock",
        "--platform",
        "linux/amd64",
        "--lockfile",
        "locks/real.lock",
    ]);
    std::os::unix::fs::symlink("locks/real.lock", world.path("airlock.lock")).unwrap();
    world.write("Dockerfile", &from(&world, "team/two:1"));
    world.done(&["lock"]);
    assert!(world.path("airlock.lock").is_symlink());
    assert!(world.text("locks/real.lock").contains("team/two:1"));
    world.done(&["lock", "--check"]);
}
