//! The JSON Schema of the data model: the lock as JSON, tables as objects.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::marked::Marked;
use super::wire::LockWire;

/// Returns the JSON Schema of a lock, ready to be written to `schema.json`.
pub fn json_schema() -> Schema {
    schemars::schema_for!(LockWire)
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
