//! A 2 GiB layer through `bundle`, `apply` and `serve`: memory must not grow with it.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use airlock::oci::Hasher;
use lock_format::Algorithm;
use serde_json::{Value, json};

use crate::call::Call;
use crate::images::noise;
use crate::places::Place;
use crate::side::Side;
use crate::trip::Trip;

const HUGE: &str = "reg.lan:5000/acme/huge:1";
const MIB: usize = 1024 * 1024;
/// What the promise allows.
const LIMIT_KIB: u64 = 64 * 1024;

#[test]
#[ignore = "takes minutes and 15 GiB: tests/long/run"]
fn a_2_gib_layer_passes_within_64_mib_of_memory() {
    let inside = Side::new("reg.lan airlock");
    let trip = Trip::new(&inside);
    publish(&trip.outside.side);
    trip.lock(&format!("--image {HUGE} --platform linux/amd64"));
    trip.request();
    println!("bundle: {}", measured(&trip.station, trip.bundling("")));
    trip.bring_bundle();
    let apply = trip.site.airlock("apply ../bundle.age");
    println!("apply: {}", measured(&trip.site, apply));
    trip.site.airlock("diff --exit-code").run().done();
    println!("serve: {}", serve_measured(&inside, &trip.site));
}

/// Runs a command and holds its peak of resident memory against the limit; tells the figures.
fn measured(place: &Place<'_>, call: Call) -> String {
    let figure = place.path("peak");
    let start = Instant::now();
    call.measured(&figure).within(900).run().done();
    let peak = fs::read_to_string(figure).unwrap();
    within_the_limit(start, peak.trim().parse().unwrap())
}

/// Serves the image to skopeo, which verifies every byte; tells the figures of the server.
fn serve_measured(inside: &Side, site: &Place<'_>) -> String {
    let serve = site.serve();
    let start = Instant::now();
    inside
        .call("skopeo")
        .args("copy --src-tls-verify=false")
        .arg(format!("docker://{HUGE}"))
        .arg(format!("dir:{}", site.path("pulled").display()))
        .within(900)
        .run()
        .done();
    within_the_limit(start, serve.peak_kib())
}

fn within_the_limit(start: Instant, peak: u64) -> String {
    let seconds = start.elapsed().as_secs_f64();
    let told = format!("{seconds:.1} s, peak of resident memory {peak} KiB");
    assert!(peak < LIMIT_KIB, "{told}: {LIMIT_KIB} KiB are allowed");
    told
}

/// Pushes an image with a layer of 2 GiB that does not compress, and one of 512 MiB that does.
fn publish(side: &Side) {
    let folder = side.path("huge");
    fs::create_dir(&folder).unwrap();
    let dense: Vec<u8> = noise(200, MIB);
    let layers = [
        layer(&folder, "tar+gzip", 2048, |number, piece| {
            piece.copy_from_slice(&dense);
            piece[..8].copy_from_slice(&number.to_be_bytes());
        }),
        layer(&folder, "tar", 512, |number, piece| {
            piece.fill(b'a');
            piece[..8].copy_from_slice(&number.to_be_bytes());
        }),
    ];
    let diff_ids: Vec<&Value> = layers.iter().map(|layer| &layer["digest"]).collect();
    let config = json!({
        "architecture": "amd64", "os": "linux",
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
    });
    let config = blob(&folder, "config.v1+json", |file| {
        file(config.to_string().as_bytes());
    });
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": layers,
    });
    fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
    fs::write(folder.join("version"), "Directory Transport Version: 1.1\n").unwrap();
    side.call("skopeo")
        .args("copy --dest-tls-verify=false")
        .arg(format!("dir:{}", folder.display()))
        .arg(format!("docker://{HUGE}"))
        .within(900)
        .run()
        .done();
    fs::remove_dir_all(folder).unwrap();
}

/// Writes a layer of so many MiB, each filled by `fill` from its number.
fn layer(folder: &Path, kind: &str, mib: u64, fill: impl Fn(u64, &mut [u8])) -> Value {
    let mut piece = vec![0; MIB];
    blob(folder, &format!("layer.v1.{kind}"), |write| {
        for number in 0..mib {
            fill(number, &mut piece);
            write(&piece);
        }
    })
}

/// Writes a blob under its digest, and returns its descriptor.
fn blob(folder: &Path, kind: &str, content: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Value {
    let unnamed: PathBuf = folder.join("unnamed");
    let mut file = BufWriter::new(File::create(&unnamed).unwrap());
    let (mut hasher, mut size) = (Hasher::new(Algorithm::Sha256), 0);
    content(&mut |bytes| {
        hasher.update(bytes);
        size += bytes.len();
        file.write_all(bytes).unwrap();
    });
    file.flush().unwrap();
    let digest = hasher.finish();
    fs::rename(unnamed, folder.join(digest.hex())).unwrap();
    json!({
        "mediaType": format!("application/vnd.oci.image.{kind}"),
        "digest": digest.to_string(),
        "size": size,
    })
}
