//! The directive `check`: whether findings of BuildKit's linter are errors.

use std::collections::BTreeMap;

use super::instruction::is_go_bool;
use super::problem::Problem;
use super::syntax::check_options;

/// Names the build argument that wins over the directive.
const CHECK_ARG: &str = "BUILDKIT_DOCKERFILE_CHECK";

/// Tells whether findings are errors; fails on options that do not exist.
pub(super) fn findings_are_errors(
    text: &[u8],
    args: &BTreeMap<String, String>,
) -> Result<bool, Problem> {
    let options = match args.get(CHECK_ARG) {
        Some(options) => Some(options.clone()),
        None => check_options(text),
    };
    let options = options.unwrap_or_default();
    let options = options.trim();
    let mut errors = false;
    if options.is_empty() {
        return Ok(errors);
    }
    // There are three options; of what follows a third one nothing is split off.
    for option in options.splitn(3, ';') {
        let wrong = || Problem::CheckOptions(option.to_owned());
        let (name, value) = option.split_once('=').ok_or_else(wrong)?;
        match (name.trim(), value.trim()) {
            ("skip" | "experimental", _) => {}
            ("error", value) if is_go_bool(value) => {
                errors = value.to_ascii_lowercase().starts_with(['t', '1']);
            }
            _ => return Err(wrong()),
        }
    }
    Ok(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_unknown_ones_refused() {
        for (text, expected) in [
            ("FROM a\n", Ok(false)),
            ("# check=error=true\n", Ok(true)),
            ("# check=skip=A,B;error=1\n", Ok(true)),
            ("# check=skip=all\n", Ok(false)),
            ("# check=x=1\n", Err(())),
            ("# check=error=maybe\n", Err(())),
            ("# check=skip\n", Err(())),
            ("# check=skip=A;\n", Err(())),
            ("# check=;error=true\n", Err(())),
            ("# check=error=1;error=0;skip=A;B\n", Ok(false)),
            ("# check=skip=A;skip=B;error=1;x\n", Err(())),
        ] {
            let found = findings_are_errors(text.as_bytes(), &BTreeMap::new());
            assert_eq!(found.map_err(drop), expected, "{text}");
        }
    }
}
