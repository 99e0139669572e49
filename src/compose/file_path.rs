//! Paths of files as text: joined and cleaned without looking at a disk.
//!
//! Paths are absolute here, with `/` between their parts, as in the compose project they come
//! from; [`below`] makes one relative to the root and tells when it leaves it.

/// Joins a path to a folder; an absolute path stays what it is. The result is clean.
pub(crate) fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') {
        clean(path)
    } else {
        clean(&format!("{folder}/{path}"))
    }
}

/// Resolves `.`, `..` and doubled slashes of an absolute path.
pub(crate) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The folder that holds a path; the top is its own folder.
pub(crate) fn folder_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

/// The last part of a path.
pub(crate) fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Makes a clean path relative to the root, `.` for the root itself; none outside it.
pub(crate) fn below<'a>(root: &str, path: &'a str) -> Option<&'a str> {
    let rest = match root {
        "/" => path.strip_prefix('/')?,
        root => match path.strip_prefix(root)? {
            "" => "",
            rest => rest.strip_prefix('/')?,
        },
    };
    Some(if rest.is_empty() { "." } else { rest })
}

/// Tells whether a build context is fetched: a URL, a git address, `docker-image://…`.
pub(crate) fn is_remote_context(path: &str) -> bool {
    const PREFIXES: &[&str] = &["github.com/", "git@"];
    path.contains("://") || PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}

/// Tells whether a compose file is fetched: `oci://…` or a git repository.
pub(crate) fn is_remote_file(path: &str) -> bool {
    let address = path.split_once('#').map_or(path, |(address, _)| address);
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    path.starts_with("oci://")
        || path.starts_with("github.com/")
        || path.starts_with("git://")
        || path.starts_with("ssh://")
        || (is_web && address.strip_suffix(".git").is_some())
        || is_git_over_ssh(path)
}

/// `user@host:path`.
fn is_git_over_ssh(path: &str) -> bool {
    let Some((user, rest)) = path.split_once('@') else {
        return false;
    };
    let word = |text: &str, extra: &[u8]| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || extra.contains(&b))
    };
    rest.split_once(':')
        .is_some_and(|(host, _)| word(user, b"_") && word(host, b"."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_join_and_are_cleaned() {
        for (folder, path, result) in [
            ("/r/a", "b", "/r/a/b"),
            ("/r/a", "./b/../c/", "/r/a/c"),
            ("/r/a", "../../..", "/"),
            ("/r/a", "/x//y", "/x/y"),
            ("/", "a", "/a"),
        ] {
            assert_eq!(join(folder, path), result);
        }
        assert_eq!((folder_of("/a/b"), name_of("/a/b")), ("/a", "b"));
        assert_eq!((folder_of("/a"), folder_of("/")), ("/", "/"));
    }

    #[test]
    fn what_leaves_the_root_is_told() {
        for (root, path, result) in [
            ("/r", "/r", Some(".")),
            ("/r", "/r/a", Some("a")),
            ("/r", "/ra", None),
            ("/r", "/", None),
            ("/", "/a", Some("a")),
            ("/", "/", Some(".")),
        ] {
            assert_eq!(below(root, path), result, "{path}");
        }
    }

    #[test]
    fn what_is_fetched_is_told() {
        for path in [
            "oci://docker.io/a/b:1",
            "https://host/a.git",
            "https://host/a.git#main:sub",
            "git@host:a/b",
            "github.com/a/b",
            "ssh://git@host/a",
        ] {
            assert!(is_remote_file(path), "{path}");
        }
        for path in [
            "a.yaml",
            "remote:nested/a.yaml",
            "./git@x",
            "https://host/a.yaml",
        ] {
            assert!(!is_remote_file(path), "{path}");
        }
        assert!(is_remote_context("https://host/a") && !is_remote_context("./a"));
    }
}
