//! A Dockerfile and the ONBUILD triggers of the images that it stands on.

use std::collections::BTreeMap;

use crate::diagnostic::Failure;
use crate::dockerfile::{Dockerfile, ImageAt, Options, Resolution, Resolver, Step};

/// Knows the ONBUILD triggers of images' configs: a lock, a store, a registry, a file.
pub trait OnbuildTriggers {
    /// Returns the triggers of an image's config, in order; none where it has none.
    fn triggers(&self, image: &ImageAt) -> Result<Vec<String>, Failure>;
}

/// Knows of no triggers: nothing is looked up.
#[derive(Clone, Copy, Debug)]
pub struct NoTriggers;

impl OnbuildTriggers for NoTriggers {
    fn triggers(&self, _: &ImageAt) -> Result<Vec<String>, Failure> {
        Ok(Vec::new())
    }
}

/// Triggers by canonical reference, the same for every platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenTriggers(pub BTreeMap<String, Vec<String>>);

impl OnbuildTriggers for GivenTriggers {
    fn triggers(&self, image: &ImageAt) -> Result<Vec<String>, Failure> {
        let given = self.0.get(&image.reference.to_string());
        Ok(given.cloned().unwrap_or_default())
    }
}

/// Resolves a Dockerfile to the end. Fails only where triggers cannot be had; what is wrong with
/// the file stands in the answer.
pub fn resolve_dockerfile(
    file: &Dockerfile,
    options: &Options,
    triggers: &dyn OnbuildTriggers,
) -> Result<Resolution, Failure> {
    let mut resolver = Resolver::new(file, options);
    loop {
        match resolver.step() {
            Step::Done(resolution) => return Ok(*resolution),
            Step::Needs(images) => {
                for image in images {
                    let found = triggers.triggers(&image)?;
                    resolver.answer(image, found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        let platform = || "linux/amd64".parse().unwrap();
        Options {
            args: BTreeMap::new(),
            target: String::new(),
            platform: platform(),
            build_platform: platform(),
            contexts: BTreeMap::new(),
            all_stages: false,
        }
    }

    fn references(resolution: &Resolution) -> Vec<String> {
        let images = resolution.images.as_ref().unwrap();
        let resolve = images.resolve.iter();
        resolve.map(|image| image.reference.to_string()).collect()
    }

    #[test]
    fn triggers_of_triggers_are_followed() {
        let file = Dockerfile::parse(b"FROM a\n", &BTreeMap::new()).unwrap();
        let given = GivenTriggers(BTreeMap::from([
            (
                "docker.io/library/a:latest".to_owned(),
                vec!["COPY --from=b / /".to_owned()],
            ),
            (
                "docker.io/library/b:latest".to_owned(),
                vec!["RUN --mount=from=c,target=/c true".to_owned()],
            ),
        ]));
        let found = resolve_dockerfile(&file, &options(), &given).unwrap();
        let expected = ["a", "b", "c"].map(|name| format!("docker.io/library/{name}:latest"));
        assert_eq!(references(&found), expected);
        let none = resolve_dockerfile(&file, &options(), &NoTriggers).unwrap();
        assert_eq!(references(&none), expected[..1]);
    }

    #[test]
    fn triggers_without_end_end() {
        /// Each image needs the next.
        struct Endless;
        impl OnbuildTriggers for Endless {
            fn triggers(&self, image: &ImageAt) -> Result<Vec<String>, Failure> {
                let tag = image.reference.tag().unwrap_or("0");
                let next = tag.parse::<u32>().unwrap_or(0) + 1;
                Ok(vec![format!("COPY --from=a:{next} / /")])
            }
        }
        let file = Dockerfile::parse(b"FROM a:0\n", &BTreeMap::new()).unwrap();
        let found = resolve_dockerfile(&file, &options(), &Endless).unwrap();
        assert!(found.error.is_some());
    }
}
