//! Writes canonical JSON. Callers give the keys in ascending order.

use std::fmt::Display;

use super::Sink;

/// Writes an object, field by field.
pub struct ObjectWriter<'s> {
    sink: &'s mut dyn Sink,
    first: bool,
}

/// Writes one object.
pub fn write_object(sink: &mut dyn Sink, fields: impl FnOnce(&mut ObjectWriter<'_>)) {
    sink.put(b"{");
    fields(&mut ObjectWriter { sink, first: true });
    sink.put(b"}");
}

impl ObjectWriter<'_> {
    /// Writes a field that is a string; the text is printable ASCII.
    pub fn string(&mut self, key: &str, text: impl Display) {
        self.secret(key, &text.to_string());
    }

    /// Writes a field that is a secret string: no copy of it is made on the way.
    pub fn secret(&mut self, key: &str, text: &str) {
        self.key(key);
        write_string(self.sink, text);
    }

    /// Writes a field that is an integer.
    pub fn integer(&mut self, key: &str, value: u64) {
        self.key(key);
        self.sink.put(value.to_string().as_bytes());
    }

    /// Writes a field that is an object.
    pub fn object(&mut self, key: &str, fields: impl FnOnce(&mut ObjectWriter<'_>)) {
        self.key(key);
        write_object(self.sink, fields);
    }

    /// Writes a field that is an array of objects, in the order given.
    pub fn objects<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut fields: impl FnMut(&mut ObjectWriter<'_>, T),
    ) {
        self.array(key, items, |sink, item| {
            write_object(sink, |object| fields(object, item));
        });
    }

    /// Writes a field that is a set of texts, sorted by their bytes.
    pub fn texts(&mut self, key: &str, items: impl IntoIterator<Item = impl Display>) {
        let mut texts: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
        texts.sort_unstable();
        self.array(key, texts, |sink, text| write_string(sink, &text));
    }

    fn array<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut dyn Sink, T),
    ) {
        self.key(key);
        self.sink.put(b"[");
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.sink.put(b",");
            }
            write(self.sink, item);
        }
        self.sink.put(b"]");
    }

    fn key(&mut self, key: &str) {
        if !self.first {
            self.sink.put(b",");
        }
        self.first = false;
        write_string(self.sink, key);
        self.sink.put(b":");
    }
}

impl std::fmt::Debug for ObjectWriter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectWriter").finish_non_exhaustive()
    }
}

fn write_string(sink: &mut dyn Sink, text: &str) {
    sink.put(b"\"");
    for piece in text.split_inclusive(['"', '\\']) {
        match piece.as_bytes() {
            [plain @ .., special @ (b'"' | b'\\')] => {
                sink.put(plain);
                sink.put(&[b'\\', *special]);
            }
            plain => sink.put(plain),
        }
    }
    sink.put(b"\"");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::Reader;

    #[test]
    fn every_shape_is_written_as_the_reader_wants_it() {
        let mut out = Vec::new();
        write_object(&mut out, |o| {
            o.texts("a", ["y", "x"]);
            o.object("b", |o| o.integer("n", 7));
            o.objects("c", [1, 2], |o, n| o.integer("n", n));
            o.string("d", "q\"b\\");
            o.texts("e", Vec::<String>::new());
        });
        let text = r#"{"a":["x","y"],"b":{"n":7},"c":[{"n":1},{"n":2}],"d":"q\"b\\","e":[]}"#;
        assert_eq!(String::from_utf8(out).unwrap(), text);
        let mut reader = Reader::new(text.as_bytes());
        assert_eq!(reader.skip().and_then(|()| reader.end()), Ok(()));
    }
}
