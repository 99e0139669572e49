//! A real store, and the real program serving it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use airlock::oci::digest_of;
use airlock::run::{FixedClock, FixedEntropy};
use airlock::store::{Store, StoreError, Writer};
use lock_format::{Algorithm, Blob, Descriptor, Digest, MediaType, Reference};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};
use serde_json::Value;
use tempfile::TempDir;

use super::client::Client;

/// The promise of the whole program, in bytes: 64 MiB.
pub(crate) const MEMORY: u64 = 64 * 1024 * 1024;

const CLOCK: FixedClock = FixedClock(0);

/// A store in a folder that vanishes.
pub(crate) struct Site {
    /// Only to be dropped.
    _folder: TempDir,
    pub(crate) store: Store,
}

/// `airlock serve`, until dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) client: Client,
    /// Everything that it wrote into its log.
    pub(crate) log: Arc<Mutex<Vec<Value>>>,
    /// The log, where nobody reads on.
    _unread: Option<BufReader<ChildStdout>>,
}

impl Site {
    /// Makes an empty store.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let store = Store::create(&path, &FixedEntropy::new(0)).unwrap();
        Self {
            _folder: folder,
            store,
        }
    }

    /// Takes the lock of the store. A program that another test starts in this process has a copy of
    /// the lock until it runs.
    fn begin(&self) -> Writer<'_> {
        loop {
            match self.store.begin(&CLOCK) {
                Err(StoreError::Busy { pid: None, .. }) => std::thread::yield_now(),
                begun => break begun.unwrap(),
            }
        }
    }

    /// Publishes bytes as a manifest under a name, beside what is published.
    pub(crate) fn publish(&self, name: &str, manifest: &[u8], blobs: &[&[u8]]) -> Digest {
        let writer = self.begin();
        let mut publication = self.store.publication().unwrap();
        for content in blobs.iter().chain([&manifest]) {
            let blob = blob(content);
            let mut file = writer.blob(blob).unwrap();
            file.take(content).unwrap();
            file.finish().unwrap();
            publication.blobs.insert(blob.digest, blob.size);
        }
        writer.commit_blobs().unwrap();
        let Blob { digest, size } = blob(manifest);
        let media_type = MediaType::OCI_MANIFEST.parse().unwrap();
        let descriptor = Descriptor {
            digest,
            size,
            media_type,
        };
        publication.blobs.remove(&digest);
        let reference = Reference::parse(name).unwrap();
        publication
            .catalog
            .names
            .insert(reference, descriptor.clone());
        publication.catalog.manifests.insert(digest, descriptor);
        writer.publish(&publication).unwrap();
        digest
    }

    /// Serves the store; `descriptors` bounds the open files of the program.
    pub(crate) fn serve(&self, descriptors: Option<u32>, arguments: &[&str]) -> Program {
        let (child, output) = self.start(descriptors, arguments);
        let (sender, receiver) = mpsc::channel();
        let log = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&log);
        // Reads on to the end, so that the program never waits for somebody to read its log.
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let entry: Value = serde_json::from_str(&line).unwrap();
                if let Some(client) = listening(&entry) {
                    sender.send(client).ok();
                }
                written.lock().unwrap().push(entry);
            }
        });
        Program {
            child,
            client: receiver.recv_timeout(Duration::from_secs(30)).unwrap(),
            log,
            _unread: None,
        }
    }

    /// Serves the store while nobody reads the log.
    pub(crate) fn serve_unheard(&self) -> Program {
        let (child, mut output) = self.start(None, &[]);
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let client = listening(&serde_json::from_str(&line).unwrap());
        Program {
            child,
            client: client.expect("the first line tells the address"),
            log: Arc::default(),
            _unread: Some(output),
        }
    }

    fn start(
        &self,
        descriptors: Option<u32>,
        arguments: &[&str],
    ) -> (Child, BufReader<ChildStdout>) {
        let limit = descriptors.map_or_else(String::new, |most| format!("ulimit -n {most}; "));
        let program = env!("CARGO_BIN_EXE_airlock");
        let mut child = Command::new("sh")
            .args(["-c", &format!("{limit}exec \"$0\" \"$@\""), program])
            .args(["--json", "serve", "--listen", "127.0.0.1:0", "--store"])
            .arg(self.store.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        (child, output)
    }
}

impl Program {
    /// Returns a figure of `/proc/PID/status`, in bytes.
    fn status(&self, key: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        #[expect(clippy::disallowed_methods, reason = "a file of the kernel")]
        let text = std::fs::read_to_string(path).unwrap();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap();
        let kibibytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kibibytes * 1024
    }

    /// Returns the most memory that was ever resident.
    pub(crate) fn peak(&self) -> u64 {
        self.status("VmHWM")
    }

    /// Sees that the program still serves, within the promised memory.
    pub(crate) fn still_serves(&self) {
        let (head, body) = self.client.get("/v2/alpine/manifests/3.20");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(!body.is_empty());
        assert!(self.peak() <= MEMORY, "{} bytes resident", self.peak());
    }

    /// Bounds the open files of the program while it runs; returns the bound before.
    pub(crate) fn limit_descriptors(&self, most: Option<u64>) -> Option<u64> {
        let (pid, files) = (Some(Pid::from_child(&self.child)), Resource::Nofile);
        let maximum = getrlimit(files).maximum;
        let bound = Rlimit {
            current: most,
            maximum,
        };
        prlimit(pid, files, bound).unwrap().current
    }

    /// Ends the program as a service manager does, and returns its exit code.
    pub(crate) fn terminate(&mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Returns a client of the registry from the entry of a log that tells its address.
fn listening(entry: &Value) -> Option<Client> {
    let registry = entry["event"] == "listening" && entry["counters"] == false;
    let address = entry["address"].as_str().filter(|_| registry)?;
    Some(Client(address.rsplit_once('/')?.1.parse().unwrap()))
}

fn blob(content: &[u8]) -> Blob {
    Blob {
        digest: digest_of(Algorithm::Sha256, content),
        size: content.len() as u64,
    }
}
