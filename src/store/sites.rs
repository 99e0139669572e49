//! The sites that a station knows (`docs/store.md`, 10): a small file for each, named by the site, that
//! holds the last serial number given out for it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use rustix::fs::FlockOperation;

use super::StoreError;
use crate::run::limits::INTEGER;
use crate::wire::SiteId;

/// More than any number and its line end, in bytes.
const LONGEST: u64 = 32;

/// The folder of known sites.
#[derive(Clone, Debug)]
pub struct Sites {
    folder: PathBuf,
}

impl Sites {
    /// Takes the folder, which need not be there yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Returns the known sites, sorted. Files with other names are not ours and are passed over.
    pub fn known(&self) -> Result<Vec<SiteId>, StoreError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            result => result.map_err(|error| self.failed("list", error))?,
        };
        let mut sites = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| self.failed("list", error))?;
            let name = entry.file_name();
            if let Some(Ok(site)) = name.to_str().map(str::parse) {
                sites.push(site);
            }
        }
        sites.sort_unstable();
        Ok(sites)
    }

    /// Remembers a site whose request was verified.
    pub fn learn(&self, site: SiteId) -> Result<(), StoreError> {
        self.open(site).map(drop)
    }

    /// Gives out the next serial number for a site: above the last one, and not below `now`, in Unix
    /// seconds. It counts as given out from then on, whatever becomes of the bundle.
    pub fn next_serial(&self, site: SiteId, now: u64) -> Result<u64, StoreError> {
        let file = self.open(site)?;
        let path = self.folder.join(site.to_string());
        let failed = |action, error| StoreError::io(action, &path, error);
        rustix::fs::flock(&file, FlockOperation::LockExclusive)
            .map_err(|errno| failed("lock", errno.into()))?;
        let mut text = String::new();
        (&file)
            .take(LONGEST)
            .read_to_string(&mut text)
            .map_err(|error| failed("read", error))?;
        let broken = || StoreError::Broken {
            path: path.clone(),
            why: "it must hold one number".to_owned(),
        };
        let last = match text.trim() {
            "" => 0,
            number => number.parse::<u64>().map_err(|_| broken())?,
        };
        let next = last.saturating_add(1).max(now);
        if next > INTEGER {
            return Err(broken());
        }
        // Never fewer digits than before, so a write that is cut leaves no larger number behind.
        file.write_all_at(format!("{next}\n").as_bytes(), 0)
            .and_then(|()| file.sync_all())
            .map_err(|error| failed("write", error))?;
        Ok(next)
    }

    fn open(&self, site: SiteId) -> Result<File, StoreError> {
        std::fs::create_dir_all(&self.folder).map_err(|error| self.failed("make", error))?;
        let path = self.folder.join(site.to_string());
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| StoreError::io("open", &path, error))
    }

    fn failed(&self, action: &'static str, error: io::Error) -> StoreError {
        StoreError::io(action, &self.folder, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: SiteId = SiteId::from_bytes([5; 16]);

    #[test]
    fn numbers_rise_even_where_the_clock_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let sites = Sites::new(folder.path().join("sites"));
        let next = |now| sites.next_serial(SITE, now).expect("a number");
        assert_eq!(
            [next(100), next(100), next(7), next(500)],
            [100, 101, 102, 500]
        );
    }

    #[test]
    fn a_site_is_known_once_it_was_learned() {
        let folder = tempfile::tempdir().expect("a folder");
        let sites = Sites::new(folder.path().join("sites"));
        assert_eq!(sites.known().expect("a list"), []);
        sites.learn(SITE).expect("room");
        sites.learn(SITE).expect("room");
        assert_eq!(sites.known().expect("a list"), [SITE]);
    }

    #[test]
    fn anything_but_a_number_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let sites = Sites::new(folder.path().to_owned());
        for text in ["many\n", "9007199254740991\n"] {
            sites.learn(SITE).expect("room");
            let file = sites.open(SITE).expect("a file");
            file.set_len(0).expect("room");
            file.write_all_at(text.as_bytes(), 0).expect("room");
            let told = sites.next_serial(SITE, 1);
            assert!(matches!(told, Err(StoreError::Broken { .. })), "{told:?}");
        }
    }
}
