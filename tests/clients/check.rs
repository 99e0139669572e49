//! The gate of CI, run where nothing can be reached.

use std::path::Path;
use std::process::Command;

use crate::side::Side;

const PROGRAM: &str = env!("CARGO_BIN_EXE_airlock");

/// Projects with and without drift, and how the check ends on each.
const PROJECTS: [(&str, i32); 4] = [
    ("nothing-found", 0),
    ("recorded-variables-decide", 0),
    ("missing-image-of-a-trigger", 1),
    ("missing-image-in-compose", 1),
];

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn the_check_needs_no_network_and_says_the_same_as_with_one() {
    let side = Side::new("nobody");
    let routes = side
        .call("ip")
        .args("route show table all type unicast")
        .run();
    assert!(!routes.done().contains("default"), "no route leads out");
    for (project, code) in PROJECTS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("golden/check")
            .join(project);
        let words = "lock --check --json";
        let inside = side.call(PROGRAM).arg("-C").arg(&folder).args(words).run();
        let outside = Command::new(PROGRAM)
            .env_clear()
            .arg("-C")
            .arg(&folder)
            .args(words.split(' '))
            .output()
            .unwrap();
        assert_eq!(outside.status.code(), Some(code), "{project}");
        assert_eq!(inside.exits(code).output(), outside.stdout, "{project}");
    }
}
