//! `volumes`, `ports`, `devices` and `networks` of a service.

use super::common::{NAMES, OPTIONS, PAIRS, TEXT_OR_BOOLEAN, TEXT_OR_INTEGER, TEXT_OR_NUMBER};
use super::shape::{Named, Object, Shape, is_name};
use Shape::{Any, List, Null, Number, Set, Text};

pub(super) const VOLUMES: Shape = Set(&Any(&[
    Text,
    Shape::Object(
        &Object::of(&[
            ("bind", BIND),
            ("consistency", Text),
            ("image", Shape::Object(&Object::of(&[("subpath", Text)]))),
            ("read_only", TEXT_OR_BOOLEAN),
            ("source", Text),
            ("target", Text),
            ("tmpfs", TMPFS),
            (
                "type",
                Shape::Word(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"]),
            ),
            ("volume", VOLUME),
        ])
        .needs(&["type"]),
    ),
]));

const BIND: Shape = Shape::Object(&Object::of(&[
    ("create_host_path", TEXT_OR_BOOLEAN),
    ("propagation", Text),
    (
        "recursive",
        Shape::Word(&["enabled", "disabled", "writable", "readonly"]),
    ),
    ("selinux", Shape::Word(&["z", "Z"])),
]));

const TMPFS: Shape = Shape::Object(&Object::of(&[
    ("mode", TEXT_OR_NUMBER),
    ("size", Any(&[Shape::Within(0, i64::MAX), Text])),
]));

const VOLUME: Shape = Shape::Object(&Object::of(&[
    ("labels", PAIRS),
    ("nocopy", TEXT_OR_BOOLEAN),
    ("subpath", Text),
]));

pub(super) const PORTS: Shape = Set(&Any(&[
    TEXT_OR_NUMBER,
    Shape::Object(&Object::of(&[
        ("app_protocol", Text),
        ("host_ip", Text),
        ("mode", Text),
        ("name", Text),
        ("protocol", Text),
        ("published", TEXT_OR_INTEGER),
        ("target", TEXT_OR_INTEGER),
    ])),
]));

pub(super) const DEVICES: Shape = List(&Any(&[
    Text,
    Shape::Object(
        &Object::of(&[("permissions", Text), ("source", Text), ("target", Text)])
            .needs(&["source"]),
    ),
]));

pub(super) const NETWORKS: Shape = Any(&[
    NAMES,
    Shape::Named(&Named {
        key: is_name,
        value: Any(&[
            Null,
            Shape::Object(&Object::of(&[
                ("aliases", NAMES),
                ("driver_opts", OPTIONS),
                ("gw_priority", Number),
                ("interface_name", Text),
                ("ipv4_address", Text),
                ("ipv6_address", Text),
                ("link_local_ips", NAMES),
                ("mac_address", Text),
                ("priority", Number),
            ])),
        ]),
        open: false,
    }),
]);
