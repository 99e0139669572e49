//! A compose project goes the whole trip, and docker-compose builds it inside.

use std::fs;

use lock_format::Lockfile;

use crate::call::Call;
use crate::engine::Engine;
use crate::images::{APP, TOOL};
use crate::places::Place;
use crate::side::Side;
use crate::trip::Trip;

/// A base with a shell, so that RUN has something to run.
const SHELL: &str = "reg.lan:5000/base/shell:1";

/// The project: web and worker are built, the database is an image that the override file and `.env`
/// choose, the tool belongs to a profile.
const PROJECT: &[(&str, &str)] = &[
    (
        "compose.yaml",
        "services:
  web:
    build: {context: web, network: none, args: {SHELL: \"base/shell:${SHELL_TAG}\"}}
    depends_on: [database]
  worker:
    build: {context: ., dockerfile: worker/Dockerfile, target: run, network: none}
  database:
    image: reg.lan:5000/acme/nothing:1
  tool:
    image: reg.lan:5000/acme/tool:1
    profiles: [debug]
",
    ),
    (
        "compose.override.yaml",
        "services: {database: {image: \"reg.lan:5000/${DATABASE:?}:1\"}}\n",
    ),
    (".env", "SHELL_TAG=1\nDATABASE=acme/app\n"),
    (
        "web/Dockerfile",
        "ARG SHELL\nFROM reg.lan:5000/$SHELL\nCOPY page /srv/page\nRUN cat /srv/page >/srv/copy\n",
    ),
    ("web/page", "a page\n"),
    (
        "worker/Dockerfile",
        "FROM reg.lan:5000/base/shell:1 AS build\nRUN echo built >/built\n\
         FROM reg.lan:5000/base/shell:1 AS run\nCOPY --from=build /built /srv/built\n\
         RUN cat /srv/built\nFROM reg.lan:5000/acme/web:1 AS unused\n",
    ),
];

/// Makes the base outside, and pushes it.
fn publish_shell(side: &Side) {
    let busybox = fs::read("/bin/busybox").unwrap();
    side.write("shell/busybox", busybox);
    side.write(
        "shell/Dockerfile",
        "FROM scratch\nCOPY --chmod=755 busybox /bin/busybox\nCOPY --chmod=755 busybox /bin/sh\n\
         COPY --chmod=755 busybox /bin/cat\n",
    );
    side.call("buildah")
        .args("build --quiet --format docker --tag")
        .arg(SHELL)
        .arg(side.path("shell"))
        .run()
        .done();
    side.call("buildah").arg("push").arg(SHELL).run().done();
}

fn write_project(place: &Place<'_>) {
    for (name, text) in PROJECT {
        place.write(&format!("project/{name}"), text);
    }
}

/// Lists the images of the lock.
fn locked(place: &Place<'_>) -> Vec<String> {
    let lock = fs::read(place.path("project/airlock.lock")).unwrap();
    let lock = Lockfile::parse_bytes(&lock).unwrap().lockfile;
    let names = lock
        .images()
        .iter()
        .map(|image| image.reference.to_string());
    names.collect()
}

/// Prepares a call of Debian's docker-compose with Debian's docker first in PATH.
fn compose(site: &Place<'_>, engine: &Engine) -> Call {
    site.call("/usr/bin/docker-compose")
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .env("DOCKER_HOST", engine.address())
        // Compose 2 names what it builds as Compose 1 does.
        .env("COMPOSE_COMPATIBILITY", "1")
        .arg("--project-directory")
        .arg(site.path("project"))
        .arg("--file")
        .arg(site.path("project/compose.yaml"))
        .arg("--file")
        .arg(site.path("project/compose.override.yaml"))
        .arg("--env-file")
        .arg(site.path("project/.env"))
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn a_compose_project_is_built_inside_from_what_was_carried() {
    let inside = Side::new("reg.lan airlock");
    let trip = Trip::new(&inside);
    publish_shell(&trip.outside.side);
    write_project(&trip.station);
    write_project(&trip.site);
    trip.lock("--compose --platform linux/amd64");
    assert_eq!(
        locked(&trip.site),
        [APP, SHELL],
        "neither the profile's tool nor a stage that nothing needs"
    );
    trip.go();
    let serve = trip.site.serve();
    let engine = Engine::start(&inside);
    for builder in ["0", "1"] {
        let built = compose(&trip.site, &engine)
            .env("DOCKER_BUILDKIT", builder)
            .env("COMPOSE_DOCKER_CLI_BUILD", "1")
            .args("build --no-cache")
            .run();
        built.done();
    }
    compose(&trip.site, &engine)
        .args("pull database")
        .run()
        .done();
    let base = layers(&inside, &engine, SHELL);
    for name in ["project_web", "project_worker"] {
        let all = layers(&inside, &engine, name);
        assert!(
            all.len() > base.len() && all.starts_with(&base),
            "{name}: {all:?}"
        );
    }
    let tool = compose(&trip.site, &engine)
        .args("--profile debug pull tool")
        .run();
    assert!(!tool.succeeded(), "nobody asked for the profile: {tool}");
    drop(serve);
    trip.lock("--compose --profile * --platform linux/amd64");
    assert_eq!(locked(&trip.site), [APP, TOOL, SHELL]);
    trip.go();
    let _serve = trip.site.serve();
    compose(&trip.site, &engine)
        .args("--profile debug pull tool")
        .run()
        .done();
}

/// The layers that an image is made of, as docker knows them.
fn layers(side: &Side, engine: &Engine, name: &str) -> Vec<String> {
    let shown = engine
        .docker(side)
        .args("image inspect --format")
        .arg("{{json .RootFS.Layers}}")
        .arg(name)
        .run();
    serde_json::from_slice(shown.bytes()).unwrap()
}
