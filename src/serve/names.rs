//! Which registry a request means: the mapping of `docs/serving.md`, first hit wins.

use std::collections::BTreeSet;

use super::directory::Directory;
use super::host;

/// Names and addresses that mean this server and never a registry that it carries.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeSet<String>);

/// The repository that a request means, on a canonical host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The registry.
    pub(crate) host: String,
    /// The path below it.
    pub(crate) path: String,
}

impl Names {
    /// Takes names with or without a port; without one, the name is meant at every port.
    pub fn new<'a>(own: impl IntoIterator<Item = &'a str>) -> Self {
        Self(own.into_iter().map(host::canonical).collect())
    }

    fn are(&self, host: &str) -> bool {
        self.0.contains(host) || self.0.contains(host::without_port(host))
    }
}

/// Finds the repository that `name` means, asked with `ns` and a Host header.
///
/// The steps and their order are the contract; no step guesses across hosts. What is returned may
/// be unknown to the directory: then it is what the answer says was looked for.
pub(crate) fn place(
    directory: &Directory,
    names: &Names,
    ns: Option<&str>,
    host_header: Option<&str>,
    name: &str,
) -> Place {
    if let Some(ns) = ns {
        return by_namespace(directory, &host::canonical(ns), name);
    }
    let asked = host_header.map(host::canonical);
    if let Some(asked) = asked.filter(|asked| {
        host::may_name_a_registry(asked) && !names.are(asked) && directory.knows_host(asked)
    }) {
        return Place::on(&asked, name);
    }
    let hub = Place::on("docker.io", name);
    let Some((first, rest)) = name.split_once('/') else {
        return hub;
    };
    let first = host::from_path_form(first);
    // Namespaces of the Docker Hub have no dot: a dotted first part that is not held there is told
    // as the host that was meant.
    let meant = first.contains('.') && directory.tags(&hub.host, &hub.path).is_none();
    if directory.knows_host(&first) || meant {
        Place::on(&first, rest)
    } else {
        hub
    }
}

/// A mirror that is told the registry; some are told it in the path as well.
fn by_namespace(directory: &Directory, ns: &str, name: &str) -> Place {
    let plain = Place::on(ns, name);
    if directory.tags(&plain.host, &plain.path).is_some() {
        return plain;
    }
    match name.split_once('/') {
        Some((first, rest)) if host::from_path_form(first) == ns => Place::on(ns, rest),
        _ => plain,
    }
}

impl Place {
    /// A one-part name of the Docker Hub is below `library/`.
    fn on(host: &str, path: &str) -> Self {
        let path = if host == "docker.io" && !path.contains('/') {
            format!("library/{path}")
        } else {
            path.to_owned()
        };
        Self {
            host: host.to_owned(),
            path,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.host, self.path)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lock_format::{Descriptor, Digest, MediaType, Reference};

    use super::*;
    use crate::oci::Catalog;

    fn directory(names: &[&str]) -> Directory {
        let descriptor = Descriptor {
            digest: Digest::Sha256([1; 32]),
            size: 2,
            media_type: MediaType::OCI_MANIFEST.parse().unwrap(),
        };
        let mut catalog = Catalog::default();
        for name in names {
            let reference = Reference::parse(name).unwrap();
            catalog.names.insert(reference, descriptor.clone());
        }
        Directory::new(Arc::new(catalog))
    }

    /// Namespace, Host header, name asked, and where that is; a dash stands for nothing.
    const MAPPING: &str = "
        # A namespace decides alone, also where the path repeats it.
        ghcr.io      m:5000          acme/app                ghcr.io acme/app
        docker.io    m               library/alpine          docker.io library/alpine
        docker.io    m               alpine                  docker.io library/alpine
        reg.lan:5000 m               acme/app                reg.lan:5000 acme/app
        reg.lan:5000 m               reg.lan_5000/acme/app   reg.lan:5000 acme/app
        quay.io      ghcr.io         ghcr.io/acme/app        quay.io ghcr.io/acme/app
        harbor.lan   m               docker.io/library/x     harbor.lan docker.io/library/x
        # The Host header, with its port.
        -            ghcr.io         acme/app                ghcr.io acme/app
        -            GHCR.IO:443     acme/app                ghcr.io acme/app
        -            reg.lan:5000    acme/app                reg.lan:5000 acme/app
        -            reg.lan         acme/app                docker.io acme/app
        -            ghcr.io         docker.io/library/alpine ghcr.io docker.io/library/alpine
        # Own names and single labels are no registry, whatever is held.
        -            air.corp        x/y                     docker.io x/y
        -            air.corp:8443   x/y                     docker.io x/y
        -            registry:5000   x/y                     docker.io x/y
        # The first part of the path, if that host is held.
        -            m:5000          ghcr.io/acme/app        ghcr.io acme/app
        -            m:5000          reg.lan_5000/acme/app   reg.lan:5000 acme/app
        -            m:5000          registry_5000/x/y       registry:5000 x/y
        -            m:5000          docker.io/alpine        docker.io library/alpine
        -            m:5000          index.docker.io/library/alpine docker.io library/alpine
        -            m:5000          quay.io/acme/app        quay.io acme/app
        -            m:5000          other_5000/acme/app     docker.io other_5000/acme/app
        # The Docker Hub.
        -            m:5000          alpine                  docker.io library/alpine
        -            127.0.0.1:5000  acme/app                docker.io acme/app";

    #[test]
    fn the_first_step_that_fits_decides() {
        let held = directory(&[
            "alpine:3.20",
            "ghcr.io/acme/app:1",
            "reg.lan:5000/acme/app:1",
            "registry:5000/x/y:1",
            "harbor.lan/docker.io/library/x:1",
            "air.corp/x/y:1",
            "air.corp:8443/x/y:1",
        ]);
        let names = Names::new(["air.corp"]);
        let lines = MAPPING.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [ns, host, name, registry, path] = words.as_slice() else {
                panic!("five words a line: {line}");
            };
            let ns = Some(*ns).filter(|ns| *ns != "-");
            let found = place(&held, &names, ns, Some(host), name);
            assert_eq!((&*found.host, &*found.path), (*registry, *path), "{line}");
        }
    }
}
