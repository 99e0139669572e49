//! Sources of ADD that are fetched from elsewhere: URLs and git repositories.

use lock_format::Span;

/// A source of ADD that the inside will not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteAdd {
    /// As written, variables not expanded.
    pub written: String,
    /// The first line of its instruction, from 1.
    pub line: usize,
    /// Where it stands in the file.
    pub span: Span,
}

/// Schemes that are fetched.
const SCHEMES: [&str; 4] = ["http", "https", "ssh", "git"];

/// Tells whether a source of ADD is fetched. Quotes around it stay until it is expanded.
pub(super) fn is_remote(source: &str) -> bool {
    let source = source.trim_matches(['"', '\'']);
    source.starts_with("http://") || source.starts_with("https://") || is_git(source)
}

/// Tells whether a text names a git repository: a URL that ends in `.git`, the schemes `git` and
/// `ssh`, or the short form `user@host:path`.
pub(super) fn is_git(text: &str) -> bool {
    match text.split_once("://") {
        Some((scheme, rest)) => {
            let scheme = scheme.to_ascii_lowercase();
            let path = rest.split(['#', '?']).next().unwrap_or_default();
            match scheme.as_str() {
                "http" | "https" => path.contains('/') && path.strip_suffix(".git").is_some(),
                other => SCHEMES.contains(&other),
            }
        }
        None => is_short_form(text),
    }
}

fn is_short_form(text: &str) -> bool {
    let Some((user, rest)) = text.split_once('@') else {
        return false;
    };
    let Some((host, path)) = rest.split_once(':') else {
        return false;
    };
    let named = |part: &str, others: &[u8]| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || others.contains(&b);
        !part.is_empty() && part.bytes().all(fits)
    };
    !path.contains('\n') && named(user, b"-_") && named(host, b"-.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fetched_is_told_from_files() {
        for (source, remote, git) in [
            ("https://example.test/a.tar.gz", true, false),
            ("http://example.test", true, false),
            ("https://example.test/a/b.git#v1", true, true),
            ("https://example.test/a/b.git?ref=x", true, true),
            ("git://example.test/a", true, true),
            ("ssh://git@example.test/a", true, true),
            ("git@example.test:a/b.git", true, true),
            ("\"https://example.test/a/b.git#$V\"", true, false),
            ("ftp://example.test/a", false, false),
            ("./a", false, false),
            ("a@b", false, false),
            ("a/b@c:d", false, false),
            ("${URL}", false, false),
        ] {
            assert_eq!(is_remote(source), remote, "{source}");
            assert_eq!(is_git(source), git, "{source}");
        }
    }
}
