//! Comma-separated options: one line of CSV, as RFC 4180 has it.

/// Splits a line into fields; none where a quote stands in the wrong place or nothing stands there.
pub(super) fn fields(line: &str) -> Option<Vec<String>> {
    let mut rest = line
        .strip_suffix('\n')
        .map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
    if rest.is_empty() {
        return None;
    }
    let mut fields = Vec::new();
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => plain_field(rest)?,
        };
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return Some(fields),
        }
    }
}

/// A field without quotes, and what follows its comma.
fn plain_field(text: &str) -> Option<(String, Option<&str>)> {
    let (field, after) = match text.split_once(',') {
        Some((field, after)) => (field, Some(after)),
        None => (text, None),
    };
    (!field.contains('"')).then(|| (field.to_owned(), after))
}

/// A field behind its opening quote; two quotes stand for one.
fn quoted_field(mut text: &str) -> Option<(String, Option<&str>)> {
    let mut field = String::new();
    loop {
        let (part, after) = text.split_once('"')?;
        field.push_str(part);
        if let Some(after) = after.strip_prefix('"') {
            field.push('"');
            text = after;
        } else if after.is_empty() {
            return Some((field, None));
        } else {
            return Some((field, Some(after.strip_prefix(',')?)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_may_be_quoted_whole() {
        for (line, expected) in [
            ("a,b=c", Some(vec!["a", "b=c"])),
            ("a,", Some(vec!["a", ""])),
            ("\"a,b\",c", Some(vec!["a,b", "c"])),
            ("\"a\"\"b\"", Some(vec!["a\"b"])),
            ("\"a\",", Some(vec!["a", ""])),
            ("a\"b", None),
            ("\"a", None),
            ("\"a\"b", None),
            ("", None),
        ] {
            let expected: Option<Vec<String>> =
                expected.map(|fields| fields.into_iter().map(str::to_owned).collect());
            assert_eq!(fields(line), expected, "{line}");
        }
    }
}
