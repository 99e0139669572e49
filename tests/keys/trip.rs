//! The whole trip with cards: two sites, two stations, rotations on the way, a stolen station.

use std::fs;

use crate::end::{End, Ends};

/// Two sites and two stations that trust each other.
fn four(ends: &Ends) -> [End<'_>; 4] {
    let sites = [ends.make("site", "north"), ends.make("site", "south")];
    let stations = [ends.make("station", "alpha"), ends.make("station", "beta")];
    for site in &sites {
        for station in &stations {
            site.trusts(station);
            station.trusts(site);
        }
    }
    let [north, south] = sites;
    let [alpha, beta] = stations;
    [north, south, alpha, beta]
}

/// Rotates the key of an end; its new card takes the place of `NAME.card`.
fn rotate(ends: &Ends, end: &End<'_>, grace: &str) {
    let card = end.done(&["keys", "rotate", "--grace", grace]).out;
    fs::write(ends.path(&format!("{}.card", end.name)), card).unwrap();
}

#[test]
fn any_trusted_station_answers_and_only_the_site_that_asked_takes_it() {
    let ends = Ends::new();
    let [north, south, alpha, beta] = four(&ends);
    ends.lock("one");
    north.asks("north.age", &[]);
    south.asks("south.age", &[]);
    alpha.answers("north.age", "north.bundle", &[]);
    beta.answers("south.age", "south.bundle", &[]);
    south.refuses(&["apply", "north.bundle"], "seal/wrong-key");
    south.refuses(&["inspect", "north.age"], "seal/wrong-key");
    north.done(&["apply", "north.bundle"]);
    south.done(&["apply", "south.bundle"]);

    // Sealed for the other site as well: it can look, and takes nothing.
    ends.lock("two");
    north.asks("two.age", &[]);
    alpha.answers("two.age", "two.bundle", &["--to", "south"]);
    south.done(&["inspect", "two.bundle"]);
    south.refuses(&["apply", "two.bundle"], "apply/other-site");
    north.done(&["apply", "two.bundle"]);

    // A request for one station is closed to the other.
    ends.lock("three");
    north.asks("three.age", &["--to", "beta"]);
    alpha.refuses(&["bundle", "three.age"], "seal/wrong-key");
    beta.answers("three.age", "three.bundle", &[]);
    north.done(&["apply", "three.bundle"]);
    assert_eq!(
        north.fails(&[
            "diff",
            "--request",
            "x.age",
            "--allow-empty",
            "--to",
            "gamma"
        ]),
        (2, "seal/no-such-peer".to_owned())
    );
    assert_eq!(
        alpha.fails(&["bundle", "three.age", "--to", "gamma"]).1,
        "seal/wrong-key"
    );
    assert_eq!(
        beta.fails(&["bundle", "three.age", "--to", "gamma", "-o", "x"]),
        (2, "seal/no-such-peer".to_owned())
    );
}

#[test]
fn what_is_under_way_survives_a_rotation_of_the_site() {
    let ends = Ends::new();
    let [north, _, alpha, beta] = four(&ends);
    ends.lock("one");
    north.asks("one.age", &[]);
    alpha.answers("one.age", "one.bundle", &[]);
    rotate(&ends, &north, "30d");
    north.done(&["apply", "one.bundle"]);

    // The station answers to the new key what the old one asked.
    ends.lock("two");
    beta.refuses_new(&north, "two.age");
    beta.trust_card("north.card", &["--rotated"]);
    beta.answers("two.age", "two.bundle", &[]);
    north.done(&["apply", "two.bundle"]);

    // After the grace it is refused by name.
    ends.lock("three");
    alpha.trust_card("north.card", &["--rotated"]);
    north.asks("three.age", &[]);
    alpha.answers("three.age", "three.bundle", &[]);
    rotate(&ends, &north, "0");
    north.refuses(&["apply", "three.bundle"], "seal/sealed-to-retired");
    let told = north.run(&["apply", "three.bundle"]).err;
    assert!(told.contains("of north"), "{told}");
    north.done(&["keys", "revoke", "north"]);
    north.refuses(&["apply", "three.bundle"], "seal/sealed-to-revoked");
}

impl End<'_> {
    /// A request that is signed by a key which this end does not trust yet.
    fn refuses_new(&self, site: &End<'_>, request: &str) {
        site.asks(request, &[]);
        self.refuses(&["bundle", request], "seal/unknown-sender");
    }
}

#[test]
fn what_is_under_way_survives_a_rotation_of_the_station() {
    let ends = Ends::new();
    let [north, _, alpha, beta] = four(&ends);
    ends.lock("one");
    north.asks("one.age", &[]);
    alpha.answers("one.age", "one.bundle", &[]);
    rotate(&ends, &alpha, "30d");
    north.trust_card("alpha.card", &["--rotated"]);
    north.done(&["apply", "one.bundle"]);

    // The new key is taken once it is trusted; the old one signs for nothing that came after.
    ends.lock("two");
    north.asks("two.age", &[]);
    rotate(&ends, &beta, "30d");
    beta.answers("two.age", "two.bundle", &[]);
    north.refuses(&["apply", "two.bundle"], "seal/unknown-sender");
    north.trust_card("beta.card", &["--rotated", "--grace", "0"]);
    north.done(&["apply", "two.bundle"]);
}

/// Exchanges the states of a current key and one in grace, in the text of a keyring.
fn exchanged(text: &str) -> String {
    let (_, rest) = text.split_once("\"state\":\"grace\",\"until\":").unwrap();
    let grace = format!("\"state\":\"grace\",\"until\":{}", &rest[..10]);
    let current = "\"state\":\"current\"";
    let kept = text.replace(current, "<current>").replace(&grace, current);
    kept.replace("<current>", &grace)
}

#[test]
fn a_station_key_in_grace_signs_nothing_that_came_after() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    let alpha = ends.make("station", "alpha");
    north.trusts(&alpha);
    rotate(&ends, &alpha, "30d");
    north.trust_card("alpha.card", &["--rotated"]);
    ends.lock("one");
    north.asks("one.age", &[]);
    // Somebody who has both keys signs with the old one.
    alpha.edit(|text| exchanged(&text));
    alpha.trusts(&north);
    alpha.answers("one.age", "one.bundle", &[]);
    north.refuses(&["apply", "one.bundle"], "apply/key-in-grace");
    alpha.edit(|text| {
        let (cards, keys) = text.split_once("\"keys\":").unwrap();
        format!("{cards}\"keys\":{}", exchanged(keys))
    });
    alpha.answers("one.age", "new.bundle", &[]);
    north.done(&["apply", "new.bundle"]);
}

#[test]
fn a_site_key_in_grace_opens_nothing_that_came_after() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    let alpha = ends.make("station", "alpha");
    north.trusts(&alpha);
    alpha.trusts(&north);
    rotate(&ends, &north, "30d");
    alpha.trust_card("north.card", &["--rotated"]);
    ends.lock("one");
    north.asks("one.age", &[]);
    // The station seals to the old key, as if it had never been told of the new one.
    alpha.edit(|text| {
        let (cards, keys) = text.split_once("\"keys\":").unwrap();
        format!("{}\"keys\":{keys}", exchanged(cards))
    });
    alpha.answers("one.age", "one.bundle", &[]);
    north.refuses(&["apply", "one.bundle"], "apply/key-in-grace");
}

#[test]
fn a_bundle_that_nobody_asked_for_takes_current_keys() {
    let ends = Ends::new();
    let [north, _, alpha, _] = four(&ends);
    ends.lock("one");
    north.asks("one.age", &[]);
    alpha.answers("one.age", "one.bundle", &[]);
    north.done(&["apply", "one.bundle"]);
    fs::write(
        north.folder("store").join("airlock/site.toml"),
        "unsolicited = true\n",
    )
    .unwrap();
    ends.lock("two");
    let lock = ["--lockfile", "airlock.lock"];
    let several = alpha.fails(&[&["bundle", "-o", "x"], &lock[..]].concat());
    assert_eq!(several, (2, "seal/several-sites".to_owned()));
    let make = |bundle| [&["bundle", "--to", "north", "-o", bundle], &lock[..]].concat();
    alpha.done(&make("two.bundle"));
    rotate(&ends, &north, "30d");
    let take = [&["apply", "two.bundle"], &lock[..]].concat();
    north.refuses(&take, "apply/key-in-grace");
    alpha.trust_card("north.card", &["--rotated"]);
    alpha.done(&make("three.bundle"));
    let take = [&["apply", "three.bundle"], &lock[..]].concat();
    north.done(&take);
}

#[test]
fn a_stolen_station_is_locked_out_and_the_other_goes_on() {
    let ends = Ends::new();
    let [north, _, alpha, beta] = four(&ends);
    ends.lock("one");
    north.asks("one.age", &[]);
    alpha.answers("one.age", "one.bundle", &[]);
    north.done(&["keys", "revoke", "alpha"]);
    north.refuses(&["apply", "one.bundle"], "seal/revoked-key");
    beta.answers("one.age", "two.bundle", &[]);
    north.done(&["apply", "two.bundle"]);
    ends.lock("two");
    north.asks("two.age", &[]);
    alpha.refuses(&["bundle", "two.age"], "seal/wrong-key");
    let to_alpha = ["diff", "--request", "x.age", "--to", "alpha"];
    assert_eq!(north.fails(&to_alpha), (2, "seal/no-such-peer".to_owned()));
    beta.answers("two.age", "three.bundle", &[]);
    north.done(&["apply", "three.bundle"]);
    north.done(&["keys", "revoke", "beta"]);
    let nobody = ["diff", "--request", "x.age", "--allow-empty"];
    assert_eq!(north.fails(&nobody), (2, "seal/no-peer".to_owned()));
}

#[test]
fn revoking_ones_own_key_voids_what_it_asked_for() {
    let ends = Ends::new();
    let [north, _, alpha, _] = four(&ends);
    ends.lock("one");
    north.asks("one.age", &[]);
    rotate(&ends, &north, "30d");
    alpha.trust_card("north.card", &["--rotated"]);
    // Answered to the new key, so that it opens.
    alpha.answers("one.age", "one.bundle", &[]);
    let old = north.done(&["keys", "list", "--json"]).out;
    let old: serde_json::Value = serde_json::from_str(&old).unwrap();
    let keys = old["keys"].as_array().unwrap();
    let old = keys.iter().find(|key| key["state"] == "grace").unwrap();
    let kid = old["kid"].as_str().unwrap();
    north.done(&["keys", "revoke", kid]);
    north.refuses(&["apply", "one.bundle"], "apply/revoked-request");
    north.done(&["keys", "forget", kid]);
    north.refuses(&["apply", "one.bundle"], "apply/revoked-request");
}

#[test]
fn each_role_does_its_own_part() {
    let ends = Ends::new();
    let [north, _, alpha, _] = four(&ends);
    ends.lock("one");
    north.asks("one.age", &[]);
    assert_eq!(
        alpha.fails(&["diff", "--request", "x.age"]),
        (2, "seal/no-current-key".to_owned())
    );
    alpha.answers("one.age", "one.bundle", &[]);
    alpha.refuses(
        &["apply", "one.bundle", "--store", "north-store"],
        "seal/wrong-key",
    );
}

#[test]
fn stock_age_opens_a_bundle_in_card_mode() {
    let ends = Ends::new();
    let [north, _, alpha, _] = four(&ends);
    ends.lock("one");
    north.asks("one.age", &[]);
    alpha.answers(
        "one.age",
        "one.bundle",
        &["--complete", "--encoding", "raw"],
    );
    let identities = north.done(&["keys", "export", "--age"]).out;
    fs::write(ends.path("north.identities"), identities).unwrap();
    let opened = std::process::Command::new("age")
        .args(["-d", "-i"])
        .arg(ends.path("north.identities"))
        .arg(ends.path("one.bundle"))
        .output()
        .unwrap();
    assert!(
        opened.status.success(),
        "{}",
        String::from_utf8_lossy(&opened.stderr)
    );
    let mut names = Vec::new();
    let mut tar = tar::Archive::new(opened.stdout.as_slice());
    for entry in tar.entries().unwrap() {
        names.push(entry.unwrap().path().unwrap().display().to_string());
    }
    assert_eq!(
        names[..4],
        ["transfer.json", "transfer.sig", "oci-layout", "index.json"]
    );
    assert!(
        names[4..]
            .iter()
            .all(|name| name.starts_with("blobs/sha256/"))
            && names.len() > 6
    );
}
