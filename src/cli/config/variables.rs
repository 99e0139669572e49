//! Settings that no file sets: a flag of the commands that use them, or its variable.

use serde_json::Value;

use super::row::{From, Row};
use crate::cli::environment::Environment;

/// Heading, name, variable, and the default in words.
type Lone = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

/// Settings of commands, in the order they are shown.
const LONE: &[Lone] = &[
    ("lock", "lockfile", "AIRLOCK_LOCKFILE", Some("airlock.lock")),
    ("keys", "identity-file", "AIRLOCK_IDENTITY_FILE", None),
    ("keys", "passphrase-file", "AIRLOCK_PASSPHRASE_FILE", None),
    ("serve", "listen", "AIRLOCK_LISTEN", Some("127.0.0.1:5000")),
    ("serve", "metrics", "AIRLOCK_METRICS", None),
    ("serve", "scrub-rate", "AIRLOCK_SCRUB_RATE", None),
    ("serve", "tls-cert", "AIRLOCK_TLS_CERT", None),
    ("serve", "tls-key", "AIRLOCK_TLS_KEY", None),
    (
        "serve",
        "tokens",
        "AIRLOCK_TOKENS",
        Some("airlock/tokens.json in the store"),
    ),
];

/// Lists what the environment says of them.
pub(super) fn rows(environment: &Environment) -> Vec<Row> {
    let rows = LONE.iter().map(|(about, key, variable, default)| {
        let set = value(environment, variable);
        Row {
            about,
            key,
            from: set
                .as_ref()
                .map_or(From::Default, |_| From::Variable(variable)),
            value: set.or_else(|| default.map(Value::from)),
        }
    });
    rows.collect()
}

/// What a variable is set to, as it can be shown.
pub(super) fn value(environment: &Environment, variable: &str) -> Option<Value> {
    let value = environment.get(variable)?;
    Some(Value::from(value.to_string_lossy().into_owned()))
}
