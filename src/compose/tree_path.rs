//! The path of a value inside a compose file, and patterns of such paths.

use std::fmt;
use std::sync::Arc;

/// A path from the top of a compose file: keys, and `[]` for any place in a list.
///
/// A path shares its beginning with those it was made from, so that walking a file costs one
/// allocation a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TreePath(Option<Arc<Step>>);

#[derive(Debug, PartialEq, Eq)]
struct Step {
    before: TreePath,
    name: Arc<str>,
}

/// Stands for any place in a list.
const ITEM: &str = "[]";
/// In a pattern: any key and any place.
const ANY: &str = "*";

impl TreePath {
    pub(crate) fn root() -> Self {
        Self(None)
    }

    pub(crate) fn key(&self, name: &str) -> Self {
        Self(Some(Arc::new(Step {
            before: self.clone(),
            name: Arc::from(name),
        })))
    }

    pub(crate) fn item(&self) -> Self {
        self.key(ITEM)
    }

    /// Makes a path from its dotted form.
    pub(crate) fn of(dotted: &str) -> Self {
        dotted
            .split('.')
            .filter(|name| !name.is_empty())
            .fold(Self::root(), |path, name| path.key(name))
    }

    /// Tells whether the path fits a dotted pattern, in which `*` stands for one step.
    pub(crate) fn fits(&self, pattern: &str) -> bool {
        self.fits_parts(pattern.rsplit('.'))
    }

    /// Tells whether the path fits the pattern `before.after`; `before` may be empty.
    pub(crate) fn fits_below(&self, before: &str, after: &str) -> bool {
        let before = before.rsplit('.').filter(|part| !part.is_empty());
        self.fits_parts(after.rsplit('.').chain(before))
    }

    /// Tells whether the path equals another one, in which `*` stands for one step.
    pub(crate) fn fits_path(&self, pattern: &Self) -> bool {
        self.fits_parts(pattern.names_backwards())
    }

    fn fits_parts<'a>(&self, mut parts: impl Iterator<Item = &'a str>) -> bool {
        self.names_backwards()
            .all(|name| parts.next().is_some_and(|part| part == ANY || part == name))
            && parts.next().is_none()
    }

    fn names_backwards(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(self.0.as_deref(), |step| step.before.0.as_deref())
            .map(|step| &*step.name)
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(step) = &self.0 else { return Ok(()) };
        if step.before.0.is_some() {
            write!(f, "{}.", step.before)?;
        }
        f.write_str(&step.name)
    }
}

/// A long path is dropped step by step, not by recursion.
impl Drop for Step {
    fn drop(&mut self) {
        let mut next = self.before.0.take();
        while let Some(step) = next {
            next = Arc::into_inner(step).and_then(|mut step| step.before.0.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_step() {
        let path = TreePath::of("services.web").key("a.b").item();
        assert_eq!(path.to_string(), "services.web.a.b.[]");
        for (pattern, fits) in [
            ("services.*.*.[]", true),
            ("services.*.*.*", true),
            ("services.web.a.b.[]", false),
            ("services.*.*", false),
            ("*.services.*.*.*", false),
            ("*.*.*.*", true),
        ] {
            assert_eq!(path.fits(pattern), fits, "{pattern}");
        }
    }
}
