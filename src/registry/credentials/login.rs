//! What a registry is shown.

use std::fmt;

use super::super::Secret;

/// A user with a password, or with a token that stands for both.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password; empty where there is an identity token.
    pub password: Secret,
    /// A refresh token (distribution, "`OAuth2` Token Authentication").
    pub identity: Option<Secret>,
}

impl Login {
    /// Tells whether it holds nothing to be shown.
    pub(super) fn is_empty(&self) -> bool {
        let identity = self.identity.as_ref().map_or("", Secret::expose);
        self.user.is_empty() && self.password.expose().is_empty() && identity.is_empty()
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
