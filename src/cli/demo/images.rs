//! The images of the demonstration: small, genuine, with a shared base.

use std::io;

use lock_format::Platform;
use serde_json::json;

use crate::upstream::Scripted;
use crate::upstream::image::{Flavour, Layer, build, index};

/// Puts two releases of `team/base` and one `tools/compiler` on the registry's shelf.
pub(super) fn fill(registry: &Scripted) -> io::Result<()> {
    let platforms = [
        Platform::new("linux", "amd64", None),
        Platform::new("linux", "arm64", None),
    ];
    let shared = Layer::gzip(&[
        ("etc/os-release", b"NAME=demo\n"),
        ("etc/motd", b"welcome\n"),
    ])?;
    let mut base = Vec::new();
    for platform in &platforms {
        let program = Layer::gzip(&[(
            "usr/bin/hello",
            format!("hello from {platform}\n").as_bytes(),
        )])?;
        let layers = [shared.clone(), program];
        base.push(build(
            Flavour::Oci,
            platform,
            &layers,
            &json!({"Cmd": ["/usr/bin/hello"]}),
        ));
    }
    let children: Vec<_> = platforms.iter().map(Some).zip(&base).collect();
    registry.push("team/base", "1.0", &index(Flavour::Oci, &children));
    let notes = Layer::plain(&[(
        "usr/share/doc/notes",
        "a line of notes\n".repeat(4000).as_bytes(),
    )])?;
    if let Some(platform) = platforms.first() {
        let layers = [shared.clone(), notes.clone()];
        let compiler = build(
            Flavour::Docker,
            platform,
            &layers,
            &json!({"Env": ["LANG=C"]}),
        );
        registry.push("tools/compiler", "14", &compiler);
    }
    Ok(())
}

/// Moves `tools/compiler:14` to a new build that shares all but one small layer.
pub(super) fn move_on(registry: &Scripted) -> io::Result<()> {
    let platform = Platform::new("linux", "amd64", None);
    let shared = Layer::gzip(&[
        ("etc/os-release", b"NAME=demo\n"),
        ("etc/motd", b"welcome\n"),
    ])?;
    let notes = Layer::plain(&[(
        "usr/share/doc/notes",
        "a line of notes\n".repeat(4000).as_bytes(),
    )])?;
    let fix = Layer::gzip(&[("usr/bin/cc", b"compiler, fixed\n")])?;
    let layers = [shared, notes, fix];
    let compiler = build(
        Flavour::Docker,
        &platform,
        &layers,
        &json!({"Env": ["LANG=C"]}),
    );
    registry.push("tools/compiler", "14", &compiler);
    Ok(())
}

/// The project's Dockerfile.
pub(super) fn dockerfile(host: &str) -> String {
    format!(
        "ARG BASE=1.0\n\
         FROM --platform=$BUILDPLATFORM {host}/tools/compiler:14 AS build\n\
         RUN make\n\
         FROM {host}/team/base:${{BASE}}\n\
         COPY --from=build /out /usr/bin/app\n"
    )
}
