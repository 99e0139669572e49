//! Whole trips between real programs: what is built and pushed outside is pulled inside.

use std::collections::BTreeSet;

use crate::client::{Client, Clients, raw};
use crate::images::{self, APP, BASE, TOOL, WEB};
use crate::side::Side;
use crate::trip::Trip;

/// A site that has locked all images and carried none of them yet.
fn before_the_first_trip(inside: &Side) -> Trip<'_> {
    let trip = Trip::new(inside);
    let dockerfile = format!(
        "FROM {BASE} AS base\nFROM {APP}\nCOPY --from={WEB} /srv /srv\n\
         COPY --from=base /srv /srv\nCOPY --from={TOOL} /srv /srv\n"
    );
    trip.station.write("project/Dockerfile", &dockerfile);
    trip.lock("-f Dockerfile --platform linux/amd64");
    trip
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn every_client_pulls_what_was_carried_by_tag_and_by_digest() {
    let inside = Side::new("reg.lan airlock");
    let trip = before_the_first_trip(&inside);
    trip.site.airlock("diff --exit-code").run().exits(1);
    trip.request();
    let request = trip.station.airlock("inspect ../request.age").run();
    assert!(request.error().contains(APP), "{request}");
    trip.bundle("");
    trip.apply();
    trip.site.airlock("diff --exit-code").run().exits(0);
    let _serve = trip.site.serve();
    let clients = Clients::start(&inside, "airlock:5000", "airlock:5000/reg.lan_5000");
    for name in images::ALL {
        clients.pull_everywhere(trip.outside, name);
    }
    // The form that needs no configuration: the server's name, and the registry in the path.
    let explicit = APP.replace("reg.lan:5000", "airlock:5000/reg.lan_5000");
    let known = clients.pulled(Client::Docker, &explicit);
    assert_eq!(known, trip.outside.manifests(APP));
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn an_index_is_carried_with_all_its_platforms() {
    let inside = Side::new("reg.lan airlock");
    let trip = Trip::new(&inside);
    trip.lock(&format!(
        "--image {TOOL} --platform linux/amd64,linux/arm64"
    ));
    trip.go();
    let _serve = trip.site.serve();
    let clients = Clients::start(&inside, "airlock:5000", "airlock:5000/reg.lan_5000");
    clients.pull_all_platforms(TOOL);
    let repository = TOOL.rsplit_once(':').unwrap().0;
    for digest in trip.outside.closure(TOOL, &["amd64", "arm64"]).manifests {
        let reference = format!("{repository}@{digest}");
        assert_eq!(clients.raw(&reference), raw(&trip.outside.side, &reference));
    }
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn a_second_trip_with_nothing_new_carries_no_blob() {
    let inside = Side::new("reg.lan");
    let trip = before_the_first_trip(&inside);
    trip.go();
    let request = trip.site.path("unasked.age");
    trip.site
        .airlock("diff --request ../unasked.age")
        .run()
        .done();
    assert!(
        !request.exists(),
        "nothing is missing, and yet a request was written"
    );
    trip.request();
    trip.bundle("");
    assert_eq!(trip.carried(), BTreeSet::new());
    trip.apply();
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn a_third_trip_carries_exactly_the_new_blobs_of_the_image_that_changed() {
    const MOVING: &str = "reg.lan:5000/acme/moving:1";
    let inside = Side::new("reg.lan airlock");
    let trip = Trip::new(&inside);
    let outside = &trip.outside.side;
    let relock = |seed| {
        images::podman(outside, MOVING, seed);
        trip.lock(&format!(
            "--upgrade --platform linux/amd64 --image {MOVING} --image {APP}"
        ));
        trip.outside.closure(MOVING, &[]).all()
    };
    let old = relock(10);
    let old_digest = trip.outside.pinned(MOVING);
    trip.go();
    let new = relock(11);
    trip.request();
    trip.bundle("");
    let expected: BTreeSet<String> = new.difference(&old).cloned().collect();
    assert_eq!(
        expected.len(),
        3,
        "a manifest, a config and a layer are new"
    );
    assert_eq!(trip.carried(), expected);
    trip.apply();
    let _serve = trip.site.serve();
    let clients = Clients::start(&inside, "airlock:5000", "airlock:5000/reg.lan_5000");
    assert_eq!(clients.raw(MOVING), raw(outside, MOVING));
    assert_eq!(clients.raw(&old_digest), raw(outside, &old_digest));
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn a_complete_raw_bundle_opens_with_age_and_tar_as_a_layout_for_skopeo() {
    let inside = Side::new("reg.lan");
    let trip = before_the_first_trip(&inside);
    trip.request();
    trip.bundle(" --complete --encoding raw");
    let layout = trip.site.path("layout");
    trip.opened("(mkdir layout && tar --extract --directory layout)");
    // skopeo finds only OCI media types in a layout; the digests of the rest are checked below.
    for name in [WEB, TOOL] {
        let stored = format!("oci:{}:{name}", layout.display());
        let manifest = trip.site.call("skopeo").args("inspect --raw").arg(&stored);
        assert_eq!(manifest.run().bytes(), raw(&trip.outside.side, name));
        // skopeo verifies every blob that it copies.
        trip.site
            .call("skopeo")
            .arg("copy")
            .arg(&stored)
            .arg(format!("dir:{}", trip.site.path("copied").display()))
            .run()
            .done();
    }
    let files = "cd layout/blobs/sha256 && sha256sum *";
    for line in trip.site.shell(files).run().done().lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        assert_eq!(digest, name);
    }
    let all = images::ALL.map(|name| trip.outside.closure(name, &["amd64"]).all());
    assert_eq!(trip.carried(), all.into_iter().flatten().collect());
    trip.apply();
    trip.site.airlock("diff --exit-code").run().exits(0);
}
