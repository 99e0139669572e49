//! Operations on a project's files and its lock.

pub mod scan;
