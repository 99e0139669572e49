//! `airlock/store.json`: the format, then the site.

use std::path::Path;

use serde::Deserialize;

use crate::wire::SiteId;

use super::StoreError;

/// The highest format known, and the one written.
pub(super) const FORMAT: u64 = 1;
/// Longest `store.json`, in bytes.
pub(super) const IDENTITY_BYTES: u64 = 4096;

#[derive(Deserialize)]
struct FormatWire {
    format: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityWire {
    #[serde(rename = "format")]
    _format: u64,
    site: String,
}

/// Writes the file's text.
pub(super) fn text(site: SiteId) -> String {
    format!("{{\"format\":{FORMAT},\"site\":\"{site}\"}}\n")
}

/// Reads the file's text; `store` and `file` are for messages.
pub(super) fn parse(bytes: &[u8], store: &Path, file: &Path) -> Result<SiteId, StoreError> {
    let broken = |error: serde_json::Error| StoreError::broken(file, error.to_string());
    let FormatWire { format } = serde_json::from_slice(bytes).map_err(broken)?;
    if format > FORMAT {
        return Err(StoreError::NewerFormat {
            path: store.to_owned(),
            found: format,
            known: FORMAT,
        });
    }
    if format == 0 {
        return Err(StoreError::broken(file, "there is no format 0"));
    }
    let wire: IdentityWire = serde_json::from_slice(bytes).map_err(broken)?;
    wire.site
        .parse()
        .map_err(|error| StoreError::broken(file, format!("`site`: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SiteId, StoreError> {
        parse(text.as_bytes(), Path::new("s"), Path::new("s/store.json"))
    }

    #[test]
    fn what_is_written_is_read() {
        let site = SiteId::from_bytes([7; 16]);
        assert_eq!(read(&text(site)).unwrap(), site);
    }

    #[test]
    fn newer_and_broken_are_told_apart() {
        assert!(matches!(
            read(r#"{"format":2,"sites":[]}"#),
            Err(StoreError::NewerFormat { found: 2, .. })
        ));
        let site = "00".repeat(16);
        for text in [
            String::new(),
            "{}".to_owned(),
            format!(r#"{{"format":0,"site":"{site}"}}"#),
            format!(r#"{{"format":1,"site":"{site}0"}}"#),
            format!(r#"{{"format":1,"site":"{site}","more":1}}"#),
            format!(r#"{{"format":1,"site":"{site}"}} x"#),
        ] {
            assert!(
                matches!(read(&text), Err(StoreError::Broken { .. })),
                "{text}"
            );
        }
    }
}
