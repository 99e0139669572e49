//! Why the volumes of an envelope do not make it whole (`docs/transfer-format.md` section 10).

use std::ops::RangeInclusive;

use super::TransferError;
use crate::diagnostic::{Class, Code, Diagnose};
use crate::oci::VerifyError;

pub(super) const DIFFERS: Code = Code::new("transfer/volume-differs");
pub(super) const FOREIGN: Code = Code::new("transfer/volume-foreign");
pub(super) const MISSING: Code = Code::new("transfer/volume-missing");
pub(super) const ORDER: Code = Code::new("transfer/volume-order");
pub(super) const TWICE: Code = Code::new("transfer/volume-twice");

/// How many numbers a message lists.
const SHOWN: usize = 8;

/// Tells why the volumes of an envelope do not make it whole.
#[derive(Debug, thiserror::Error)]
pub enum VolumeError {
    /// One volume, seen alone, is damaged.
    #[error("volume {number}, {name}: {cause}")]
    Within {
        /// Its number, from 1.
        number: u32,
        /// The file.
        name: String,
        /// What is wrong with it.
        cause: Box<TransferError>,
    },
    /// Volumes are not there.
    #[error("{}", missing(numbers, *of))]
    Missing {
        /// Their numbers, from 1.
        numbers: Vec<u32>,
        /// How many volumes the bundle has, where that could be read.
        of: Option<u32>,
    },
    /// The same volume was given twice.
    #[error("{again} is the same volume as {name}")]
    Twice {
        /// One file.
        name: String,
        /// The other.
        again: String,
    },
    /// A volume stands in the place of another.
    #[error("{name} was given as volume {number}, and holds volume {holds}")]
    Order {
        /// The file.
        name: String,
        /// The place where it stands, from 1.
        number: u32,
        /// The place where it belongs, from 1.
        holds: u32,
    },
    /// A volume of something else.
    #[error("{name} is not volume {number} of this bundle, which has {of}")]
    Foreign {
        /// The file.
        name: String,
        /// The place where it stands, from 1.
        number: u32,
        /// How many volumes the bundle has.
        of: u32,
    },
    /// A payload is not the one that is listed, and no volume of it alone is to blame.
    #[error("{part} is not what it must be in {}: {cause}", spelled(volumes))]
    Differs {
        /// The part.
        part: String,
        /// The volumes that hold it, from 1.
        volumes: RangeInclusive<u32>,
        /// How it differs.
        cause: VerifyError,
    },
}

fn missing(numbers: &[u32], of: Option<u32>) -> String {
    let shown: Vec<String> = numbers
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    let more = match numbers.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let of = of.map_or_else(String::new, |of| format!(" of {of}"));
    let (noun, verb) = if numbers.len() == 1 {
        ("volume", "is")
    } else {
        ("volumes", "are")
    };
    format!("{noun} {}{more}{of} {verb} missing", shown.join(", "))
}

fn spelled(volumes: &RangeInclusive<u32>) -> String {
    if volumes.start() == volumes.end() {
        format!("volume {}", volumes.start())
    } else {
        format!("volumes {} to {}", volumes.start(), volumes.end())
    }
}

impl Diagnose for VolumeError {
    fn code(&self) -> Code {
        match self {
            Self::Within { cause, .. } => cause.code(),
            Self::Missing { .. } => MISSING,
            Self::Twice { .. } => TWICE,
            Self::Order { .. } => ORDER,
            Self::Foreign { .. } => FOREIGN,
            Self::Differs { .. } => DIFFERS,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Within { cause, .. } => cause.class(),
            Self::Missing { .. }
            | Self::Twice { .. }
            | Self::Order { .. }
            | Self::Foreign { .. }
            | Self::Differs { .. } => Class::Verification,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Within { cause, .. } => return cause.help(),
            Self::Missing { .. } => {
                "copy all volumes into one folder and name the first, or name them all"
            }
            Self::Twice { .. } => "name each volume once",
            Self::Order { .. } => "give the volumes their own names again, B.001 and so on",
            Self::Foreign { .. } => {
                "take the volumes of one bundle; `airlock inspect` tells what a bundle is"
            }
            Self::Differs { .. } => {
                "compare the volumes with the .sums of their bundle, and have the wrong one made again"
            }
        };
        Some(help.to_owned())
    }
}
