//! How keys come and go: rotated, revoked, forgotten.

use std::fs;

use crate::end::Ends;

fn state(name: &str, state: &str) -> (String, String) {
    (name.to_owned(), state.to_owned())
}

#[test]
fn a_rotation_keeps_the_old_key_for_a_grace() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    let before = fs::read_to_string(ends.path("north.card")).unwrap();
    let after = north.done(&["keys", "rotate", "--grace", "2d"]).out;
    assert_ne!(before, after);
    assert_eq!(north.done(&["keys", "card"]).out, after);
    let mut states = north.states();
    states.sort();
    assert_eq!(states, [state("north", "current"), state("north", "grace")]);
    let listed = north.done(&["keys", "list"]).err;
    assert!(listed.contains("grace until 20"), "{listed}");
    north.done(&["keys", "rotate", "--grace", "0"]);
    let mut states = north.states();
    states.sort();
    let expected = [
        state("north", "current"),
        state("north", "grace"),
        state("north", "retired"),
    ];
    assert_eq!(states, expected);
    assert_eq!(
        north
            .done(&["keys", "export", "--age"])
            .out
            .matches("AGE-SECRET-KEY-1")
            .count(),
        3
    );
}

#[test]
fn a_grace_that_is_over_is_told_and_ends_for_good() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    north.done(&["keys", "rotate"]);
    let text = fs::read_to_string(north.keyring()).unwrap();
    let (_, rest) = text.split_once("\"until\":").unwrap();
    let until = rest[..10].to_owned();
    north.edit(|text| text.replace(&until, "1000000000"));
    assert!(north.states().contains(&state("north", "retired")));
    assert!(
        fs::read_to_string(north.keyring())
            .unwrap()
            .contains("\"grace\"")
    );
    north.done(&["keys", "rotate"]);
    assert!(
        fs::read_to_string(north.keyring())
            .unwrap()
            .contains("\"retired\"")
    );
}

#[test]
fn a_revoked_end_is_forgotten_only_then() {
    let ends = Ends::new();
    let (north, alpha) = (ends.make("site", "north"), ends.make("station", "alpha"));
    north.trusts(&alpha);
    assert_eq!(
        north.fails(&["keys", "forget", "alpha"]),
        (2, "seal/key-in-use".to_owned())
    );
    assert_eq!(
        north.fails(&["keys", "forget", "beta"]),
        (2, "seal/no-such-key".to_owned())
    );
    let both = north.fails(&["keys", "revoke", "alpha", "beta"]);
    assert_eq!(both, (2, "seal/no-such-key".to_owned()));
    assert!(
        north.states().contains(&state("alpha", "current")),
        "all or none"
    );
    north.done(&["keys", "revoke", "alpha"]);
    assert!(north.states().contains(&state("alpha", "revoked")));
    assert!(
        north
            .done(&["keys", "revoke", "alpha"])
            .err
            .contains("before")
    );
    north.done(&["keys", "forget", "alpha"]);
    assert_eq!(north.states(), [state("north", "current")]);
    north.trusts(&alpha);
}

#[test]
fn a_revoked_key_of_ones_own_is_followed_by_a_rotation() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    north.done(&["keys", "revoke", "north"]);
    assert_eq!(
        north.fails(&["keys", "card"]),
        (2, "seal/no-card".to_owned())
    );
    north.done(&["keys", "rotate"]);
    let mut states = north.states();
    states.sort();
    assert_eq!(
        states,
        [state("north", "current"), state("north", "revoked")]
    );
    let shown = ["keys", "show", "north", "--fingerprint"];
    north.done(&shown);
    north.done(&["keys", "revoke", "north"]);
    assert_eq!(
        north.fails(&shown),
        (2, "seal/several-keys".to_owned()),
        "none of them is the one that is compared"
    );
}

#[test]
fn a_phrase_rotates_on_both_sides_and_is_revoked_whole() {
    let ends = Ends::new();
    let (inside, outside) = (ends.bare("inside"), ends.bare("outside"));
    let first = inside.done(&["keys", "new", "--stdout"]).out;
    assert_eq!(
        outside.fed(&["keys", "enter"], first.as_bytes()).code,
        Some(0)
    );
    assert_eq!(
        inside.fails(&["keys", "rotate"]),
        (2, "cli/not-a-terminal".to_owned())
    );
    ends.lock("one");
    inside.asks("one.age", &[]);
    outside.answers("one.age", "one.bundle", &[]);
    let second = inside.done(&["keys", "rotate", "--stdout"]).out;
    assert_ne!(first, second);
    let entered = outside.fed(&["keys", "enter", "--rotated"], second.as_bytes());
    assert_eq!(entered.code, Some(0), "{}", entered.err);
    let again = outside.fed(&["--json", "keys", "enter", "--rotated"], first.as_bytes());
    assert!(again.err.contains("seal/key-known"), "{}", again.err);
    let fingerprint = |end: &crate::end::End<'_>| end.done(&["keys", "show", "--fingerprint"]).out;
    assert_eq!(fingerprint(&inside), fingerprint(&outside));
    inside.done(&["apply", "one.bundle"]);

    ends.lock("two");
    inside.asks("two.age", &[]);
    outside.answers("two.age", "two.bundle", &[]);
    inside.done(&["apply", "two.bundle"]);

    let listed = inside.done(&["keys", "list", "--json"]).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let current = listed["keys"].as_array().unwrap().iter();
    let kid = current
        .filter(|key| key["state"] == "current")
        .map(|key| key["kid"].as_str().unwrap())
        .next()
        .unwrap();
    inside.done(&["keys", "revoke", kid]);
    assert_eq!(
        inside
            .states()
            .iter()
            .filter(|(_, state)| state == "revoked")
            .count(),
        2
    );
    assert_eq!(
        inside
            .states()
            .iter()
            .filter(|(_, state)| state == "grace")
            .count(),
        2
    );
}
