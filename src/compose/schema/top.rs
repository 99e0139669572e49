//! The top of a file and its sections beside services.

use super::common::{
    EXTERNAL, OPEN_EXTERNAL, OPTIONS, PAIRS, TEXT_OR_BOOLEAN, TEXT_OR_NAMES, TEXTS,
};
use super::service::SERVICE;
use super::shape::{Named, Object, Shape, is_filled, is_name};
use Shape::{Any, Integer, List, Null, Text};

pub(super) const TOP: Shape = Shape::Object(&Object::of(&[
    ("configs", section(&CONFIGS)),
    ("include", List(&INCLUDE)),
    ("models", section(&MODELS)),
    ("name", Text),
    ("networks", section(&NETWORKS)),
    ("secrets", section(&SECRETS)),
    ("services", section(&SERVICES)),
    ("version", Text),
    ("volumes", section(&VOLUMES)),
]));

const fn section(named: &'static Named) -> Shape {
    Shape::Named(named)
}

const fn named(value: Shape, open: bool) -> Named {
    Named {
        key: is_name,
        value,
        open,
    }
}

const SERVICES: Named = named(SERVICE, false);
const CONFIGS: Named = named(CONFIG, false);
const SECRETS: Named = named(SECRET, false);
const VOLUMES: Named = named(VOLUME, false);
const NETWORKS: Named = named(NETWORK, true);
const MODELS: Named = named(MODEL, true);

const CONFIG: Shape = Shape::Object(&Object::of(&[
    ("content", Text),
    ("environment", Text),
    ("external", OPEN_EXTERNAL),
    ("file", Text),
    ("labels", PAIRS),
    ("name", Text),
    ("template_driver", Text),
]));

const SECRET: Shape = Shape::Object(&Object::of(&[
    ("driver", Text),
    ("driver_opts", OPTIONS),
    ("environment", Text),
    ("external", OPEN_EXTERNAL),
    ("file", Text),
    ("labels", PAIRS),
    ("name", Text),
    ("template_driver", Text),
]));

const VOLUME: Shape = Any(&[
    Null,
    Shape::Object(&Object::of(&[
        ("driver", Text),
        ("driver_opts", OPTIONS),
        ("external", EXTERNAL),
        ("labels", PAIRS),
        ("name", Text),
    ])),
]);

const NETWORK: Shape = Any(&[
    Null,
    Shape::Object(&Object::of(&[
        ("attachable", TEXT_OR_BOOLEAN),
        ("driver", Text),
        ("driver_opts", OPTIONS),
        ("enable_ipv4", TEXT_OR_BOOLEAN),
        ("enable_ipv6", TEXT_OR_BOOLEAN),
        ("external", EXTERNAL),
        ("internal", TEXT_OR_BOOLEAN),
        ("ipam", IPAM),
        ("labels", PAIRS),
        ("name", Text),
    ])),
]);

const IPAM: Shape = Shape::Object(&Object::of(&[
    (
        "config",
        List(&Shape::Object(&Object::of(&[
            ("aux_addresses", TEXT_BY_NAME),
            ("gateway", Text),
            ("ip_range", Text),
            ("subnet", Text),
        ]))),
    ),
    ("driver", Text),
    ("options", TEXT_BY_NAME),
]));

const TEXT_BY_NAME: Shape = Shape::Named(&Named {
    key: is_filled,
    value: Text,
    open: false,
});

const MODEL: Shape = Shape::Object(
    &Object::of(&[
        ("context_size", Integer),
        ("model", Text),
        ("name", Text),
        ("runtime_flags", TEXTS),
    ])
    .needs(&["model"]),
);

const INCLUDE: Shape = Any(&[
    Text,
    Shape::Object(
        &Object::of(&[
            ("env_file", TEXT_OR_NAMES),
            ("path", TEXT_OR_NAMES),
            ("project_directory", Text),
        ])
        .without_extensions(),
    ),
]);
