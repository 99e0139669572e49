//! Which pinned references are resolved again.

use globset::{GlobBuilder, GlobMatcher};
use lock_format::{Image, Reference};

use super::LockFailure;
use crate::diagnostic::Failure;

/// Which pinned references are resolved again.
#[derive(Clone, Debug, Default)]
pub enum Upgrade {
    /// None: what is pinned stays.
    #[default]
    Nothing,
    /// Those that a pattern fits.
    Some(Vec<ImagePattern>),
    /// All.
    All,
}

/// A pattern for references, as a person writes them.
///
/// `*` stands for any characters, `?` for one. It may leave out `docker.io/library/` and
/// `docker.io/`, as names of images do, and the tag: `alpine` fits every tag of it.
#[derive(Clone, Debug)]
pub struct ImagePattern {
    text: String,
    matcher: GlobMatcher,
}

impl ImagePattern {
    /// Reads a pattern. Fails where a bracket or brace is not closed.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let glob = GlobBuilder::new(text).literal_separator(false).build();
        let glob = glob.map_err(|_| LockFailure::Pattern(text.to_owned()))?;
        Ok(Self {
            text: text.to_owned(),
            matcher: glob.compile_matcher(),
        })
    }

    /// Tells whether a reference fits, in any of the ways to write it.
    pub fn fits(&self, reference: &Reference) -> bool {
        let whole = reference.to_string();
        let repository = reference.repository();
        let repository = format!("{}/{}", repository.registry(), repository.path());
        [whole, repository]
            .iter()
            .flat_map(|text| spellings(text))
            .any(|text| self.matcher.is_match(text))
    }
}

/// A name with and without what people leave out of it.
fn spellings(name: &str) -> impl Iterator<Item = &str> {
    let short = ["docker.io/library/", "docker.io/"];
    let short = short
        .into_iter()
        .filter_map(|prefix| name.strip_prefix(prefix));
    std::iter::once(name).chain(short)
}

impl Upgrade {
    /// Returns the images that stay as they are. Each pattern must fit an image.
    pub(super) fn kept<'a>(&self, images: &'a [Image]) -> Result<Vec<&'a Image>, Failure> {
        let patterns = match self {
            Self::Nothing => return Ok(images.iter().collect()),
            Self::All => return Ok(Vec::new()),
            Self::Some(patterns) => patterns,
        };
        let idle = patterns.iter().find(|pattern| {
            let mut references = images.iter().map(|image| &image.reference);
            !references.any(|reference| pattern.fits(reference))
        });
        if let Some(pattern) = idle {
            return Err(LockFailure::NothingToUpgrade(pattern.text.clone()).into());
        }
        let fits = |image: &Image| patterns.iter().any(|p| p.fits(&image.reference));
        Ok(images.iter().filter(|image| !fits(image)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_every_way_to_write_a_name() {
        for (pattern, reference, fits) in [
            ("alpine", "alpine:3.20", true),
            ("alpine:3.20", "alpine:3.20", true),
            ("docker.io/library/alpine", "alpine:3.20", true),
            ("library/alpine:*", "alpine:3.20", true),
            ("alpine:3.2?", "alpine:3.20", true),
            ("alpine:3.2?", "alpine:3.2", false),
            ("alpine", "alpine-git:1", false),
            ("alp*", "alpine-git:1", true),
            ("ghcr.io/*", "ghcr.io/team/deep/app:1", true),
            ("ghcr.io/*", "quay.io/team/app:1", false),
            ("*", "quay.io/team/app:1", true),
            ("team/app", "quay.io/team/app:1", false),
            ("{alpine,debian}:*", "debian:12", true),
        ] {
            let found = ImagePattern::parse(pattern).expect(pattern);
            let reference = Reference::parse(reference).expect(reference);
            assert_eq!(found.fits(&reference), fits, "{pattern} {reference}");
        }
        assert!(ImagePattern::parse("a[").is_err());
    }
}
