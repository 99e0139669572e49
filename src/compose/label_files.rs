//! Label files of active services: compose reads them when it loads a project, so they must be
//! there.

use super::error::{Problem, shown};
use super::files::{Files, Found, Stop};
use super::select::Services;
use super::value::Value;

/// Fails where a label file of an active service is missing.
pub(crate) fn check(files: &mut Files, services: &Services<'_>) -> Result<(), Stop> {
    for service in services.values() {
        let paths = service.get("label_file").and_then(Value::list);
        for value in paths.into_iter().flatten() {
            let path = value.text().unwrap_or_default();
            if !matches!(files.look(path, Some(&value.place))?, Found::File(_)) {
                let path = files.relative(path, Some(&value.place))?;
                return Err(Problem::MissingFile(shown(&path)).at(&value.place).into());
            }
        }
    }
    Ok(())
}
