//! docker-registry: the internet of the outside.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use crate::server::Server;
use crate::side::Side;

/// A running docker-registry on port 5000 of a side's loopback address.
pub(crate) struct Registry {
    _server: Server,
    storage: PathBuf,
}

impl Registry {
    /// Starts a registry over `registry/` in the side's folder, empty unless a test put something there.
    pub(crate) fn start(side: &Side) -> Self {
        let storage = side.path("registry");
        let config = side.write(
            "registry.yml",
            format!(
                "version: 0.1\nlog: {{ level: warn }}\n\
                 storage: {{ filesystem: {{ rootdirectory: {} }}, delete: {{ enabled: true }} }}\n\
                 http: {{ addr: '{}:5000' }}\n",
                storage.display(),
                Ipv4Addr::LOCALHOST,
            ),
        );
        let call = side.call("docker-registry").arg("serve").arg(config);
        let server = Server::start(side, "registry", call).wait_until(|| answers(side, 5000));
        Self {
            _server: server,
            storage,
        }
    }

    /// Returns the folder that holds all it has.
    pub(crate) fn storage(&self) -> &Path {
        &self.storage
    }
}

/// Tells whether something listens on a port of the side's loopback address.
pub(crate) fn answers(side: &Side, port: u16) -> bool {
    let probe = format!("exec 3<>/dev/tcp/127.0.0.1/{port}");
    side.call("bash").arg("-c").arg(probe).run().succeeded()
}
