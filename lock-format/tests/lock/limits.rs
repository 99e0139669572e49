//! Each limit holds: what is at it is a lock, what is one above it is none.

use crate::common::{blob, descriptor, list, pending, pinned};
use lock_format::{
    Blob, Image, LockError, Lockfile, MediaType, PlatformContent, Problem, Reference, Source,
};

fn with_image(image: Image) -> Result<Lockfile, LockError> {
    Lockfile::new(vec![list("images")], vec![image])
}

fn with_content(change: impl Fn(&mut PlatformContent)) -> Result<Lockfile, LockError> {
    let mut image = pinned("a", 1, &[]);
    change(image.platforms[0].content.as_mut().unwrap());
    with_image(image)
}

fn with_source(change: impl Fn(&mut Source)) -> Result<Lockfile, LockError> {
    let mut source = list("images");
    source.kind = lock_format::SourceKind::Compose {
        files: vec!["compose.yaml".to_owned()],
    };
    source.build_platform = Some("linux/amd64".parse().unwrap());
    change(&mut source);
    Lockfile::new(vec![source], Vec::new())
}

/// Fails unless `make` gives a lock at the limit and none one above.
fn holds(name: &str, limit: u64, make: impl Fn(u64) -> Result<Lockfile, LockError>) {
    let at = make(limit);
    assert!(at.is_ok(), "{name} at {limit}: {}", at.unwrap_err());
    assert!(make(limit + 1).is_err(), "{name} above {limit}");
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

#[test]
fn numbers_of_things_have_limits() {
    holds("images", 4_096, |n| {
        let images = (0..n).map(|i| pending(&format!("a{i}"))).collect();
        Lockfile::new(vec![list("images")], images)
    });
    holds("sources", 4_096, |n| {
        let sources = (0..n).map(|i| list(&format!("s{i}"))).collect();
        Lockfile::new(sources, Vec::new())
    });
    holds("platforms", 64, |n| {
        let mut image = pending("a");
        let platform = image.platforms[0].clone();
        image.platforms = (0..n).map(|_| platform.clone()).collect();
        for (i, platform) in image.platforms.iter_mut().enumerate() {
            platform.name = format!("linux/a{i}").parse().unwrap();
        }
        with_image(image)
    });
    holds("layers", 512, |n| {
        with_content(|content| content.layers = (0..n).map(|i| blob(10 + i)).collect())
    });
    holds("via", 2, |n| {
        let index = |i| descriptor(10 + i, MediaType::OCI_INDEX);
        with_content(|content| content.via = (0..n).map(index).collect())
    });
    holds("arguments", 4_096, |n| {
        let args = |source: &mut Source| {
            source.args = (0..n).map(|i| (i.to_string(), String::new())).collect();
        };
        with_source(args)
    });
    holds("services", 4_096, |n| {
        with_source(|source| source.services = (0..n).map(|i| i.to_string()).collect())
    });
    holds("onbuild", 4_096, |n| {
        with_content(|content| content.onbuild = vec![String::new(); count(n)])
    });
}

#[test]
fn sizes_have_limits() {
    const MIB: u64 = 1024 * 1024;
    let sized = |size: u64| Blob { size, ..blob(9) };
    holds("pin", 4 * MIB, |n| {
        let mut image = pinned("a", 1, &[]);
        image.pin.as_mut().unwrap().size = n;
        with_image(image)
    });
    holds("manifest", 4 * MIB, |n| {
        with_content(|content| content.manifest.size = n)
    });
    holds("config", 8 * MIB, |n| {
        with_content(|content| content.config = sized(n))
    });
    holds("layer", 1024 * 1024 * MIB, |n| {
        with_content(|content| content.layers = vec![sized(n)])
    });
}

#[test]
fn texts_have_limits() {
    holds("text", 65_536, |n| {
        with_source(|source| source.target = Some("t".repeat(count(n))))
    });
    holds("value", 65_536, |n| {
        with_source(|source| drop(source.args.insert("a".to_owned(), "v".repeat(count(n)))))
    });
    holds("onbuild", 65_536, |n| {
        with_content(|content| content.onbuild = vec!["t".repeat(count(n))])
    });
    holds("word", 65_536, |n| {
        with_source(|source| source.name = "n".repeat(count(n)))
    });
    holds("reference", 512, |n| {
        let rest = format!(
            "/{}:{}@sha512:{}",
            "p".repeat(200),
            "t".repeat(128),
            "0".repeat(128)
        );
        let host = "r".repeat(count(n) - rest.len() - ".lan".len());
        let text = format!("{host}.lan{rest}");
        assert_eq!(text.len(), count(n));
        let mut image = pending("a");
        image.reference = Reference::parse(&text).unwrap();
        with_image(image)
    });
}

#[test]
fn the_text_has_a_limit() {
    let text = |bytes: usize| {
        let head = "version = 1\n";
        format!("{head}{}", "#\n".repeat((bytes - head.len()) / 2))
    };
    // A text without headers is one piece, whose limit comes first.
    let pieces = |bytes: usize| {
        let piece = format!("[[source]]\nname = \"{}\"\n", "n".repeat(1000));
        let mut text = "version = 1\n".to_owned();
        while text.len() + piece.len() <= bytes {
            text.push_str(&piece);
        }
        text.push_str(&"#".repeat(bytes - text.len()));
        text
    };
    let most = 16 * 1024 * 1024;
    let problem = |text: &str| Lockfile::parse(text).unwrap_err().problem().clone();
    assert!(!matches!(problem(&pieces(most)), Problem::TooLong { .. }));
    assert!(matches!(
        problem(&pieces(most + 1)),
        Problem::TooLong { .. }
    ));
    let piece = 4 * 1024 * 1024;
    assert!(Lockfile::parse(&text(piece)).is_ok());
    assert!(matches!(
        problem(&text(piece + 2)),
        Problem::LongTable { .. }
    ));
}
