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

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
