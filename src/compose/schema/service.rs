//! A service.

use super::build::BUILD;
use super::common::{
    COMMAND, GRANTED, HOOK, HOSTS, NAMES, PAIRS, TEXT_OR_BOOLEAN, TEXT_OR_INTEGER, TEXT_OR_NAMES,
    TEXT_OR_NUMBER, TEXTS, ULIMITS,
};
use super::deploy::{DEPLOY, GPUS};
use super::mounts::{DEVICES, NETWORKS, PORTS, VOLUMES};
use super::shape::{Named, Object, Shape, is_filled, is_name};
use Shape::{Any, Boolean, List, Null, Number, Set, Text};

pub(super) const SERVICE: Shape = Shape::Object(&Object::of(&[
    ("annotations", PAIRS),
    ("attach", TEXT_OR_BOOLEAN),
    ("blkio_config", BLOCK_IO),
    ("build", BUILD),
    ("cap_add", NAMES),
    ("cap_drop", NAMES),
    ("cgroup", Shape::Word(&["host", "private"])),
    ("cgroup_parent", Text),
    ("command", COMMAND),
    ("configs", GRANTED),
    (
        "container_name",
        Shape::Fitting(is_container, "a container name"),
    ),
    ("cpu_count", Any(&[Text, Shape::Within(0, i64::MAX)])),
    ("cpu_percent", Any(&[Text, Shape::Within(0, 100)])),
    ("cpu_period", TEXT_OR_NUMBER),
    ("cpu_quota", TEXT_OR_NUMBER),
    ("cpu_rt_period", TEXT_OR_NUMBER),
    ("cpu_rt_runtime", TEXT_OR_NUMBER),
    ("cpu_shares", TEXT_OR_NUMBER),
    ("cpus", TEXT_OR_NUMBER),
    ("cpuset", Text),
    ("credential_spec", CREDENTIALS),
    ("depends_on", DEPENDS_ON),
    ("deploy", DEPLOY),
    ("develop", DEVELOP),
    ("device_cgroup_rules", NAMES),
    ("devices", DEVICES),
    ("dns", TEXT_OR_NAMES),
    ("dns_opt", NAMES),
    ("dns_search", TEXT_OR_NAMES),
    ("domainname", Text),
    ("entrypoint", COMMAND),
    ("env_file", ENV_FILE),
    ("environment", PAIRS),
    ("expose", Set(&TEXT_OR_NUMBER)),
    ("extends", EXTENDS),
    ("external_links", NAMES),
    ("extra_hosts", HOSTS),
    ("gpus", GPUS),
    ("group_add", Set(&TEXT_OR_NUMBER)),
    ("healthcheck", HEALTH),
    ("hostname", Text),
    ("image", Text),
    ("init", TEXT_OR_BOOLEAN),
    ("ipc", Text),
    ("isolation", Text),
    ("label_file", Any(&[Text, TEXTS])),
    ("labels", PAIRS),
    ("links", NAMES),
    ("logging", LOGGING),
    ("mac_address", Text),
    ("mem_limit", TEXT_OR_NUMBER),
    ("mem_reservation", TEXT_OR_INTEGER),
    ("mem_swappiness", TEXT_OR_INTEGER),
    ("memswap_limit", TEXT_OR_NUMBER),
    ("models", MODELS),
    ("network_mode", Text),
    ("networks", NETWORKS),
    ("oom_kill_disable", TEXT_OR_BOOLEAN),
    ("oom_score_adj", Any(&[Text, Shape::Within(-1000, 1000)])),
    ("pid", Any(&[Text, Null])),
    ("pids_limit", TEXT_OR_NUMBER),
    ("platform", Text),
    ("ports", PORTS),
    ("post_start", List(&HOOK)),
    (
        "pre_start",
        List(&Shape::Object(&Object::of(&[("image", Text)]).open())),
    ),
    ("pre_stop", List(&HOOK)),
    ("privileged", TEXT_OR_BOOLEAN),
    ("profiles", NAMES),
    ("provider", PROVIDER),
    (
        "pull_policy",
        Shape::Fitting(is_pull_policy, "a pull policy"),
    ),
    ("pull_refresh_after", Text),
    ("read_only", TEXT_OR_BOOLEAN),
    ("restart", Text),
    ("runtime", Text),
    ("scale", TEXT_OR_INTEGER),
    ("secrets", GRANTED),
    ("security_opt", NAMES),
    ("shm_size", TEXT_OR_NUMBER),
    ("stdin_open", TEXT_OR_BOOLEAN),
    ("stop_grace_period", Text),
    ("stop_signal", Text),
    ("storage_opt", Shape::Object(&Object::of(&[]).open())),
    ("sysctls", PAIRS),
    ("tmpfs", TEXT_OR_NAMES),
    ("tty", TEXT_OR_BOOLEAN),
    ("ulimits", ULIMITS),
    ("use_api_socket", Boolean),
    ("user", Text),
    ("userns_mode", Text),
    ("uts", Text),
    ("volumes", VOLUMES),
    ("volumes_from", NAMES),
    ("working_dir", Text),
]));

const BLOCK_IO: Shape = Shape::Object(
    &Object::of(&[
        ("device_read_bps", List(&RATE)),
        ("device_read_iops", List(&RATE)),
        ("device_write_bps", List(&RATE)),
        ("device_write_iops", List(&RATE)),
        ("weight", TEXT_OR_INTEGER),
        (
            "weight_device",
            List(&Shape::Object(
                &Object::of(&[("path", Text), ("weight", TEXT_OR_INTEGER)]).without_extensions(),
            )),
        ),
    ])
    .without_extensions(),
);

const RATE: Shape =
    Shape::Object(&Object::of(&[("path", Text), ("rate", TEXT_OR_INTEGER)]).without_extensions());

const CREDENTIALS: Shape = Shape::Object(&Object::of(&[
    ("config", Text),
    ("file", Text),
    ("registry", Text),
]));

const DEPENDS_ON: Shape = Any(&[
    NAMES,
    Shape::Named(&Named {
        key: is_name,
        value: Shape::Object(
            &Object::of(&[
                (
                    "condition",
                    Shape::Word(&[
                        "service_started",
                        "service_healthy",
                        "service_completed_successfully",
                    ]),
                ),
                ("required", Boolean),
                ("restart", TEXT_OR_BOOLEAN),
            ])
            .needs(&["condition"]),
        ),
        open: false,
    }),
]);

const DEVELOP: Shape = Any(&[
    Null,
    Shape::Object(&Object::of(&[(
        "watch",
        List(&Shape::Object(
            &Object::of(&[
                (
                    "action",
                    Shape::Word(&["rebuild", "sync", "restart", "sync+restart", "sync+exec"]),
                ),
                ("exec", HOOK),
                ("ignore", TEXT_OR_NAMES),
                ("include", TEXT_OR_NAMES),
                ("initial_sync", Boolean),
                ("path", Text),
                ("target", Text),
            ])
            .needs(&["path", "action"]),
        )),
    )])),
]);

const ENV_FILE: Shape = Any(&[
    Text,
    List(&Any(&[
        Text,
        Shape::Object(
            &Object::of(&[
                ("format", Text),
                ("path", Text),
                ("required", TEXT_OR_BOOLEAN),
            ])
            .needs(&["path"])
            .without_extensions(),
        ),
    ])),
]);

const EXTENDS: Shape = Any(&[
    Text,
    Shape::Object(
        &Object::of(&[("file", Text), ("service", Text)])
            .needs(&["service"])
            .without_extensions(),
    ),
]);

const HEALTH: Shape = Shape::Object(&Object::of(&[
    ("disable", TEXT_OR_BOOLEAN),
    ("interval", Text),
    ("retries", TEXT_OR_NUMBER),
    ("start_interval", Text),
    ("start_period", Text),
    ("test", Any(&[Text, TEXTS])),
    ("timeout", Text),
]));

const LOGGING: Shape = Shape::Object(&Object::of(&[
    ("driver", Text),
    (
        "options",
        Shape::Named(&Named {
            key: is_filled,
            value: Any(&[Text, Number, Null]),
            open: true,
        }),
    ),
]));

const MODELS: Shape = Any(&[
    NAMES,
    Shape::Named(&Named {
        key: is_name,
        value: Any(&[
            Null,
            Shape::Object(&Object::of(&[("endpoint_var", Text), ("model_var", Text)])),
        ]),
        open: true,
    }),
]);

const PROVIDER: Shape = Shape::Object(
    &Object::of(&[
        (
            "options",
            Shape::Named(&Named {
                key: is_filled,
                value: Any(&[Text, Number, Boolean, List(&Any(&[Text, Number, Boolean]))]),
                open: true,
            }),
        ),
        ("type", Text),
    ])
    .needs(&["type"]),
);

/// Compose looks for a name somewhere in the text.
fn is_container(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| match pair {
        [first, second] => {
            first.is_ascii_alphanumeric()
                && (second.is_ascii_alphanumeric() || matches!(second, b'_' | b'.' | b'-'))
        }
        _ => false,
    })
}

/// Compose looks for a policy somewhere in the text.
fn is_pull_policy(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "always",
        "never",
        "build",
        "if_not_present",
        "missing",
        "refresh",
        "daily",
        "weekly",
    ];
    WORDS.iter().any(|word| text.contains(word))
        || text.split("every_").skip(1).any(|rest| {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let unit = rest.as_bytes().get(digits);
            digits > 0 && unit.is_some_and(|unit| b"wdhms".contains(unit))
        })
}
