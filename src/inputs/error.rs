//! Why a project file could not be read.

use crate::diagnostic::{Class, Code, Diagnose};

/// Tells why a project file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// There is no such file or folder.
    #[error("there is no file `{path}` in {root}")]
    NotFound {
        /// The path, relative to the root where it lies below it.
        path: String,
        /// The root.
        root: String,
    },
    /// Something else than a plain file: a folder, a pipe, a device.
    #[error("`{path}` is not a plain file")]
    NotAFile {
        /// The path.
        path: String,
    },
    /// Something else than a folder.
    #[error("`{path}` is not a folder")]
    NotAFolder {
        /// The path.
        path: String,
    },
    /// The path, or a link on its way, leads out of the root.
    #[error("`{path}` leads out of the root {root}")]
    OutsideRoot {
        /// The path.
        path: String,
        /// The root.
        root: String,
    },
    /// Links that lead to links, without end.
    #[error("`{path}` goes through too many links")]
    TooManyLinks {
        /// The path.
        path: String,
    },
    /// More bytes than are read.
    #[error("`{path}` has more than {limit} bytes")]
    TooLarge {
        /// The path.
        path: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The system refuses.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// The path.
        path: String,
        /// What the system says.
        reason: String,
    },
}

/// The system's words without their number: `permission denied`.
pub(super) fn words(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

/// Every code that this room can give.
pub const CODES: &[Code] = &[
    Code::new("inputs/not-a-file"),
    Code::new("inputs/not-a-folder"),
    Code::new("inputs/not-found"),
    Code::new("inputs/outside-root"),
    Code::new("inputs/too-large"),
    Code::new("inputs/too-many-links"),
    Code::new("inputs/unreadable"),
];

impl Diagnose for InputError {
    fn code(&self) -> Code {
        Code::new(match self {
            Self::NotFound { .. } => "inputs/not-found",
            Self::NotAFile { .. } => "inputs/not-a-file",
            Self::NotAFolder { .. } => "inputs/not-a-folder",
            Self::OutsideRoot { .. } => "inputs/outside-root",
            Self::TooManyLinks { .. } => "inputs/too-many-links",
            Self::TooLarge { .. } => "inputs/too-large",
            Self::Unreadable { .. } => "inputs/unreadable",
        })
    }

    fn class(&self) -> Class {
        Class::Gate
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::NotFound { .. } => "check the name; `-f FILE` names another file",
            Self::NotAFile { .. } => "name a file, or give it on standard input with `-f -`",
            Self::NotAFolder { .. } => "name a folder",
            Self::OutsideRoot { .. } => {
                "`--root DIR` names the folder that all files of the project lie in"
            }
            Self::TooManyLinks { .. } => "put the file itself there",
            Self::TooLarge { .. } => "data of that size does not belong into this file",
            Self::Unreadable { .. } => "check the permissions of the file and its folders",
        };
        Some(help.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_an_error_is_left_out() {
        let error = std::io::Error::from_raw_os_error(13);
        assert_eq!(words(&error), "permission denied");
        assert_eq!(words(&"A word"), "A word");
    }

    #[test]
    fn every_error_has_a_code_of_the_list() {
        let path = || "a".to_owned();
        let root = || "/r".to_owned();
        let all = [
            InputError::NotFound {
                path: path(),
                root: root(),
            },
            InputError::NotAFile { path: path() },
            InputError::NotAFolder { path: path() },
            InputError::OutsideRoot {
                path: path(),
                root: root(),
            },
            InputError::TooManyLinks { path: path() },
            InputError::TooLarge {
                path: path(),
                limit: 1,
            },
            InputError::Unreadable {
                path: path(),
                reason: path(),
            },
        ];
        let mut codes: Vec<Code> = all.iter().map(Diagnose::code).collect();
        codes.sort();
        assert_eq!(codes, CODES);
    }
}
