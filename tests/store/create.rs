//! Making and opening a store.

use std::fs;

use airlock::diagnostic::Diagnose as _;
use airlock::run::FixedEntropy;
use airlock::store::{Store, StoreError};
use tempfile::TempDir;

use crate::site::{CLOCK, Site};

#[test]
fn a_store_keeps_the_site_that_it_was_made_with() {
    let site = Site::new();
    let expected = "000102030405060708090a0b0c0d0e0f";
    assert_eq!(site.store.site().to_string(), expected);
    let again = Store::open_or_create(&site.path(""), &FixedEntropy::new(99)).unwrap();
    assert_eq!(again.site().to_string(), expected);
    let twice = Store::create(&site.path(""), &FixedEntropy::new(99));
    assert!(matches!(twice, Err(StoreError::Exists(_))));
}

#[test]
fn no_store_names_the_folder_and_the_flag() {
    let folder = TempDir::new().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("absent")] {
        let error = Store::open(&path).unwrap_err();
        assert!(
            error.to_string().contains(path.to_str().unwrap()),
            "{error}"
        );
        assert!(error.help().unwrap().contains("--store"));
        assert_eq!(error.code().as_str(), "store/none");
    }
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("index.json"), "{}").unwrap();
    let file = folder.path().join("index.json");
    for path in [folder.path(), &file] {
        let opened = Store::open(path);
        assert!(
            matches!(opened, Err(StoreError::NotAStore { .. })),
            "{opened:?}"
        );
    }
    let made = Store::create(folder.path(), &FixedEntropy::new(0));
    assert!(matches!(made, Err(StoreError::NotAStore { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_new_file_system_is_an_empty_folder() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("lost+found")).unwrap();
    Store::open_or_create(folder.path(), &FixedEntropy::new(0)).unwrap();
}

#[test]
fn a_newer_store_is_told_from_a_broken_one() {
    let site = Site::new();
    let path = site.path("airlock/store.json");
    fs::write(&path, r#"{"format":2,"site":"00"}"#).unwrap();
    let newer = Store::open(&site.path(""));
    assert!(matches!(
        newer,
        Err(StoreError::NewerFormat { found: 2, .. })
    ));
    fs::write(&path, "{").unwrap();
    assert!(matches!(
        Store::open(&site.path("")),
        Err(StoreError::Broken { .. })
    ));
}

#[test]
fn a_used_store_that_lost_its_identity_is_not_made_anew() {
    let site = Site::new();
    fs::write(
        site.path("airlock/ledger.jsonl"),
        "{\"event\":\"void\",\"at\":1}\n",
    )
    .unwrap();
    fs::remove_file(site.path("airlock/store.json")).unwrap();
    let made = Store::open_or_create(&site.path(""), &FixedEntropy::new(0));
    assert!(matches!(made, Err(StoreError::Broken { .. })), "{made:?}");
}

#[test]
fn links_inside_a_store_are_not_followed() {
    let site = Site::new();
    let outside = TempDir::new().unwrap();
    for name in ["locks", "tmp"] {
        let inside = site.path(&format!("airlock/{name}"));
        fs::rename(&inside, outside.path().join(name)).unwrap();
        std::os::unix::fs::symlink(outside.path().join(name), &inside).unwrap();
        let opened = Store::open(&site.path("")).and_then(|store| {
            store.begin(&CLOCK)?;
            Ok(())
        });
        assert!(
            matches!(opened, Err(StoreError::Io { .. })),
            "{name}: {opened:?}"
        );
        fs::remove_file(&inside).unwrap();
        fs::rename(outside.path().join(name), &inside).unwrap();
    }
}
