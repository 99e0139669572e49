//! For people: each finding with the blamed text and a caret, the verdict, the command that mends it.

use super::{Sheet, diff, words};
use crate::diagnostic::{Finding, Level, sanitize};
use crate::report::Style;
use crate::report::human::{Note, note};

/// Writes the result of a gate for people.
pub fn human(sheet: &Sheet<'_>, style: Style) -> String {
    let mut out: String = sheet.findings.iter().map(|f| drawn(f, style)).collect();
    out.push_str(&words::verdict(sheet));
    out.push('\n');
    for fix in sheet.fixes() {
        out.push_str("  run: ");
        out.push_str(&sanitize(fix, usize::MAX));
        out.push('\n');
    }
    out
}

fn drawn(finding: &Finding, style: Style) -> String {
    let run = format!("run `{}`", sanitize(&finding.fix, usize::MAX));
    let mut out = note(
        Note {
            code: finding.code,
            is_error: finding.level == Level::Error,
            message: finding.message.clone(),
            help: words::elsewhere(finding)
                .map_or(run.clone(), |places| format!("{run}\n{places}")),
            label: finding.label.clone(),
        },
        style,
    );
    if let Some(change) = &finding.change {
        out.push_str(&diff::colored(&diff::unified(change), style.color));
    }
    out.push('\n');
    out
}
