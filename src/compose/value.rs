//! A YAML value with its place and the variables that took part in it.

use std::collections::BTreeMap;

use super::Place;
use super::date;
use super::variable::Use;

/// A value of a compose file.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) node: Node,
    pub(crate) place: Place,
    /// Variables that were looked up to make this value; not those of its children.
    pub(crate) uses: Vec<Use>,
}

/// The kinds that compose tells apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Plain(Plain),
    Text(String),
    List(Vec<Value>),
    Map(Map),
}

/// A scalar that is no text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    /// An unquoted date; a kind of its own, fit for no field.
    Date(String),
}

pub(crate) type Map = BTreeMap<String, Value>;

/// Values are equal when what they hold is, wherever they stand.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Value {
    pub(crate) fn new(node: Node, place: Place) -> Self {
        Self {
            node,
            place,
            uses: Vec::new(),
        }
    }

    /// Makes another value at the same place, decided by the same variables.
    pub(crate) fn with(&self, node: Node) -> Self {
        Self {
            node,
            place: self.place.clone(),
            uses: self.uses.clone(),
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.node {
            Node::Text(text) => Some(text),
            Node::Plain(_) | Node::List(_) | Node::Map(_) => None,
        }
    }

    pub(crate) fn map(&self) -> Option<&Map> {
        match &self.node {
            Node::Map(map) => Some(map),
            Node::Plain(_) | Node::Text(_) | Node::List(_) => None,
        }
    }

    pub(crate) fn map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.node {
            Node::Map(map) => Some(map),
            Node::Plain(_) | Node::Text(_) | Node::List(_) => None,
        }
    }

    pub(crate) fn list(&self) -> Option<&[Self]> {
        match &self.node {
            Node::List(list) => Some(list),
            Node::Plain(_) | Node::Text(_) | Node::Map(_) => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        self.node == Node::Plain(Plain::Null)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.map()?.get(key)
    }

    /// The scalar as compose prints it where it wants text: `1.10` is `1.1`, `1e6` is `1e+06`.
    pub(crate) fn printed(&self) -> String {
        match &self.node {
            Node::Plain(Plain::Null) => "<nil>".to_owned(),
            Node::Plain(Plain::Bool(value)) => value.to_string(),
            Node::Plain(Plain::Int(value)) => value.to_string(),
            Node::Plain(Plain::Float(value)) => print_float(*value),
            Node::Plain(Plain::Date(text)) => date::printed(text),
            Node::Text(text) => text.clone(),
            Node::List(_) => "[list]".to_owned(),
            Node::Map(_) => "map[]".to_owned(),
        }
    }
}

/// Prints a number with the fewest digits that give it back, and an exponent from `1e+06` and
/// below `1e-04` on.
fn print_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let shortest = format!("{value:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value == 0.0 || (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_compose_prints_them() {
        for (value, text) in [
            (1.10, "1.1"),
            (3.0, "3"),
            (100_000.0, "100000"),
            (1e6, "1e+06"),
            (1_234_567.8, "1.2345678e+06"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-2.5, "-2.5"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(print_float(value), text);
        }
    }
}
