//! What a Dockerfile needs, as lines that can be reviewed.

use std::fmt::Write as _;

use airlock::ops::project::scan::{DockerfileSource, Problem, ResolveRow};

pub(crate) fn render(source: &DockerfileSource) -> String {
    let mut out = String::new();
    problem(&mut out, "", source.ok, source.error.as_ref());
    rows(&mut out, "ask", source.resolve.as_deref());
    for image in source.images.iter().flatten() {
        line(
            &mut out,
            &[
                "image",
                &format!("{}:{}", image.line, image.kind),
                &format!("in {}:", image.stage),
                &image.written,
                &changed("=>", &image.expanded, &image.written),
                &changed("=", &image.normalized, &image.expanded),
                &image.platform,
                if image.needed { "" } else { "(not needed)" },
            ],
        );
    }
    for stage in source.stages.iter().flatten() {
        line(
            &mut out,
            &[
                "stage",
                &format!("{}:{}", stage.line, stage.index),
                &stage.name,
                "on",
                stage.base_is,
                &stage.base,
                &stage.platform,
                if stage.needed { "" } else { "(not needed)" },
            ],
        );
    }
    let all = &source.all_stages;
    if all.resolve != source.resolve || all.error != source.error {
        problem(&mut out, "all stages: ", all.ok, all.error.as_ref());
        rows(&mut out, "all stages: ask", all.resolve.as_deref());
    }
    if let Some(syntax) = &source.syntax {
        let normalized = syntax.normalized.as_deref().unwrap_or("no reference");
        line(
            &mut out,
            &[
                "syntax",
                &format!("{}:{}", syntax.line, syntax.from),
                &syntax.written,
                &changed("=", normalized, &syntax.written),
            ],
        );
    }
    for source in source.add_remote.iter().flatten() {
        line(&mut out, &["add", source]);
    }
    for warning in &source.warnings {
        let place = warning
            .line
            .map(|line| format!("{line}:"))
            .unwrap_or_default();
        line(
            &mut out,
            &["warning", &place, warning.code, &warning.message],
        );
    }
    out
}

fn problem(out: &mut String, whose: &str, ok: bool, problem: Option<&Problem>) {
    let Some(problem) = problem else {
        assert!(ok, "what is not ok has an error");
        line(out, &[&format!("{whose}ok")]);
        return;
    };
    assert!(!ok, "what is ok has no error");
    for problem in std::iter::once(problem).chain(&problem.also) {
        let place = problem
            .line
            .map(|line| format!("{line}:"))
            .unwrap_or_default();
        let message = &problem.message;
        line(
            out,
            &[&format!("{whose}error"), &place, problem.class, message],
        );
    }
}

fn rows(out: &mut String, label: &str, rows: Option<&[ResolveRow]>) {
    match rows {
        None => line(out, &[label, "unknown"]),
        Some([]) => line(out, &[label, "nothing"]),
        Some(rows) => {
            for row in rows {
                line(out, &[label, &row.reference, &row.platform]);
            }
        }
    }
}

/// Shows a text only where it differs from the one it was made of.
fn changed(sign: &str, text: &str, from: &str) -> String {
    if text == from {
        String::new()
    } else {
        format!("{sign} {text}")
    }
}

fn line(out: &mut String, parts: &[&str]) {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    writeln!(out, "{}", parts.join(" ")).expect("a string takes text");
}
