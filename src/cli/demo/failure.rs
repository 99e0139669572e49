//! Why the demonstration did not come to its end.

use std::io;

use lock_format::{Digest, Reference};

use crate::diagnostic::{Class, Code, Diagnose};

/// Every code of the demonstration.
pub(crate) const CODES: &[Code] = &[SETUP, STEP, DIFFERS, NOT_SERVING];

const SETUP: Code = Code::new("demo/cannot-set-up");
const STEP: Code = Code::new("demo/step-failed");
const DIFFERS: Code = Code::new("demo/digest-differs");
const NOT_SERVING: Code = Code::new("demo/not-serving");

/// The demonstration did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoFailure {
    /// A file, a folder or a process of the demonstration could not be made.
    #[error("the demonstration cannot {what}")]
    Setup {
        /// What could not be done.
        what: &'static str,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A command ended otherwise than it should.
    #[error("`{command}` ended with {status}")]
    Step {
        /// The command.
        command: String,
        /// Its exit status, in words.
        status: String,
    },
    /// `serve` ended, or did not say where it listens.
    #[error("`airlock serve` did not come up")]
    NotServing,
    /// What was pulled is not what the registry outside has.
    #[error("{reference} is {found} inside and {expected} upstream")]
    Differs {
        /// The image.
        reference: Box<Reference>,
        /// What was pulled.
        found: Digest,
        /// What upstream has.
        expected: Digest,
    },
}

impl DemoFailure {
    /// Wraps an I/O error with what was being done.
    pub(crate) fn setup(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Setup { what, cause }
    }
}

impl Diagnose for DemoFailure {
    fn code(&self) -> Code {
        match self {
            Self::Setup { .. } => SETUP,
            Self::Step { .. } => STEP,
            Self::NotServing => NOT_SERVING,
            Self::Differs { .. } => DIFFERS,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Setup { .. } | Self::Step { .. } | Self::NotServing => Class::Environment,
            Self::Differs { .. } => Class::Verification,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Setup { .. } => {
                Some("it needs a temporary folder (TMPDIR) and loopback".to_owned())
            }
            Self::Step { .. } | Self::NotServing => {
                Some("what the command said stands above".to_owned())
            }
            Self::Differs { .. } => {
                Some("this is a defect of airlock: please report it".to_owned())
            }
        }
    }
}
