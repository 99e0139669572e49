//! Nodes → values: aliases are followed, `!reset` and `!override` become paths.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::tree_path::TreePath;
use super::super::value::{Node as ValueNode, Plain, Value};
use super::node::{Kind, Mark, Node};

/// One YAML document.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) value: Value,
    /// Fields that this document takes away from earlier ones.
    pub(crate) resets: Vec<TreePath>,
}

/// Follows the aliases of a document whose size and depth were checked.
pub(super) fn expand(root: &Node) -> Document {
    let mut resets = Vec::new();
    let value = value_of(root, &TreePath::root(), &mut resets)
        .unwrap_or_else(|| Value::new(ValueNode::Plain(Plain::Null), root.place.clone()));
    Document { value, resets }
}

/// Makes the value of a node; none for one that `!reset` drops.
fn value_of(node: &Node, path: &TreePath, resets: &mut Vec<TreePath>) -> Option<Value> {
    match node.mark {
        Mark::Reset => {
            resets.push(path.clone());
            return None;
        }
        Mark::Override => {
            resets.push(path.clone());
            return Some(as_written(node));
        }
        Mark::None => {}
    }
    let inner = match &node.kind {
        Kind::Leaf(leaf) => leaf.clone(),
        Kind::List(items) => {
            // Paths into lists never match: compose takes nothing out of earlier lists.
            let item = path.item();
            let mut below = Vec::new();
            let list = items
                .iter()
                .filter_map(|node| value_of(node, &item, &mut below))
                .collect();
            ValueNode::List(list)
        }
        Kind::Map(entries) => {
            let mut map = BTreeMap::new();
            for (key, node) in entries {
                if let Some(value) = value_of(node, &path.key(key), resets) {
                    map.insert(key.clone(), value);
                }
            }
            ValueNode::Map(map)
        }
    };
    Some(Value::new(inner, node.place.clone()))
}

/// Makes the value of what `!override` stands at: compose looks for no further tags in there.
fn as_written(node: &Node) -> Value {
    let inner = match &node.kind {
        Kind::Leaf(leaf) => leaf.clone(),
        Kind::List(items) => ValueNode::List(items.iter().map(|node| as_written(node)).collect()),
        Kind::Map(entries) => {
            let entry = |(key, node): (&String, &Arc<Node>)| (key.clone(), as_written(node));
            ValueNode::Map(entries.iter().map(entry).collect())
        }
    };
    Value::new(inner, node.place.clone())
}
