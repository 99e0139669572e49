//! Taking fields away: what `!reset` and `!override` of a later document mean for earlier ones.

use super::tree_path::TreePath;
use super::value::{Node, Value};

/// Drops the fields at the given paths from a value that stands at `path`.
pub(crate) fn drop_fields(value: &mut Value, path: &TreePath, resets: &[TreePath]) {
    if resets.is_empty() {
        return;
    }
    match &mut value.node {
        Node::Map(map) => {
            map.retain(|key, value| {
                let below = path.key(key);
                let keep = !resets.iter().any(|reset| below.fits_path(reset));
                if keep {
                    drop_fields(value, &below, resets);
                }
                keep
            });
        }
        Node::List(items) => {
            let below = path.item();
            for item in items {
                drop_fields(item, &below, resets);
            }
        }
        Node::Plain(_) | Node::Text(_) => {}
    }
}
