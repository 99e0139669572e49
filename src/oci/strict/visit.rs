//! One pass over JSON that keeps nothing but the keys of the objects it is inside of.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::keys::check_keys;
use super::shape::Shape;
use super::strict_error::StrictError;
use crate::run::limits::{JSON_DEPTH, JSON_MEMBERS};

/// What the pass has found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Why the text is refused, if it is.
    pub(super) refusal: Option<StrictError>,
    /// The known keys of the outermost object that are there.
    pub(super) top: Vec<&'static str>,
}

/// Takes one value of a shape.
#[derive(Clone, Copy)]
pub(super) struct Value<'f> {
    /// How its keys are read.
    pub(super) shape: &'static Shape,
    /// How many objects and arrays it is inside of.
    pub(super) depth: usize,
    /// Where findings go: an error of the parser cannot carry them.
    pub(super) findings: &'f RefCell<Findings>,
}

impl Value<'_> {
    fn refuse<E: Error>(&self, refusal: StrictError) -> E {
        self.findings.borrow_mut().refusal = Some(refusal);
        E::custom("refused")
    }

    /// Returns the seed of a value inside of this one.
    fn inner<E: Error>(&self, shape: &'static Shape) -> Result<Self, E> {
        let depth = self.depth.saturating_add(1);
        if depth > JSON_DEPTH {
            return Err(self.refuse(StrictError::TooDeep));
        }
        Ok(Self {
            shape,
            depth,
            findings: self.findings,
        })
    }

    /// Tells the shape of the elements of an array that stands here.
    fn shape_of_elements<E: Error>(&self) -> Result<&'static Shape, E> {
        match self.shape {
            Shape::List(elements) => Ok(elements),
            Shape::Structure { known, .. } if !known.is_empty() => {
                Err(self.refuse(StrictError::ArrayForObject))
            }
            Shape::Structure { .. } | Shape::Map => Ok(self.shape),
        }
    }

    /// Tells the shape of the value of `key`, and notes known keys of the outermost object.
    fn shape_of(&self, key: &str) -> &'static Shape {
        let Shape::Structure { known, other } = self.shape else {
            return &Shape::Map;
        };
        let Some((name, shape)) = known.iter().find(|(name, _)| *name == key) else {
            return other;
        };
        if self.depth == 0 {
            self.findings.borrow_mut().top.push(name);
        }
        shape
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        let inner = self.inner(self.shape_of_elements()?)?;
        let mut count: usize = 0;
        while array.next_element_seed(inner)?.is_some() {
            count = count.saturating_add(1);
            if count > JSON_MEMBERS {
                return Err(self.refuse(StrictError::TooManyMembers));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut inner = self.inner(self.shape)?;
        let mut keys: Vec<Cow<'de, str>> = Vec::new();
        while let Some(key) = object.next_key_seed(Key)? {
            inner.shape = self.shape_of(&key);
            object.next_value_seed(inner)?;
            if keys.len() == JSON_MEMBERS {
                return Err(self.refuse(StrictError::TooManyMembers));
            }
            keys.push(key);
        }
        check_keys(self.shape, keys).map_err(|refusal| self.refuse(refusal))
    }
}

/// Takes a key, borrowed from the text unless it has escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}
