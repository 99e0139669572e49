//! What a tag makes of a value, and what a scalar without one is.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use granit_parser::Tag;

use super::super::error::{Problem, shown};
use super::super::value::{Node as Leaf, Plain};
use super::node::Mark;
use super::scalar::resolve;

/// What compose's own tags ask for.
pub(super) fn mark_of(tag: &Tag) -> Mark {
    match tag.parts() {
        ("!", "reset") => Mark::Reset,
        ("!", "override") => Mark::Override,
        _ => Mark::None,
    }
}

/// Gives a scalar its type: by its tag, by its look when it is plain, else text.
pub(super) fn typed(
    text: &str,
    is_plain: bool,
    tag: Option<&Tag>,
) -> Result<(Leaf, Mark), Problem> {
    let Some(tag) = tag else {
        let scalar = if is_plain {
            resolve(text)
        } else {
            Leaf::Text(text.to_owned())
        };
        return Ok((scalar, Mark::None));
    };
    let resolved = resolve(text);
    let name = tag.suffix_in_namespace("tag:yaml.org,2002:");
    let scalar = match (name.as_deref(), resolved) {
        (Some("null"), Leaf::Plain(Plain::Null)) => Leaf::Plain(Plain::Null),
        (Some("bool"), Leaf::Plain(Plain::Bool(value))) => Leaf::Plain(Plain::Bool(value)),
        (Some("int"), Leaf::Plain(Plain::Int(value))) => Leaf::Plain(Plain::Int(value)),
        (Some("float"), Leaf::Plain(Plain::Float(value))) => Leaf::Plain(Plain::Float(value)),
        #[expect(clippy::cast_precision_loss, reason = "!!float asks for it")]
        (Some("float"), Leaf::Plain(Plain::Int(value))) => Leaf::Plain(Plain::Float(value as f64)),
        (Some("timestamp"), Leaf::Plain(Plain::Date(date))) => Leaf::Plain(Plain::Date(date)),
        (Some(name @ ("null" | "bool" | "int" | "float" | "timestamp")), _) => {
            return Err(Problem::Yaml(format!("{} is no {name}", shown(text))));
        }
        (Some("binary"), _) => Leaf::Text(decoded(text)?),
        _ => Leaf::Text(text.to_owned()),
    };
    Ok((scalar, mark_of(tag)))
}

/// Decodes what `!!binary` holds (YAML 1.1, type binary): text in base64, over several lines or not.
fn decoded(text: &str) -> Result<String, Problem> {
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let bytes = BASE64_STANDARD.decode(&text).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Problem::Yaml(format!("{} is no text in base64", shown(&text))))
}
