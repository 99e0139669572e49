//! Where clients get a Bearer token (distribution's token specification).

use super::secret::Secret;

/// An address of this server, as clients reach it, that exchanges credentials for Bearer tokens.
#[derive(Debug)]
pub struct Realm {
    /// The whole address, such as `https://airlock.lan:5000/token`.
    url: String,
    /// What clients without credentials get; with it reading is open to everybody.
    anonymous: Option<Secret>,
}

impl Realm {
    /// Makes a realm; none where the address cannot stand in a challenge.
    ///
    /// It is an http or https address with the path `/token`, which is where this server answers.
    pub fn new(url: &str, anonymous: Option<Secret>) -> Option<Self> {
        let known = url.starts_with("https://") || url.starts_with("http://");
        let plain = url.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
        (known && plain && url.ends_with("/token")).then(|| Self {
            url: url.to_owned(),
            anonymous,
        })
    }

    /// Writes the challenge (RFC 9110 section 11.6.1) for a repository, as it was asked for.
    pub(super) fn challenge(&self, name: Option<&str>) -> String {
        let mut challenge = format!("Bearer realm=\"{}\",service=\"airlock\"", self.url);
        if let Some(name) = name {
            challenge.push_str(",scope=\"repository:");
            challenge.push_str(name);
            challenge.push_str(":pull\"");
        }
        challenge
    }

    /// Returns what clients without credentials get.
    pub(super) fn anonymous(&self) -> Option<&str> {
        self.anonymous.as_ref().map(Secret::reveal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_names_the_repository_that_was_asked_for() {
        let realm = Realm::new("https://a.lan:5000/token", None).unwrap();
        let bare = "Bearer realm=\"https://a.lan:5000/token\",service=\"airlock\"";
        assert_eq!(realm.challenge(None), bare);
        let scope = ",scope=\"repository:library/alpine:pull\"";
        assert_eq!(
            realm.challenge(Some("library/alpine")),
            format!("{bare}{scope}")
        );
    }

    #[test]
    fn an_address_that_breaks_a_challenge_is_none() {
        for url in [
            "a.lan/token",
            "https://a.lan/\"/token",
            "https://a.lan/\r\n/token",
            "https://a.lan/",
        ] {
            assert!(Realm::new(url, None).is_none(), "{url}");
        }
    }
}
