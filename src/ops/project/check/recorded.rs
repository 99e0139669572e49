//! What the lock records of a source that is asked for.

use lock_format::{Lockfile, Source, SourceKind};

use crate::inputs::{COMPOSE_FILES, Root, RootPath};
use crate::ops::project::Asked;
use crate::ops::project::asked::in_turn;

/// What a person said of a source, on the command line or in `airlock.toml`.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// Its platforms.
    pub platforms: bool,
    /// Where its builds run.
    pub build_platform: bool,
}

/// Takes platforms that nobody named from the lock, where it records the same source: the machine's
/// own decide only what is locked for the first time. `given` has an entry for each source.
pub fn repeat_platforms(asked: &mut [Asked], lock: &Lockfile, root: &Root, given: &[Given]) {
    let sources = sources_of(lock, asked, root);
    for ((asked, source), given) in asked.iter_mut().zip(sources).zip(given) {
        let Some(source) = source else { continue };
        let (platforms, build_platform) = match asked {
            Asked::Dockerfile(file) => (&mut file.platforms, Some(&mut file.build_platform)),
            Asked::Compose(project) => (&mut project.platforms, Some(&mut project.build_platform)),
            Asked::Images(images) => (&mut images.platforms, None),
        };
        if !given.platforms {
            platforms.clone_from(&source.platforms);
        }
        if let (Some(asked), Some(recorded), false) =
            (build_platform, &source.build_platform, given.build_platform)
        {
            asked.clone_from(recorded);
        }
    }
}

/// Finds the source of the lock that each asked one is: of the same kind and files. Of several the
/// first stands for the first that is asked for, the second for the second.
pub(super) fn sources_of<'a>(
    lock: &'a Lockfile,
    asked: &[Asked],
    root: &Root,
) -> Vec<Option<&'a Source>> {
    let mut left = in_turn(lock);
    asked
        .iter()
        .map(|asked| {
            let at = left.iter().position(|source| is(source, asked, root))?;
            Some(left.remove(at))
        })
        .collect()
}

fn is(source: &Source, asked: &Asked, root: &Root) -> bool {
    match (&source.kind, asked) {
        (SourceKind::Dockerfile { path }, Asked::Dockerfile(file)) => {
            *path == file.path.to_string()
        }
        (SourceKind::Images, Asked::Images(_)) => true,
        (SourceKind::Compose { files }, Asked::Compose(project)) => {
            let named = &project.request.files;
            if named.is_empty() {
                return is_default(files, root.here());
            }
            let named = named.iter().map(|file| root.locate(file.as_ref()));
            let named: Result<Vec<RootPath>, _> = named.collect();
            named.is_ok_and(|named| {
                named
                    .iter()
                    .map(ToString::to_string)
                    .eq(files.iter().cloned())
            })
        }
        _ => false,
    }
}

/// Tells whether files are the project that is found from the folder `here`: in it, or above.
fn is_default(files: &[String], here: &RootPath) -> bool {
    let Some(Ok(first)) = files.first().map(|file| RootPath::new(file)) else {
        return false;
    };
    let folder = first.parent();
    first
        .file_name()
        .is_some_and(|name| COMPOSE_FILES.contains(&name))
        && folder.parts().zip(here.parts()).all(|(a, b)| a == b)
        && folder.parts().count() <= here.parts().count()
}
