//! Any text as the image of a service: no panic, bounded, and a dollar written twice is a dollar.

use std::collections::BTreeMap;

use airlock::compose::{Found, Loader, Request, Step};

/// Longest text after interpolation.
const LONGEST: usize = 1 << 20;

pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Some(image) = image(text) {
        assert!(image.len() <= LONGEST);
        assert!(text.contains('$') || image == text, "{text:?} is itself");
    }
    // Compose takes an empty image for none.
    if let Some(image) = image(&text.replace('$', "$$")) {
        assert_eq!(image, text, "what is escaped is itself");
    }
}

/// Returns the image that compose would see; none where it would refuse the text, or the text is none
/// that YAML can hold.
fn image(text: &str) -> Option<String> {
    let quoted = serde_json::to_string(text).ok()?;
    let file = format!("services: {{a: {{build: ., image: {quoted}}}}}\n");
    let request = Request {
        files: vec!["compose.yaml".to_owned()],
        environment: BTreeMap::from([
            ("SET".to_owned(), "value".to_owned()),
            ("A".to_owned(), "${SET}".to_owned()),
            ("E".to_owned(), String::new()),
        ]),
        ..Request::default()
    };
    let mut loader = Loader::new("/root", "/root", request);
    loop {
        match loader.step() {
            Ok(Step::Done(project)) => {
                let service = project.services.get("a")?;
                return service.image.as_ref().map(|image| image.text.clone());
            }
            Ok(Step::Needs(path)) => {
                let found = if path == "compose.yaml" {
                    Found::File(file.clone().into_bytes().into())
                } else {
                    Found::Missing
                };
                loader.answer(&path, found);
            }
            Err(_) => return None,
        }
    }
}
