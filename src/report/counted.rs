//! Numbers of things for people.

/// Writes a number with its noun: `1 image`, `2 images`.
pub fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_one() {
        assert_eq!(
            [0, 1, 2].map(|number| counted(number, "blob")),
            ["0 blobs", "1 blob", "2 blobs"]
        );
    }
}
