//! The corpus of the fuzz target, and mutations of it, as an ordinary test.

use std::path::Path;

use proptest::prelude::*;

use super::probe::{probe, router};

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/router");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    #[expect(clippy::disallowed_methods, reason = "files of the repository")]
    let read = |path| std::fs::read(path).unwrap();
    files.into_iter().map(read).collect()
}

#[test]
fn the_corpus_keeps_every_promise() {
    let router = router();
    let corpus = corpus();
    assert!(corpus.len() > 30, "the corpus was found");
    for bytes in corpus {
        probe(&router, &bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn mutations_of_the_corpus_keep_every_promise(
        seed in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..4),
        cut in 0_usize..4,
    ) {
        let corpus = corpus();
        let mut changed = seed.get(&corpus).clone();
        let at = at.index(changed.len() + 1);
        let end = (at + cut).min(changed.len());
        changed.splice(at..end, bytes);
        probe(&router(), &changed);
    }
}
