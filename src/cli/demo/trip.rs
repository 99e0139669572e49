//! The steps of the demonstration.

use std::fs;
use std::path::Path;

use lock_format::Reference;

use super::failure::DemoFailure;
use super::serving::Serving;
use super::side::Side;
use super::{images, pull};
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::diagnostic::Failure;
use crate::oci::Upstream;
use crate::registry::{Client, Settings};
use crate::run::ThreadSleeper;
use crate::store::{Existing, publish_file};
use crate::upstream::Scripted;

/// Walks the whole trip, twice: all images, then the one that moved.
pub(super) fn walk(context: &Context) -> Result<(), Failure> {
    let output = context.output();
    let folder = tempfile::Builder::new()
        .prefix("airlock-demo-")
        .tempdir()
        .map_err(DemoFailure::setup("make a temporary folder"))?;
    let registry = Scripted::start()?;
    images::fill(&registry).map_err(DemoFailure::setup("build its images"))?;
    let project = folder.path().join("project");
    prepare(
        folder.path(),
        &project,
        &images::dockerfile(&registry.host()),
    )?;
    output.always(&format!(
        "A registry on {} plays the internet; the stick is a folder.",
        registry.host()
    ));
    let program = std::env::current_exe().map_err(DemoFailure::setup("find its own program"))?;
    let run = context.run();
    let outside = Side::new(
        "outside",
        &program,
        &project,
        folder.path(),
        output,
        run.cancel,
    );
    let inside = Side::new(
        "inside",
        &program,
        &project,
        folder.path(),
        output,
        run.cancel,
    );
    let client = Client::new(Settings::default(), run, &ThreadSleeper);

    pair(&outside, &inside)?;
    outside.run("airlock lock -f Dockerfile --platform linux/amd64,linux/arm64 --build-platform linux/amd64")?;
    trip(&outside, &inside, &registry.host(), 1)?;
    let serving = Serving::start(&inside)?;
    check(&client, &registry, serving.address(), output)?;

    output.always("\nA release later, upstream has moved one tag.");
    images::move_on(&registry).map_err(DemoFailure::setup("build its images"))?;
    outside.run("airlock lock --upgrade")?;
    trip(&outside, &inside, &registry.host(), 2)?;
    output.always("\nThe registry inside saw the new index without a restart.");
    check(&client, &registry, serving.address(), output)?;
    drop(serving);
    inside.run("airlock diff --exit-code")?;
    output.always("\nDone: what is served inside is what upstream has, digest by digest. Nothing is left behind.");
    Ok(())
}

fn prepare(folder: &Path, project: &Path, dockerfile: &str) -> Result<(), Failure> {
    for path in [project.to_owned(), folder.join("stick")] {
        fs::create_dir_all(path).map_err(DemoFailure::setup("make a folder"))?;
    }
    publish_file(
        &project.join("Dockerfile"),
        dockerfile.as_bytes(),
        0o644,
        Existing::Refuse,
    )?;
    Ok(())
}

/// Shares the secret: printed once inside, carried by hand, entered outside.
fn pair(outside: &Side<'_>, inside: &Side<'_>) -> Result<(), Failure> {
    let phrase = inside.take("airlock keys new --stdout")?;
    outside.feed("airlock keys enter", &phrase)
}

/// One trip of the stick, there and back. A request may name a host on loopback only where it is
/// listed, so the station names it.
fn trip(outside: &Side<'_>, inside: &Side<'_>, host: &str, number: u32) -> Result<(), Failure> {
    inside.run("airlock diff")?;
    inside.run(&format!(
        "airlock diff --request ../stick/request-{number}.age"
    ))?;
    outside.run(&format!("airlock inspect ../stick/request-{number}.age"))?;
    outside.run(&format!(
        "airlock bundle ../stick/request-{number}.age -o ../stick/bundle-{number}.age --insecure-registry {host}"
    ))?;
    inside.run(&format!("airlock inspect ../stick/bundle-{number}.age"))?;
    inside.run(&format!("airlock apply ../stick/bundle-{number}.age"))
}

/// Pulls each image inside and compares it with upstream.
fn check(
    client: &dyn Upstream,
    registry: &Scripted,
    inside: &str,
    output: Output,
) -> Result<(), Failure> {
    output.always("\nPulled from the registry inside, compared with upstream:");
    for name in ["team/base:1.0", "tools/compiler:14"] {
        let text = format!("{}/{name}", registry.host());
        let carried = Reference::parse(&text).map_err(|_| DemoFailure::NotServing)?;
        pull::compare(client, &carried, inside, output)?;
    }
    Ok(())
}
