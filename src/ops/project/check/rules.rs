//! The kinds of findings.

use crate::diagnostic::{Code, Rule};

/// Every code of a finding.
pub const CODES: &[Code] = &[
    CHANGED_INPUT,
    GONE_TAG,
    MISSING_IMAGE,
    MISSING_PLATFORM,
    MISSING_SOURCE,
    MOVED_TAG,
    NOT_CANONICAL,
    OTHER_SOURCES,
    PENDING,
    SUPERFLUOUS_PLATFORM,
    UNANSWERED,
    UNUSED_IMAGE,
    UNUSED_SOURCE,
];

pub(super) const CHANGED_INPUT: Code = Code::new("check/changed-input");
pub(super) const GONE_TAG: Code = Code::new("check/gone-tag");
pub(super) const MISSING_IMAGE: Code = Code::new("check/missing-image");
pub(super) const MISSING_PLATFORM: Code = Code::new("check/missing-platform");
pub(super) const MISSING_SOURCE: Code = Code::new("check/missing-source");
pub(super) const MOVED_TAG: Code = Code::new("check/moved-tag");
pub(super) const NOT_CANONICAL: Code = Code::new("check/not-canonical");
pub(super) const OTHER_SOURCES: Code = Code::new("check/other-sources");
pub(super) const PENDING: Code = Code::new("check/pending");
pub(super) const SUPERFLUOUS_PLATFORM: Code = Code::new("check/superfluous-platform");
pub(super) const UNANSWERED: Code = Code::new("check/unanswered");
pub(super) const UNUSED_IMAGE: Code = Code::new("check/unused-image");
pub(super) const UNUSED_SOURCE: Code = Code::new("check/unused-source");

/// What most findings need.
const LOCK_AGAIN: &str = "Run `airlock lock` and commit the lock.";

/// Every kind of finding, sorted by code.
pub const RULES: &[Rule] = &[
    Rule {
        code: CHANGED_INPUT,
        summary: "A source was locked with other inputs",
        help: "Run `airlock lock` with the inputs that count, and commit the lock.",
    },
    Rule {
        code: GONE_TAG,
        summary: "The registry does not have a tag of the lock",
        help: "Name an image that is there, run `airlock lock` and commit the lock; or keep the \
               lock, which goes on to work where its content is held. A private repository may look \
               like this without a login.",
    },
    Rule {
        code: MISSING_IMAGE,
        summary: "An image is needed and not in the lock",
        help: LOCK_AGAIN,
    },
    Rule {
        code: MISSING_PLATFORM,
        summary: "An image is needed at a platform that the lock does not have",
        help: LOCK_AGAIN,
    },
    Rule {
        code: MISSING_SOURCE,
        summary: "A source is not in the lock",
        help: LOCK_AGAIN,
    },
    Rule {
        code: MOVED_TAG,
        summary: "A tag names something else than the lock",
        help: "Run `airlock lock --upgrade-image REF`, look at what changed, and commit the lock; \
               or keep the lock: what it pins goes on to work.",
    },
    Rule {
        code: NOT_CANONICAL,
        summary: "The lock is not in its canonical form",
        help: "Run `airlock lock`, which writes it as it should be, and commit it.",
    },
    Rule {
        code: OTHER_SOURCES,
        summary: "An image is needed by other sources than the lock says",
        help: LOCK_AGAIN,
    },
    Rule {
        code: PENDING,
        summary: "An image of the lock is still pending",
        help: "Run `airlock lock` where the registries can be reached, and commit the lock.",
    },
    Rule {
        code: SUPERFLUOUS_PLATFORM,
        summary: "The lock has an image at a platform where nothing needs it",
        help: LOCK_AGAIN,
    },
    Rule {
        code: UNANSWERED,
        summary: "The registry does not tell what a tag names",
        help: "Run `airlock lock --upgrade-image REF`, which fetches what the tag names.",
    },
    Rule {
        code: UNUSED_IMAGE,
        summary: "The lock has an image that nothing needs",
        help: LOCK_AGAIN,
    },
    Rule {
        code: UNUSED_SOURCE,
        summary: "The lock has a source that is not asked for",
        help: LOCK_AGAIN,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_rule() {
        let of_rules: Vec<Code> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(of_rules, CODES);
        assert!(CODES.is_sorted());
    }
}
