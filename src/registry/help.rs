//! What helps, for each failure.

use super::RegistryError;
use super::endpoint::answering;
use super::error::{Answered, At};

/// Names the command or the change that helps.
pub(super) fn for_error(error: &RegistryError) -> Option<String> {
    if let Some(at) = elsewhere(error) {
        return Some(format!(
            "{} keeps it for {}: check that no proxy and no firewall blocks that host, then run the same command again",
            at.host, at.registry
        ));
    }
    Some(match error {
        RegistryError::CredentialsFile { path, .. } => {
            format!(
                "make {} readable and valid, or log in again with `docker login`",
                path.display()
            )
        }
        RegistryError::Denied(Answered { at, .. }) => format!(
            "check the name {} and that the login may read it, or {}",
            at.what,
            login(at)
        ),
        RegistryError::Unauthorized {
            answered,
            with_login: false,
        } => format!(
            "check the name {}, as many registries answer like this where there is none; if it is private, {}",
            answered.at.what,
            login(&answered.at)
        ),
        RegistryError::Unauthorized { answered, .. } => format!(
            "check the name {} and that the login may read it, or {} again",
            answered.at.what,
            login(&answered.at)
        ),
        RegistryError::NotFound(Answered { at, .. }) => format!(
            "check the name and the tag of {}; a private repository may look like this without a login",
            at.what
        ),
        RegistryError::RateLimited { answered, .. } => {
            format!(
                "wait and run the same command again, or {}",
                login(&answered.at)
            )
        }
        RegistryError::NotAManifest { at, .. } => format!(
            "check that {} is a registry and that no proxy answers in its place",
            at.host
        ),
        RegistryError::Redirect { at, .. } => format!(
            "check that no proxy and no sign-in page answers in place of {}",
            at.host
        ),
        RegistryError::Refused(Answered { at, .. }) => format!(
            "check the name {}, or {} if it is private",
            at.what,
            login(at)
        ),
        RegistryError::Token { at, realm, .. } => format!(
            "check that {realm} is the token server of {}, or {}",
            at.registry,
            login(at)
        ),
        RegistryError::AuthorityFile { .. }
        | RegistryError::EncodedAnswer { .. }
        | RegistryError::Mirror { .. }
        | RegistryError::Schema1 { .. }
        | RegistryError::ServerFailed(_)
        | RegistryError::TooLarge { .. }
        | RegistryError::Unreachable { .. }
        | RegistryError::WrongDigest { .. }
        | RegistryError::WrongLength { .. }
        | RegistryError::Cancelled(_) => return always_the_same(error).map(str::to_owned),
        RegistryError::CredentialHelper { .. }
        | RegistryError::ForeignRealm { .. }
        | RegistryError::NotAllowed { .. }
        | RegistryError::PlainHttp { .. }
        | RegistryError::PrivateAddress { .. }
        | RegistryError::Proxy { .. }
        | RegistryError::QuotaFloor { .. }
        | RegistryError::TlsRefused { .. }
        | RegistryError::Untrusted { .. } => return by_setting(error),
    })
}

/// Finds who was asked where that is not the registry itself: a store that it sends to for its blobs.
fn elsewhere(error: &RegistryError) -> Option<&At> {
    let (RegistryError::Denied(Answered { at, .. })
    | RegistryError::NotFound(Answered { at, .. })
    | RegistryError::Refused(Answered { at, .. })
    | RegistryError::ServerFailed(Answered { at, .. })
    | RegistryError::Unreachable { at, .. }) = error
    else {
        return None;
    };
    Some(at).filter(|at| at.host != answering(&at.registry))
}

/// What a person can set so that it goes on.
fn by_setting(error: &RegistryError) -> Option<String> {
    Some(match error {
        RegistryError::ForeignRealm { at, realm } => format!(
            "if {realm} gives the tokens of {}, name it in `token-realms` of that registry in config.toml",
            at.registry
        ),
        RegistryError::CredentialHelper { helper, server, .. } => format!(
            "install docker-credential-{helper}, or take it out of the file of logins and log in to {server} again"
        ),
        RegistryError::NotAllowed { repository } => {
            format!("if {repository} may be asked, add it to `allow` in config.toml")
        }
        RegistryError::PrivateAddress { at, .. } => format!(
            "if {0} may be asked, add it to `allow-private` in config.toml, or pass `--insecure-registry {0}` where it speaks plain HTTP",
            at.host
        ),
        RegistryError::Proxy { variable } => {
            format!("set {variable} to `http://[user:password@]host:port`")
        }
        RegistryError::QuotaFloor { at, .. } => format!(
            "wait until {} grants more, {}, or lower `quota-floor` in config.toml",
            at.host,
            login(at)
        ),
        RegistryError::PlainHttp { at, .. } => {
            format!(
                "if it speaks plain HTTP, pass `--insecure-registry {}`",
                at.host
            )
        }
        RegistryError::TlsRefused { at, .. } => format!(
            "if it wants a certificate from its clients, put client.cert and client.key into /etc/docker/certs.d/{}/",
            at.host
        ),
        RegistryError::Untrusted { at, .. } => format!(
            "pass `--ca-file FILE` with the authority that signed it, or put it into /etc/docker/certs.d/{}/ca.crt",
            at.host
        ),
        RegistryError::AuthorityFile { .. }
        | RegistryError::Cancelled(_)
        | RegistryError::CredentialsFile { .. }
        | RegistryError::Denied(_)
        | RegistryError::EncodedAnswer { .. }
        | RegistryError::Mirror { .. }
        | RegistryError::NotAManifest { .. }
        | RegistryError::NotFound(_)
        | RegistryError::RateLimited { .. }
        | RegistryError::Redirect { .. }
        | RegistryError::Refused(_)
        | RegistryError::Schema1 { .. }
        | RegistryError::ServerFailed(_)
        | RegistryError::Token { .. }
        | RegistryError::TooLarge { .. }
        | RegistryError::Unauthorized { .. }
        | RegistryError::Unreachable { .. }
        | RegistryError::WrongDigest { .. }
        | RegistryError::WrongLength { .. } => return None,
    })
}

/// What helps whatever the registry and the image are.
fn always_the_same(error: &RegistryError) -> Option<&'static str> {
    Some(match error {
        RegistryError::AuthorityFile { .. } => {
            "put a PEM file with at least one certificate there (a key beside a client's), or take it away"
        }
        RegistryError::Mirror { .. } => {
            "write `mirrors = [\"docker.io=mirror.lan:5000\"]` in config.toml"
        }
        RegistryError::Schema1 { .. } => {
            "ask its publisher for an image in a current format, or push it again with a current client"
        }
        RegistryError::ServerFailed(_) | RegistryError::Unreachable { .. } => {
            "check the network and the registry, then run the same command again: it continues"
        }
        RegistryError::EncodedAnswer { .. }
        | RegistryError::WrongDigest { .. }
        | RegistryError::WrongLength { .. } => {
            "something between here and the registry changes its answers: try without proxy or mirror"
        }
        RegistryError::TooLarge { .. } => {
            "ask its publisher for an index of fewer images: no registry has to keep a longer one"
        }
        RegistryError::Cancelled(_)
        | RegistryError::CredentialHelper { .. }
        | RegistryError::CredentialsFile { .. }
        | RegistryError::Denied(_)
        | RegistryError::ForeignRealm { .. }
        | RegistryError::NotAManifest { .. }
        | RegistryError::NotAllowed { .. }
        | RegistryError::NotFound(_)
        | RegistryError::PlainHttp { .. }
        | RegistryError::PrivateAddress { .. }
        | RegistryError::Proxy { .. }
        | RegistryError::QuotaFloor { .. }
        | RegistryError::RateLimited { .. }
        | RegistryError::Redirect { .. }
        | RegistryError::Refused(_)
        | RegistryError::TlsRefused { .. }
        | RegistryError::Token { .. }
        | RegistryError::Unauthorized { .. }
        | RegistryError::Untrusted { .. } => return None,
    })
}

fn login(at: &At) -> String {
    match at.registry.as_str() {
        "docker.io" => "run `docker login`".to_owned(),
        registry => format!("run `docker login {registry}`"),
    }
}
