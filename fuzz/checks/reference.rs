//! Any text as a reference and as a platform: what is read and written is read as the same again.

use lock_format::{Platform, Reference};

pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(reference) = Reference::parse(text) {
        let written = reference.to_string();
        assert_eq!(
            Reference::parse_canonical(&written).as_ref(),
            Ok(&reference)
        );
        if !looks_like_a_registry(reference.repository().path()) {
            assert_eq!(
                Reference::parse(&reference.familiar()).as_ref(),
                Ok(&reference)
            );
        }
        assert!(reference.tag().is_some() || reference.digest().is_some());
    }
    if let Ok(platform) = text.parse::<Platform>() {
        let written = platform.to_string();
        assert_eq!(written.parse::<Platform>().as_ref(), Ok(&platform));
    }
}

/// Whether the short form of a path at docker.io would be read as a name at another registry.
fn looks_like_a_registry(path: &str) -> bool {
    path.split_once('/')
        .is_some_and(|(first, _)| first.contains('.') || first == "localhost")
}
