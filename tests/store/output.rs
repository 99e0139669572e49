//! Files written whole.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;

use airlock::store::{Existing, OutputFile, StoreError, publish_file};
use tempfile::TempDir;

#[test]
fn an_existing_file_stays_unless_it_may_be_replaced() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("request.age");
    publish_file(&path, b"one", 0o644, Existing::Refuse).unwrap();
    let refused = publish_file(&path, b"two", 0o644, Existing::Refuse);
    assert!(matches!(refused, Err(StoreError::OutputExists(_))));
    assert_eq!(fs::read(&path).unwrap(), b"one");
    publish_file(&path, b"two", 0o644, Existing::Replace).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_appears_meanwhile_is_not_replaced() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bundle.age");
    let mut output = OutputFile::create(&path, 0o644, Existing::Refuse).unwrap();
    output.write_all(b"ours").unwrap();
    fs::write(&path, b"theirs").unwrap();
    assert!(matches!(output.finish(), Err(StoreError::OutputExists(_))));
    assert_eq!(fs::read(&path).unwrap(), b"theirs");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn nothing_is_there_before_it_is_whole_and_nothing_stays_of_what_is_dropped() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bundle.age");
    let output = OutputFile::create(&path, 0o600, Existing::Refuse).unwrap();
    output.file().write_all_at(b"later", 3).unwrap();
    assert!(!path.exists());
    drop(output);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn only_files_are_written() {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, 0o644.into()).unwrap();
    for path in [folder.path(), &pipe, "/dev/null".as_ref(), "/".as_ref()] {
        let refused = publish_file(path, b"x", 0o644, Existing::Replace);
        assert!(
            matches!(refused, Err(StoreError::OutputNotAFile(_))),
            "{path:?} {refused:?}"
        );
    }
    let absent = publish_file(
        &folder.path().join("no/file"),
        b"x",
        0o644,
        Existing::Refuse,
    );
    assert!(matches!(absent, Err(StoreError::Io { .. })));
}

#[test]
fn a_long_name_fits() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ä".repeat(120));
    publish_file(&path, b"x", 0o644, Existing::Refuse).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"x");
}
