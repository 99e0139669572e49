//! Operations: what each command does, without arguments, printing or environment.

pub mod inside;
pub mod inspect;
pub mod keys;
pub mod lock_file;
pub mod outside;
mod pool;
pub mod project;
pub mod resolve;
pub mod transfer;
