//! Operations: what each command does, without arguments, printing or environment.

pub mod inside;
pub mod project;
pub mod resolve;
pub mod transfer;
