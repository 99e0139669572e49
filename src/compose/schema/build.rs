//! `build` of a service.

use super::common::{GRANTED, HOSTS, PAIRS, TEXT_OR_BOOLEAN, TEXT_OR_INTEGER, TEXTS, ULIMITS};
use super::shape::{Object, Shape};
use Shape::{Any, Text};

pub(super) const BUILD: Shape = Any(&[
    Text,
    Shape::Object(&Object::of(&[
        ("additional_contexts", PAIRS),
        ("args", PAIRS),
        ("cache_from", TEXTS),
        ("cache_to", TEXTS),
        ("context", Text),
        ("dockerfile", Text),
        ("dockerfile_inline", Text),
        ("entitlements", TEXTS),
        ("extra_hosts", HOSTS),
        ("isolation", Text),
        ("labels", PAIRS),
        ("network", Text),
        ("no_cache", TEXT_OR_BOOLEAN),
        ("no_cache_filter", Any(&[Text, TEXTS])),
        ("platforms", TEXTS),
        ("privileged", TEXT_OR_BOOLEAN),
        ("provenance", TEXT_OR_BOOLEAN),
        ("pull", TEXT_OR_BOOLEAN),
        ("sbom", TEXT_OR_BOOLEAN),
        ("secrets", GRANTED),
        ("shm_size", TEXT_OR_INTEGER),
        ("ssh", PAIRS),
        ("tags", TEXTS),
        ("target", Text),
        ("ulimits", ULIMITS),
    ])),
]);
