//! Files that are too long to stand beside their expectations.

use std::collections::BTreeMap;

use airlock::dockerfile::{Dockerfile, ErrorClass};

const LINE: usize = 65_535;

/// Returns class and line of the error, if there is one.
fn error(text: &str) -> Option<(ErrorClass, Option<usize>)> {
    let error = Dockerfile::parse(text.as_bytes(), &BTreeMap::new()).err()?;
    Some((error.problem.class(), error.line))
}

#[test]
fn a_long_line_is_an_error_and_the_line_before_it_is_named() {
    let long = "a".repeat(LINE);
    let fits = format!("FROM alpine\n#{}\n", &long[1..]);
    assert_eq!(error(&fits), None);
    let too_long = format!("FROM alpine\nRUN x\n#{long}\nFROM busybox\n");
    assert_eq!(error(&too_long), Some((ErrorClass::LineTooLong, Some(2))));
}

#[test]
fn nothing_before_a_long_line_is_an_empty_file() {
    let text = format!("# x\n#{}\nFROM alpine\n", "a".repeat(LINE));
    assert_eq!(error(&text), Some((ErrorClass::EmptyFile, Some(1))));
}

#[test]
fn a_long_line_in_a_heredoc_leaves_it_open() {
    let text = format!("FROM alpine\nRUN <<EOF\n{}x\nEOF\n", "a".repeat(LINE));
    assert_eq!(
        error(&text),
        Some((ErrorClass::HeredocUnterminated, Some(2)))
    );
}

#[test]
fn a_logical_line_may_be_longer() {
    let part = format!("{}\\\n", "a".repeat(60_000));
    let text = format!("FROM alpine\nRUN {}\nFROM busybox\n", part.repeat(20));
    assert_eq!(error(&text), None);
}

#[test]
fn more_instructions_than_can_be_followed_are_refused() {
    let text = "FROM a\n".repeat(100_000);
    assert_eq!(error(&text), None);
    let error = error(&(text + "FROM a\n"));
    assert_eq!(error, Some((ErrorClass::Other, Some(100_001))));
}

#[test]
fn what_decides_no_image_is_not_counted() {
    let text = format!("FROM a\n{}", "ENV A=1\nARG B=1\n".repeat(100_001));
    assert_eq!(error(&text), None);
}
