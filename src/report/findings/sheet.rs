//! What all forms of output are written from.

use crate::diagnostic::{About, Diagnose, Finding, Level, Rule};

/// The result of a gate on a lock.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// The lock as people know it: relative to the root.
    pub lockfile: &'a str,
    /// What was found.
    pub findings: &'a [Finding],
    /// What failed the gate without being a finding.
    pub failure: Option<&'a dyn Diagnose>,
    /// Whether all was looked at that it was asked for.
    pub complete: bool,
    /// Every kind of finding there is.
    pub rules: &'a [Rule],
    /// The version of this program.
    pub version: &'a str,
}

impl Sheet<'_> {
    /// Tells whether the gate is passed: nothing failed, and nothing was found but warnings.
    pub fn passed(&self) -> bool {
        self.failure.is_none() && self.count(Level::Error) == 0
    }

    /// Counts the findings of a level.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|f| f.level == level).count()
    }

    /// Counts the findings about something, whatever their level.
    pub fn count_about(&self, about: About) -> usize {
        self.findings.iter().filter(|f| f.about == about).count()
    }

    /// The commands that mend all findings, each once, in the order of the findings.
    pub fn fixes(&self) -> Vec<&str> {
        let mut fixes: Vec<&str> = Vec::new();
        for finding in self.findings {
            if !fixes.contains(&finding.fix.as_str()) {
                fixes.push(&finding.fix);
            }
        }
        fixes
    }
}
