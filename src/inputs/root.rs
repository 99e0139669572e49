//! The folder that a project's files are confined to.

use std::fs::File;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, fstat, open};
use rustix::io::Errno;

use super::error::words;
use super::input::read_bounded;
use super::walk::{Obstacle, walk};
use super::{Input, InputError, Outside, RootPath};

/// A folder; nothing outside it is read.
#[derive(Debug)]
pub struct Root {
    folder: OwnedFd,
    path: PathBuf,
    /// The folder that relative paths of a person are read in.
    here: RootPath,
}

impl Root {
    /// Opens the folder `path`; `here` is the current folder of the person who names files.
    ///
    /// Both should be absolute. A current folder outside the root is taken for the root itself.
    pub fn open(path: &Path, here: &Path) -> Result<Self, InputError> {
        let shown = path.display().to_string();
        let path = path.canonicalize().map_err(|_| InputError::NotAFolder {
            path: shown.clone(),
        })?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = open(&path, flags, Mode::empty());
        let folder = folder.map_err(|error| match error {
            Errno::NOTDIR => InputError::NotAFolder {
                path: shown.clone(),
            },
            error => InputError::Unreadable {
                path: shown.clone(),
                reason: words(&error),
            },
        })?;
        let here = here.canonicalize().unwrap_or_else(|_| path.clone());
        let here = here.strip_prefix(&path).ok().and_then(plain);
        Ok(Self {
            folder,
            path,
            here: here.unwrap_or_else(RootPath::root),
        })
    }

    /// Returns the folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the current folder of the person, below the root.
    pub fn here(&self) -> &RootPath {
        &self.here
    }

    /// Names a file that a person named: relative to the current folder, or absolute.
    pub fn locate(&self, path: &Path) -> Result<RootPath, InputError> {
        let outside = || InputError::OutsideRoot {
            path: path.display().to_string(),
            root: self.path.display().to_string(),
        };
        if path.is_absolute() {
            // The folder may be named through links; the file itself is not resolved here.
            let below = path.strip_prefix(&self.path).map(Path::to_owned);
            let below = below.ok().or_else(|| self.below_resolved(path));
            return below.as_deref().and_then(plain).ok_or_else(outside);
        }
        let text = path.to_str().ok_or_else(outside)?;
        self.here.join(text).map_err(|_| outside())
    }

    fn below_resolved(&self, path: &Path) -> Option<PathBuf> {
        let folder = path.parent()?.canonicalize().ok()?;
        let below = folder.strip_prefix(&self.path).ok()?;
        Some(below.join(path.file_name()?))
    }

    /// Names a file that a project file names, relative to the folder `from`; an absolute path is
    /// good if it lies below the root.
    pub fn resolve(&self, from: &RootPath, path: &str) -> Result<RootPath, InputError> {
        if Path::new(path).is_absolute() {
            return self.locate(Path::new(path));
        }
        from.join(path)
            .map_err(|Outside(path)| InputError::OutsideRoot {
                path,
                root: self.path.display().to_string(),
            })
    }

    /// Reads a file of at most `limit` bytes.
    pub fn read(&self, path: &RootPath, limit: u64) -> Result<Input, InputError> {
        let name = path.to_string();
        let root = self.folder.as_fd();
        let place = walk(root, path).map_err(|obstacle| self.error(path, obstacle))?;
        if place.kind != FileType::RegularFile {
            return Err(InputError::NotAFile { path: name });
        }
        let system = |error| self.error(path, Obstacle::System(error));
        let file = place.open_file(root).map_err(system)?;
        // It may have been replaced since it was looked at.
        let kind = FileType::from_raw_mode(fstat(&file).map_err(system)?.st_mode);
        if kind != FileType::RegularFile {
            return Err(InputError::NotAFile { path: name });
        }
        let bytes = read_bounded(&mut File::from(file), &name, limit)?;
        Ok(Input { name, bytes })
    }

    /// Tells whether there is a file, or a link to one below the root.
    pub fn has_file(&self, path: &RootPath) -> Result<bool, InputError> {
        self.is(path, FileType::RegularFile)
    }

    /// Tells whether there is a folder, or a link to one below the root.
    pub fn has_folder(&self, path: &RootPath) -> Result<bool, InputError> {
        self.is(path, FileType::Directory)
    }

    fn is(&self, path: &RootPath, kind: FileType) -> Result<bool, InputError> {
        match walk(self.folder.as_fd(), path) {
            Ok(place) => Ok(place.kind == kind),
            Err(Obstacle::System(Errno::NOENT | Errno::NOTDIR)) => Ok(false),
            Err(obstacle) => Err(self.error(path, obstacle)),
        }
    }

    fn error(&self, path: &RootPath, obstacle: Obstacle) -> InputError {
        let path = path.to_string();
        let root = self.path.display().to_string();
        match obstacle {
            Obstacle::Outside => InputError::OutsideRoot { path, root },
            Obstacle::Links | Obstacle::System(Errno::LOOP) => InputError::TooManyLinks { path },
            Obstacle::System(Errno::NOENT | Errno::NOTDIR) => InputError::NotFound { path, root },
            Obstacle::System(error) => InputError::Unreadable {
                path,
                reason: words(&error),
            },
        }
    }
}

/// A relative path that holds nothing but names, as UTF-8.
fn plain(path: &Path) -> Option<RootPath> {
    let names = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let text = path.to_str().filter(|_| names)?;
    RootPath::new(text).ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use crate::diagnostic::Diagnose as _;

    use super::*;

    struct Tree {
        _folder: tempfile::TempDir,
        base: PathBuf,
        root: Root,
    }

    #[expect(clippy::disallowed_methods, reason = "files that the test reads")]
    fn write(path: &Path, text: &str) {
        std::fs::write(path, text).unwrap();
    }

    fn tree() -> Tree {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        let project = base.join("project");
        std::fs::create_dir_all(project.join("a/b")).unwrap();
        write(&base.join("secret"), "secret");
        write(&project.join("Dockerfile"), "FROM a");
        write(&project.join("a/b/file"), "data");
        symlink("b/file", project.join("a/inside")).unwrap();
        symlink("../a/../a/b", project.join("a/folder")).unwrap();
        symlink("../../secret", project.join("a/up")).unwrap();
        symlink(base.join("secret"), project.join("absolute")).unwrap();
        symlink("loop", project.join("loop")).unwrap();
        symlink("..", project.join("out")).unwrap();
        let root = Root::open(&project, &project.join("a")).unwrap();
        Tree {
            _folder: folder,
            base,
            root,
        }
    }

    fn read(root: &Root, path: &str) -> Result<String, String> {
        let path = RootPath::new(path).unwrap();
        let input = root.read(&path, 6);
        let input = input.map_err(|error| error.code().as_str().to_owned())?;
        Ok(String::from_utf8(input.bytes).unwrap())
    }

    #[test]
    fn files_and_links_within_are_read() {
        let tree = tree();
        for (path, text) in [
            ("Dockerfile", "FROM a"),
            ("a/b/file", "data"),
            ("a/inside", "data"),
            ("a/folder/file", "data"),
        ] {
            assert_eq!(read(&tree.root, path).as_deref(), Ok(text), "{path}");
        }
    }

    #[test]
    fn nothing_else_is() {
        let tree = tree();
        write(&tree.base.join("project/long"), "1234567");
        for (path, code) in [
            ("a/up", "inputs/outside-root"),
            ("absolute", "inputs/outside-root"),
            ("out/secret", "inputs/outside-root"),
            ("loop", "inputs/too-many-links"),
            ("a", "inputs/not-a-file"),
            (".", "inputs/not-a-file"),
            ("none", "inputs/not-found"),
            ("Dockerfile/x", "inputs/not-found"),
            ("long", "inputs/too-large"),
        ] {
            assert_eq!(read(&tree.root, path).unwrap_err(), code, "{path}");
        }
    }

    #[test]
    fn a_pipe_is_no_file_and_is_not_waited_for() {
        let tree = tree();
        let pipe = tree.base.join("project/pipe");
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, FileType::Fifo, mode, 0).unwrap();
        assert_eq!(read(&tree.root, "pipe").unwrap_err(), "inputs/not-a-file");
    }

    #[test]
    fn a_person_names_files_from_the_current_folder() {
        let tree = tree();
        let project = tree.base.join("project");
        for (path, expected) in [
            (PathBuf::from("b/file"), Some("a/b/file")),
            (PathBuf::from("../Dockerfile"), Some("Dockerfile")),
            (project.join("a/b/file"), Some("a/b/file")),
            (project.join("a/folder/file"), Some("a/folder/file")),
            (PathBuf::from("../../secret"), None),
            (tree.base.join("secret"), None),
        ] {
            let found = tree.root.locate(&path).ok().map(|path| path.to_string());
            assert_eq!(found.as_deref(), expected, "{}", path.display());
        }
    }

    #[test]
    fn a_project_file_may_name_absolute_paths_below_the_root_only() {
        let tree = tree();
        let from = RootPath::new("a").unwrap();
        let below = tree.base.join("project/Dockerfile");
        let found = tree.root.resolve(&from, below.to_str().unwrap()).unwrap();
        assert_eq!(found.to_string(), "Dockerfile");
        assert!(tree.root.resolve(&from, "/etc/passwd").is_err());
        assert!(tree.root.resolve(&from, "../../secret").is_err());
    }

    #[test]
    fn what_is_there_is_told_apart() {
        let tree = tree();
        let path = |path| RootPath::new(path).unwrap();
        assert_eq!(tree.root.has_file(&path("a/inside")), Ok(true));
        assert_eq!(tree.root.has_file(&path("a")), Ok(false));
        assert_eq!(tree.root.has_folder(&path("a/folder")), Ok(true));
        assert_eq!(tree.root.has_file(&path("none")), Ok(false));
        assert!(tree.root.has_file(&path("a/up")).is_err());
    }
}
