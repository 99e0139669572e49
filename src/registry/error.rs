//! What goes wrong with registries, as facts.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use lock_format::Digest;

use crate::run::Cancelled;

/// Who was asked for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The registry as references name it.
    pub registry: String,
    /// The host that was asked.
    pub host: String,
    /// What was asked for, such as `docker.io/library/alpine:3.20`.
    pub what: String,
}

/// An answer that is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Who was asked for what.
    pub at: At,
    /// The status.
    pub status: u16,
    /// The registry's own words, sanitised and shortened.
    pub message: Option<String>,
}

/// Tells what went wrong with a registry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// A file of certificates or keys cannot be used.
    #[error("the certificates in {} cannot be used: {reason}", path.display())]
    AuthorityFile {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A credential helper gave no answer that can be used.
    #[error("docker-credential-{helper} gave no login for {server}: {reason}")]
    CredentialHelper {
        /// What stands after `docker-credential-` in its name.
        helper: String,
        /// What it was asked for.
        server: String,
        /// Why.
        reason: String,
    },
    /// A file of logins cannot be used.
    #[error("the logins in {} cannot be used: {reason}", path.display())]
    CredentialsFile {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The login, or nobody at all, may not have it.
    #[error("{0}")]
    Denied(Answered),
    /// The answer came in an encoding that was not asked for, so its digest cannot be that of the content.
    #[error("{} sent {} encoded as `{encoding}`, which was not asked for", at.host, at.what)]
    EncodedAnswer {
        /// Who was asked for what.
        at: At,
        /// The value of `Content-Encoding`.
        encoding: String,
    },
    /// The token server is on a host that the login is not meant for.
    #[error("{} wants the login for {} sent to {realm}, which is not known to belong to it", at.host, at.registry)]
    ForeignRealm {
        /// Who was asked for what.
        at: At,
        /// The host of the token server.
        realm: String,
    },
    /// The bytes are no manifest and no index.
    #[error("{} sent something else than a manifest for {}{}", at.host, at.what, told(said.as_deref()))]
    NotAManifest {
        /// Who was asked for what.
        at: At,
        /// What the bytes look like.
        said: Option<String>,
    },
    /// A mirror is named in another form than `host[:port][/path]`.
    #[error("`{text}` names no mirror: it takes the form host[:port][/path], without a scheme")]
    Mirror {
        /// The text, sanitised.
        text: String,
    },
    /// The repository is not among those that may be asked.
    #[error("{repository} is not among the registries and repositories that may be asked")]
    NotAllowed {
        /// The repository.
        repository: String,
    },
    /// There is no such repository, tag, manifest or blob.
    #[error("{0}")]
    NotFound(Answered),
    /// The host does not speak TLS, and plain HTTP is not allowed for it.
    #[error("{} does not speak HTTPS, asked for {}: {reason}", at.host, at.what)]
    PlainHttp {
        /// Who was asked for what.
        at: At,
        /// What came instead.
        reason: String,
    },
    /// Too many requests for now.
    #[error("{answered}{}", wait.map(|seconds| format!("; it asks to wait {seconds} s")).unwrap_or_default())]
    RateLimited {
        /// The answer.
        answered: Answered,
        /// How long to wait, in seconds.
        wait: Option<u64>,
    },
    /// The host has an address that the station may not be sent to.
    #[error("{} has the address {address}, which is not on the internet; it was named for {}", at.host, at.what)]
    PrivateAddress {
        /// Who was to be asked for what.
        at: At,
        /// The address.
        address: IpAddr,
    },
    /// A proxy's URL cannot be read. It may hold a password, so it is not shown.
    #[error("the URL in {variable} cannot be used as that of a proxy")]
    Proxy {
        /// The variable that holds it.
        variable: &'static str,
    },
    /// Too little is left of the registry's quota.
    #[error("{} leaves {remaining} more requests, and the floor is {floor}: {} is not fetched", at.host, at.what)]
    QuotaFloor {
        /// Who was to be asked for what.
        at: At,
        /// How many requests are left.
        remaining: u64,
        /// How many must be left.
        floor: u64,
    },
    /// A redirect that is not followed.
    #[error("{} redirects {} in a way that is not followed: {reason}", at.host, at.what)]
    Redirect {
        /// Who was asked for what.
        at: At,
        /// Why not.
        reason: String,
    },
    /// Any other refusal.
    #[error("{0}")]
    Refused(Answered),
    /// A Docker schema 1 manifest.
    #[error("{} is a Docker schema 1 image, which cannot be carried: its digest is not that of its content", at.what)]
    Schema1 {
        /// Who was asked for what.
        at: At,
    },
    /// The registry failed, several times.
    #[error("{0}")]
    ServerFailed(Answered),
    /// The host speaks TLS and refused us.
    #[error("{} refused TLS, asked for {}: {reason}", at.host, at.what)]
    TlsRefused {
        /// Who was asked for what.
        at: At,
        /// In the words of the protocol.
        reason: String,
    },
    /// The token server's answer cannot be used.
    #[error("the token server {realm} gave no token for {}: {reason}", at.what)]
    Token {
        /// Who was asked for what.
        at: At,
        /// The host of the token server.
        realm: String,
        /// Why.
        reason: String,
    },
    /// A manifest longer than the limit.
    #[error("{} sent more than {limit} bytes as the manifest {}", at.host, at.what)]
    TooLarge {
        /// Who was asked for what.
        at: At,
        /// The limit in bytes.
        limit: u64,
    },
    /// A login is needed, or the one that was found is wrong.
    #[error("{answered}{}", if *with_login { "" } else { "; no login for it was found" })]
    Unauthorized {
        /// The answer.
        answered: Answered,
        /// Whether a login was found and tried.
        with_login: bool,
    },
    /// The network gave no answer.
    #[error("cannot reach {} for {}{}: {reason}", at.host, at.what, times(*attempts))]
    Unreachable {
        /// Who was asked for what.
        at: At,
        /// How often it was tried.
        attempts: u32,
        /// What the network said last.
        reason: String,
    },
    /// The host's certificate is not trusted.
    #[error("the certificate of {} is not trusted, asked for {}: {reason}", at.host, at.what)]
    Untrusted {
        /// Who was asked for what.
        at: At,
        /// Why not.
        reason: String,
    },
    /// The bytes are others than the registry or the reference says.
    #[error("{} sent bytes for {} whose digest is {found}, not {said}", at.host, at.what)]
    WrongDigest {
        /// Who was asked for what.
        at: At,
        /// The digest that was promised, as written.
        said: String,
        /// The digest of the bytes.
        found: Digest,
    },
    /// The registry announces another length than was promised.
    #[error("{} announces {announced} bytes for {}, where {promised} were promised", at.host, at.what)]
    WrongLength {
        /// Who was asked for what.
        at: At,
        /// The length still to come, in bytes.
        promised: u64,
        /// The length announced, in bytes.
        announced: u64,
    },
    /// The work was asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl RegistryError {
    /// Finds a registry's failure inside the error of a blob's reader.
    pub fn within(error: &io::Error) -> Option<&Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }
}

impl From<RegistryError> for io::Error {
    fn from(error: RegistryError) -> Self {
        Self::other(error)
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            status,
            message,
        } = self;
        write!(f, "{} answered {status} to {}", at.host, at.what)?;
        f.write_str(&told(message.as_deref()))
    }
}

fn told(message: Option<&str>) -> String {
    message.map(|text| format!(": {text}")).unwrap_or_default()
}

fn times(attempts: u32) -> String {
    match attempts {
        0 | 1 => String::new(),
        more => format!(", tried {more} times"),
    }
}
