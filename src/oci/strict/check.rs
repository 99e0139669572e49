//! The check of a whole text.

use std::cell::RefCell;

use serde::de::DeserializeSeed as _;

use super::shape::{CONFIG, DOCUMENT, Shape};
use super::strict_error::StrictError;
use super::visit::{Findings, Value};

/// A text that passed, with the known keys of its outermost object.
#[derive(Debug)]
pub(in crate::oci) struct Checked<'t> {
    /// The text.
    pub(in crate::oci) text: &'t str,
    /// Known keys that the outermost object has, whatever their values.
    pub(in crate::oci) top: Vec<&'static str>,
}

impl Checked<'_> {
    /// Tells whether the outermost object has `key`, even with the value null.
    pub(in crate::oci) fn has(&self, key: &str) -> bool {
        self.top.contains(&key)
    }
}

/// Checks a manifest or an index.
pub(in crate::oci) fn check_document(bytes: &[u8]) -> Result<Checked<'_>, StrictError> {
    check(bytes, &DOCUMENT)
}

/// Checks an image config.
pub(in crate::oci) fn check_config(bytes: &[u8]) -> Result<Checked<'_>, StrictError> {
    check(bytes, &CONFIG)
}

fn check<'t>(bytes: &'t [u8], shape: &'static Shape) -> Result<Checked<'t>, StrictError> {
    let text = std::str::from_utf8(bytes).map_err(|error| StrictError::NotUtf8 {
        offset: error.valid_up_to(),
    })?;
    let findings = RefCell::new(Findings::default());
    let value = Value {
        shape,
        depth: 0,
        findings: &findings,
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = value.deserialize(&mut deserializer);
    let outcome = read.and_then(|()| deserializer.end());
    let Findings { refusal, top } = findings.into_inner();
    match (outcome, refusal) {
        (_, Some(refusal)) => Err(refusal),
        (Err(error), None) => Err(StrictError::Syntax {
            reason: error.to_string(),
        }),
        (Ok(()), None) => Ok(Checked { text, top }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns `arrays` arrays inside of one object.
    fn nested(arrays: usize) -> String {
        format!("{{\"a\":{}{}}}", "[".repeat(arrays), "]".repeat(arrays))
    }

    #[test]
    fn what_every_client_reads_alike_passes() {
        let deep = nested(31);
        for text in [
            "{}",
            " {\"a\": [1, -2, 3.5, true, null, \"\\u00e9\"]}\n",
            r#"{"annotations":{"A":"1","a":"2"}}"#,
            r#"{"layers":[{"annotations":{"A":"1","a":"2"}}]}"#,
            deep.as_str(),
        ] {
            assert!(check_document(text.as_bytes()).is_ok(), "{text}");
        }
        let config = r#"{"config":{"Labels":{"A":"1","a":"2"}},"x":{"B":1,"b":2}}"#;
        assert!(check_config(config.as_bytes()).is_ok());
    }

    #[test]
    fn a_key_that_is_there_twice_is_refused() {
        for text in [
            r#"{"layers":[],"layers":[]}"#,
            r#"{"layers":[],"lay\u0065rs":[]}"#,
            r#"{"layers":[],"LAYERS":[]}"#,
            "{\"layers\":[],\"layer\u{17f}\":[]}",
            r#"{"x":1,"X":2}"#,
            r#"{"x":{"y":[{"z":1,"Z":2}]}}"#,
            r#"{"subject":{"x":1,"X":2}}"#,
            r#"{"config":{"size":1,"Size":2}}"#,
            r#"{"manifests":[{"platform":{"os":"a","OS":"b"}}]}"#,
            r#"{"annotations":{"a":"1","a":"2"}}"#,
        ] {
            let refusal = check_document(text.as_bytes()).unwrap_err();
            assert!(
                matches!(refusal, StrictError::Twice { .. }),
                "{text}: {refusal:?}"
            );
        }
    }

    #[test]
    fn a_known_key_in_another_case_is_refused() {
        for text in [
            r#"{"Layers":[]}"#,
            r#"{"mediatype":""}"#,
            r#"{"layers":[{"Digest":""}]}"#,
            r#"{"config":{"Digest":""}}"#,
            r#"{"subject":{"Digest":""}}"#,
            r#"{"manifests":[{"platform":{"OS":"b"}}]}"#,
        ] {
            let refusal = check_document(text.as_bytes()).unwrap_err();
            assert!(
                matches!(refusal, StrictError::OtherCase { .. }),
                "{text}: {refusal:?}"
            );
        }
        let config = check_config(br#"{"config":{"Onbuild":[]}}"#).unwrap_err();
        assert!(matches!(
            config,
            StrictError::OtherCase {
                known: "OnBuild",
                ..
            }
        ));
    }

    #[test]
    fn what_is_not_one_json_value_is_refused() {
        for text in [
            &b""[..],
            b"{",
            b"{} {}",
            b"{}\0",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":01}",
            b"{\"a\":1,}",
            b"{a:1}",
        ] {
            let refusal = check_document(text).unwrap_err();
            assert!(
                matches!(refusal, StrictError::Syntax { .. }),
                "{text:?}: {refusal:?}"
            );
        }
        let invalid = check_document(b"{\"a\":\"\xff\"}").unwrap_err();
        assert_eq!(invalid, StrictError::NotUtf8 { offset: 6 });
    }

    #[test]
    fn nesting_and_keys_have_limits() {
        assert_eq!(
            check_document(nested(32).as_bytes()).unwrap_err(),
            StrictError::TooDeep
        );
        // Deep enough to end the parser before the limit would be seen, were it not checked on the way.
        assert_eq!(
            check_document(nested(100_000).as_bytes()).unwrap_err(),
            StrictError::TooDeep
        );
        let objects = |count: usize| format!("{}1{}", "{\"a\":".repeat(count), "}".repeat(count));
        assert!(check_document(objects(32).as_bytes()).is_ok());
        let refusal = check_document(objects(33).as_bytes()).unwrap_err();
        assert_eq!(refusal, StrictError::TooDeep);
        let empty = objects(32).replace('1', "{}");
        let refusal = check_document(empty.as_bytes()).unwrap_err();
        assert_eq!(refusal, StrictError::TooDeep);
        let object = |count: usize| {
            let keys: Vec<String> = (0..count).map(|n| format!("\"k{n}\":0")).collect();
            format!("{{{}}}", keys.join(","))
        };
        assert!(check_document(object(65_536).as_bytes()).is_ok());
        let refusal = check_document(object(65_537).as_bytes()).unwrap_err();
        assert_eq!(refusal, StrictError::TooManyMembers);
        let array = |more: usize| format!("{{\"a\":[{}0]}}", "0,".repeat(more));
        assert!(check_document(array(65_535).as_bytes()).is_ok());
        let refusal = check_document(array(65_536).as_bytes()).unwrap_err();
        assert_eq!(refusal, StrictError::TooManyMembers);
    }

    #[test]
    fn an_array_does_not_stand_for_a_structure() {
        for text in [
            "[]",
            r#"{"config":[]}"#,
            r#"{"layers":[[]]}"#,
            r#"{"manifests":[{"platform":[]}]}"#,
        ] {
            let refusal = check_document(text.as_bytes()).unwrap_err();
            assert_eq!(refusal, StrictError::ArrayForObject, "{text}");
        }
        for text in ["[]", r#"{"rootfs":[]}"#, r#"{"config":[]}"#] {
            let refusal = check_config(text.as_bytes()).unwrap_err();
            assert_eq!(refusal, StrictError::ArrayForObject, "{text}");
        }
    }

    #[test]
    fn known_keys_at_the_top_are_told() {
        let checked = check_document(br#"{"manifests":null,"x":{"layers":[]}}"#).unwrap();
        assert!(checked.has("manifests") && !checked.has("layers"));
    }
}
