//! Any bytes as a Dockerfile: no panic, and answers that hold together.

use std::collections::BTreeMap;

use airlock::dockerfile::{Dockerfile, ImageAt, Images, Options, Resolver, Step, syntax};
use lock_format::Reference;

pub(crate) fn check(data: &[u8]) {
    let args = BTreeMap::from([
        ("A".to_owned(), "alpine".to_owned()),
        ("B".to_owned(), String::new()),
    ]);
    drop(syntax(data, &args));
    let Ok(file) = Dockerfile::parse(data, &args) else {
        return;
    };
    let platform = || "linux/amd64".parse().expect("it is one");
    let mut options = Options {
        args,
        target: String::new(),
        platform: platform(),
        build_platform: platform(),
        contexts: BTreeMap::from([("ctx".to_owned(), "docker-image://c/d".to_owned())]),
        all_stages: false,
    };
    let target = images(&file, &options, data);
    options.all_stages = true;
    let all = images(&file, &options, data);
    if let (Some(target), Some(all)) = (target, all) {
        assert!(
            target.resolve.is_subset(&all.resolve),
            "a target needs no more than all stages"
        );
    }
}

/// Resolves; the first images that are asked for have a trigger.
fn images(file: &Dockerfile, options: &Options, data: &[u8]) -> Option<Images> {
    let mut resolver = Resolver::new(file, options);
    let mut triggers = vec![vec!["COPY --from=t:1 / /".to_owned()]];
    for _ in 0..10_000 {
        match resolver.step() {
            Step::Done(resolution) => {
                if let Some(error) = resolution.error {
                    let told = error.in_file("Dockerfile", data);
                    assert!(!told.to_string().is_empty());
                }
                let images = resolution.images?;
                for image in &images.resolve {
                    canonical(image);
                }
                return Some(images);
            }
            Step::Needs(needs) => {
                assert!(!needs.is_empty(), "a step asks for something");
                for image in needs {
                    resolver.answer(image, triggers.pop().unwrap_or_default());
                }
            }
        }
    }
    panic!("the steps do not end");
}

fn canonical(image: &ImageAt) {
    let text = image.reference.to_string();
    assert_eq!(
        Reference::parse_canonical(&text).as_ref(),
        Ok(&image.reference)
    );
}
