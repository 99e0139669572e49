//! A layer that is decrypted by one thread while another digests and writes it.

use airlock::upstream::image::{Flavour, Layer, build};
use airlock::wire::Carried;
use serde_json::json;

use crate::world::{World, noise};

/// Bytes of the layer: above the size from which on two threads share the work.
const SIZE: usize = 9 * 1024 * 1024;

fn world() -> World {
    let layer = Layer::gzip(&[("large", &noise(SIZE))]).unwrap();
    let platform = "linux/amd64".parse().unwrap();
    World::with_image(build(Flavour::Oci, &platform, &[layer], &json!({})))
}

#[test]
fn what_is_wrong_in_a_large_blob_is_refused_as_in_a_small_one() {
    let world = world();
    let mut forged = world.opened();
    let entries = forged.bundle.entries.clone();
    let largest = entries.iter().map(Carried::content);
    let largest = largest.max_by_key(|blob| blob.size).unwrap();
    assert!(largest.size > SIZE as u64);
    forged.falsify(largest.digest);
    let code = world.refused(&forged.seal(&world.keyring));
    assert_eq!(code, "transfer/payload-differs");
    let genuine = world.read("bundle.age");
    for part in [2, 3, 5] {
        let at = genuine.len() / part;
        let mut flipped = genuine.clone();
        flipped[at] ^= 1;
        assert_eq!(world.refused(&flipped), "seal/damaged", "byte {at}");
        assert_eq!(world.refused(&genuine[..at]), "seal/truncated", "at {at}");
    }
    world.applies();
}

#[test]
fn a_large_blob_that_cannot_be_written_leaves_nothing() {
    let world = world();
    let before = world.store();
    // No file may have more than 5 MiB; the write tells, as the signal is ignored.
    let script = "trap '' XFSZ; ulimit -f 5120; cd project; \"$AIRLOCK\" -q apply ../bundle.age";
    assert_eq!(world.shell(script), 3);
    assert_eq!(before.differences(&world.store()), Vec::<String>::new());
    world.applies();
}
