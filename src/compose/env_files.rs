//! Environment files of the project: read in order, later ones over earlier ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::Problem;
use super::files::{Files, Stop};
use super::variable::{Environment, Origin};
use super::{Place, dotenv};

/// What files set, and which of them.
pub(crate) type Set = BTreeMap<String, (String, Origin)>;

/// Reads environment files that must be there.
pub(crate) fn read(
    files: &mut Files,
    paths: &[(String, Option<Place>)],
    environment: &Environment,
) -> Result<Set, Stop> {
    let mut values = dotenv::Set::new();
    let mut set = Set::new();
    for (path, place) in paths {
        let bytes = files.read(path, place.as_ref())?;
        let file: Arc<str> = files.relative(path, place.as_ref())?.into();
        let text = String::from_utf8_lossy(&bytes);
        let found = dotenv::parse(&text, environment, &values).map_err(|error| {
            let place = Place {
                file: file.clone(),
                line: error.line,
                column: 1,
            };
            Problem::Dotenv(error.what).at(&place)
        })?;
        for (name, value) in found {
            values.insert(name.clone(), value.clone());
            set.insert(name, (value, Origin::File(file.clone())));
        }
    }
    Ok(set)
}
