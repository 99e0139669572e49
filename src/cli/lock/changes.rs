//! What may change in the lock, and whether it does.

use clap::Args;

use super::report::Ending;
use crate::diagnostic::Failure;
use crate::ops::project::{ImagePattern, Upgrade};

/// What may change.
#[derive(Args, Clone, Debug)]
pub(crate) struct ChangeFlags {
    /// Ask again what every tag names, also of images that are pinned
    #[arg(long, conflicts_with_all = ["upgrade_image", "check"])]
    upgrade: bool,
    /// Ask again what the tags of some images name: a reference, a repository, or a pattern with `*` and `?`; repeats
    #[arg(long, value_name = "REF", conflicts_with = "check")]
    upgrade_image: Vec<String>,
    /// Show what would change and write nothing
    #[arg(long, conflicts_with = "check")]
    dry_run: bool,
    /// Ask no registry: pin what the store holds, and leave the rest pending
    #[arg(long, conflicts_with_all = ["upgrade", "upgrade_image", "check"])]
    offline: bool,
}

impl ChangeFlags {
    /// Returns which pinned images are resolved again.
    pub(crate) fn upgrade(&self) -> Result<Upgrade, Failure> {
        if self.upgrade {
            return Ok(Upgrade::All);
        }
        if self.upgrade_image.is_empty() {
            return Ok(Upgrade::Nothing);
        }
        let patterns = self
            .upgrade_image
            .iter()
            .map(|text| ImagePattern::parse(text));
        Ok(Upgrade::Some(patterns.collect::<Result<_, _>>()?))
    }

    /// Tells whether no registry is asked.
    pub(crate) fn offline(&self) -> bool {
        self.offline
    }

    /// Returns what becomes of a lock that differs from the one before, or does not.
    pub(crate) fn result(&self, differs: bool) -> Ending {
        match (differs, self.dry_run) {
            (false, _) => Ending::UpToDate,
            (true, false) => Ending::Written,
            (true, true) => Ending::Shown,
        }
    }
}
