//! All files below the root.

use std::fs;
use std::path::Path;

use super::{InputError, Root, RootPath};

/// A folder that holds no file of a project.
const NOT_SEARCHED: &str = ".git";

impl Root {
    /// Lists the plain files below a folder for which `fits` holds, sorted. Links are not followed,
    /// `.git` is not searched, and names that are no UTF-8 are left out.
    pub fn files(
        &self,
        folder: &RootPath,
        fits: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<RootPath>, InputError> {
        let mut found = Vec::new();
        let mut folders = vec![folder.clone()];
        while let Some(folder) = folders.pop() {
            let path = folder.to_string();
            let unreadable = |error: std::io::Error| InputError::Unreadable {
                path: path.clone(),
                reason: error.to_string(),
            };
            if !self.has_folder(&folder)? {
                continue;
            }
            let entries = fs::read_dir(self.path().join(Path::new(&path))).map_err(unreadable)?;
            for entry in entries {
                let entry = entry.map_err(unreadable)?;
                let kind = entry.file_type().map_err(unreadable)?;
                let name = entry.file_name();
                let Some(Ok(below)) = name.to_str().map(|name| folder.join(name)) else {
                    continue;
                };
                if kind.is_dir() && name != NOT_SEARCHED {
                    folders.push(below);
                } else if kind.is_file() && fits(&below.to_string()) {
                    found.push(below);
                }
            }
        }
        found.sort();
        Ok(found)
    }
}
