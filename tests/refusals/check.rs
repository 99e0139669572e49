//! `apply --check`: all that `apply` does, except that nothing is written.

use serde_json::Value;

use crate::world::World;

fn report(text: &str) -> Value {
    let mut report: Value = serde_json::from_str(text).unwrap();
    report.as_object_mut().unwrap().remove("check").unwrap();
    report
}

#[test]
fn a_good_bundle_is_reported_as_apply_reports_it_and_nothing_changes() {
    let world = World::new();
    let (before, logs) = (world.store(), world.logs());
    let checked = report(&world.inside("--json apply --check ../bundle.age"));
    assert!(before.differences(&world.store()).is_empty());
    assert_eq!(world.logs(), logs);
    assert_eq!(report(&world.inside("--json apply ../bundle.age")), checked);
    assert_eq!(checked["blobs"], 4);
}

#[test]
fn a_check_reads_a_pipe_and_needs_no_writable_store() {
    let world = World::new();
    let code = world.shell("chmod -R a-w inside/store && cd project && $AIRLOCK apply --check - < ../bundle.age && $AIRLOCK apply --check <(cat ../bundle.age); code=$?; chmod -R u+w ../inside/store; exit $code");
    assert_eq!(code, 0);
}

#[test]
fn a_bundle_comes_through_a_named_pipe() {
    let world = World::new();
    assert_eq!(
        world.shell("cd project && $AIRLOCK apply <(cat ../bundle.age)"),
        0
    );
    world.inside("diff --exit-code");
}

#[test]
fn every_byte_is_verified_and_the_refusals_are_the_same() {
    let world = World::new();
    let mut opened = world.opened();
    opened.falsify(opened.bundle.entries[3].content().digest);
    let code = world.refused(&opened.seal(&world.keyring));
    assert_eq!(code, "transfer/payload-differs");
}

#[test]
fn a_lock_without_a_bundle_is_held_against_the_documents_too() {
    let world = World::new();
    world.applies();
    let lock = world.path("project/airlock.lock");
    let text = std::fs::read_to_string(&lock).unwrap();
    let layers: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("  {"))
        .collect();
    let swapped = text
        .replacen(layers[0], "first", 1)
        .replacen(layers[1], layers[0], 1)
        .replacen("first", layers[1], 1);
    assert_ne!(swapped, text);
    std::fs::write(&lock, swapped).unwrap();
    let before = world.store();
    for words in ["apply --check", "apply"] {
        let told = world.fails(&format!("{words} --lockfile airlock.lock"));
        assert_eq!(told, (4, "apply/not-as-locked".to_owned()), "{words}");
    }
    assert!(before.differences(&world.store()).is_empty());
}

#[test]
fn a_lock_is_checked_without_a_bundle() {
    let world = World::new();
    let none = world.fails("apply --check --lockfile airlock.lock");
    assert_eq!(none, (1, "apply/nothing-held".to_owned()));
    world.applies();
    let logs = world.logs();
    let checked = report(&world.inside("--json apply --check --lockfile airlock.lock"));
    assert_eq!(world.logs(), logs);
    let applied = report(&world.inside("--json apply --lockfile airlock.lock"));
    assert_eq!(applied, checked);
}
