//! The platforms of a service.

use lock_format::Platform;

use crate::compose::{Service, Text};

/// The platforms that a service is built for: those of its build, else its own, else the
/// defaults. A text that is no platform is given back.
pub(super) fn of_build<'a>(
    service: &'a Service,
    defaults: &[Platform],
) -> Vec<Result<Platform, &'a Text>> {
    let build = service.build.as_ref();
    match build.map(|build| build.platforms.as_slice()) {
        Some(platforms) if !platforms.is_empty() => platforms.iter().map(parse).collect(),
        _ => of_service(Some(service), defaults),
    }
}

/// The platforms that a service runs on: its own, else the defaults.
pub(super) fn of_service<'a>(
    service: Option<&'a Service>,
    defaults: &[Platform],
) -> Vec<Result<Platform, &'a Text>> {
    match service.and_then(|service| service.platform.as_ref()) {
        Some(platform) => vec![parse(platform)],
        None => defaults.iter().cloned().map(Ok).collect(),
    }
}

fn parse(text: &Text) -> Result<Platform, &Text> {
    text.text.parse().map_err(|_| text)
}
