//! `airlock request` and `airlock ledger`: what is closed by hand is answered no more.

use serde_json::Value;

use crate::world::World;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_bundle_of_a_cancelled_request_is_refused() {
    let world = World::new();
    let listed = json(&world.inside("--json request list"));
    let id = listed["requests"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(listed["requests"][0]["state"], "open");
    world.inside(&format!("request cancel {}", &id[..8]));
    let listed = json(&world.inside("--json request list"));
    assert_eq!(listed["requests"].as_array().unwrap().len(), 0);
    let listed = json(&world.inside("--json request list --all"));
    assert_eq!(listed["requests"][0]["state"], "cancelled");
    let code = world.refused(&world.read("bundle.age"));
    assert_eq!(code, "apply/cancelled-request");
}

#[test]
fn what_is_not_open_cannot_be_cancelled() {
    let world = World::new();
    assert_eq!(
        world.fails("request cancel 7"),
        (2, "request/unknown".to_owned())
    );
    assert_eq!(
        world.fails("request cancel 0a"),
        (2, "request/unknown".to_owned())
    );
    world.inside("request cancel 1");
    assert_eq!(
        world.fails("request cancel 1"),
        (2, "request/not-open".to_owned())
    );
}

#[test]
fn the_bundle_of_a_request_made_void_is_refused() {
    let world = World::new();
    let closed = json(&world.inside("--json ledger void"));
    assert_eq!(closed["requests"][0]["seq"], 1);
    assert_eq!(
        world.refused(&world.read("bundle.age")),
        "apply/void-request"
    );
    let again = json(&world.inside("--json ledger void"));
    assert_eq!(again["requests"].as_array().unwrap().len(), 0);
    // The site goes on with a new request.
    world.answered("second.age", "second-bundle.age");
    world.inside("apply ../second-bundle.age");
}

#[test]
fn a_closed_request_is_answered_no_more() {
    let world = World::new();
    // Another answer to the same request: it carries a blob less.
    let mut other = world.opened();
    other.remove(other.bundle.entries[3].content().digest);
    world.applies();
    let code = world.refused(&other.seal(&world.keyring));
    assert_eq!(code, "apply/closed-request");
}

#[test]
fn the_ledger_shows_requests_bundles_and_locks() {
    let world = World::new();
    world.applies();
    let shown = json(&world.inside("--json ledger show"));
    assert_eq!(shown["requests"][0]["state"], "closed");
    assert_eq!(shown["bundles"][0]["answers"], shown["requests"][0]["id"]);
    assert_eq!(shown["bundles"][0]["state"], "closed");
    assert_eq!(shown["applied_locks"][0], shown["last_lock"]);
    assert_eq!(shown["audit"]["count"], 2);
    let text = world.inside("ledger show");
    assert!(text.contains("   1  closed"), "{text}");
    assert!(text.contains("  applied last"), "{text}");
}
