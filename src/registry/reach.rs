//! What the station lets itself be sent to: it is no deputy of whoever writes a request.

use std::collections::BTreeSet;

use lock_format::Repository;

/// What may be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Registries (`ghcr.io`, `*.corp:5000`) and repositories (`ghcr.io/acme`) that may be asked,
    /// with everything below them; all where there is none.
    pub allowed: Vec<String>,
    /// Which registries may have an address that is not on the internet.
    pub private: PrivateReach,
}

/// Which hosts may have an address that is not on the internet: loopback, private, link-local.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrivateReach {
    /// Any registry that a person typed, and these further hosts, whoever names them.
    Typed(BTreeSet<String>),
    /// Only these hosts, with port: for references that come in a request.
    Listed(BTreeSet<String>),
}

impl Default for PrivateReach {
    fn default() -> Self {
        Self::Typed(BTreeSet::new())
    }
}

/// Who named a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamedBy<'a> {
    /// A reference.
    Reference,
    /// Another host, by a redirect or as its token server.
    Host(&'a str),
    /// A layer, as one of its URLs.
    Layer,
}

impl Reach {
    /// Returns the same for references that come in a request: only listed hosts may be private.
    #[must_use]
    pub fn for_requests(self) -> Self {
        let (PrivateReach::Typed(listed) | PrivateReach::Listed(listed)) = self.private;
        Self {
            private: PrivateReach::Listed(listed),
            ..self
        }
    }

    /// Tells whether a repository may be asked for.
    pub(super) fn allows(&self, repository: &Repository) -> bool {
        self.allowed.is_empty() || self.allowed.iter().any(|entry| covers(entry, repository))
    }

    /// Tells whether a host may have a private address; `is_private` tells it of the host that
    /// names it.
    pub(super) fn allows_private(
        &self,
        authority: &str,
        named_by: NamedBy<'_>,
        is_private: impl Fn(&str) -> bool,
    ) -> bool {
        let (typed, listed) = match &self.private {
            PrivateReach::Typed(listed) => (true, listed),
            PrivateReach::Listed(listed) => (false, listed),
        };
        listed
            .iter()
            .any(|host| host.eq_ignore_ascii_case(authority))
            || match named_by {
                NamedBy::Reference => typed,
                // Who is on a private network already may send to his neighbours.
                NamedBy::Host(host) => is_private(host),
                NamedBy::Layer => false,
            }
    }
}

fn covers(entry: &str, repository: &Repository) -> bool {
    let (host, path) = entry.split_once('/').unwrap_or((entry, ""));
    let registry = repository.registry();
    let same_host = match host.strip_prefix("*.") {
        Some(suffix) => registry
            .to_ascii_lowercase()
            .strip_suffix(&suffix.to_ascii_lowercase())
            .is_some_and(|rest| rest.ends_with('.')),
        None => registry.eq_ignore_ascii_case(host),
    };
    let path = path.trim_end_matches('/');
    let below = path.is_empty()
        || repository
            .path()
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    same_host && below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_cover_what_lies_below_them() {
        for (entry, registry, path, covered) in [
            ("ghcr.io", "ghcr.io", "acme/app", true),
            ("ghcr.io", "ghcr.io.evil", "acme/app", false),
            ("GHCR.io", "ghcr.io", "a", true),
            ("ghcr.io/acme", "ghcr.io", "acme/app", true),
            ("ghcr.io/acme/", "ghcr.io", "acme", true),
            ("ghcr.io/acme", "ghcr.io", "acme-evil/app", false),
            ("*.lan:5000", "reg.lan:5000", "a", true),
            ("*.lan:5000", "lan:5000", "a", false),
            ("*.lan:5000", "evil-lan:5000", "a", false),
            ("*.lan", "reg.lan:5000", "a", false),
        ] {
            let repository = Repository::new(registry, path).unwrap();
            assert_eq!(covers(entry, &repository), covered, "{entry} {repository}");
        }
    }

    #[test]
    fn private_addresses_depend_on_who_names_them() {
        let listed: BTreeSet<String> = ["reg.lan:5000".to_owned()].into();
        let typed = PrivateReach::Typed(listed.clone());
        for (private, authority, named_by, allowed) in [
            (typed.clone(), "10.0.0.1", NamedBy::Reference, true),
            (typed.clone(), "10.0.0.1", NamedBy::Layer, false),
            (typed.clone(), "REG.lan:5000", NamedBy::Layer, true),
            (typed.clone(), "10.0.0.1", NamedBy::Host("public"), false),
            (typed, "10.0.0.1", NamedBy::Host("private"), true),
            (
                PrivateReach::Listed(listed.clone()),
                "10.0.0.1",
                NamedBy::Reference,
                false,
            ),
            (
                PrivateReach::Listed(listed.clone()),
                "reg.lan:5000",
                NamedBy::Reference,
                true,
            ),
            (
                PrivateReach::Listed(listed),
                "reg.lan:5001",
                NamedBy::Reference,
                false,
            ),
        ] {
            let reach = Reach {
                private,
                ..Reach::default()
            };
            let found = reach.allows_private(authority, named_by, |host| host == "private");
            assert_eq!(found, allowed, "{authority} {named_by:?}");
        }
    }
}
