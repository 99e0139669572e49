//! Markdown: a comment on a pull request, the summary of a step.

use super::{Sheet, diff, words};
use crate::diagnostic::{Diagnose, Finding, sanitize};

/// Longest text that is taken over, in characters.
const SHOWN: usize = 2000;

/// Writes the result of a gate as Markdown.
pub fn markdown(sheet: &Sheet<'_>) -> String {
    let mut out = format!("### {}\n", escaped(&words::verdict(sheet)));
    if sheet.findings.is_empty() {
        return out;
    }
    out.push('\n');
    out.extend(sheet.findings.iter().map(item));
    for change in sheet.findings.iter().filter_map(|f| f.change.as_ref()) {
        let text = diff::unified(change);
        let fence = fence_for(&text);
        out.push_str("\n<details><summary>Difference</summary>\n\n");
        out.extend([&fence, "diff\n", &text, &fence, "\n\n</details>\n"]);
    }
    let commands = sheet.fixes().join("\n");
    let fence = fence_for(&commands);
    out + &format!("\nMend it with:\n\n{fence}sh\n{commands}\n{fence}\n")
}

fn item(finding: &Finding) -> String {
    let at = finding.places.first().map(ToString::to_string);
    let mut line = format!(
        "- **{}** {}: {} ({})\n",
        finding.level.name(),
        code(&at.unwrap_or_default()),
        escaped(&finding.message),
        code(finding.code.as_str()),
    );
    if let Some(places) = words::elsewhere(finding) {
        line.extend(["  <br>", &escaped(&places), "\n"]);
    }
    line
}

/// Writes an error that kept the gate from being run, or from looking at all, as Markdown.
pub fn markdown_failure(facts: &dyn Diagnose) -> String {
    let said = escaped(&facts.to_string());
    let help = facts.help().map(|help| escaped(&help));
    let help = help.map(|help| format!("  <br>{help}\n"));
    let code = code(facts.code().as_str());
    let help = help.unwrap_or_default();
    format!("### Not all could be checked\n\n- **error** {said} ({code})\n{help}")
}

/// Takes every meaning from a text: of Markdown, of HTML, and of `@name`, which would call somebody.
fn escaped(text: &str) -> String {
    let text = sanitize(text, SHOWN);
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' if !before.is_alphanumeric() => out.push_str("@<!-- -->"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// Writes a code span that the text cannot end.
fn code(text: &str) -> String {
    let text = sanitize(text, SHOWN);
    let ticks = "`".repeat(longest_run(&text).saturating_add(1));
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// A fence that no line of the text can end.
fn fence_for(text: &str) -> String {
    "`".repeat(longest_run(text).saturating_add(1).max(3))
}

/// The length of the longest run of backquotes.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_has_no_meaning() {
        for (text, written) in [
            ("a|b *c* _d_", "a\\|b \\*c\\* \\_d\\_"),
            ("<img src=x>&amp;", "&lt;img src=x&gt;&amp;amp;"),
            ("[a](b) ![c](d)", "\\[a\\](b) \\!\\[c\\](d)"),
            ("@team and a@sha256:1", "@<!-- -->team and a@sha256:1"),
            ("a\nb\u{1b}`c`", "a b\u{fffd}\\`c\\`"),
        ] {
            assert_eq!(escaped(text), written);
        }
    }

    #[test]
    fn a_code_span_cannot_be_left() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a``b`c"), "```a``b`c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(fence_for("a\n````\n"), "`````");
    }
}
