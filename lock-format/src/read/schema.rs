//! The JSON Schema of the data model: the lock as JSON, tables as objects.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::marked::Marked;
use super::wire::LockWire;

/// How a digest is written.
pub(super) const DIGEST: &str = "^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$";
/// How a media type is written.
pub(super) const MEDIA_TYPE: &str =
    "^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$";
/// The largest size.
pub(super) const LARGEST: u64 = (1 << 53) - 1;

/// Returns the JSON Schema of a lock, ready to be written to `schema.json`.
pub fn json_schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(without_null));
    let mut schema = settings.into_generator().into_root_schema_for::<LockWire>();
    let version = json!({"const": 1, "description": "The version of the format."});
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert("version".to_owned(), version);
    }
    let text = "A lockfile: what a project's sources need, pinned.";
    schema.insert("description".to_owned(), text.into());
    schema.insert("required".to_owned(), json!(["version"]));
    schema
}

/// A key of a lock is left out or has a value; TOML has no null.
fn without_null(schema: &mut Schema) {
    let is_null = |value: &Value| *value == "null" || value["type"] == "null";
    for key in ["type", "anyOf"] {
        let Some(Value::Array(choices)) = schema.get_mut(key) else {
            continue;
        };
        choices.retain(|choice| !is_null(choice));
        let [only] = choices.as_slice() else {
            continue;
        };
        let only = only.clone();
        if let Value::Object(only) = only {
            schema.remove(key);
            schema.ensure_object().extend(only);
        } else {
            schema.insert(key.to_owned(), only);
        }
    }
}

/// A marked value looks like the value.
impl<T: JsonSchema> JsonSchema for Marked<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
