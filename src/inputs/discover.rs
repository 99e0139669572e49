//! Finding a project's root and its files where nobody names them.

use std::path::{Path, PathBuf};

use super::{InputError, Root, RootPath};

/// Names of a Dockerfile, the first that is there counts.
pub const DOCKERFILES: &[&str] = &["Dockerfile", "Containerfile"];

/// Names of a compose file, the first that is there counts (compose specification, compose file).
pub const COMPOSE_FILES: &[&str] = &[
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// What a root holds: a project's configuration, or a repository.
const MARKERS: &[&str] = &["airlock.toml", ".git"];

/// Finds the root of the project that `here` belongs to: the nearest folder, from there upwards,
/// with `airlock.toml` or `.git`; else `here` itself.
pub fn find_root(here: &Path) -> PathBuf {
    here.ancestors()
        .find(|folder| {
            let there = |name: &&str| folder.join(name).symlink_metadata().is_ok();
            MARKERS.iter().any(there)
        })
        .unwrap_or(here)
        .to_owned()
}

impl Root {
    /// Finds the first of `names` that is a file in `folder`.
    pub fn first_file(
        &self,
        folder: &RootPath,
        names: &[&str],
    ) -> Result<Option<RootPath>, InputError> {
        for name in names {
            let path = self.resolve(folder, name)?;
            if self.has_file(&path)? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "files that the test looks for")]
    fn roots_and_files_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        let inner = base.join("project/a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::create_dir(base.join("project/.git")).unwrap();
        std::fs::write(inner.join("Containerfile"), "").unwrap();
        assert_eq!(find_root(&inner), base.join("project"));

        let root = Root::open(&find_root(&inner), &inner).unwrap();
        let found = root.first_file(root.here(), DOCKERFILES).unwrap();
        assert_eq!(found.unwrap().to_string(), "a/b/Containerfile");
        std::fs::write(inner.join("Dockerfile"), "").unwrap();
        let found = root.first_file(root.here(), DOCKERFILES).unwrap();
        assert_eq!(found.unwrap().to_string(), "a/b/Dockerfile");
        let found = root.first_file(&RootPath::root(), DOCKERFILES).unwrap();
        assert_eq!(found, None);
    }
}
