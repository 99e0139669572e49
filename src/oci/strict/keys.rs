//! The keys of one object: none twice, none in another case than the known one.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::fold::compare;
use super::shape::Shape;
use super::strict_error::StrictError;

/// Checks the keys of an object of a shape.
pub(super) fn check_keys(shape: &Shape, mut keys: Vec<Cow<'_, str>>) -> Result<(), StrictError> {
    let Shape::Structure { known, .. } = shape else {
        keys.sort_unstable();
        return check_neighbours(&keys, Ord::cmp);
    };
    keys.sort_unstable_by(|a, b| compare(a, b));
    check_neighbours(&keys, |a, b| compare(a, b))?;
    for (name, _) in *known {
        let found = keys.binary_search_by(|key| compare(key, name));
        if let Some(key) = found
            .ok()
            .and_then(|at| keys.get(at))
            .filter(|key| key != name)
        {
            return Err(StrictError::OtherCase {
                key: key.to_string(),
                known: name,
            });
        }
    }
    Ok(())
}

/// Fails where two neighbours are equal.
fn check_neighbours<'k>(
    keys: &[Cow<'k, str>],
    order: impl Fn(&Cow<'k, str>, &Cow<'k, str>) -> Ordering,
) -> Result<(), StrictError> {
    for pair in keys.windows(2) {
        if let [first, second] = pair
            && order(first, second) == Ordering::Equal
        {
            return Err(StrictError::Twice {
                first: first.to_string(),
                second: second.to_string(),
            });
        }
    }
    Ok(())
}
