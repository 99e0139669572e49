//! Shapes that many fields share.

use super::shape::{Named, Object, Shape, is_filled};
use Shape::{Any, Boolean, Integer, List, Null, Number, Set, Text};

pub(super) const TEXT_OR_BOOLEAN: Shape = Any(&[Boolean, Text]);
pub(super) const TEXT_OR_INTEGER: Shape = Any(&[Integer, Text]);
pub(super) const TEXT_OR_NUMBER: Shape = Any(&[Number, Text]);
pub(super) const TEXTS: Shape = List(&Text);
pub(super) const NAMES: Shape = Set(&Text);
pub(super) const TEXT_OR_NAMES: Shape = Any(&[Text, NAMES]);

/// `key: value`, or a list of `key=value`.
pub(super) const PAIRS: Shape = Any(&[
    Shape::Named(&Named {
        key: is_filled,
        value: Any(&[Text, Number, Boolean, Null]),
        open: false,
    }),
    NAMES,
]);

pub(super) const HOSTS: Shape = Any(&[
    Shape::Named(&Named {
        key: is_filled,
        value: Any(&[Text, TEXTS]),
        open: false,
    }),
    NAMES,
]);

/// Options of a driver.
pub(super) const OPTIONS: Shape = Shape::Named(&Named {
    key: is_filled,
    value: TEXT_OR_NUMBER,
    open: true,
});

pub(super) const COMMAND: Shape = Any(&[Null, Text, TEXTS]);

/// A command that runs at a point of a container's life.
pub(super) const HOOK: Shape = Shape::Object(
    &Object::of(&[
        ("command", COMMAND),
        ("environment", PAIRS),
        ("privileged", TEXT_OR_BOOLEAN),
        ("user", Text),
        ("working_dir", Text),
    ])
    .needs(&["command"]),
);

pub(super) const ULIMITS: Shape = Shape::Named(&Named {
    key: |key| is_filled(key) && key.bytes().all(|b| b.is_ascii_lowercase()),
    value: Any(&[
        TEXT_OR_INTEGER,
        Shape::Object(
            &Object::of(&[("hard", TEXT_OR_INTEGER), ("soft", TEXT_OR_INTEGER)])
                .needs(&["soft", "hard"]),
        ),
    ]),
    open: true,
});

/// `external`, which may hold a name in the old form.
pub(super) const EXTERNAL: Shape = Any(&[
    TEXT_OR_BOOLEAN,
    Shape::Object(&Object::of(&[("name", Text)])),
]);

/// The same for configs and secrets, where compose looks at the name alone.
pub(super) const OPEN_EXTERNAL: Shape = Any(&[
    TEXT_OR_BOOLEAN,
    Shape::Object(&Object::of(&[("name", Text)]).open()),
]);

/// A config or a secret that a service is given.
pub(super) const GRANTED: Shape = List(&Any(&[
    Text,
    Shape::Object(&Object::of(&[
        ("gid", Text),
        ("mode", TEXT_OR_NUMBER),
        ("source", Text),
        ("target", Text),
        ("uid", Text),
    ])),
]));
