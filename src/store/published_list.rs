//! The list of configs and layers that may be served (`docs/store.md`, 2.3).

use lock_format::{Blob, Digest};

/// The bytes of `airlock/published/<sha256>`: sorted lines of digest and size.
///
/// Kept as they are read: an answer is one binary search, and nothing is parsed at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PublishedList(Vec<u8>);

impl PublishedList {
    /// Takes bytes whose digest was compared with the one in `index.json`.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Writes one line.
    pub(super) fn line(digest: &Digest, size: u64) -> String {
        format!("{digest} {size}\n")
    }

    /// Returns the size of a blob on the list.
    pub(super) fn size(&self, digest: &Digest) -> Option<u64> {
        let wanted = digest.to_string();
        let mut rest = self.0.as_slice();
        while !rest.is_empty() {
            let (start, end) = line_around(rest, rest.len() / 2);
            let line = rest.get(start..end)?;
            let (name, size) = parse(line)?;
            match name.cmp(wanted.as_bytes()) {
                std::cmp::Ordering::Equal => return Some(size),
                std::cmp::Ordering::Less => rest = rest.get(end + 1..).unwrap_or_default(),
                std::cmp::Ordering::Greater => rest = rest.get(..start).unwrap_or_default(),
            }
        }
        None
    }

    /// Returns the first blob behind `after`, or the first of all.
    pub(super) fn after(&self, after: Option<&Digest>) -> Option<Blob> {
        let after = after.map(Digest::to_string).unwrap_or_default();
        let mut rest = self.0.as_slice();
        let mut found = None;
        while !rest.is_empty() {
            let (start, end) = line_around(rest, rest.len() / 2);
            let (name, size) = parse(rest.get(start..end)?)?;
            if name <= after.as_bytes() {
                rest = rest.get(end + 1..).unwrap_or_default();
            } else {
                found = Some((name, size));
                rest = rest.get(..start).unwrap_or_default();
            }
        }
        let (name, size) = found?;
        let digest = std::str::from_utf8(name).ok()?.parse().ok()?;
        Some(Blob { digest, size })
    }

    /// Reads every line, in order; none where one is malformed or out of order.
    pub(super) fn entries(&self) -> Option<Vec<(Digest, u64)>> {
        let mut entries: Vec<(Digest, u64)> = Vec::new();
        let Some(text) = self.0.strip_suffix(b"\n") else {
            return self.0.is_empty().then_some(entries);
        };
        for line in text.split(|byte| *byte == b'\n') {
            let (name, size) = parse(line)?;
            let digest: Digest = std::str::from_utf8(name).ok()?.parse().ok()?;
            if entries.last().is_some_and(|(last, _)| *last >= digest) {
                return None;
            }
            entries.push((digest, size));
        }
        Some(entries)
    }
}

/// Returns start and end of the line that the byte at `position` is in, without its newline.
fn line_around(text: &[u8], position: usize) -> (usize, usize) {
    let newline = |byte: &u8| *byte == b'\n';
    let (before, after) = text.split_at(position.min(text.len()));
    let start = before.iter().rposition(newline).map_or(0, |at| at + 1);
    let end = after
        .iter()
        .position(newline)
        .map_or(text.len(), |at| position + at);
    (start, end)
}

fn parse(line: &[u8]) -> Option<(&[u8], u64)> {
    let space = line.iter().position(|byte| *byte == b' ')?;
    let (name, size) = line.split_at(space);
    let size = std::str::from_utf8(size.get(1..)?).ok()?.parse().ok()?;
    Some((name, size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::digest_of;
    use lock_format::Algorithm;
    use std::collections::BTreeMap;

    fn many(count: u64) -> BTreeMap<Digest, u64> {
        (0..count)
            .map(|n| {
                let algorithm = if n % 3 == 0 {
                    Algorithm::Sha512
                } else {
                    Algorithm::Sha256
                };
                (digest_of(algorithm, &n.to_be_bytes()), n * n)
            })
            .collect()
    }

    fn list(entries: &BTreeMap<Digest, u64>) -> PublishedList {
        let text: String = entries
            .iter()
            .map(|(digest, size)| PublishedList::line(digest, *size))
            .collect();
        PublishedList::new(text.into_bytes())
    }

    #[test]
    fn every_entry_is_found_and_nothing_else() {
        for count in [0, 1, 2, 3, 100] {
            let entries = many(count);
            let list = list(&entries);
            for (digest, size) in &entries {
                assert_eq!(list.size(digest), Some(*size));
            }
            assert_eq!(list.size(&digest_of(Algorithm::Sha256, b"absent")), None);
            assert_eq!(list.size(&digest_of(Algorithm::Sha512, b"absent")), None);
            let visited =
                std::iter::successors(list.after(None), |blob| list.after(Some(&blob.digest)));
            let visited: Vec<(Digest, u64)> =
                visited.map(|blob| (blob.digest, blob.size)).collect();
            assert_eq!(Some(visited), list.entries());
            assert_eq!(list.entries(), Some(entries.into_iter().collect()));
        }
    }

    #[test]
    fn a_malformed_list_has_no_entries() {
        let good = PublishedList::line(&digest_of(Algorithm::Sha256, b"a"), 1);
        for text in [
            good.trim_end().to_owned(),
            format!("{good}{good}"),
            format!("{good}\n"),
            "sha256:00 1\n".to_owned(),
            good.replace(" 1", " -1"),
        ] {
            assert_eq!(
                PublishedList::new(text.clone().into_bytes()).entries(),
                None,
                "{text:?}"
            );
        }
    }
}
