//! Interpolation of a whole document: every text value, no key.

use super::casts::cast;
use super::error::{Problem, shown};
use super::template::{TemplateError, substitute};
use super::tree_path::TreePath;
use super::value::{Node, Plain, Value};
use super::variable::Environment;
use super::{ComposeError, limits};

/// What interpolation notices beside its result.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    /// Variables without a value that became nothing, with the place of the text.
    pub(crate) unset: Vec<(String, super::Place)>,
    expanded: usize,
}

/// Replaces the variables of all text values below `path`.
pub(crate) fn interpolate(
    value: Value,
    path: &TreePath,
    environment: &Environment,
    noticed: &mut Noticed,
) -> Result<Value, ComposeError> {
    let mut failures = Failures::default();
    let value = walk(value, path, environment, noticed, &mut failures);
    match failures.first.or(failures.first_syntax) {
        Some(error) => Err(error),
        None => Ok(value),
    }
}

/// A missing required variable is told before a text that is not well formed, as compose does.
#[derive(Default)]
struct Failures {
    first: Option<ComposeError>,
    first_syntax: Option<ComposeError>,
}

impl Failures {
    fn add(&mut self, error: ComposeError) {
        let slot = if matches!(error.problem(), Problem::Interpolation { .. }) {
            &mut self.first_syntax
        } else {
            &mut self.first
        };
        slot.get_or_insert(error);
    }
}

fn walk(
    mut value: Value,
    path: &TreePath,
    environment: &Environment,
    noticed: &mut Noticed,
    failures: &mut Failures,
) -> Value {
    let node = std::mem::replace(&mut value.node, Node::Plain(Plain::Null));
    value.node = match node {
        Node::Text(text) => match replaced(&text, path, &mut value, environment, noticed) {
            Ok(node) => node,
            Err(error) => {
                failures.add(error);
                Node::Text(text)
            }
        },
        Node::List(items) => {
            let item = path.item();
            let each = |value| walk(value, &item, environment, noticed, failures);
            Node::List(items.into_iter().map(each).collect())
        }
        Node::Map(map) => Node::Map(
            map.into_iter()
                .map(|(key, value)| {
                    let below = path.key(&key);
                    (key, walk(value, &below, environment, noticed, failures))
                })
                .collect(),
        ),
        Node::Plain(plain) => Node::Plain(plain),
    };
    value
}

fn replaced(
    text: &str,
    path: &TreePath,
    value: &mut Value,
    environment: &Environment,
    noticed: &mut Noticed,
) -> Result<Node, ComposeError> {
    let out = substitute(text, environment).map_err(|error| blame(error, path, value))?;
    noticed.expanded = noticed.expanded.saturating_add(out.text.len());
    if noticed.expanded > limits::EXPANDED_BYTES {
        return Err(blame(TemplateError::TooLarge, path, value));
    }
    let place = &value.place;
    noticed
        .unset
        .extend(out.unset.into_iter().map(|name| (name, place.clone())));
    value.uses = out.uses;
    cast(out.text, path).map_err(|what| {
        let field = shown(&path.to_string());
        Problem::BadValue { field, what }.at(place)
    })
}

fn blame(error: TemplateError, path: &TreePath, value: &Value) -> ComposeError {
    let field = shown(&path.to_string());
    let problem = match error {
        TemplateError::Syntax(template) => Problem::Interpolation {
            field,
            template: shown(&template),
        },
        TemplateError::Required { name, message } => Problem::RequiredVariable {
            field,
            name: shown(&name),
            message: shown(&message),
        },
        TemplateError::TooLarge => Problem::TooLarge(format!(
            "{field} grows beyond the limits when its variables are set"
        )),
    };
    problem.at(&value.place)
}
