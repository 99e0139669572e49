//! Cards: made, shown, trusted, refused.

use std::fs;

use airlock::seal::Card;
use serde_json::Value;

use crate::end::{End, Ends};

fn card(ends: &Ends, name: &str) -> Card {
    Card::parse(&fs::read(ends.path(&format!("{name}.card"))).unwrap()).unwrap()
}

fn fingerprint(ends: &Ends, name: &str) -> String {
    card(ends, name).fingerprint().to_string()
}

#[test]
fn a_card_is_one_line_and_says_the_same_everywhere() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    let made = fs::read_to_string(ends.path("north.card")).unwrap();
    assert_eq!(made.lines().count(), 1);
    let printed = north.done(&["keys", "card"]);
    assert_eq!(printed.out, made);
    let card = card(&ends, "north");
    let fingerprint = card.fingerprint().to_string();
    for said in ["north", "site", &card.age(), &card.ed25519(), &fingerprint] {
        assert!(printed.err.contains(said), "{said}: {}", printed.err);
    }
    let json: Value = serde_json::from_str(&north.done(&["keys", "card", "--json"]).out).unwrap();
    assert_eq!(json["card"], made.trim_end());
    assert_eq!(json["fingerprint"], fingerprint);
    let shown = north.done(&["keys", "show", "--fingerprint"]).out;
    assert_eq!(shown, format!("{fingerprint}\n"));
    let secrets = fs::read_to_string(north.keyring()).unwrap();
    assert!(secrets.contains("AGE-SECRET-KEY-1"));
    assert!(!printed.out.contains("SECRET") && !printed.err.contains("SECRET"));
}

#[test]
fn the_fingerprint_of_a_trusted_card_is_shown_by_name() {
    let ends = Ends::new();
    let (north, alpha) = (ends.make("site", "north"), ends.make("station", "alpha"));
    north.trusts(&alpha);
    let told = fingerprint(&ends, "alpha");
    let shown = north.done(&["keys", "show", "alpha", "--fingerprint"]).out;
    assert_eq!(shown, format!("{told}\n"));
    assert_eq!(alpha.done(&["keys", "show", "--fingerprint"]).out, shown);
    let kid = card(&ends, "alpha").kid().to_string();
    assert!(north.done(&["keys", "show", &kid]).err.contains(&told));
    assert_eq!(
        north.fails(&["keys", "show", "nobody"]),
        (2, "seal/no-such-key".to_owned())
    );
}

#[test]
fn a_card_is_trusted_only_once_its_fingerprint_is_confirmed() {
    let ends = Ends::new();
    let (north, alpha) = (ends.make("site", "north"), ends.make("station", "alpha"));
    let (right, wrong) = (fingerprint(&ends, "alpha"), fingerprint(&ends, "north"));
    let base = ["keys", "trust", "alpha.card"];
    north.refuses(&base, "cli/not-confirmed");
    north.refuses(
        &["keys", "trust", "alpha.card", "--fingerprint", &wrong],
        "seal/other-fingerprint",
    );
    let nonsense = north.fails(&["keys", "trust", "alpha.card", "--fingerprint", "MBF3H"]);
    assert_eq!(nonsense, (2, "seal/not-a-fingerprint".to_owned()));
    assert_eq!(north.states().len(), 1);
    let typed = right.to_lowercase().replace('-', " ");
    north.done(&["keys", "trust", "alpha.card", "--fingerprint", &typed]);
    assert_eq!(
        north.states()[1],
        ("alpha".to_owned(), "current".to_owned())
    );
    let again = north.done(&["keys", "trust", "alpha.card", "--fingerprint", &right]);
    assert!(again.err.contains("before"), "{}", again.err);
    assert_eq!(north.states().len(), 2);
    drop(alpha);
}

#[test]
fn a_card_comes_through_a_pipe_too() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    ends.make("station", "alpha");
    let words = [
        "keys",
        "trust",
        "-",
        "--fingerprint",
        &fingerprint(&ends, "alpha"),
    ];
    let ended = north.fed(&words, &fs::read(ends.path("alpha.card")).unwrap());
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(north.states().len(), 2);
}

/// Trusts a card as if its fingerprint had been told.
fn refused(end: &End<'_>, ends: &Ends, name: &str, code: &str) {
    let fingerprint = fingerprint(ends, name);
    let file = format!("{name}.card");
    end.refuses(
        &["keys", "trust", &file, "--fingerprint", &fingerprint],
        code,
    );
}

#[test]
fn cards_that_must_not_be_trusted_are_refused_by_name() {
    let ends = Ends::new();
    let (north, alpha) = (ends.make("site", "north"), ends.make("station", "alpha"));
    ends.make("site", "south");
    north.trusts(&alpha);
    refused(&north, &ends, "north", "seal/own-card");
    refused(&north, &ends, "south", "seal/card-role");

    // Another key under a name that is known.
    let text = fs::read_to_string(ends.path("alpha.card")).unwrap();
    ends.make("station", "beta");
    let other = fs::read_to_string(ends.path("beta.card")).unwrap();
    fs::write(ends.path("false.card"), other.replace("beta", "alpha")).unwrap();
    refused(&north, &ends, "false", "seal/card-changed");

    // One's own age key, or one's own signing key, under a stranger's name.
    let own = card(&ends, "north");
    let stranger = card(&ends, "alpha");
    for (from, to) in [
        (stranger.age(), own.age()),
        (stranger.ed25519(), own.ed25519()),
    ] {
        let mixed = text.replace(&from, &to).replace("alpha", "gamma");
        fs::write(ends.path("mixed.card"), mixed).unwrap();
        refused(&north, &ends, "mixed", "seal/own-card");
    }

    // A known key under another name.
    fs::write(ends.path("renamed.card"), text.replace("alpha", "gamma")).unwrap();
    refused(&north, &ends, "renamed", "seal/card-renamed");

    // A key that was rotated out, and one that was revoked.
    fs::write(ends.path("old.card"), &text).unwrap();
    let rotated = alpha.done(&["keys", "rotate"]).out;
    fs::write(ends.path("alpha.card"), rotated).unwrap();
    north.trust_card("alpha.card", &["--rotated"]);
    refused(&north, &ends, "old", "seal/card-retired");
    north.done(&["keys", "revoke", "alpha"]);
    refused(&north, &ends, "old", "seal/card-revoked");
    refused(&north, &ends, "alpha", "seal/card-revoked");
}

#[test]
fn a_file_that_is_no_card_is_refused() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    ends.make("station", "alpha");
    let text = fs::read_to_string(ends.path("alpha.card")).unwrap();
    for (bad, code) in [
        (
            text.replace("\"format\":1", "\"format\":2"),
            "seal/card-newer",
        ),
        (
            text.replace("\"format\":1", "\"format\": 1"),
            "seal/card-damaged",
        ),
        (text.replace('\n', "\r\n"), "seal/card-damaged"),
        (text.replace("alpha", "Alpha"), "seal/card-damaged"),
        ("a".repeat(5000), "seal/card-damaged"),
        (String::new(), "seal/card-damaged"),
    ] {
        fs::write(ends.path("bad.card"), bad).unwrap();
        north.refuses(&["keys", "trust", "bad.card", "--fingerprint", "0"], code);
    }
    let none = north.fails(&["keys", "trust", "nowhere.card"]);
    assert_eq!(none, (3, "cli/cannot-open".to_owned()));
}

#[test]
fn a_keyring_is_paired_in_one_way() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    ends.make("station", "alpha");
    let shared = ends.bare("shared");
    let phrase = shared.done(&["keys", "new", "--stdout"]).out;
    let fingerprint = fingerprint(&ends, "alpha");
    for words in [
        &["keys", "card"][..],
        &["keys", "trust", "alpha.card", "--fingerprint", &fingerprint],
    ] {
        let (_, code) = shared.fails(words);
        assert_eq!(code, "seal/no-card", "{words:?}");
    }
    let entered = north.fed(&["--json", "keys", "enter", "--rotated"], phrase.as_bytes());
    assert!(
        entered.err.contains("seal/other-pairing"),
        "{}",
        entered.err
    );
    for words in [
        &["keys", "new", "--role", "site", "--name", "north"][..],
        &["keys", "new", "--stdout"],
    ] {
        assert_eq!(north.fails(words), (2, "seal/keys-exist".to_owned()));
    }
    for words in [
        &["keys", "new", "--role", "site"][..],
        &["keys", "new", "--role", "site", "--name", "North"],
        &["keys", "new", "--role", "hub", "--name", "north"],
        &["keys", "rotate", "--grace", "soon"],
    ] {
        assert_eq!(north.run(words).code, Some(2), "{words:?}");
    }
}
