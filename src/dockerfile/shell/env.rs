//! Names and values that a word is expanded with.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Values by name, and a note of every name that was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Env {
    values: BTreeMap<String, String>,
    asked: RefCell<BTreeSet<String>>,
}

impl Env {
    /// Sets a value, in place of an older one.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        self.values.insert(name.to_owned(), value);
    }

    /// Removes a value.
    pub(crate) fn remove(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// Returns a value, without noting that it was asked for.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Returns a value and notes the name, found or not.
    pub(super) fn ask(&self, name: &str) -> Option<&str> {
        self.asked.borrow_mut().insert(name.to_owned());
        self.value(name)
    }

    /// Returns the names asked for since the last call.
    pub(crate) fn take_asked(&self) -> BTreeSet<String> {
        self.asked.take()
    }
}
