//! A docker-registry outside that speaks https with a private authority and wants a login.

use std::net::Ipv4Addr;

use crate::call::Call;
use crate::client::raw;
use crate::images::{APP, TOOL};
use crate::places::carry;
use crate::registry::answers;
use crate::server::Server;
use crate::side::Side;
use crate::trip::Trip;

const PORT: u16 = 5001;
const GUARDED: &str = "reg.lan:5001";
/// `joe:a secret of joe`, as `htpasswd -B` writes it.
const HTPASSWD: &str = "joe:$2b$05$ZQ77Nh4mRGx9mnt3mrhfteBlvoPhwpJXKzin4ZW5eqQNSK/vyv25e\n";
const PASSWORD: &str = "a secret of joe";

/// Starts the registry with a certificate for `reg.lan`, and pushes two images to it.
fn start(trip: &Trip<'_>) -> Server {
    let side = &trip.outside.side;
    trip.station
        .airlock("tls init --dir ../tls --name reg.lan")
        .run()
        .done();
    let htpasswd = side.write("guarded/htpasswd", HTPASSWD);
    let config = side.write(
        "guarded/registry.yml",
        format!(
            "version: 0.1\nlog: {{ level: warn }}\n\
             storage: {{ filesystem: {{ rootdirectory: {storage} }} }}\n\
             auth: {{ htpasswd: {{ realm: guarded, path: {htpasswd} }} }}\n\
             http:\n  addr: '{address}:{PORT}'\n  tls: {{ certificate: {tls}/server.crt, key: {tls}/server.key }}\n",
            storage = side.path("guarded/storage").display(),
            htpasswd = htpasswd.display(),
            address = Ipv4Addr::LOCALHOST,
            tls = trip.station.path("tls").display(),
        ),
    );
    let call = side.call("docker-registry").arg("serve").arg(config);
    let server = Server::start(side, "guarded", call).wait_until(|| answers(side, PORT));
    for name in [APP, TOOL] {
        side.call("skopeo")
            .args("copy --all --dest-tls-verify=false --dest-creds")
            .arg(format!("joe:{PASSWORD}"))
            .arg(format!("docker://{name}"))
            .arg(format!("docker://{}", guarded(name)))
            .run()
            .done();
    }
    server
}

fn guarded(name: &str) -> String {
    name.replace("reg.lan:5000", GUARDED)
}

/// Logs in with skopeo, which writes the file that podman reads.
fn log_in(trip: &Trip<'_>) {
    trip.station
        .call("skopeo")
        .args("login --tls-verify=false --username joe --password-stdin --authfile")
        .arg(trip.station.path("auth.json"))
        .arg(GUARDED)
        .input(PASSWORD)
        .run()
        .done();
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn a_registry_with_a_login_and_a_private_authority_takes_part_in_a_trip() {
    let inside = Side::new("reg.lan airlock");
    let trip = Trip::new(&inside);
    let _registry = start(&trip);
    log_in(&trip);
    let known = |call: Call| {
        call.env("REGISTRY_AUTH_FILE", trip.station.path("auth.json"))
            .args("--ca-file ../tls/ca.crt")
    };
    let images = [APP, TOOL].map(|name| format!("--image {}", guarded(name)));
    let lock = || {
        trip.station
            .airlock(&format!("lock --platform linux/amd64 {}", images.join(" ")))
    };
    let stranger = lock().run();
    assert!(
        stranger.error().contains("registry/untrusted-certificate"),
        "{stranger}"
    );
    let anonymous = lock().args("--ca-file ../tls/ca.crt").run();
    assert!(
        anonymous.error().contains("registry/unauthorized"),
        "{anonymous}"
    );
    assert!(
        anonymous.error().contains("docker login reg.lan:5001"),
        "{anonymous}"
    );
    known(lock()).run().done();
    carry(
        trip.station.path("project/airlock.lock"),
        trip.site.path("project/airlock.lock"),
    );
    trip.request();
    let unlisted = known(
        trip.station
            .airlock("bundle ../request.age -o ../bundle.age"),
    )
    .run();
    assert!(
        unlisted.error().contains("registry/private-address"),
        "{unlisted}"
    );
    trip.station.write(
        "config/airlock/config.toml",
        &format!("allow-private = [\"{GUARDED}\"]\n"),
    );
    let bundle = trip
        .station
        .airlock("bundle ../request.age -o ../bundle.age");
    known(bundle.env("XDG_CONFIG_HOME", trip.station.path("config")))
        .run()
        .done();
    trip.bring_bundle();
    trip.apply();
    let _serve = trip.site.serve();
    for name in [APP, TOOL] {
        let served = guarded(name).replace(GUARDED, "docker://airlock:5000/reg.lan_5001");
        let pulled = inside
            .call("skopeo")
            .args("inspect --raw --tls-verify=false")
            .arg(&served);
        assert_eq!(pulled.run().bytes(), raw(&trip.outside.side, name));
        inside
            .call("skopeo")
            .args("copy --src-tls-verify=false")
            .arg(&served)
            .arg(format!("dir:{}", inside.path("pulled").display()))
            .run()
            .done();
    }
}
