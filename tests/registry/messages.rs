//! The words of each failure, with what helps, beside the file that shows them all.

use std::collections::BTreeSet;
use std::path::Path;

use airlock::diagnostic::Diagnose as _;
use airlock::oci::digest_of;
use airlock::registry::{Answered, At, CODES, RegistryError};
use lock_format::Algorithm;
use snapbox::{Data, assert_data_eq};

const WHAT: &str = "reg.lan:5000/team/app:1";

fn at() -> At {
    At {
        registry: "reg.lan:5000".to_owned(),
        host: "reg.lan:5000".to_owned(),
        what: WHAT.to_owned(),
    }
}

fn answered(status: u16, message: &str) -> Answered {
    Answered {
        at: at(),
        status,
        message: Some(message.to_owned()),
    }
}

/// Failures of an answer or on the way to it: each names the host and what was asked for.
fn of_answers() -> Vec<RegistryError> {
    let at = at();
    let reason = "the reason".to_owned();
    let realm = "tokens.lan".to_owned();
    let found = digest_of(Algorithm::Sha256, b"other");
    let at_and = |make: fn(At, String) -> RegistryError| make(at.clone(), reason.clone());
    vec![
        RegistryError::Denied(answered(403, "no right to pull (DENIED)")),
        RegistryError::Denied(Answered {
            at: At {
                host: "store.example".to_owned(),
                ..at.clone()
            },
            ..answered(403, "a web page titled \"Blocked\"")
        }),
        at_and(|at, encoding| RegistryError::EncodedAnswer { at, encoding }),
        at_and(|at, said| RegistryError::NotAManifest {
            at,
            said: Some(said),
        }),
        RegistryError::NotFound(answered(404, "manifest unknown (MANIFEST_UNKNOWN)")),
        at_and(|at, reason| RegistryError::PlainHttp { at, reason }),
        RegistryError::PrivateAddress {
            at: at.clone(),
            address: [10, 0, 0, 1].into(),
        },
        RegistryError::QuotaFloor {
            at: at.clone(),
            remaining: 9,
            floor: 10,
        },
        RegistryError::RateLimited {
            answered: answered(429, "slow down (TOOMANYREQUESTS)"),
            wait: Some(3600),
        },
        at_and(|at, reason| RegistryError::Redirect { at, reason }),
        RegistryError::Refused(answered(418, "a teapot")),
        RegistryError::ServerFailed(answered(503, "a web page titled \"Sorry\"")),
        at_and(|at, reason| RegistryError::TlsRefused { at, reason }),
        RegistryError::TooLarge {
            at: at.clone(),
            limit: 4_194_304,
        },
        RegistryError::Unauthorized {
            answered: answered(401, "authentication required (UNAUTHORIZED)"),
            with_login: false,
        },
        RegistryError::Unauthorized {
            answered: answered(401, "authentication required (UNAUTHORIZED)"),
            with_login: true,
        },
        RegistryError::Unreachable {
            at: at.clone(),
            attempts: 6,
            reason: reason.clone(),
        },
        at_and(|at, reason| RegistryError::Untrusted { at, reason }),
        RegistryError::WrongDigest {
            at: at.clone(),
            said: digest_of(Algorithm::Sha256, b"promised").to_string(),
            found,
        },
        RegistryError::WrongLength {
            at: at.clone(),
            promised: 10,
            announced: 9,
        },
        // The registry stands in what was asked for.
        RegistryError::Schema1 { at: at.clone() },
        RegistryError::Token {
            at,
            realm: realm.clone(),
            reason,
        },
    ]
}

/// Failures before anything is asked.
fn of_settings() -> Vec<RegistryError> {
    let reason = "the reason".to_owned();
    vec![
        RegistryError::ForeignRealm {
            at: at(),
            realm: "tokens.lan".to_owned(),
        },
        RegistryError::AuthorityFile {
            path: "/etc/docker/certs.d/reg.lan:5000/ca.crt".into(),
            reason: reason.clone(),
        },
        RegistryError::CredentialHelper {
            helper: "pass".to_owned(),
            server: "reg.lan:5000".to_owned(),
            reason: reason.clone(),
        },
        RegistryError::CredentialsFile {
            path: "/home/joe/.docker/config.json".into(),
            reason,
        },
        RegistryError::Mirror {
            text: "https://mirror.lan".to_owned(),
        },
        RegistryError::NotAllowed {
            repository: "reg.lan:5000/team/app".to_owned(),
        },
        RegistryError::Proxy {
            variable: "HTTPS_PROXY",
        },
    ]
}

#[test]
fn each_failure_says_who_what_and_what_helps() {
    let of_answers = of_answers();
    for error in &of_answers {
        let message = error.to_string();
        assert!(message.contains("reg.lan:5000"), "{message}");
        assert!(message.contains(WHAT), "{message}");
    }
    let all: Vec<RegistryError> = of_answers.into_iter().chain(of_settings()).collect();
    let told: BTreeSet<&str> = all.iter().map(|error| error.code().as_str()).collect();
    // Two codes are those of warnings.
    let warnings = ["registry/mirror-failed", "registry/waiting"];
    let codes = CODES.iter().map(|code| code.as_str());
    let expected: BTreeSet<&str> = codes.filter(|code| !warnings.contains(code)).collect();
    assert_eq!(told, expected);
    let mut lines: Vec<String> = all
        .iter()
        .map(|error| {
            let help = error.help().expect("each failure says what helps");
            format!("{}\n  {error}\n  help: {help}\n", error.code().as_str())
        })
        .collect();
    lines.sort();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/registry/messages.txt");
    assert_data_eq!(lines.join("\n"), Data::read_from(&file, None).raw());
}
