//! A YAML node before its aliases are followed: an alias shares the node it names.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::Place;
use super::super::value::Node as Leaf;

/// What compose's own tags ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    /// `!reset`: the field is dropped, here and in earlier files.
    Reset,
    /// `!override`: the field of earlier files is dropped, this one stands.
    Override,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) place: Place,
    pub(super) mark: Mark,
    /// How many values this node gives, its aliases followed.
    pub(super) size: u64,
    /// How many of them come through an alias below it.
    pub(super) aliased: u64,
    /// How deep it is, its aliases followed; 1 for a scalar.
    pub(super) height: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// A scalar: plain or text.
    Leaf(Leaf),
    List(Vec<Arc<Node>>),
    Map(BTreeMap<String, Arc<Node>>),
}

/// Sums up the children of a list or a mapping.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    pub(super) size: u64,
    pub(super) aliased: u64,
    pub(super) height: usize,
}

impl Weight {
    pub(super) const ONE: Self = Self {
        size: 1,
        aliased: 0,
        height: 1,
    };

    /// Adds a child; all of a child that stands behind an alias counts as aliased.
    pub(super) fn add(&mut self, child: &Node, through_alias: bool) {
        self.size = self.size.saturating_add(child.size);
        let aliased = if through_alias {
            child.size
        } else {
            child.aliased
        };
        self.aliased = self.aliased.saturating_add(aliased);
        self.height = self.height.max(child.height.saturating_add(1));
    }
}
