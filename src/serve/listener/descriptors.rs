//! How many connections the limit on open files allows.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors kept for everything that is no connection: listeners, the event queue, the index.
const RESERVED: u64 = 32;

/// Raises the limit on open files as far as it goes, and returns how many connections fit into it.
///
/// A connection takes two at most: its socket and the blob that it sends.
pub(super) fn connections_that_fit(wanted: usize) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(_) => current,
    };
    fit(limit, wanted)
}

fn fit(limit: Option<u64>, wanted: usize) -> usize {
    let Some(limit) = limit else { return wanted };
    let pairs = limit.saturating_sub(RESERVED.min(limit / 2)) / 2;
    usize::try_from(pairs)
        .unwrap_or(usize::MAX)
        .clamp(1, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_descriptors_a_connection_and_a_reserve() {
        for (limit, fits) in [
            (None, 1024),
            (Some(1_048_576), 1024),
            (Some(1024), 496),
            (Some(64), 16),
            (Some(8), 2),
            (Some(0), 1),
        ] {
            assert_eq!(fit(limit, 1024), fits, "{limit:?}");
        }
    }
}
