//! Images in every form that tools make: each arrives byte for byte as it was pushed.

use crate::client::{Client, Clients, raw};
use crate::images::{self, APP, WEB};
use crate::outside::Outside;
use crate::side::Side;
use crate::trip::Trip;

/// Made by umoci: an OCI manifest without a media type.
const UMOCI: &str = "reg.lan:5000/forms/umoci:1";
/// Converted by skopeo to OCI.
const PLAIN: &str = "reg.lan:5000/forms/plain:1";
/// Converted by skopeo to Docker schema 2.
const SCHEMA2: &str = "reg.lan:5000/forms/schema2:1";
/// Layers without compression.
const UNCOMPRESSED: &str = "reg.lan:5000/forms/uncompressed:1";
/// Layers in zstd.
const ZSTD: &str = "reg.lan:5000/forms/zstd:1";
/// [`PLAIN`], encrypted by skopeo for a key (JWE).
const ENCRYPTED: &str = "reg.lan:5000/forms/encrypted:1";

const FORMS: [&str; 6] = [UMOCI, PLAIN, SCHEMA2, UNCOMPRESSED, ZSTD, ENCRYPTED];

/// Makes the forms from what the outside has.
fn publish(side: &Side) {
    side.write("forms/tree/content", images::noise(77, 300_000));
    let line = |text: &str| {
        let line = format!("set -e; cd {}; {text}", side.path("forms").display());
        side.call("bash").arg("-c").arg(line).run().done();
    };
    line("umoci init --layout umoci && umoci new --image umoci:1");
    line("umoci insert --image umoci:1 tree /srv");
    line("umoci config --image umoci:1 --os linux --architecture amd64 --config.cmd /srv/content");
    copy(side, "oci:forms/umoci:1", &pushed(UMOCI), "");
    copy(side, &pushed(APP), &pushed(PLAIN), "--format oci");
    copy(side, &pushed(WEB), &pushed(SCHEMA2), "--format v2s2");
    copy(side, &pushed(PLAIN), "dir:forms/bare", "--dest-decompress");
    // Without that, skopeo compresses on its way into a registry.
    copy(
        side,
        "dir:forms/bare",
        &pushed(UNCOMPRESSED),
        "--preserve-digests",
    );
    let zstd = "--dest-compress --dest-compress-format zstd";
    copy(side, "dir:forms/bare", "dir:forms/zstd", zstd);
    copy(side, "dir:forms/zstd", &pushed(ZSTD), "--preserve-digests");
    line(
        "openssl genrsa -out private.pem 2048 && openssl rsa -in private.pem -pubout -out public.pem",
    );
    let key = "--encryption-key jwe:forms/public.pem";
    copy(side, &pushed(PLAIN), &pushed(ENCRYPTED), key);
}

fn pushed(name: &str) -> String {
    format!("docker://{name}")
}

fn copy(side: &Side, from: &str, to: &str, words: &str) {
    let call = side.call("skopeo").arg("copy");
    let call = match words {
        "" => call,
        words => call.args(words),
    };
    call.arg(from).arg(to).run().done();
}

/// Returns the kinds of the layers of an image, the ends of their media types.
fn kinds(outside: &Outside, name: &str) -> Vec<String> {
    let manifest: serde_json::Value = serde_json::from_slice(&raw(&outside.side, name)).unwrap();
    let layers = manifest["layers"].as_array().unwrap();
    let kind = |layer: &serde_json::Value| {
        let media_type = layer["mediaType"].as_str().unwrap();
        media_type.rsplit_once("tar").unwrap().1.to_owned()
    };
    layers.iter().map(kind).collect()
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn images_of_every_form_make_the_trip_and_are_pulled() {
    let inside = Side::new("reg.lan airlock");
    let trip = Trip::new(&inside);
    let outside = trip.outside;
    publish(&outside.side);
    for (name, kind) in [
        (UMOCI, "+gzip"),
        (PLAIN, "+gzip"),
        (SCHEMA2, ".gzip"),
        (UNCOMPRESSED, ""),
        (ZSTD, "+zstd"),
        (ENCRYPTED, "+gzip+encrypted"),
    ] {
        assert!(
            kinds(outside, name).iter().all(|found| found == kind),
            "{name}"
        );
    }
    let images: Vec<String> = FORMS.map(|name| format!("--image {name}")).into();
    trip.lock(&format!("--platform linux/amd64 {}", images.join(" ")));
    trip.go();
    trip.site.airlock("diff --exit-code").run().exits(0);
    let _serve = trip.site.serve();
    let clients = Clients::start(&inside, "airlock:5000", "airlock:5000/reg.lan_5000");
    for name in [UMOCI, PLAIN, SCHEMA2] {
        clients.pull_everywhere(outside, name);
    }
    // Debian's dockerd reads no zstd from a registry, and no client opens what it has no key for.
    let without_docker = &Client::ALL[1..];
    for (name, able) in [
        (UNCOMPRESSED, &Client::ALL[..]),
        (ZSTD, without_docker),
        (ENCRYPTED, &[Client::Skopeo]),
    ] {
        assert_eq!(clients.raw(name), raw(&outside.side, name));
        for client in able {
            // Three names have one config, so a client may know this one by their digests too.
            let known = clients.pulled(*client, name);
            assert!(
                known.contains(&outside.digest(name)),
                "{client:?} {name} {known:?}"
            );
        }
    }
    let key = outside.side.path("forms/private.pem");
    let words = format!("--decryption-key {}", key.display());
    copy(&inside, &pushed(ENCRYPTED), "oci:opened:1", &words);
    let opened = inside
        .call("skopeo")
        .args("inspect --raw oci:opened:1")
        .run();
    assert_eq!(
        opened.bytes(),
        raw(&outside.side, PLAIN),
        "decrypted, it is the plain original"
    );
}
