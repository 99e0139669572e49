//! Fields that take a number or a boolean, and may be written as text.

use super::error::shown;
use super::tree_path::TreePath;
use super::value::{Node, Plain};

#[derive(Clone, Copy)]
enum Kind {
    Integer,
    Number,
    Boolean,
}

/// Fields of a service, and of each `pre_start` hook, that compose casts.
const CONTAINER: &[(&str, Kind)] = &[
    ("cpu_count", Kind::Integer),
    ("cpu_percent", Kind::Number),
    ("cpu_period", Kind::Integer),
    ("cpu_quota", Kind::Integer),
    ("cpu_rt_period", Kind::Integer),
    ("cpu_rt_runtime", Kind::Integer),
    ("cpu_shares", Kind::Integer),
    ("cpus", Kind::Number),
    ("init", Kind::Boolean),
    ("oom_kill_disable", Kind::Boolean),
    ("oom_score_adj", Kind::Integer),
    ("pids_limit", Kind::Integer),
    ("privileged", Kind::Boolean),
    ("read_only", Kind::Boolean),
    ("ulimits.*", Kind::Integer),
    ("ulimits.*.hard", Kind::Integer),
    ("ulimits.*.soft", Kind::Integer),
    ("volumes.[].read_only", Kind::Boolean),
    ("volumes.[].volume.nocopy", Kind::Boolean),
];

/// Further fields of a service.
const SERVICE: &[(&str, Kind)] = &[
    ("depends_on.*.required", Kind::Boolean),
    ("depends_on.*.restart", Kind::Boolean),
    ("deploy.placement.max_replicas_per_node", Kind::Integer),
    ("deploy.replicas", Kind::Integer),
    ("deploy.restart_policy.max_attempts", Kind::Integer),
    ("deploy.rollback_config.max_failure_ratio", Kind::Number),
    ("deploy.rollback_config.parallelism", Kind::Integer),
    ("deploy.update_config.max_failure_ratio", Kind::Number),
    ("deploy.update_config.parallelism", Kind::Integer),
    ("healthcheck.disable", Kind::Boolean),
    ("healthcheck.retries", Kind::Integer),
    ("ports.[].target", Kind::Integer),
    ("scale", Kind::Integer),
    ("stdin_open", Kind::Boolean),
    ("tty", Kind::Boolean),
];

/// Fields of the other sections.
const TOP: &[(&str, Kind)] = &[
    ("configs.*.external", Kind::Boolean),
    ("networks.*.attachable", Kind::Boolean),
    ("networks.*.enable_ipv4", Kind::Boolean),
    ("networks.*.enable_ipv6", Kind::Boolean),
    ("networks.*.external", Kind::Boolean),
    ("networks.*.internal", Kind::Boolean),
    ("secrets.*.external", Kind::Boolean),
    ("volumes.*.external", Kind::Boolean),
];

/// Gives a text the type of its field; the error says what is wrong.
pub(crate) fn cast(text: String, path: &TreePath) -> Result<Node, String> {
    let wrong = |kind: &str| format!("{:?} is no {kind}", shown(&text));
    match kind_of(path) {
        None => Ok(Node::Text(text)),
        Some(Kind::Integer) => match text.parse::<i64>() {
            Ok(value) => Ok(Node::Plain(Plain::Int(i128::from(value)))),
            Err(_) => Err(wrong("integer")),
        },
        Some(Kind::Number) => match text.parse::<f64>() {
            Ok(value) => Ok(Node::Plain(Plain::Float(value))),
            Err(_) => Err(wrong("number")),
        },
        Some(Kind::Boolean) => match text.to_lowercase().as_str() {
            "true" | "y" | "yes" | "on" => Ok(Node::Plain(Plain::Bool(true))),
            "false" | "n" | "no" | "off" => Ok(Node::Plain(Plain::Bool(false))),
            _ => Err(wrong("boolean")),
        },
    }
}

fn kind_of(path: &TreePath) -> Option<Kind> {
    let find = |below: &str, table: &[(&str, Kind)]| {
        table
            .iter()
            .find(|(field, _)| path.fits_below(below, field))
            .map(|(_, kind)| *kind)
    };
    find("", TOP)
        .or_else(|| find("services.*", SERVICE))
        .or_else(|| find("services.*", CONTAINER))
        .or_else(|| find("services.*.pre_start.*", CONTAINER))
}
