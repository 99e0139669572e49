//! What a service manager does: it hands over sockets, is told how far the server is, and ends it.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::client::Client;
use super::site::Site;

const REQUEST: &[u8] =
    b"GET /v2/alpine/manifests/3.20 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// The program, until dropped.
struct Service(Child);

impl Service {
    /// Starts it with two sockets, which come as descriptors 3 and 4 (`sd_listen_fds`).
    fn start(store: &Path, notify: &Path, sockets: [OwnedFd; 2]) -> Self {
        let [first, second] = sockets;
        let script = "exec 3<&0 4<&1 </dev/null >/dev/null; \
            export LISTEN_PID=$$ LISTEN_FDS=2; exec \"$0\" -q serve --store \"$1\"";
        let child = Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_airlock")])
            .arg(store)
            .env("NOTIFY_SOCKET", notify)
            .stdin(first)
            .stdout(second)
            .spawn()
            .unwrap();
        Self(child)
    }

    fn terminate(&self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Waits for what the manager is told.
fn told(manager: &UnixDatagram) -> String {
    let mut state = [0; 64];
    let count = manager.recv(&mut state).unwrap();
    String::from_utf8_lossy(&state[..count]).into_owned()
}

#[test]
fn sockets_are_handed_over_and_the_manager_is_told() {
    let site = Site::new();
    let blob = vec![7; 32 * 1024 * 1024];
    site.publish("alpine:3.20", b"{\"layers\":[]}", &[&blob]);
    let folder = tempfile::tempdir().unwrap();
    let (notify, path) = (folder.path().join("notify"), folder.path().join("socket"));
    let manager = UnixDatagram::bind(&notify).unwrap();
    manager
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let tcp = TcpListener::bind("[::1]:0").unwrap();
    let client = Client(tcp.local_addr().unwrap());
    let unix = UnixListener::bind(&path).unwrap();
    let mut service = Service::start(site.store.path(), &notify, [tcp.into(), unix.into()]);
    assert_eq!(told(&manager), "READY=1");
    let (head, _) = client.exchange(REQUEST);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.write_all(REQUEST).unwrap();
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("{\"layers\":[]}"), "{answer}");

    // An answer is under way when the end is asked for: the manager is told, the answer goes on.
    let digest = airlock::oci::digest_of(lock_format::Algorithm::Sha256, &blob);
    let request = format!("GET /v2/alpine/blobs/{digest} HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut slow = client.connect();
    slow.write_all(request.as_bytes()).unwrap();
    slow.read_exact(&mut [0; 1024]).unwrap();
    service.terminate();
    assert_eq!(told(&manager), "STOPPING=1");
    assert_eq!(
        service.0.try_wait().unwrap(),
        None,
        "it waits for the answer"
    );
    let rest = std::io::copy(&mut slow, &mut std::io::sink()).unwrap();
    assert!(rest > blob.len() as u64 - 1024, "{rest}");
    assert_eq!(service.0.wait().unwrap().code(), Some(0));
}
