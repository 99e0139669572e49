//! The files of logins, in the order in which they count.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A file of logins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    /// It was named by hand, so it has to be there.
    pub(super) named: bool,
    /// It has the form of docker before 1.7: logins without anything around them.
    pub(super) old: bool,
}

impl Place {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            named: false,
            old: false,
        }
    }
}

/// Lists the places (containers-auth.json(5); docker's `DOCKER_CONFIG`). `user` is the number of
/// the user who runs this.
pub(super) fn list(environment: &BTreeMap<String, String>, user: u32) -> Vec<Place> {
    let value = |name| {
        environment
            .get(name)
            .filter(|value| !value.is_empty())
            .map(Path::new)
    };
    if let Some(file) = value("REGISTRY_AUTH_FILE") {
        return vec![Place {
            named: true,
            ..Place::new(file.to_owned())
        }];
    }
    let home = value("HOME");
    let docker = value("DOCKER_CONFIG").map(|folder| folder.join("config.json"));
    let at_home = home.map(|home| home.join(".docker/config.json"));
    let runtime = value("XDG_RUNTIME_DIR").map_or_else(
        || PathBuf::from(format!("/run/containers/{user}/auth.json")),
        |folder| folder.join("containers/auth.json"),
    );
    let config = value("XDG_CONFIG_HOME")
        .map(Path::to_owned)
        .or_else(|| Some(home?.join(".config")));
    let mut places: Vec<Place> = [
        docker.clone(),
        Some(runtime),
        config.map(|folder| folder.join("containers/auth.json")),
        at_home.filter(|_| docker.is_none()),
    ]
    .into_iter()
    .flatten()
    .map(Place::new)
    .collect();
    places.extend(home.map(|home| Place {
        old: true,
        ..Place::new(home.join(".dockercfg"))
    }));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(pairs: &[(&str, &str)]) -> Vec<String> {
        let pairs = pairs.iter().map(|&(k, v)| (k.to_owned(), v.to_owned()));
        list(&pairs.collect(), 7)
            .into_iter()
            .map(|place| place.path.to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_named_file_stands_alone() {
        let found = paths(&[
            ("REGISTRY_AUTH_FILE", "/a.json"),
            ("HOME", "/h"),
            ("DOCKER_CONFIG", "/d"),
        ]);
        assert_eq!(found, ["/a.json"]);
    }

    #[test]
    fn podmans_places_come_before_dockers() {
        assert_eq!(
            paths(&[("HOME", "/h")]),
            [
                "/run/containers/7/auth.json",
                "/h/.config/containers/auth.json",
                "/h/.docker/config.json",
                "/h/.dockercfg",
            ]
        );
        assert_eq!(
            paths(&[
                ("HOME", "/h"),
                ("DOCKER_CONFIG", "/d"),
                ("XDG_RUNTIME_DIR", "/r"),
                ("XDG_CONFIG_HOME", "/c"),
                ("REGISTRY_AUTH_FILE", ""),
            ]),
            [
                "/d/config.json",
                "/r/containers/auth.json",
                "/c/containers/auth.json",
                "/h/.dockercfg",
            ]
        );
        assert_eq!(paths(&[]), ["/run/containers/7/auth.json"]);
    }
}
