//! Registries that the inside has anyway.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use lock_format::Reference;

/// Patterns for hosts of registries that the inside has anyway: their images are not carried.
#[derive(Clone, Debug, Default)]
pub struct Inside(GlobSet);

impl Inside {
    /// Reads patterns; none where one is no pattern.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let is_host = !pattern.is_empty() && !pattern.contains('/');
            set.add(GlobBuilder::new(pattern).build().ok().filter(|_| is_host)?);
        }
        set.build().ok().map(Self)
    }

    /// Tells whether the inside has the registry of an image.
    pub fn has(&self, reference: &Reference) -> bool {
        self.0.is_match(reference.repository().registry())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_matched_whole_with_their_port() {
        let inside = Inside::new(["registry.corp", "*.lan:5000"]).expect("patterns");
        for (image, has) in [
            ("registry.corp/team/app:1", true),
            ("registry.corp:5000/team/app:1", false),
            ("a.b.lan:5000/team/app:1", true),
            ("a.lan/team/app:1", false),
            ("alpine", false),
        ] {
            let image = Reference::parse(image).expect(image);
            assert_eq!(inside.has(&image), has, "{image}");
        }
        for bad in ["", "a[", "registry.corp/team"] {
            assert!(Inside::new([bad]).is_none(), "{bad}");
        }
    }
}
