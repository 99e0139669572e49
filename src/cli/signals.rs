//! Ctrl-C and SIGTERM: the first asks the work to stop, the second ends it at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::exit::ExitStatus;
use crate::run::Cancel;

/// Remembers which signal came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals {
    terminated: Arc<AtomicBool>,
}

impl Signals {
    /// Listens from now on. Where the system refuses, signals keep their usual effect.
    pub(crate) fn listen(cancel: &Cancel) -> Self {
        let signals = Self::default();
        let asked = cancel.flag();
        for (signal, status) in [
            (SIGINT, ExitStatus::Interrupted),
            (SIGTERM, ExitStatus::Terminated),
        ] {
            let registered =
                flag::register_conditional_shutdown(signal, status as i32, Arc::clone(&asked))
                    .and_then(|_| flag::register(signal, Arc::clone(&asked)));
            drop(registered);
        }
        drop(flag::register(SIGTERM, Arc::clone(&signals.terminated)));
        signals
    }

    /// Returns the exit status of work that stopped because it was asked to.
    pub(crate) fn status(&self) -> ExitStatus {
        if self.terminated.load(Ordering::Relaxed) {
            ExitStatus::Terminated
        } else {
            ExitStatus::Interrupted
        }
    }
}
