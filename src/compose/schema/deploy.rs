//! `deploy` of a service, and devices.

use super::common::{NAMES, PAIRS, TEXT_OR_INTEGER, TEXT_OR_NUMBER, TEXTS};
use super::shape::{Object, Shape};
use Shape::{Any, List, Null, Text};

pub(super) const DEPLOY: Shape = Any(&[
    Null,
    Shape::Object(&Object::of(&[
        ("endpoint_mode", Text),
        ("labels", PAIRS),
        ("mode", Text),
        ("placement", PLACEMENT),
        ("replicas", TEXT_OR_INTEGER),
        ("resources", RESOURCES),
        ("restart_policy", RESTART),
        ("rollback_config", ROLLOUT),
        ("update_config", ROLLOUT),
    ])),
]);

const PLACEMENT: Shape = Shape::Object(&Object::of(&[
    ("constraints", TEXTS),
    ("max_replicas_per_node", TEXT_OR_INTEGER),
    (
        "preferences",
        List(&Shape::Object(&Object::of(&[("spread", Text)]))),
    ),
]));

const RESTART: Shape = Shape::Object(&Object::of(&[
    ("condition", Text),
    ("delay", Text),
    ("max_attempts", TEXT_OR_INTEGER),
    ("window", Text),
]));

const ROLLOUT: Shape = Shape::Object(&Object::of(&[
    ("delay", Text),
    ("failure_action", Text),
    ("max_failure_ratio", TEXT_OR_NUMBER),
    ("monitor", Text),
    ("order", Shape::Word(&["start-first", "stop-first"])),
    ("parallelism", TEXT_OR_INTEGER),
]));

const RESOURCES: Shape = Shape::Object(&Object::of(&[
    (
        "limits",
        Shape::Object(&Object::of(&[
            ("cpus", TEXT_OR_NUMBER),
            ("memory", Text),
            ("pids", TEXT_OR_INTEGER),
        ])),
    ),
    (
        "reservations",
        Shape::Object(&Object::of(&[
            ("cpus", TEXT_OR_NUMBER),
            ("devices", List(&DEVICE)),
            ("generic_resources", List(&GENERIC)),
            ("memory", Text),
        ])),
    ),
]));

const GENERIC: Shape = Shape::Object(&Object::of(&[(
    "discrete_resource_spec",
    Shape::Object(&Object::of(&[("kind", Text), ("value", TEXT_OR_NUMBER)])),
)]));

const DEVICE_FIELDS: &[(&str, Shape)] = &[
    ("capabilities", NAMES),
    ("count", TEXT_OR_INTEGER),
    ("device_ids", NAMES),
    ("driver", Text),
    ("options", PAIRS),
];

const DEVICE: Shape = Shape::Object(&Object::of(DEVICE_FIELDS).needs(&["capabilities"]));

pub(super) const GPUS: Shape = Any(&[
    Shape::Word(&["all"]),
    List(&Shape::Object(&Object::of(DEVICE_FIELDS).open())),
]);
