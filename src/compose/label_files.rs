//! Label files of active services: compose reads them when it loads a project, so they must be
//! there and be readable. What they set decides no image.

use std::sync::Arc;

use super::Place;
use super::dotenv::{self, Set};
use super::error::Problem;
use super::files::{Files, Stop};
use super::select::Services;
use super::value::Value;
use super::variable::Environment;

/// Fails where a label file of an active service is missing or is no environment file.
///
/// Their values see nothing but what the service's label files before them have set; that stands,
/// as the environment does for a project, before what the file itself sets.
pub(crate) fn check(files: &mut Files, services: &Services<'_>) -> Result<(), Stop> {
    for service in services.values() {
        let mut set = Set::new();
        let paths = service.get("label_file").and_then(Value::list);
        for value in paths.into_iter().flatten() {
            let path = value.text().unwrap_or_default();
            let bytes = files.read(path, Some(&value.place))?;
            let file: Arc<str> = files.relative(path, Some(&value.place))?.into();
            let text = String::from_utf8_lossy(&bytes);
            let found = dotenv::parse(&text, &Environment::of_process(&set), &Set::new());
            set.extend(found.map_err(|error| {
                let line = error.line;
                Problem::Dotenv(error.what).at(&Place {
                    file,
                    line,
                    column: 1,
                })
            })?);
        }
    }
    Ok(())
}
