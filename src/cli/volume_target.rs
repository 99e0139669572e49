//! Where a bundle in volumes is written: `NAME.001` and on, and `NAME.sums` for all of them. None has
//! its name before all are whole.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lock_format::Algorithm;

use super::target::{MODE, sums_line, sums_of};
use super::volume_name::{in_folder, name};
use crate::diagnostic::{Class, Code, Diagnose, Failure};
use crate::oci::Hasher;
use crate::ops::transfer::VolumeOutputs;
use crate::store::{Existing, OutputFile, StoreError, UnnamedFile};

/// Every code of writing volumes.
pub(crate) const CODES: &[Code] = &[LEFT_OVER, STANDARD_OUTPUT];

const LEFT_OVER: Code = Code::new("cli/volume-left-over");
const STANDARD_OUTPUT: Code = Code::new("cli/volumes-to-output");

/// Volumes cannot be written so.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VolumeTargetError {
    /// Standard output takes one file.
    #[error("volumes cannot be written to standard output")]
    StandardOutput,
    /// A file of the bundle that was replaced cannot be removed, or not be looked for.
    #[error("cannot replace all of {}", path.display())]
    LeftOver {
        /// The name that the volumes have in common.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

impl Diagnose for VolumeTargetError {
    fn code(&self) -> Code {
        match self {
            Self::StandardOutput => STANDARD_OUTPUT,
            Self::LeftOver { .. } => LEFT_OVER,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::StandardOutput => Class::Usage,
            Self::LeftOver { .. } => Class::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::StandardOutput => {
                "name a file with --output, or leave --volume-size out".to_owned()
            }
            Self::LeftOver { .. } => "remove the old volumes, or choose another name".to_owned(),
        })
    }
}

/// The files of a bundle in volumes.
pub(crate) struct VolumeTarget {
    path: PathBuf,
    force: bool,
    sums: OutputFile,
    lines: Vec<u8>,
    whole: Vec<(PathBuf, UnnamedFile)>,
    bytes: u64,
}

/// What was written.
pub(crate) struct Written {
    /// The file, or the name that the volumes have in common.
    pub(crate) file: String,
    /// The volumes, in order; none of a single file.
    pub(crate) volumes: Vec<String>,
    /// Their bytes.
    pub(crate) bytes: u64,
}

impl VolumeTarget {
    /// Takes the name that the volumes will have in common. Fails where standard output is named, or
    /// where a bundle is there under that name, in one file or in volumes, unless `force`.
    pub(crate) fn open(path: &Path, force: bool) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Err(VolumeTargetError::StandardOutput.into());
        }
        let existing = if force {
            Existing::Replace
        } else {
            Existing::Refuse
        };
        refuse_others(path, force)?;
        Ok(Self {
            path: path.to_owned(),
            force,
            sums: OutputFile::create(&sums_of(path), MODE, existing)?,
            lines: Vec::new(),
            whole: Vec::new(),
            bytes: 0,
        })
    }

    /// Gives all volumes their names, and the sums theirs; removes what is left of a bundle that was
    /// replaced.
    pub(crate) fn finish(mut self) -> Result<Written, Failure> {
        let mut volumes = Vec::new();
        let mut names = Vec::new();
        for (path, file) in self.whole {
            file.publish()?;
            volumes.push(path.display().to_string());
            names.push(path);
        }
        self.sums.take(&self.lines)?;
        self.sums.finish()?;
        remove_others(&self.path, &names, self.force)?;
        Ok(Written {
            file: self.path.display().to_string(),
            volumes,
            bytes: self.bytes,
        })
    }
}

/// Fails where a bundle is there under a name, in one file or in volumes, unless it is to be replaced.
pub(crate) fn refuse_others(path: &Path, force: bool) -> Result<(), Failure> {
    match taken(path)?.into_iter().next() {
        Some(taken) if !force => Err(StoreError::OutputExists(taken).into()),
        _ => Ok(()),
    }
}

/// Removes what is left of a bundle that was replaced under the same name; nothing without `force`.
pub(crate) fn remove_others(path: &Path, keep: &[PathBuf], force: bool) -> Result<(), Failure> {
    if !force {
        return Ok(());
    }
    for old in taken(path)? {
        if !keep.contains(&old) {
            std::fs::remove_file(&old).map_err(|cause| left_over(path, cause))?;
        }
    }
    Ok(())
}

/// Lists the files of a bundle that is there under a name, its sums aside.
fn taken(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let volumes = in_folder(path).map_err(|cause| left_over(path, cause))?;
    let whole = path.symlink_metadata().is_ok().then(|| path.to_owned());
    Ok(whole.into_iter().chain(volumes.into_values()).collect())
}

fn left_over(path: &Path, cause: io::Error) -> Failure {
    VolumeTargetError::LeftOver {
        path: path.to_owned(),
        cause,
    }
    .into()
}

impl VolumeOutputs for VolumeTarget {
    type Out = OneVolume;

    fn begin(&mut self) -> Result<OneVolume, Failure> {
        let number = u32::try_from(self.whole.len()).unwrap_or(u32::MAX);
        let path = name(&self.path, number.saturating_add(1));
        Ok(OneVolume {
            file: self.sums.create_beside(&path, MODE)?,
            path,
            hasher: Hasher::new(Algorithm::Sha256),
            bytes: 0,
        })
    }

    fn end(&mut self, out: OneVolume) -> Result<(), Failure> {
        let name = out.path.file_name().unwrap_or_default();
        let line = sums_line(&out.hasher.finish().hex(), name);
        self.lines.extend(line);
        self.bytes = self.bytes.saturating_add(out.bytes);
        self.whole.push((out.path, out.file.close()?));
        Ok(())
    }
}

/// One volume, while it is written.
pub(crate) struct OneVolume {
    path: PathBuf,
    file: OutputFile,
    hasher: Hasher,
    bytes: u64,
}

impl Write for OneVolume {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..count).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
