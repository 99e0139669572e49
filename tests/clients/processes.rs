//! Who started whom.

use std::fs;

use rustix::process::Pid;

/// The processes that a process started.
pub(crate) fn children(process: u32) -> Vec<Pid> {
    fs::read_to_string(format!("/proc/{process}/task/{process}/children"))
        .unwrap_or_default()
        .split_whitespace()
        .map(|pid| Pid::from_raw(pid.parse().unwrap()).unwrap())
        .collect()
}
