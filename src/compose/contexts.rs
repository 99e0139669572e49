//! Relative paths of a file → absolute paths, seen from the folder that they are relative to.

use super::file_path::{is_remote_context, join};
use super::value::{Node, Value};

/// What a build context starts with that is another service's image.
pub(crate) const SERVICE: &str = "service:";

/// Makes the paths of all services absolute.
pub(crate) fn resolve_paths(top: &mut Value, folder: &str, home: Option<&str>) {
    let here = |value: &mut Value| absolute(value, folder, home);
    let services = top
        .map_mut()
        .and_then(|top| top.get_mut("services"))
        .and_then(Value::map_mut);
    for service in services.into_iter().flatten().map(|(_, service)| service) {
        let Some(service) = service.map_mut() else {
            continue;
        };
        if let Some(build) = service.get_mut("build").and_then(Value::map_mut) {
            build.get_mut("context").map(here);
            let contexts = build.get_mut("additional_contexts");
            let contexts = contexts.and_then(Value::map_mut);
            contexts
                .into_iter()
                .flatten()
                .for_each(|(_, context)| here(context));
        }
        let extends = service.get_mut("extends").and_then(Value::map_mut);
        if let Some(file) = extends.and_then(|extends| extends.get_mut("file")) {
            here(file);
        }
        if let Some(files) = service.get_mut("label_file")
            && let Node::List(files) = &mut files.node
        {
            files.iter_mut().for_each(here);
        }
    }
}

fn absolute(value: &mut Value, folder: &str, home: Option<&str>) {
    if let Some(path) = value.text()
        && !path.is_empty()
        && !is_remote_context(path)
        && !path.starts_with(SERVICE)
    {
        let path = match (path.strip_prefix('~'), home) {
            // Compose knows no other user: `~ann` is a folder of that name at home.
            (Some(rest), Some(home)) => join(home, rest.trim_start_matches('/')),
            _ => join(folder, path),
        };
        value.node = Node::Text(path);
    }
}
