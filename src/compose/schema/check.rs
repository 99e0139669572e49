//! Compares a value with the tables.

use std::collections::BTreeSet;

use super::super::error::{Problem, shown};
use super::super::tree_path::TreePath;
use super::super::value::{Map, Node, Plain, Value};
use super::super::{ComposeError, Place};
use super::shape::{Named, Object, Shape};
use super::top::TOP;

/// Checks a whole file.
pub(crate) fn check(top: &Value) -> Result<(), ComposeError> {
    TOP.check(top, &TreePath::root()).map_err(Wrong::into_error)
}

/// What does not fit, and how deep it was found: of several ways to read a value, the one that
/// got deepest tells the most.
struct Wrong {
    what: String,
    path: TreePath,
    place: Place,
    depth: usize,
}

impl Wrong {
    fn into_error(self) -> ComposeError {
        let field = shown(&self.path.to_string());
        let field = if field.is_empty() {
            "the file".to_owned()
        } else {
            field
        };
        Problem::Schema {
            field,
            what: self.what,
        }
        .at(&self.place)
    }

    fn one_deeper(mut self) -> Self {
        self.depth = self.depth.saturating_add(1);
        self
    }
}

impl Shape {
    fn check(&self, value: &Value, path: &TreePath) -> Result<(), Wrong> {
        let fits = match (self, &value.node) {
            (Self::Any(shapes), _) => return check_any(shapes, value, path),
            (Self::List(each), Node::List(items)) => return check_items(each, items, path),
            (Self::Set(each), Node::List(items)) => {
                check_items(each, items, path)?;
                return check_unique(items, path);
            }
            (Self::Named(named), Node::Map(map)) => return named.check(map, path),
            (Self::Object(object), Node::Map(map)) => return object.check(value, map, path),
            (Self::Null, Node::Plain(Plain::Null))
            | (Self::Text, Node::Text(_))
            | (Self::Boolean, Node::Plain(Plain::Bool(_)))
            | (Self::Integer | Self::Number, Node::Plain(Plain::Int(_)))
            | (Self::Number, Node::Plain(Plain::Float(_))) => true,
            (Self::Integer, Node::Plain(Plain::Float(number))) => number.fract() == 0.0,
            (Self::Within(low, high), Node::Plain(Plain::Int(number))) => {
                (i128::from(*low)..=i128::from(*high)).contains(number)
            }
            (Self::Within(low, high), Node::Plain(Plain::Float(number))) => {
                let range = i128::from(*low)..=i128::from(*high);
                whole(*number).is_some_and(|number| range.contains(&number))
            }
            (Self::Word(words), Node::Text(text)) => words.contains(&text.as_str()),
            (Self::Fitting(rule, _), Node::Text(text)) => rule(text),
            _ => false,
        };
        if fits {
            return Ok(());
        }
        Err(Wrong {
            what: format!("must be {}", self.name()),
            path: path.clone(),
            place: value.place.clone(),
            depth: 0,
        })
    }

    /// Says what is asked for.
    fn name(&self) -> String {
        match self {
            Self::Null => "empty".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Boolean => "a boolean".to_owned(),
            Self::Integer => "an integer".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Within(low, i64::MAX) => format!("an integer from {low}"),
            Self::Within(low, high) => format!("an integer from {low} to {high}"),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Fitting(_, what) => (*what).to_owned(),
            Self::Any(shapes) => {
                let names: Vec<String> = shapes.iter().map(Self::name).collect();
                names.join(" or ")
            }
            Self::List(_) | Self::Set(_) => "a list".to_owned(),
            Self::Named(_) | Self::Object(_) => "a mapping".to_owned(),
        }
    }
}

/// Reads a number without a fraction, as `1e3` is one: an integer for the schema.
fn whole(number: f64) -> Option<i128> {
    let digits = format!("{number:.0}");
    digits.parse().ok().filter(|_| number.fract() == 0.0)
}

fn check_any(shapes: &[Shape], value: &Value, path: &TreePath) -> Result<(), Wrong> {
    let mut deepest: Option<Wrong> = None;
    for shape in shapes {
        match shape.check(value, path) {
            Ok(()) => return Ok(()),
            Err(wrong)
                if deepest
                    .as_ref()
                    .is_none_or(|so_far| wrong.depth > so_far.depth) =>
            {
                deepest = Some(wrong);
            }
            Err(_) => {}
        }
    }
    let mut wrong = deepest.unwrap_or_else(|| Wrong {
        what: String::new(),
        path: path.clone(),
        place: value.place.clone(),
        depth: 0,
    });
    if wrong.depth == 0 {
        let names: Vec<String> = shapes.iter().map(Shape::name).collect();
        wrong.what = format!("must be {}", names.join(" or "));
    }
    Err(wrong)
}

fn check_items(each: &Shape, items: &[Value], path: &TreePath) -> Result<(), Wrong> {
    let below = path.item();
    items
        .iter()
        .try_for_each(|item| each.check(item, &below).map_err(Wrong::one_deeper))
}

fn check_unique(items: &[Value], path: &TreePath) -> Result<(), Wrong> {
    let mut seen = BTreeSet::new();
    for item in items {
        if !seen.insert(fingerprint(item)) {
            return Err(Wrong {
                what: "holds an entry twice".to_owned(),
                path: path.clone(),
                place: item.place.clone(),
                depth: 1,
            });
        }
    }
    Ok(())
}

/// Writes a value so that equal values, and only those, give equal text.
fn fingerprint(value: &Value) -> String {
    match &value.node {
        Node::Text(text) => format!("{text:?}"),
        Node::List(items) => {
            let items: Vec<String> = items.iter().map(fingerprint).collect();
            format!("[{}]", items.join(","))
        }
        Node::Map(map) => {
            let entry = |(key, value): (&String, &Value)| format!("{key:?}:{}", fingerprint(value));
            let entries: Vec<String> = map.iter().map(entry).collect();
            format!("{{{}}}", entries.join(","))
        }
        Node::Plain(plain) => format!("{plain:?}"),
    }
}

impl Named {
    fn check(&self, map: &Map, path: &TreePath) -> Result<(), Wrong> {
        for (key, value) in map {
            if (self.key)(key) {
                self.value
                    .check(value, &path.key(key))
                    .map_err(Wrong::one_deeper)?;
            } else if !self.open {
                return Err(unknown(key, value, path));
            }
        }
        Ok(())
    }
}

impl Object {
    fn check(&self, value: &Value, map: &Map, path: &TreePath) -> Result<(), Wrong> {
        for name in self.required {
            if !map.contains_key(*name) {
                return Err(Wrong {
                    what: format!("needs the key {name}"),
                    path: path.clone(),
                    place: value.place.clone(),
                    depth: 1,
                });
            }
        }
        for (key, value) in map {
            let field = self.fields.iter().find(|(name, _)| name == key);
            match field {
                Some((_, shape)) => shape
                    .check(value, &path.key(key))
                    .map_err(Wrong::one_deeper)?,
                None if self.open || self.extensions && key.starts_with("x-") => {}
                None => return Err(unknown(key, value, path)),
            }
        }
        Ok(())
    }
}

fn unknown(key: &str, value: &Value, path: &TreePath) -> Wrong {
    Wrong {
        what: format!("does not know the key {:?}", shown(key)),
        path: path.clone(),
        place: value.place.clone(),
        depth: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::yaml::documents;
    use super::*;

    fn told(text: &str) -> Result<(), String> {
        let top = documents(text, &"f".into()).unwrap().remove(0).value;
        check(&top).map_err(|error| error.to_string())
    }

    #[test]
    fn what_the_specification_allows_passes() {
        for text in [
            "services: {a: {image: x, x-any: [1], command: null, ports: [80, \"81:81\"]}}",
            "services: {a: {build: {context: ., args: [A, B=1], x-bake: {a: 1}}}}",
            "services: {a: {environment: {A: 1, B: true, C: null, D: x}}}",
            "networks: {default: null, a: {external: {name: b}}}",
            "x-anything: {a: [1, {b: c}]}",
            "services: {a: {pull_policy: every_12h, volumes: [{type: image, source: x}]}}",
        ] {
            assert_eq!(told(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_it_does_not_allow_is_told_with_its_place() {
        for (text, message) in [
            ("foo: 1", "f:1:6: the file: does not know the key \"foo\""),
            (
                "services: {a: {image: 3.20}}",
                "f:1:23: services.a.image: must be text",
            ),
            (
                "services: {a: {image: null}}",
                "f:1:23: services.a.image: must be text",
            ),
            (
                "services: {a: {imagee: x}}",
                "f:1:24: services.a: does not know the key \"imagee\"",
            ),
            (
                "services: {a: {environment: {A: [1]}}}",
                "f:1:33: services.a.environment.A: must be text or a number or a boolean or empty",
            ),
            (
                "services: {a: {cap_add: [1]}}",
                "f:1:26: services.a.cap_add.[]: must be text",
            ),
            (
                "services: {a: {security_opt: [x, x]}}",
                "f:1:34: services.a.security_opt: holds an entry twice",
            ),
            (
                "services: {a: {provider: {}}}",
                "f:1:26: services.a.provider: needs the key type",
            ),
            ("services: [a]", "f:1:11: services: must be a mapping"),
            (
                "services: {a: {image: 2024-01-02}}",
                "f:1:23: services.a.image: must be text",
            ),
        ] {
            assert_eq!(told(text), Err(message.to_owned()), "{text}");
        }
    }
}
