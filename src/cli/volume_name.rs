//! The names of volumes: `NAME.001` to `NAME.999`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Digits of a number.
const DIGITS: usize = 3;

/// Returns the name of a volume, counted from 1.
pub(crate) fn name(common: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(common);
    name.push(format!(".{number:0DIGITS$}"));
    name.into()
}

/// Returns the number of a volume from its name; none where the name is no volume's.
pub(crate) fn number_of(path: &Path) -> Option<u32> {
    let digits = path.extension()?.as_bytes();
    if digits.len() != DIGITS || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (number > 0).then_some(number)
}

/// Returns the name that a volume has in common with the others.
pub(crate) fn stem(volume: &Path) -> Option<PathBuf> {
    Some(volume.with_file_name(volume.file_stem()?))
}

/// Lists the volumes that are there under a name, by number; none where the folder is not there.
pub(crate) fn in_folder(common: &Path) -> io::Result<BTreeMap<u32, PathBuf>> {
    let folder = match common.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    let mut volumes = BTreeMap::new();
    for entry in entries {
        let path = common.with_file_name(entry?.file_name());
        if let Some(number) = number_of(&path)
            && path.file_stem() == common.file_name()
        {
            volumes.insert(number, path);
        }
    }
    Ok(volumes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_ends_with_three_digits_above_zero() {
        for (path, number) in [
            ("B.001", Some(1)),
            ("/mnt/B.age.999", Some(999)),
            ("B.000", None),
            ("B.01", None),
            ("B.0001", None),
            ("B.+01", None),
            ("B.sums", None),
            ("001", None),
            (".001", None),
        ] {
            assert_eq!(number_of(Path::new(path)), number, "{path}");
        }
        let common = Path::new("some/B.age");
        let volume = name(common, 7);
        assert_eq!(volume, Path::new("some/B.age.007"));
        assert_eq!(stem(&volume).as_deref(), Some(common));
    }
}
