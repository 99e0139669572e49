//! `airlock serve` beside docker-registry and nginx: the same manifest and the same blob, in turn.
//!
//! `cargo bench --profile ci --bench serving -- [SECONDS] [REPEATS] [BLOB MIB]`; takes Debian's
//! docker-registry, nginx-light, wrk and curl. Only ratios of one run say something: all servers and
//! the load share the machine. The results of a quiet one are in `docs/benchmarks.md`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "run by hand")]

mod content;
mod load;
mod ready;
mod servers;
#[path = "../shared/store.rs"]
mod store;

use content::Content;
use load::{Blobs, Manifests};
use servers::{Kind, Server};

/// Connections of the manifest runs.
const CONNECTIONS: [u32; 4] = [1, 16, 64, 256];

/// What is measured: its name, and how.
struct Case {
    name: String,
    unit: &'static str,
    measure: Box<dyn Fn(&Server) -> f64>,
}

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<u32>().ok());
    let seconds = numbers.next().unwrap_or(3);
    let repeats = numbers.next().unwrap_or(3);
    let blob_mib = numbers.next().unwrap_or(512);
    let folder = tempfile::tempdir().unwrap();
    let content = Content::make(blob_mib);
    let servers = Kind::ALL.map(|kind| Server::start(kind, folder.path(), &content));
    println!("| | {} |", Kind::ALL.map(Kind::name).join(" | "));
    println!("|---|{}", "---|".repeat(Kind::ALL.len()));
    for case in cases(seconds) {
        let mut figures = Kind::ALL.map(|_| Vec::new());
        // In turn, so that what the machine does meanwhile meets all of them.
        for _ in 0..repeats {
            for (figures, server) in figures.iter_mut().zip(&servers) {
                figures.push((case.measure)(server));
            }
        }
        row(&case.name, case.unit, figures.map(median));
    }
    row(
        "peak memory",
        "MiB",
        servers.each_ref().map(Server::peak_mib),
    );
    drop(servers);
    let large = folder.path().join("large");
    store::large_store(&large, 100_000);
    let figures = (0..repeats).map(|_| ready::ready(&large)).collect();
    let soon = median(figures);
    println!("\nairlock answers on a store of 100,000 blobs after {soon:.1} ms");
}

fn cases(seconds: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for connections in CONNECTIONS {
        for keep_alive in [true, false] {
            let kept = if keep_alive {
                "kept"
            } else {
                "one request each"
            };
            let load = Manifests {
                connections,
                keep_alive,
                seconds,
            };
            cases.push(Case {
                name: format!("manifest, {connections} connections, {kept}"),
                unit: "requests/s",
                measure: Box::new(move |server| load.rate(server)),
            });
        }
    }
    for parallel in [1, 8] {
        let load = Blobs { parallel };
        cases.push(Case {
            name: format!("blob, {parallel} at a time"),
            unit: "MiB/s",
            measure: Box::new(move |server| load.speed(server)),
        });
    }
    cases.push(Case {
        name: "blob, time to first byte".to_owned(),
        unit: "ms",
        measure: Box::new(load::first_byte),
    });
    cases
}

fn row(name: &str, unit: &str, figures: [f64; 3]) {
    let cells = figures.map(|figure| format!("{figure:.1} ({:.2}×)", figure / figures[1]));
    println!("| {name}, {unit} | {} |", cells.join(" | "));
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
