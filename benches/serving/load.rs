//! The load: wrk for manifests, curl for blobs.

use std::process::Command;
use std::thread;
use std::time::Instant;

use lock_format::MediaType;

use super::servers::Server;

/// Many requests for one manifest.
#[derive(Clone, Copy)]
pub(crate) struct Manifests {
    pub(crate) connections: u32,
    pub(crate) keep_alive: bool,
    pub(crate) seconds: u32,
}

/// One blob, by several clients at a time.
#[derive(Clone, Copy)]
pub(crate) struct Blobs {
    pub(crate) parallel: u32,
}

impl Manifests {
    /// Returns requests answered in a second.
    pub(crate) fn rate(self, server: &Server) -> f64 {
        let threads = self.connections.min(2);
        let mut wrk = Command::new("wrk");
        wrk.arg(format!("-t{threads}"))
            .arg(format!("-c{}", self.connections))
            .arg(format!("-d{}s", self.seconds))
            .args(["-H", &format!("Accept: {}", MediaType::OCI_MANIFEST)]);
        if !self.keep_alive {
            wrk.args(["-H", "Connection: close"]);
        }
        let output = wrk
            .arg(server.manifest_url())
            .output()
            .expect("wrk is installed");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains("Non-2xx"), "{text}");
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("Requests/sec:"));
        line.unwrap().trim().parse().unwrap()
    }
}

impl Blobs {
    /// Returns MiB in a second, all clients together.
    pub(crate) fn speed(self, server: &Server) -> f64 {
        let begun = Instant::now();
        let clients: Vec<_> = (0..self.parallel)
            .map(|_| {
                let url = server.blob_url();
                thread::spawn(move || curl(&url, "%{size_download}"))
            })
            .collect();
        let bytes: f64 = clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .sum();
        bytes / 1024.0 / 1024.0 / begun.elapsed().as_secs_f64()
    }
}

/// Returns milliseconds until the first byte of a blob.
pub(crate) fn first_byte(server: &Server) -> f64 {
    curl(&server.blob_url(), "%{time_starttransfer}") * 1000.0
}

fn curl(url: &str, figure: &str) -> f64 {
    let output = Command::new("curl")
        .args(["-sf", "-o", "/dev/null", "-w", figure, url])
        .output()
        .expect("curl is installed");
    assert!(output.status.success(), "{url}");
    String::from_utf8(output.stdout).unwrap().parse().unwrap()
}
