//! All files below the root.

use std::fs;
use std::path::Path;

use super::error::words;
use super::{InputError, Root, RootPath};

/// A folder that holds no file of a project.
const NOT_SEARCHED: &str = ".git";

impl Root {
    /// Lists the plain files below a folder for which `fits` holds, sorted. Links are not followed,
    /// `.git` is not searched, and names that are no UTF-8 are left out.
    ///
    /// # Errors
    /// A folder on the way cannot be read: it might hold such a file.
    pub fn files(
        &self,
        folder: &RootPath,
        fits: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<RootPath>, InputError> {
        self.search(folder, &|name| name != NOT_SEARCHED, fits, &mut Err)
    }

    /// Lists files of the whole root as [`files`](Self::files) does, as far as folders can be read, and
    /// what cannot. `enters` tells whether a folder of that name is searched.
    pub fn files_within_reach(
        &self,
        enters: &dyn Fn(&str) -> bool,
        fits: &dyn Fn(&str) -> bool,
    ) -> (Vec<RootPath>, Vec<InputError>) {
        let mut obstacles = Vec::new();
        let found = self.search(&RootPath::root(), enters, fits, &mut |error| {
            obstacles.push(error);
            Ok(())
        });
        (found.unwrap_or_default(), obstacles)
    }

    fn search(
        &self,
        from: &RootPath,
        enters: &dyn Fn(&str) -> bool,
        fits: &dyn Fn(&str) -> bool,
        obstacle: &mut dyn FnMut(InputError) -> Result<(), InputError>,
    ) -> Result<Vec<RootPath>, InputError> {
        let mut found = Vec::new();
        let mut folders = vec![from.clone()];
        while let Some(folder) = folders.pop() {
            let entries = match self.entries(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    obstacle(error)?;
                    continue;
                }
            };
            for (path, kind) in entries {
                let name = path.file_name().unwrap_or_default();
                if kind.is_dir() && enters(name) {
                    folders.push(path);
                } else if kind.is_file() && fits(&path.to_string()) {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Lists what lies in a folder; nothing where there is no such folder.
    fn entries(&self, folder: &RootPath) -> Result<Vec<(RootPath, fs::FileType)>, InputError> {
        if !self.has_folder(folder)? {
            return Ok(Vec::new());
        }
        let path = folder.to_string();
        let unreadable = |error: std::io::Error| InputError::Unreadable {
            path: path.clone(),
            reason: words(&error),
        };
        let mut found = Vec::new();
        for entry in fs::read_dir(self.path().join(Path::new(&path))).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let kind = entry.file_type().map_err(unreadable)?;
            let name = entry.file_name();
            if let Some(Ok(below)) = name.to_str().map(|name| folder.join(name)) {
                found.push((below, kind));
            }
        }
        Ok(found)
    }
}
