//! A `bundle` that is killed or stopped while it fetches or seals: the next run goes on from there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use airlock::oci::ReadAt;
use airlock::upstream::{Asked, Generated, Pace, rule};
use lock_format::MediaType;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::world::{World, ended};

/// What may be on the wire when a process dies, for each download: the buffers of two loopback
/// connections, which fill when the process gets no turn on a busy machine.
const IN_FLIGHT: u64 = 4 * 1024 * 1024;
const JOBS: u64 = 4;
const LAYERS: u64 = 8;

/// A bundle run and how often it is disturbed.
pub(crate) struct Plan {
    /// Bytes of all layers together.
    pub(crate) bytes: u64,
    /// How often the process is killed.
    pub(crate) kills: u64,
    /// Where the moments come from.
    pub(crate) seed: u64,
    /// What a medium takes, where the bundle is to be in volumes.
    pub(crate) volumes: Option<&'static str>,
}

/// What the registry read of a layer in order to send it: layer, first byte, length.
type Sent = (u64, u64, u64);

/// A layer that notes what is read of it.
struct Noted {
    content: Generated,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl ReadAt for Noted {
    fn size(&self) -> u64 {
        self.content.size
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let count = self.content.read_at(buffer, offset)?;
        let sent = (self.content.seed, offset, count as u64);
        self.sent.lock().unwrap().push(sent);
        Ok(count)
    }
}

/// A request for an image of generated layers, and the watch over what is fetched of them.
struct Watched {
    world: World,
    sent: Arc<Mutex<Vec<Sent>>>,
    bytes: u64,
    volumes: Option<&'static str>,
    digests: BTreeSet<String>,
    /// For each run and each blob that was not whole when it began: where its download may begin.
    may_ask: Vec<(String, u64)>,
}

impl Watched {
    fn new(bytes: u64, volumes: Option<&'static str>) -> Self {
        let world = World::new();
        let sent = Arc::default();
        let digests = publish(&world, bytes, &sent);
        let image = world.image("team/large:1");
        world.done(&["lock", "--image", &image, "--platform", "linux/amd64"]);
        world.keys();
        world.done(&["diff", "--request", "r.age"]);
        world
            .registry
            .add_rule(rule::on(Asked::is_blob, |_, mut reply| {
                reply.pace = Some(Pace {
                    piece: 64 * 1024,
                    pause: Duration::from_millis(1),
                });
                reply
            }));
        world.registry.clear_requests();
        sent.lock().unwrap().clear();
        Self {
            world,
            sent,
            bytes,
            volumes,
            digests,
            may_ask: Vec::new(),
        }
    }

    /// Starts `bundle`, and sends it `signal` once `is_time`; returns its exit code.
    fn run_until(&mut self, signal: Signal, is_time: impl Fn(&Self) -> bool) -> Option<i32> {
        // A run that was ready before its signal came has left a bundle.
        for path in self.named("b.age") {
            fs::remove_file(path).unwrap();
        }
        self.expect_requests();
        let jobs = JOBS.to_string();
        let mut words = vec!["bundle", "r.age", "-o", "b.age", "--jobs", &jobs];
        words.extend(
            self.volumes
                .into_iter()
                .flat_map(|size| ["--volume-size", size]),
        );
        let mut child = self
            .world
            .command(&words)
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while !is_time(self) && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        if child.try_wait().unwrap().is_none() {
            kill_process(id(&child), signal).unwrap();
        }
        ended(child.wait_with_output().unwrap()).code
    }

    /// A run asks once for each blob that is not whole, from where the part on the disk ends.
    fn expect_requests(&mut self) {
        let parts: BTreeMap<_, _> = self.files("partial").into_iter().collect();
        let whole: BTreeSet<_> = self
            .files("blobs")
            .into_iter()
            .map(|(hex, _)| hex)
            .collect();
        let missing = self.digests.difference(&whole);
        self.may_ask
            .extend(missing.map(|hex| (hex.clone(), parts.get(hex).copied().unwrap_or(0))));
    }

    /// Holds what was asked against what the runs might ask. All runs at once: the registry may
    /// read the last request of a killed process while the next one is at work.
    fn check_requests(&mut self) {
        let requests = self.world.registry.requests();
        for request in requests.iter().filter(|request| request.is_blob()) {
            let hex = request.path.rsplit_once(':').unwrap().1;
            let first = request.range().map_or(0, |(first, _)| first);
            let due = self
                .may_ask
                .iter()
                .position(|due| *due == (hex.to_owned(), first));
            let due = due.unwrap_or_else(|| {
                panic!("{hex} is asked for from byte {first}: it was whole, cut elsewhere, or asked for already")
            });
            self.may_ask.swap_remove(due);
        }
    }

    fn files(&self, folder: &str) -> Vec<(String, u64)> {
        let folder = self.world.path(&format!("cache/v1/{folder}/sha256"));
        let files = fs::read_dir(folder).into_iter().flatten().map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let hex = name.trim_end_matches(".part").to_owned();
            (hex, entry.metadata().unwrap().len())
        });
        files.collect()
    }

    fn bytes_sent(&self) -> u64 {
        let sent = self.sent.lock().unwrap();
        sent.iter().map(|(_, _, length)| length).sum()
    }

    /// Tells whether a bundle is being written.
    fn is_sealing(&self) -> bool {
        !self.named(".b.age").is_empty() && self.left_to_fetch() == 0
    }

    /// Returns the files whose names begin so.
    fn named(&self, start: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.world.path(".")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let fits = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(start)
        };
        paths.filter(fits).collect()
    }

    fn left_to_fetch(&self) -> u64 {
        self.bytes
            .saturating_sub(self.files("blobs").iter().map(|(_, size)| size).sum())
    }

    /// Ends the bundle undisturbed, and has the site take it; returns how many bytes were sent twice.
    fn finish(mut self, disturbances: u64) -> u64 {
        let code = self.run_until(Signal::KILL, |_| false);
        assert_eq!(code, Some(0), "the last run finishes");
        // In volumes there are several, and the file of sums.
        assert_eq!(self.named("b.age").len() > 2, self.volumes.is_some());
        self.check_requests();
        self.world.done(&["apply", "b.age"]);
        self.world.done(&["diff", "--exit-code"]);
        let twice = self.bytes_sent() - self.bytes;
        let allowed = disturbances * JOBS * IN_FLIGHT;
        assert!(
            twice <= allowed,
            "{twice} bytes were sent twice, {allowed} may be"
        );
        twice
    }
}

fn id(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Puts an image of generated layers into the registry; returns the digests of its blobs.
fn publish(world: &World, bytes: u64, sent: &Arc<Mutex<Vec<Sent>>>) -> BTreeSet<String> {
    let repository = "team/large";
    let layers: Vec<_> = (0..LAYERS)
        .map(|seed| {
            let content = Generated {
                seed,
                size: bytes / LAYERS,
            };
            let sent = Arc::clone(sent);
            let noted = Arc::new(Noted { content, sent });
            world.registry.put_blob(repository, noted).unwrap()
        })
        .collect();
    let config = json!({
        "architecture": "amd64", "os": "linux",
        "rootfs": {
            "type": "layers",
            "diff_ids": layers.iter().map(|layer| layer.digest.to_string()).collect::<Vec<_>>(),
        },
    });
    let config = config.to_string().into_bytes();
    let described = |kind: &str, blob: &lock_format::Blob| {
        let media_type = format!("application/vnd.oci.image.{kind}");
        json!({ "mediaType": media_type, "digest": blob.digest.to_string(), "size": blob.size })
    };
    let config = world
        .registry
        .put_blob(repository, Arc::new(config))
        .unwrap();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("config.v1+json", &config),
        "layers": layers.iter().map(|layer| described("layer.v1.tar+gzip", layer)).collect::<Vec<_>>(),
    });
    let media_type: MediaType = "application/vnd.oci.image.manifest.v1+json"
        .parse()
        .unwrap();
    let manifest = manifest.to_string();
    let top = world
        .registry
        .put_manifest(repository, media_type, manifest.as_bytes());
    world.registry.tag(repository, "1", top.digest);
    let blobs = layers.iter().chain([&config]);
    blobs.map(|blob| blob.digest.hex()).collect()
}

/// The same numbers for the same seed, each below `bound`, in order.
fn moments(plan: &Plan) -> Vec<u64> {
    let random = Generated {
        seed: plan.seed,
        size: plan.kills * 8,
    };
    let mut moments: Vec<u64> = (0..plan.kills)
        .map(|number| {
            let mut word = [0; 8];
            random.read_at(&mut word, number * 8).unwrap();
            u64::from_be_bytes(word) % plan.bytes
        })
        .collect();
    moments.sort_unstable();
    moments
}

/// Kills a bundle run at random moments of its fetching, once more while it seals, and lets the
/// next one finish; returns how many bytes were sent twice.
pub(crate) fn kill_and_finish(plan: &Plan) -> u64 {
    let mut watched = Watched::new(plan.bytes, plan.volumes);
    for moment in moments(plan) {
        watched.run_until(Signal::KILL, |watched| watched.bytes_sent() >= moment);
        assert!(
            watched.named("b.age").is_empty() || watched.left_to_fetch() == 0,
            "nothing has the bundle's name before all is fetched"
        );
    }
    watched.run_until(Signal::KILL, Watched::is_sealing);
    watched.finish(plan.kills + 1)
}

#[test]
fn a_killed_run_is_continued_and_no_byte_is_fetched_twice() {
    for volumes in [None, Some("16M")] {
        kill_and_finish(&Plan {
            bytes: 64 * 1024 * 1024,
            kills: 6,
            seed: 5,
            volumes,
        });
    }
}

#[test]
fn a_stopped_run_is_continued_and_says_how_it_ended() {
    const BYTES: u64 = 16 * 1024 * 1024;
    let mut watched = Watched::new(BYTES, None);
    for (signal, code, share) in [(Signal::INT, 130, 3), (Signal::TERM, 143, 2)] {
        let half_way = |watched: &Watched| watched.bytes_sent() >= BYTES / share;
        assert_eq!(watched.run_until(signal, half_way), Some(code));
        assert!(!watched.world.path("b.age").exists());
    }
    watched.finish(2);
}
