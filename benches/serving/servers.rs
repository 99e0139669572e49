//! The servers, each with the content in its own way.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use airlock::run::{FixedClock, FixedEntropy};
use airlock::store::Store;
use lock_format::{Blob, Descriptor, MediaType, Reference};

use super::content::{Content, digest};

/// Which program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Airlock,
    Registry,
    Nginx,
}

/// A running server with the content.
pub(crate) struct Server {
    child: Child,
    base: String,
    manifest: String,
    blob: String,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Airlock, Self::Registry, Self::Nginx];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Airlock => "airlock",
            Self::Registry => "docker-registry",
            Self::Nginx => "nginx",
        }
    }
}

impl Server {
    pub(crate) fn start(kind: Kind, folder: &Path, content: &Content) -> Self {
        let folder = folder.join(kind.name());
        fs::create_dir(&folder).unwrap();
        let port = free_port();
        let mut command = match kind {
            Kind::Airlock => airlock(&folder, content, port),
            Kind::Registry => registry(&folder, port),
            Kind::Nginx => nginx(&folder, content, port),
        };
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            child,
            base: format!("http://127.0.0.1:{port}/v2/bench/image"),
            manifest: digest(&content.manifest).to_string(),
            blob: digest(&content.blob).to_string(),
        };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            sleep(Duration::from_millis(20));
        }
        if kind == Kind::Registry {
            server.push(content);
        }
        server
    }

    pub(crate) fn manifest_url(&self) -> String {
        format!("{}/manifests/{}", self.base, self.manifest)
    }

    pub(crate) fn blob_url(&self) -> String {
        format!("{}/blobs/{}", self.base, self.blob)
    }

    /// Returns the most memory that was ever resident, of the program and its children.
    pub(crate) fn peak_mib(&self) -> f64 {
        let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let status = entry.ok()?.path().join("status");
            read(&status)
        });
        let parent = self.child.id().to_string();
        let kibibytes: f64 = processes
            .filter(|status| {
                let is = |key: &str| field(status, key).as_deref() == Some(&parent);
                is("Pid:") || is("PPid:")
            })
            .filter_map(|status| field(&status, "VmHWM:")?.parse::<f64>().ok())
            .sum();
        kibibytes / 1024.0
    }

    /// Pushes the content, as docker-registry takes it.
    fn push(&self, content: &Content) {
        for bytes in [&content.config, &content.blob] {
            let begun = ureq::post(format!("{}/blobs/uploads/", self.base)).send_empty();
            let begun = begun.unwrap();
            let location = begun.headers()["location"].to_str().unwrap().to_owned();
            ureq::put(location)
                .query("digest", digest(bytes).to_string())
                .content_type("application/octet-stream")
                .send(bytes.as_slice())
                .unwrap();
        }
        ureq::put(self.manifest_url())
            .content_type(MediaType::OCI_MANIFEST)
            .send(content.manifest.as_slice())
            .unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A store, made as `apply` makes it.
fn airlock(folder: &Path, content: &Content, port: u16) -> Command {
    let path = folder.join("store");
    let store = Store::create(&path, &FixedEntropy::new(0)).unwrap();
    let writer = store.begin(&FixedClock(0)).unwrap();
    let mut publication = store.publication().unwrap();
    for bytes in content.all() {
        let (digest, size) = (digest(bytes), bytes.len() as u64);
        let mut file = writer.blob(Blob { digest, size }).unwrap();
        file.take(bytes).unwrap();
        file.finish().unwrap();
        publication.blobs.insert(digest, size);
    }
    writer.commit_blobs().unwrap();
    let descriptor = Descriptor {
        digest: digest(&content.manifest),
        size: content.manifest.len() as u64,
        media_type: MediaType::OCI_MANIFEST.parse().unwrap(),
    };
    publication.blobs.remove(&descriptor.digest);
    let name = Reference::parse("bench/image:1").unwrap();
    publication.catalog.names.insert(name, descriptor.clone());
    publication
        .catalog
        .manifests
        .insert(descriptor.digest, descriptor);
    writer.publish(&publication).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_airlock"));
    command
        .args([
            "-q",
            "serve",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--store",
        ])
        .arg(path);
    command
}

/// Its file system driver, without an access log.
fn registry(folder: &Path, port: u16) -> Command {
    let config = folder.join("config.yml");
    let text = format!(
        "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
         storage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: 127.0.0.1:{port}}}\n",
        folder.join("data").display()
    );
    write(&config, text.as_bytes());
    let mut command = Command::new("docker-registry");
    command.arg("serve").arg(config);
    command
}

/// Plain files, with what nginx has to be fast: sendfile and a cache of open files.
fn nginx(folder: &Path, content: &Content, port: u16) -> Command {
    let repository = folder.join("v2/bench/image");
    for (kind, bytes) in [("manifests", &content.manifest), ("blobs", &content.blob)] {
        fs::create_dir_all(repository.join(kind)).unwrap();
        write(
            &repository.join(kind).join(digest(bytes).to_string()),
            bytes,
        );
    }
    let config = folder.join("nginx.conf");
    let root = folder.display();
    let text = format!(
        "daemon off; user root; worker_processes auto; error_log {root}/error.log;\npid {root}/pid;\n\
         events {{ worker_connections 4096; }}\n\
         http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;\n\
         open_file_cache max=1000; default_type {};\n\
         client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3;\n\
         uwsgi_temp_path {root}/t4; scgi_temp_path {root}/t5;\n\
         server {{ listen 127.0.0.1:{port} backlog=1024; root {root}; }} }}\n",
        MediaType::OCI_MANIFEST
    );
    write(&config, text.as_bytes());
    let mut command = Command::new("nginx");
    command
        .arg("-c")
        .arg(config)
        .arg("-e")
        .arg(folder.join("error.log"));
    command
}

pub(crate) fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

fn field(status: &str, key: &str) -> Option<String> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next().map(str::to_owned)
}

#[expect(clippy::disallowed_methods, reason = "files of the kernel")]
fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

#[expect(clippy::disallowed_methods, reason = "files of the benchmark")]
fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}
