//! The harness itself: what the other tests rest on. docker-registry stands in for `airlock serve`.

use std::fs;
use std::path::PathBuf;

use crate::client::{Client, Clients};
use crate::images;
use crate::outside::Outside;
use crate::registry::Registry;
use crate::side::Side;

/// An inside whose server is a docker-registry with a copy of what the outside has.
fn stand_in() -> (Side, Registry) {
    let side = Side::new("reg.lan airlock");
    side.call("cp")
        .arg("-a")
        .arg(Outside::shared().storage())
        .arg(side.path("registry"))
        .run()
        .done();
    let registry = Registry::start(&side);
    (side, registry)
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn a_side_has_no_way_out() {
    let side = Side::new("reg.lan");
    for family in ["-4", "-6"] {
        let routes = side.call("ip").arg(family).args("route show table main");
        assert_eq!(routes.run().done(), "");
    }
    let links = side.call("ip").args("-oneline link show").run().done();
    assert!(
        links.starts_with("1: lo:") && links.lines().count() == 1,
        "{links}"
    );
    // 192.0.2.1 is an address for documentation; anything but "unreachable" would have left.
    let probe = side
        .call("bash")
        .arg("-c")
        .arg("exec 3<>/dev/tcp/192.0.2.1/80")
        .run();
    assert!(probe.error().contains("Network is unreachable"), "{probe}");
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn every_client_pulls_by_tag_and_by_digest() {
    let outside = Outside::shared();
    let (side, _registry) = stand_in();
    let clients = Clients::start(&side, "airlock:5000", "airlock:5000");
    for name in images::ALL {
        clients.pull_everywhere(outside, name);
    }
    clients.pull_all_platforms(images::TOOL);
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn every_client_refuses_a_layer_that_is_not_what_its_name_says() {
    let (side, _registry) = stand_in();
    let clients = Clients::start(&side, "airlock:5000", "airlock:5000");
    let manifest: serde_json::Value = serde_json::from_slice(&clients.raw(images::APP)).unwrap();
    let layer = manifest["layers"][1]["digest"].as_str().unwrap();
    flip_a_bit(&side.path("registry"), layer);
    for client in Client::ALL {
        clients.pull(client, images::WEB).done();
        let pull = clients.pull(client, images::APP);
        let refused = !pull.succeeded() && pull.error().contains(layer);
        assert!(refused, "{client:?} took a wrong layer: {pull}");
    }
}

fn flip_a_bit(storage: &std::path::Path, digest: &str) {
    let hex = digest.strip_prefix("sha256:").unwrap();
    let folder: PathBuf = ["docker/registry/v2/blobs/sha256", &hex[..2], hex, "data"]
        .iter()
        .collect();
    let path = storage.join(folder);
    let mut bytes = fs::read(&path).unwrap();
    bytes[1000] ^= 1;
    fs::write(&path, bytes).unwrap();
}
