//! Code, class and help of each failure.

use super::RegistryError;
use crate::diagnostic::{Class, Code, Diagnose};

/// Every code of this room.
pub const CODES: &[Code] = &[
    AUTHORITY_FILE,
    CREDENTIALS_FILE,
    CREDENTIAL_HELPER,
    DENIED,
    ENCODED_ANSWER,
    FOREIGN_REALM,
    MIRROR,
    MIRROR_FAILED,
    NOT_ALLOWED,
    NOT_A_MANIFEST,
    NOT_FOUND,
    PLAIN_HTTP,
    PRIVATE_ADDRESS,
    PROXY,
    QUOTA_FLOOR,
    RATE_LIMITED,
    REDIRECT,
    REFUSED,
    SCHEMA1,
    SERVER_FAILED,
    TLS_REFUSED,
    TOKEN,
    TOO_LARGE,
    UNAUTHORIZED,
    UNREACHABLE,
    UNTRUSTED,
    WAITING,
    WRONG_DIGEST,
    WRONG_LENGTH,
];

const AUTHORITY_FILE: Code = Code::new("registry/authority-file");
const CREDENTIALS_FILE: Code = Code::new("registry/credentials-file");
const CREDENTIAL_HELPER: Code = Code::new("registry/credential-helper");
const DENIED: Code = Code::new("registry/denied");
const ENCODED_ANSWER: Code = Code::new("registry/encoded-answer");
const FOREIGN_REALM: Code = Code::new("registry/foreign-realm");
const MIRROR: Code = Code::new("registry/mirror");
/// A warning: a mirror failed, and the next one or the registry is asked.
pub(super) const MIRROR_FAILED: Code = Code::new("registry/mirror-failed");
const NOT_ALLOWED: Code = Code::new("registry/not-allowed");
const NOT_A_MANIFEST: Code = Code::new("registry/not-a-manifest");
const NOT_FOUND: Code = Code::new("registry/not-found");
const PLAIN_HTTP: Code = Code::new("registry/plain-http");
const PRIVATE_ADDRESS: Code = Code::new("registry/private-address");
const PROXY: Code = Code::new("registry/proxy");
const QUOTA_FLOOR: Code = Code::new("registry/quota-floor");
const RATE_LIMITED: Code = Code::new("registry/rate-limited");
const REDIRECT: Code = Code::new("registry/redirect");
const REFUSED: Code = Code::new("registry/refused");
const SCHEMA1: Code = Code::new("registry/schema1");
const SERVER_FAILED: Code = Code::new("registry/server-failed");
const TLS_REFUSED: Code = Code::new("registry/tls-refused");
const TOKEN: Code = Code::new("registry/token");
const TOO_LARGE: Code = Code::new("registry/too-large");
const UNAUTHORIZED: Code = Code::new("registry/unauthorized");
const UNREACHABLE: Code = Code::new("registry/unreachable");
const UNTRUSTED: Code = Code::new("registry/untrusted-certificate");
/// A warning: nothing happens for a while.
pub(super) const WAITING: Code = Code::new("registry/waiting");
const WRONG_DIGEST: Code = Code::new("registry/wrong-digest");
const WRONG_LENGTH: Code = Code::new("registry/wrong-length");

impl Diagnose for RegistryError {
    fn code(&self) -> Code {
        match self {
            Self::AuthorityFile { .. } => AUTHORITY_FILE,
            Self::CredentialHelper { .. } => CREDENTIAL_HELPER,
            Self::CredentialsFile { .. } => CREDENTIALS_FILE,
            Self::Denied(_) => DENIED,
            Self::EncodedAnswer { .. } => ENCODED_ANSWER,
            Self::ForeignRealm { .. } => FOREIGN_REALM,
            Self::Mirror { .. } => MIRROR,
            Self::NotAManifest { .. } => NOT_A_MANIFEST,
            Self::NotAllowed { .. } => NOT_ALLOWED,
            Self::NotFound(_) => NOT_FOUND,
            Self::PlainHttp { .. } => PLAIN_HTTP,
            Self::PrivateAddress { .. } => PRIVATE_ADDRESS,
            Self::Proxy { .. } => PROXY,
            Self::QuotaFloor { .. } => QUOTA_FLOOR,
            Self::RateLimited { .. } => RATE_LIMITED,
            Self::Redirect { .. } => REDIRECT,
            Self::Refused(_) => REFUSED,
            Self::Schema1 { .. } => SCHEMA1,
            Self::ServerFailed(_) => SERVER_FAILED,
            Self::TlsRefused { .. } => TLS_REFUSED,
            Self::Token { .. } => TOKEN,
            Self::TooLarge { .. } => TOO_LARGE,
            Self::Unauthorized { .. } => UNAUTHORIZED,
            Self::Unreachable { .. } => UNREACHABLE,
            Self::Untrusted { .. } => UNTRUSTED,
            Self::WrongDigest { .. } => WRONG_DIGEST,
            Self::WrongLength { .. } => WRONG_LENGTH,
            Self::Cancelled(cancelled) => cancelled.code(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::AuthorityFile { .. }
            | Self::CredentialsFile { .. }
            | Self::Mirror { .. }
            | Self::NotAllowed { .. }
            | Self::PrivateAddress { .. }
            | Self::Proxy { .. }
            | Self::Schema1 { .. } => Class::Usage,
            Self::WrongDigest { .. } | Self::WrongLength { .. } => Class::Verification,
            Self::Cancelled(cancelled) => cancelled.class(),
            Self::CredentialHelper { .. }
            | Self::Denied(_)
            | Self::EncodedAnswer { .. }
            | Self::ForeignRealm { .. }
            | Self::NotAManifest { .. }
            | Self::NotFound(_)
            | Self::PlainHttp { .. }
            | Self::QuotaFloor { .. }
            | Self::RateLimited { .. }
            | Self::Redirect { .. }
            | Self::Refused(_)
            | Self::ServerFailed(_)
            | Self::TlsRefused { .. }
            | Self::Token { .. }
            | Self::TooLarge { .. }
            | Self::Unauthorized { .. }
            | Self::Unreachable { .. }
            | Self::Untrusted { .. } => Class::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        super::help::for_error(self)
    }
}
