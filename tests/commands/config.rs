//! `airlock config`: each setting with its value and where that comes from.

use std::fs;

use serde_json::{Value, json};

use crate::world::{World, ended};

/// A world where a folder, the project, the station and the site each have something set.
fn filled() -> World {
    let world = World::new();
    world.write("airlock.toml", "platforms = [\"linux/arm64\"]\n");
    for (folder, file, text) in [
        (
            "home/.config/airlock",
            "config.toml",
            "jobs = 7\ninsecure-registries = [\"reg.lan:5000\"]\n",
        ),
        ("store/airlock", "site.toml", "names = [\"airlock.lan\"]\n"),
    ] {
        fs::create_dir_all(world.path(folder)).unwrap();
        world.write(&format!("{folder}/{file}"), text);
    }
    world
}

/// The values of a key with their origins, as data.
fn values(report: &Value, key: &str) -> Vec<(Value, Value)> {
    let settings = report["settings"].as_array().unwrap().iter();
    let found = settings.filter(|setting| setting["key"] == key);
    found
        .map(|setting| (setting["value"].clone(), setting["from"].clone()))
        .collect()
}

#[test]
fn each_value_is_shown_with_its_origin() {
    let world = filled();
    let report: Value = serde_json::from_str(&world.done(&["--json", "config"]).out).unwrap();
    assert_eq!(report["schema"], "airlock.config/1");
    let file =
        |name: &str| json!({ "kind": "file", "name": world.path(name).display().to_string() });
    let variable = |name: &str| json!({ "kind": "variable", "name": name });
    let default = json!({ "kind": "default" });
    let folder = |name: &str| json!(world.path(name).display().to_string());
    let station = file("home/.config/airlock/config.toml");
    for (key, expected) in [
        ("store", vec![(folder("store"), variable("AIRLOCK_STORE"))]),
        (
            "tls",
            vec![(folder("home/.local/share/airlock/tls"), default.clone())],
        ),
        ("listen", vec![(json!("127.0.0.1:5000"), default.clone())]),
        (
            "platforms",
            vec![(json!(["linux/arm64"]), file("airlock.toml"))],
        ),
        ("jobs", vec![(json!(7), station.clone())]),
        (
            "insecure-registries",
            vec![
                (
                    json!(world.registry.host()),
                    variable("AIRLOCK_INSECURE_REGISTRY"),
                ),
                (json!(["reg.lan:5000"]), station),
            ],
        ),
        ("mirrors", vec![(Value::Null, default)]),
        (
            "names",
            vec![(json!(["airlock.lan"]), file("store/airlock/site.toml"))],
        ),
    ] {
        assert_eq!(values(&report, key), expected, "{key}");
    }
}

#[test]
fn flags_and_variables_count_before_files() {
    let world = filled();
    let mut command = world.command(&["--json", "config", "--store", "elsewhere"]);
    let ended = ended(command.env("AIRLOCK_JOBS", "2").output().unwrap());
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    for (key, value, from) in [
        (
            "jobs",
            "2",
            json!({ "kind": "variable", "name": "AIRLOCK_JOBS" }),
        ),
        (
            "store",
            "elsewhere",
            json!({ "kind": "flag", "name": "--store" }),
        ),
        ("names", "", json!({ "kind": "default" })),
    ] {
        let value = Some(value).filter(|value| !value.is_empty());
        assert_eq!(values(&report, key), [(json!(value), from)], "{key}");
    }
}

#[test]
fn people_see_headings_and_what_would_be_refused() {
    let world = filled();
    let told = world.done(&["config"]).err;
    for part in [
        "folders\n",
        "\nproject\n",
        "  jobs ",
        "  7  (",
        "none  (default)",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    world.write("airlock.toml", "platform = []\n");
    let refused = (2, "config/unknown-key".to_owned());
    assert_eq!(world.fails(&["config"]), refused);
}

/// A setting that `config` does not show is one that nobody finds.
#[test]
fn every_variable_of_the_documentation_is_shown() {
    let world = World::new();
    let page = fs::read_to_string("docs/configuration.md").unwrap();
    let variables = page.split('`').filter(|word| {
        word.strip_prefix("AIRLOCK_")
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
    });
    let variables: Vec<_> = variables.collect();
    assert!(variables.len() > 10, "{variables:?}");
    let mut command = world.command(&["config"]);
    command.envs(variables.iter().map(|name| (name, "1")));
    let told = ended(command.output().unwrap()).err;
    for variable in variables {
        assert!(
            told.contains(&format!("({variable})")),
            "{variable}: {told}"
        );
    }
}
