//! How soon a server answers on a large store.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::yield_now;
use std::time::Instant;

use super::servers::free_port;

/// Returns milliseconds from the start of the program to its first answer for a name.
pub(crate) fn ready(store: &Path) -> f64 {
    let port = free_port();
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_airlock"))
        .args([
            "-q",
            "serve",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--store",
        ])
        .arg(store)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stream = loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(_) => yield_now(),
        }
    };
    let request = b"GET /v2/bench/image-0/manifests/1 HTTP/1.0\r\nHost: a\r\n\r\n";
    stream.write_all(request).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    let took = begun.elapsed();
    assert_eq!(&answer, b"HTTP/1.0 200");
    child.kill().unwrap();
    child.wait().unwrap();
    took.as_secs_f64() * 1000.0
}
