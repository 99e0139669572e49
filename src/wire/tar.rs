//! Tar framing, computed (section 8). Nothing here reads a foreign tar.

/// Bytes of a header without pax records.
pub const HEADER_BYTES: usize = BLOCK;
/// The unit of a tar file, in bytes.
const BLOCK: usize = 512;
/// Zero bytes after the last part.
pub(super) const END: usize = 1024;
/// Longest path that a ustar header holds without a pax record.
const LONGEST_NAME: usize = 100;
/// The first size that eleven octal digits cannot hold: 8 GiB.
const LARGE: u64 = 1 << 33;

/// Returns the header bytes that come before a payload: pax records where needed, then ustar.
pub(super) fn header(path: &str, size: u64) -> Vec<u8> {
    let mut records = String::new();
    if path.len() > LONGEST_NAME {
        records.push_str(&record("path", path));
    }
    if size >= LARGE {
        records.push_str(&record("size", &size.to_string()));
    }
    let mut out = Vec::with_capacity(BLOCK);
    if !records.is_empty() {
        out.extend_from_slice(&ustar("pax", records.len() as u64, b'x'));
        out.extend_from_slice(records.as_bytes());
        out.resize(out.len().saturating_add(padding(records.len() as u64)), 0);
    }
    out.extend_from_slice(&ustar(path, if size >= LARGE { 0 } else { size }, b'0'));
    out
}

/// Returns how many zero bytes follow a payload of so many bytes.
pub fn padding(size: u64) -> usize {
    let over = usize::try_from(size.checked_rem(BLOCK as u64).unwrap_or(0)).unwrap_or(0);
    if over == 0 {
        0
    } else {
        BLOCK.saturating_sub(over)
    }
}

/// Reads the size that the header of a first part claims, if the whole block is the header of
/// `path` with that size. None for anything else: the caller then has other framing before it.
///
/// The one place where a length comes from the tar: `transfer.json` and `transfer.sig` are not
/// known before they are read.
pub fn claimed_size(path: &str, block: &[u8]) -> Option<u64> {
    let digits = block.get(124..135)?;
    let size = digits.iter().try_fold(0_u64, |size, digit| match digit {
        b'0'..=b'7' => size
            .checked_mul(8)?
            .checked_add(u64::from(digit.checked_sub(b'0')?)),
        _ => None,
    })?;
    (header(path, size) == block).then_some(size)
}

/// One pax record: its own length in decimal, key and value.
fn record(key: &str, value: &str) -> String {
    // The length counts its own digits: one digit more can make it one longer.
    let rest = key.len().saturating_add(value.len()).saturating_add(3);
    let mut length = rest;
    while length != rest.saturating_add(decimal_digits(length)) {
        length = rest.saturating_add(decimal_digits(length));
    }
    format!("{length} {key}={value}\n")
}

fn decimal_digits(number: usize) -> usize {
    number.to_string().len()
}

fn ustar(path: &str, size: u64, kind: u8) -> Vec<u8> {
    let sum: u32 = fields(path, size, kind, *b"        ")
        .iter()
        .map(|byte| u32::from(*byte))
        .sum();
    let mut checksum = [0; 8];
    for (slot, byte) in checksum.iter_mut().zip(format!("{sum:06o}\0 ").bytes()) {
        *slot = byte;
    }
    fields(path, size, kind, checksum)
}

/// Writes the fields of a ustar header one after the other.
fn fields(path: &str, size: u64, kind: u8, checksum: [u8; 8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(BLOCK);
    let name = path
        .as_bytes()
        .get(..LONGEST_NAME)
        .unwrap_or(path.as_bytes());
    out.extend_from_slice(name);
    out.resize(LONGEST_NAME, 0);
    out.extend_from_slice(b"0000644\0" /* mode */);
    out.extend_from_slice(b"0000000\0" /* uid */);
    out.extend_from_slice(b"0000000\0" /* gid */);
    out.extend_from_slice(format!("{size:011o}\0").as_bytes());
    out.extend_from_slice(b"00000000000\0" /* mtime */);
    out.extend_from_slice(&checksum);
    out.push(kind);
    out.resize(257, 0); // linkname
    out.extend_from_slice(b"ustar\x0000");
    out.resize(329, 0); // uname, gname
    out.extend_from_slice(b"0000000\0" /* devmajor */);
    out.extend_from_slice(b"0000000\0" /* devminor */);
    out.resize(BLOCK, 0); // prefix
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads with a foreign tar reader what was framed here.
    fn foreign(bytes: &[u8]) -> Vec<(String, u64, Vec<u8>)> {
        let mut archive = ::tar::Archive::new(bytes);
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().to_string_lossy().into_owned();
            let size = entry.size();
            let mut body = Vec::new();
            if size < 1000 {
                std::io::copy(&mut entry, &mut body).unwrap();
            }
            assert_eq!(entry.header().mode().unwrap(), 0o644);
            assert_eq!(entry.header().mtime().unwrap(), 0);
            found.push((path, size, body));
        }
        found
    }

    #[test]
    fn a_foreign_reader_sees_path_size_and_bytes() {
        let long = format!("blobs/sha512/{}", "ab".repeat(64));
        let mut bytes = header("index.json", 3);
        bytes.extend_from_slice(b"abc");
        bytes.resize(bytes.len() + padding(3), 0);
        bytes.extend_from_slice(&header(&long, 0));
        bytes.resize(bytes.len() + END, 0);
        assert_eq!(
            foreign(&bytes),
            [
                ("index.json".to_owned(), 3, b"abc".to_vec()),
                (long, 0, Vec::new())
            ]
        );
    }

    #[test]
    fn eight_gib_takes_one_size_record_and_one_byte_less_none() {
        let below = header("x", LARGE - 1);
        assert_eq!(below.len(), BLOCK);
        let at = header("x", LARGE);
        assert_eq!(at.len(), 3 * BLOCK);
        assert_eq!(&at[BLOCK..BLOCK + 20], b"19 size=8589934592\n\0");
        let mut archive = ::tar::Archive::new(at.as_slice());
        let entry = archive.entries().unwrap().next().unwrap().unwrap();
        assert_eq!(entry.size(), LARGE);
    }

    #[test]
    fn a_record_counts_its_own_length() {
        for length in 1..300 {
            let record = record("path", &"x".repeat(length));
            let (count, _) = record.split_once(' ').unwrap();
            assert_eq!(count.parse::<usize>().unwrap(), record.len());
        }
    }

    #[test]
    fn the_claimed_size_counts_only_in_an_exact_header() {
        let exact = header("transfer.json", 4711);
        assert_eq!(claimed_size("transfer.json", &exact), Some(4711));
        assert_eq!(claimed_size("transfer.sig", &exact), None);
        for at in 0..exact.len() {
            let mut other = exact.clone();
            other[at] ^= 1;
            assert_eq!(claimed_size("transfer.json", &other), None, "byte {at}");
        }
        assert_eq!(claimed_size("transfer.json", &exact[1..]), None);
        assert_eq!(claimed_size("transfer.json", b""), None);
    }
}
