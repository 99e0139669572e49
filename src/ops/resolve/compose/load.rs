//! A compose project from the files of a root.

use crate::compose::{ComposeError, FILE_BYTES, Found, Loader, Project, Request, Step};
use crate::inputs::{InputError, Root, RootPath};

/// Resolves a compose project in a root; the inner error is what is wrong with the project.
///
/// Fails where a file cannot be read although it is there.
pub fn load_compose(
    root: &Root,
    request: Request,
) -> Result<Result<Project, ComposeError>, InputError> {
    let top = text_of(root)?;
    let here = format!("{top}/{}", root.here());
    let mut loader = Loader::new(&top, &here, request);
    loop {
        match loader.step() {
            Ok(Step::Done(project)) => return Ok(Ok(*project)),
            Err(error) => return Ok(Err(error)),
            Ok(Step::Needs(path)) => {
                let found = look(root, &path)?;
                loader.answer(&path, found);
            }
        }
    }
}

/// The root's path as text: a project may name its files by absolute paths.
fn text_of(root: &Root) -> Result<String, InputError> {
    let path = root.path();
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| InputError::Unreadable {
        path: path.display().to_string(),
        reason: "its name is not valid Unicode".to_owned(),
    })
}

fn look(root: &Root, path: &str) -> Result<Found, InputError> {
    let Ok(path) = RootPath::new(path) else {
        return Ok(Found::Outside);
    };
    match root.read(&path, FILE_BYTES as u64) {
        Ok(input) => Ok(Found::File(input.bytes.into())),
        Err(InputError::NotFound { .. }) => Ok(Found::Missing),
        Err(InputError::OutsideRoot { .. }) => Ok(Found::Outside),
        Err(InputError::NotAFile { .. }) if root.has_folder(&path)? => Ok(Found::Folder),
        Err(error) => Err(error),
    }
}
