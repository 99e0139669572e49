//! The short form of a volume: `[source:]target[:options]`.

/// What a short volume says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ShortVolume {
    pub(crate) source: String,
    pub(crate) target: String,
    /// Whether the source is a path, not the name of a volume.
    pub(crate) is_bind: bool,
}

impl ShortVolume {
    /// Reads the short form; the error says what is wrong.
    pub(crate) fn parse(spec: &str) -> Result<Self, String> {
        if spec.is_empty() {
            return Err("a volume is empty".to_owned());
        }
        let parts = split(spec);
        let fields: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (source, target) = match fields.as_slice() {
            _ if spec.len() <= 2 => ("", spec),
            parts if parts.contains(&"") => {
                return Err(format!("{spec:?} has an empty part between colons"));
            }
            [target] => ("", *target),
            [source, target] | [source, target, _] => (*source, *target),
            _ => return Err(format!("{spec:?} has too many colons")),
        };
        Ok(Self {
            source: source.to_owned(),
            target: target.to_owned(),
            is_bind: is_path(source),
        })
    }
}

/// Splits at colons, except behind a single letter: that is a drive.
fn split(spec: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for c in spec.chars() {
        let is_drive = part.chars().count() == 1 && part.chars().all(char::is_alphabetic);
        if c == ':' && !is_drive {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts
}

fn is_path(source: &str) -> bool {
    let mut chars = source.chars();
    let is_drive = chars.next().is_some_and(char::is_alphabetic) && chars.next() == Some(':');
    source.starts_with(['.', '/', '~']) || source.starts_with("\\\\") || is_drive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_target_and_kind_are_told_apart() {
        for (spec, source, target, is_bind) in [
            ("/data", "", "/data", false),
            ("db:/data", "db", "/data", false),
            ("db:/data:ro,z", "db", "/data", false),
            ("./x:/data", "./x", "/data", true),
            ("~/x:/data", "~/x", "/data", true),
            ("c:\\x:/data", "c:\\x", "/data", true),
            ("a", "", "a", false),
        ] {
            let volume = ShortVolume::parse(spec).unwrap();
            assert_eq!(
                (
                    volume.source.as_str(),
                    volume.target.as_str(),
                    volume.is_bind
                ),
                (source, target, is_bind),
                "{spec}"
            );
        }
    }

    #[test]
    fn broken_forms_are_refused() {
        for spec in ["", "db:", ":/data", "db::/data", "db:/data:ro:x"] {
            assert!(ShortVolume::parse(spec).is_err(), "{spec}");
        }
    }
}
