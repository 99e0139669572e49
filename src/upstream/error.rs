//! What keeps the scripted registry from starting.

use std::io;

use crate::diagnostic::{Class, Code, Diagnose};

/// Every code of this room.
pub const CODES: &[Code] = &[CANNOT_LISTEN];

const CANNOT_LISTEN: Code = Code::new("upstream/cannot-listen");

/// Tells why the scripted registry could not start.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// No port on loopback could be had.
    #[error("cannot listen on 127.0.0.1: {0}")]
    CannotListen(#[source] io::Error),
}

impl Diagnose for UpstreamError {
    fn code(&self) -> Code {
        CANNOT_LISTEN
    }

    fn class(&self) -> Class {
        Class::Environment
    }

    fn help(&self) -> Option<String> {
        Some("allow this process to open a port on the loopback address".to_owned())
    }
}
