//! What a lock leaves pending, with real clients: nothing of it is served before a lock pins it.

use crate::client::{Client, Clients};
use crate::images::{APP, TOOL};
use crate::side::Side;
use crate::trip::Trip;

/// A site that holds candidates for two pending images and publishes neither.
fn held(inside: &Side) -> Trip<'_> {
    let trip = Trip::new(inside);
    trip.site
        .airlock(&format!(
            "lock --offline --platform linux/amd64 --image {TOOL} --image {APP}"
        ))
        .run()
        .done();
    trip.request();
    trip.bundle("");
    trip.site.airlock("apply ../bundle.age").run().exits(5);
    trip
}

/// Requires that no client gets anything, by tag or by digest, and that one is told what to do.
fn none_is_served(trip: &Trip<'_>, clients: &Clients<'_>) {
    for name in [TOOL, APP] {
        for reference in [name.to_owned(), trip.outside.pinned(name)] {
            for client in Client::ALL {
                let pull = clients.pull(client, &reference);
                assert!(!pull.succeeded(), "{client:?} pulled {reference}: {pull}");
            }
            let told = clients.pull(Client::Skopeo, &reference).error();
            assert!(told.contains("apply --update-lock"), "{reference}: {told}");
        }
    }
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn a_pending_image_is_served_once_the_lock_is_updated() {
    let inside = Side::new("reg.lan airlock");
    let trip = held(&inside);
    let _serve = trip.site.serve();
    let clients = Clients::start(&inside, "airlock:5000", "airlock:5000/reg.lan_5000");
    none_is_served(&trip, &clients);
    let told = trip.site.airlock("apply --update-lock").run();
    told.done();
    assert!(told.error().contains(&trip.outside.digest(TOOL)), "{told}");
    for name in [TOOL, APP] {
        clients.pull_everywhere(trip.outside, name);
    }
    trip.site.airlock("diff --exit-code").run().exits(0);
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn a_pending_image_is_served_once_a_reviewed_lock_pins_it() {
    let inside = Side::new("reg.lan airlock");
    let trip = held(&inside);
    let _serve = trip.site.serve();
    let clients = Clients::start(&inside, "airlock:5000", "airlock:5000/reg.lan_5000");
    none_is_served(&trip, &clients);
    // Reviewed: what the station proposes is what upstream has.
    let proposed = std::fs::read_to_string(trip.site.path("project/airlock.lock.new")).unwrap();
    for name in [TOOL, APP] {
        assert!(proposed.contains(&trip.outside.digest(name)), "{proposed}");
    }
    trip.site
        .airlock("apply --lockfile airlock.lock.new")
        .run()
        .done();
    for name in [TOOL, APP] {
        clients.pull_everywhere(trip.outside, name);
    }
}
