//! One side of the gap: namespaces of its own, in which everything that a test starts runs.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::Pid;

use crate::call::Call;
use crate::processes::children;

/// A network, mount, process and IPC namespace with nothing but a loopback interface: no route leads
/// out of it.
///
/// Its first process waits on a pipe from the test. When the pipe closes, because the test is done
/// or because it died, the kernel ends every process of the side with the first one, and the mounts
/// vanish. Nothing has to be found and stopped by name.
pub(crate) struct Side {
    first: Child,
    inner_pid: Pid,
    folder: tempfile::TempDir,
}

/// What the first process does. Standard input is the pipe; `$1` is the side's folder.
///
/// `/etc` is a copy, so that configuration lies where users have it; `/run` and `/var/lib` are empty,
/// so that no socket and no image of the machine's own daemons is within reach.
const FIRST_PROCESS: &str = r#"
set -e
ip link set lo up
cp -a /etc "$1/etc"
mkdir "$1/home" "$1/tmp"
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
mount --bind "$1/etc" /etc
echo ready
cat >/dev/null
kill -KILL -1 2>/dev/null || true
rm -rf "$1"/* 2>/dev/null
"#;

/// Accepts images that nobody signed: airlock carries signatures later, it does not make them.
const POLICY: &str = r#"{ "default": [{ "type": "insecureAcceptAnything" }] }"#;

/// No daemon of the machine is asked for control groups or for a journal.
const CONTAINERS: &str = "[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n";

impl Side {
    /// Makes a side in which `names` mean the loopback address.
    pub(crate) fn new(names: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("airlock-clients-")
            .tempdir()
            .unwrap();
        let (first, inner_pid) = start(folder.path());
        let side = Self {
            first,
            inner_pid,
            folder,
        };
        side.write("etc/hosts", format!("127.0.0.1 localhost {names}\n"));
        side.write("etc/containers/policy.json", POLICY);
        side.write("etc/containers/registries.conf", "");
        side.write("etc/containers/containers.conf", CONTAINERS);
        side.write("etc/containers/storage.conf", side.storage());
        side
    }

    /// Returns the side's own folder, which vanishes with it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns a path in the side's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file in the side's folder, and the folders that lead to it.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Prepares a call of `program` on this side: bounded in time, with an environment of its own.
    pub(crate) fn call(&self, program: impl AsRef<str>) -> Call {
        Call::new(self.enter(), program.as_ref())
    }

    /// Where podman and buildah keep images: plain folders, which every file system can do.
    fn storage(&self) -> String {
        let folder = self.folder().display();
        format!(
            "[storage]\ndriver = \"vfs\"\n\
             graphroot = \"{folder}/containers\"\nrunroot = \"{folder}/containers-run\"\n"
        )
    }

    /// A command that goes on inside the namespaces, in the side's folder.
    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        command
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("LC_ALL", "C.UTF-8")
            // With the root of the first process, so that all this works in a chroot of another
            // generation of clients as well.
            .args(["--net", "--mount", "--pid", "--ipc", "--uts", "--root"])
            .arg("--target")
            .arg(self.inner_pid.to_string())
            .arg(format!("--wdns={}", self.folder().display()));
        command
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        drop(self.first.stdin.take());
        self.first.wait().unwrap();
    }
}

/// Starts the first process and waits until the side is ready; returns its id as seen from here.
fn start(folder: &Path) -> (Child, Pid) {
    let mut first = Command::new("unshare")
        .args(["--net", "--mount", "--pid", "--ipc", "--uts"])
        .args(["--fork", "--kill-child", "--mount-proc"])
        .args(["sh", "-c", FIRST_PROCESS, "first"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(first.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line.trim(), "ready", "the namespaces could not be set up");
    let inner = children(first.id())[0];
    (first, inner)
}
