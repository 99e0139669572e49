//! The codes of this room.

use crate::diagnostic::Code;

/// Every code this room can give.
pub const CODES: &[Code] = &[
    AMBIGUOUS,
    MALFORMED,
    NOT_AS_LOCKED,
    OTHER_DATA,
    OTHER_MEDIA_TYPE,
    SCHEMA1,
    TOO_LARGE,
    UNKNOWN_MEDIA_TYPE,
];

pub(super) const AMBIGUOUS: Code = Code::new("oci/ambiguous");
pub(super) const MALFORMED: Code = Code::new("oci/malformed");
pub(super) const NOT_AS_LOCKED: Code = Code::new("oci/not-as-locked");
pub(super) const OTHER_DATA: Code = Code::new("oci/other-data");
pub(super) const OTHER_MEDIA_TYPE: Code = Code::new("oci/other-media-type");
pub(super) const SCHEMA1: Code = Code::new("oci/schema1");
pub(super) const TOO_LARGE: Code = Code::new("oci/too-large");
pub(super) const UNKNOWN_MEDIA_TYPE: Code = Code::new("oci/unknown-media-type");
