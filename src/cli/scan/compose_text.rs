//! A compose project as text for people.

use crate::cli::lines::Lines;
use crate::ops::project::scan::{BuildResult, BuiltRow, ComposeSource, ServiceRow};
use crate::report::counted;

/// Lists what each service runs, and what each build needs.
pub(super) fn compose(out: &mut Lines, source: &ComposeSource) {
    let (Some(name), Some(files), Some(services)) =
        (&source.project_name, &source.files, &source.services)
    else {
        out.add(format_args!("the compose project cannot be loaded"));
        return;
    };
    out.add(format_args!(
        "{} ({}): {}",
        name,
        files.join(", "),
        counted(services.len(), "service")
    ));
    for (name, service) in services {
        row(out, name, service);
    }
    let disabled = source.disabled_services.iter().flatten();
    for (name, service) in disabled {
        out.add(format_args!(
            "  {name}  not active: {}",
            service.default_image
        ));
    }
}

fn row(out: &mut Lines, name: &str, service: &ServiceRow) {
    if service.provider {
        out.add(format_args!("  {name}  something else provides it"));
        return;
    }
    let platform = service.platform.as_ref();
    let platform = platform.map_or_else(String::new, |platform| format!("  {platform}"));
    let built = if service.build.is_some() {
        "builds "
    } else {
        ""
    };
    out.add(format_args!(
        "  {name}  {built}{}{platform}",
        service.default_image
    ));
    match &service.build_result {
        None => {}
        Some(BuildResult::Skipped { skipped, wanted }) => {
            out.add(format_args!(
                "    not looked into: {wanted}, {}",
                skipped.reason()
            ));
        }
        Some(BuildResult::Built(built)) => built.iter().for_each(|built| needs(out, built)),
    }
    for image in &service.image_volumes {
        out.add(format_args!("    {image}  volume"));
    }
    for image in &service.pre_start_images {
        out.add(format_args!("    {image}  pre_start"));
    }
}

fn needs(out: &mut Lines, built: &BuiltRow) {
    let Some(resolve) = &built.resolve else {
        out.add(format_args!(
            "    for {}: its images are not known",
            built.platform
        ));
        return;
    };
    for row in resolve {
        out.add(format_args!("    {}  {}", row.reference, row.platform));
    }
    if let Some(syntax) = &built.syntax {
        let name = syntax.normalized.as_ref().unwrap_or(&syntax.written);
        out.add(format_args!("    {name}  front end"));
    }
}
