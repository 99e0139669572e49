//! containerd and dockerd, with folders, sockets and configuration of their own.

use std::path::{Path, PathBuf};

use crate::call::Call;
use crate::server::Server;
use crate::side::Side;

/// A running containerd, and a dockerd that uses it.
pub(crate) struct Engine {
    // Ended in this order: dockerd first.
    _dockerd: Server,
    _containerd: Server,
    containerd_socket: PathBuf,
    docker_socket: PathBuf,
    /// Whether containerd's own client asks for manifests of other platforms unless told not to.
    wants_metadata: bool,
}

impl Engine {
    /// Starts both on a side.
    pub(crate) fn start(side: &Side) -> Self {
        let containerd_socket = side.path("containerd.sock");
        let docker_socket = side.path("docker.sock");
        let containerd = start_containerd(side, &containerd_socket);
        let dockerd = start_dockerd(side, &containerd_socket, &docker_socket);
        let help = side.call("/usr/bin/ctr").args("images pull --help").run();
        Self {
            _dockerd: dockerd,
            _containerd: containerd,
            containerd_socket,
            docker_socket,
            wants_metadata: help.done().contains("--skip-metadata"),
        }
    }

    /// Prepares a call of Debian's docker client.
    pub(crate) fn docker(&self, side: &Side) -> Call {
        side.call("/usr/bin/docker")
            .arg("--host")
            .arg(self.address())
    }

    /// Returns the address of dockerd, as `DOCKER_HOST` takes it.
    pub(crate) fn address(&self) -> String {
        format!("unix://{}", self.docker_socket.display())
    }

    /// Prepares a call of containerd's own client.
    pub(crate) fn ctr(&self, side: &Side) -> Call {
        side.call("/usr/bin/ctr")
            .arg("--address")
            .arg(&self.containerd_socket)
    }

    /// Prepares a pull with it, for the platform of this machine.
    pub(crate) fn ctr_pull(&self, side: &Side) -> Call {
        let pull = self
            .ctr(side)
            .args("images pull --snapshotter native --hosts-dir /etc/containerd/certs.d");
        if self.wants_metadata {
            pull.arg("--skip-metadata")
        } else {
            pull
        }
    }
}

/// Plain folders, which every file system can do; containerd 2 asks for them in its configuration.
const UNPACKING: &str = "[[plugins.\"io.containerd.transfer.v1.local\".unpack_config]]\n\
    platform = \"linux/amd64\"\nsnapshotter = \"native\"\ndiffer = \"walking\"\n";

fn start_containerd(side: &Side, socket: &Path) -> Server {
    let folder = side.folder().display();
    let config = side.write(
        "containerd.toml",
        format!(
            "version = 2\nroot = \"{folder}/containerd\"\nstate = \"{folder}/containerd-state\"\n\
             disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n\
             [grpc]\naddress = \"{}\"\n{UNPACKING}",
            socket.display()
        ),
    );
    let call = side.call("/usr/bin/containerd").arg("--config").arg(config);
    Server::start(side, "containerd", call).wait_until(|| {
        side.call("/usr/bin/ctr")
            .arg("--address")
            .arg(socket)
            .arg("version")
            .run()
            .succeeded()
    })
}

/// No bridge and no packet filter: images are built and pulled, no container is run.
fn start_dockerd(side: &Side, containerd: &Path, socket: &Path) -> Server {
    let config = side.write("docker/daemon.json", "{}");
    let host = format!("unix://{}", socket.display());
    let call = side
        .call("/usr/sbin/dockerd")
        .arg("--config-file")
        .arg(config)
        .arg("--data-root")
        .arg(side.path("docker/data"))
        .arg("--exec-root")
        .arg(side.path("docker/exec"))
        .arg("--pidfile")
        .arg(side.path("docker/pid"))
        .arg("--containerd")
        .arg(containerd)
        .arg("--host")
        .arg(&host)
        .args("--storage-driver=vfs --bridge=none --iptables=false --ip6tables=false");
    Server::start(side, "dockerd", call).wait_until(|| {
        side.call("/usr/bin/docker")
            .arg("--host")
            .arg(&host)
            .arg("version")
            .run()
            .succeeded()
    })
}
