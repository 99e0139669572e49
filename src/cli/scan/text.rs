//! The result as text for people.

use std::collections::BTreeMap;

use super::compose_text::compose;
use crate::cli::lines::Lines;
use crate::ops::project::scan::{DockerfileSource, ResolveRow, Scan, Source};
use crate::report::counted;

/// Lists what each source needs, and who needs it.
pub(super) fn text(scan: &Scan) -> String {
    let mut out = Lines::default();
    for source in &scan.sources {
        match source {
            Source::Dockerfile(source) => dockerfile(&mut out, source),
            Source::Compose(source) => compose(&mut out, source),
        }
    }
    out.into_text()
}

fn dockerfile(out: &mut Lines, source: &DockerfileSource) {
    let Some(resolve) = &source.resolve else {
        out.add(format_args!(
            "{} for {}: its images are not known",
            source.path, source.platform
        ));
        return;
    };
    out.add(format_args!(
        "{} for {}: {}",
        source.path,
        source.platform,
        counted(resolve.len(), "image")
    ));
    let uses = uses(source);
    let front_end = source.syntax.as_ref();
    let front_end = front_end.map(|syntax| syntax.normalized.as_ref().unwrap_or(&syntax.written));
    let names = resolve.iter().map(|row| &row.reference).chain(front_end);
    let width = names.map(String::len).max().unwrap_or_default();
    for row in resolve {
        let uses = uses.get(row).map(|uses| uses.join(", "));
        out.add(format_args!(
            "  {:width$}  {}  {}",
            row.reference,
            row.platform,
            uses.unwrap_or_default()
        ));
    }
    if let Some(name) = front_end {
        out.add(format_args!(
            "  {name:width$}  {}  front end",
            source.build_platform
        ));
    }
    let all = source.all_stages.resolve.as_ref();
    let more = all.map_or(0, |all| {
        all.iter().filter(|row| !resolve.contains(row)).count()
    });
    if more > 0 {
        out.add(format_args!(
            "  {} more for stages that the target does not need (--all-stages)",
            counted(more, "image")
        ));
    }
}

/// Where each image is used.
fn uses(source: &DockerfileSource) -> BTreeMap<ResolveRow, Vec<String>> {
    let mut uses: BTreeMap<ResolveRow, Vec<String>> = BTreeMap::new();
    for image in source.images.iter().flatten() {
        let row = ResolveRow {
            reference: image.normalized.clone(),
            platform: image.platform.clone(),
        };
        let text = format!("{} in line {}", image.kind, image.line);
        let texts = uses.entry(row).or_default();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    uses
}
