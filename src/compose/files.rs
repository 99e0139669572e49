//! The files of a project: what is known of them, and what must be asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::error::{Problem, shown};
use super::yaml::{Document, decode, documents};
use super::{ComposeError, Place, file_path, limits};

/// What stands at a path of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file, with its bytes.
    File(Arc<[u8]>),
    /// A folder.
    Folder,
    /// Nothing.
    Missing,
    /// Something that a link leads to outside the root.
    Outside,
}

/// Why the work stops before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// What stands at this path, relative to the root, must be known first.
    Needs(String),
    Failed(Box<ComposeError>),
}

impl From<ComposeError> for Stop {
    fn from(error: ComposeError) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        ComposeError::from(problem).into()
    }
}

/// What is known of the project's files.
#[derive(Debug)]
pub(crate) struct Files {
    root: String,
    found: BTreeMap<String, Found>,
    parsed: BTreeMap<String, Arc<[Document]>>,
    /// Decoded texts, so that an error can show its line.
    texts: BTreeMap<Arc<str>, String>,
    /// Files that took part, relative to the root.
    used: BTreeSet<String>,
    bytes: usize,
}

impl Files {
    pub(crate) fn below(root: &str) -> Self {
        Self {
            root: file_path::clean(root),
            found: BTreeMap::new(),
            parsed: BTreeMap::new(),
            texts: BTreeMap::new(),
            used: BTreeSet::new(),
            bytes: 0,
        }
    }

    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// Makes a path relative to the root; fails outside it.
    pub(crate) fn relative(
        &self,
        path: &str,
        place: Option<&Place>,
    ) -> Result<String, ComposeError> {
        file_path::below(&self.root, path)
            .map(str::to_owned)
            .ok_or_else(|| outside(path, place))
    }

    /// Takes an answer.
    pub(crate) fn learn(&mut self, path: &str, found: Found) {
        if let Found::File(bytes) = &found {
            self.bytes = self.bytes.saturating_add(bytes.len());
        }
        self.found.insert(path.to_owned(), found);
    }

    /// Tells what stands at a path.
    pub(crate) fn look(&self, path: &str, place: Option<&Place>) -> Result<&Found, Stop> {
        let relative = self.relative(path, place)?;
        match self.found.get(&relative) {
            None if self.found.len() >= limits::FILES.saturating_mul(8) => {
                Err(Problem::TooLarge("the project looks for too many files".to_owned()).into())
            }
            None => Err(Stop::Needs(relative)),
            Some(Found::Outside) => Err(outside(path, place).into()),
            Some(found) => Ok(found),
        }
    }

    /// Returns the bytes of a file that must be there.
    pub(crate) fn read(&mut self, path: &str, place: Option<&Place>) -> Result<Arc<[u8]>, Stop> {
        let relative = self.relative(path, place)?;
        let bytes = match self.look(path, place)? {
            Found::File(bytes) => bytes.clone(),
            Found::Folder => {
                let what = format!("{} is a folder; a file of that name", shown(&relative));
                return Err(blame(Problem::MissingFile(what), place).into());
            }
            Found::Missing | Found::Outside => {
                return Err(blame(Problem::MissingFile(shown(&relative)), place).into());
            }
        };
        self.used.insert(relative);
        let what = if bytes.len() > limits::FILE_BYTES {
            format!("the file is longer than {} bytes", limits::FILE_BYTES)
        } else if self.bytes > limits::ALL_BYTES {
            format!(
                "the files are longer than {} bytes together",
                limits::ALL_BYTES
            )
        } else if self.used.len() > limits::FILES {
            format!("the project has more than {} files", limits::FILES)
        } else {
            return Ok(bytes);
        };
        Err(blame(Problem::TooLarge(format!("{}: {what}", shown(path))), place).into())
    }

    /// Returns the documents of a YAML file that must be there; each file is parsed once.
    pub(crate) fn documents(
        &mut self,
        path: &str,
        place: Option<&Place>,
    ) -> Result<Arc<[Document]>, Stop> {
        let bytes = self.read(path, place)?;
        if let Some(parsed) = self.parsed.get(path) {
            return Ok(parsed.clone());
        }
        let file: Arc<str> = self.relative(path, place)?.into();
        let text = decode(&bytes, &file)?;
        let parsed = documents(&text, &file);
        self.texts.insert(file, text);
        let parsed: Arc<[Document]> = parsed?.into();
        self.parsed.insert(path.to_owned(), parsed.clone());
        Ok(parsed)
    }

    /// Gives an error the line it blames.
    pub(crate) fn show(&self, error: ComposeError) -> ComposeError {
        let text = error.place().and_then(|place| self.texts.get(&place.file));
        match text {
            Some(text) => error.showing(text),
            None => error,
        }
    }

    /// Returns the files that took part.
    pub(crate) fn used(&self) -> Vec<String> {
        self.used.iter().cloned().collect()
    }
}

fn blame(problem: Problem, place: Option<&Place>) -> ComposeError {
    match place {
        Some(place) => problem.at(place),
        None => problem.into(),
    }
}

fn outside(path: &str, place: Option<&Place>) -> ComposeError {
    blame(Problem::OutsideRoot(shown(path)), place)
}
