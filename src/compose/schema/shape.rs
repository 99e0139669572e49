//! The language of the tables.

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Null,
    Text,
    Boolean,
    Integer,
    /// An integer between two bounds, both allowed.
    Within(i64, i64),
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A text that a rule accepts, and what the rule asks for.
    Fitting(fn(&str) -> bool, &'static str),
    /// Any of these.
    Any(&'static [Self]),
    List(&'static Self),
    /// A list without repetition.
    Set(&'static Self),
    /// A mapping with keys of the file's own choice.
    Named(&'static Named),
    Object(&'static Object),
}

/// A mapping with keys of the file's own choice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub(super) key: fn(&str) -> bool,
    pub(super) value: Shape,
    /// Whether a key that the rule does not accept is let pass unchecked.
    pub(super) open: bool,
}

/// A mapping with keys of the specification's choice; `x-…` is always allowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object {
    pub(super) fields: &'static [(&'static str, Shape)],
    pub(super) required: &'static [&'static str],
    /// Whether unknown keys are let pass.
    pub(super) open: bool,
    /// Whether `x-…` keys are let pass.
    pub(super) extensions: bool,
}

impl Object {
    /// A mapping with exactly these keys and `x-…`.
    pub(super) const fn of(fields: &'static [(&'static str, Shape)]) -> Self {
        Self {
            fields,
            required: &[],
            open: false,
            extensions: true,
        }
    }

    pub(super) const fn needs(mut self, required: &'static [&'static str]) -> Self {
        self.required = required;
        self
    }

    pub(super) const fn without_extensions(mut self) -> Self {
        self.extensions = false;
        self
    }

    pub(super) const fn open(mut self) -> Self {
        self.open = true;
        self
    }
}

/// The name of a service, a network and so on.
pub(super) fn is_name(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

pub(super) fn is_filled(key: &str) -> bool {
    !key.is_empty()
}
