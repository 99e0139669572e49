//! Telling a service manager how far the server is (`sd_notify`, protocol of systemd).

use std::ffi::OsString;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use crate::cli::environment::Environment;

/// The service manager that started this process, if one did.
#[derive(Clone, Debug)]
pub(crate) struct Manager(Option<OsString>);

impl Manager {
    /// Looks for one in the environment.
    pub(crate) fn of(environment: &Environment) -> Self {
        Self(environment.get("NOTIFY_SOCKET").map(OsString::from))
    }

    /// Tells that the server takes requests.
    pub(crate) fn ready(&self) {
        self.tell(b"READY=1");
    }

    /// Tells that the server begins to end.
    pub(crate) fn stopping(&self) {
        self.tell(b"STOPPING=1");
    }

    /// A manager that does not listen is nobody to tell.
    fn tell(&self, state: &[u8]) {
        let Some(name) = &self.0 else { return };
        let address = match name.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name),
            None => SocketAddr::from_pathname(name),
        };
        let told =
            address.and_then(|address| UnixDatagram::unbound()?.send_to_addr(state, &address));
        told.ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manager_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let environment = Environment::of(&[("NOTIFY_SOCKET", path.to_str().unwrap())]);
        Manager::of(&environment).ready();
        let mut buffer = [0; 64];
        let count = socket.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..count], b"READY=1");
    }

    #[test]
    fn an_abstract_socket_is_told() {
        let name = format!("airlock-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let socket = UnixDatagram::bind_addr(&address).unwrap();
        let environment = Environment::of(&[("NOTIFY_SOCKET", &format!("@{name}"))]);
        Manager::of(&environment).stopping();
        let mut buffer = [0; 64];
        let count = socket.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..count], b"STOPPING=1");
    }
}
