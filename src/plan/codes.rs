//! The codes of this room.

use crate::diagnostic::Code;

/// Every code this room can give.
pub const CODES: &[Code] = &[BROKEN, NEWER];

pub(super) const BROKEN: Code = Code::new("lock-format/broken");
pub(super) const NEWER: Code = Code::new("lock-format/newer");
