//! A program that stays up until the test or the side ends.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};

use crate::processes::children;
use crate::side::Side;

/// A running server with its log.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts a server; its output goes to `<name>.log` in the side's folder.
    pub(crate) fn start(side: &Side, name: &str, call: crate::call::Call) -> Self {
        let log = side.path(&format!("{name}.log"));
        let file = File::create(&log).unwrap();
        // A bound for the day on which nobody ends it.
        let child = call
            .into_command(&["timeout", "--kill-after=5", "1500"])
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        Self { child, log }
    }

    /// Waits until `ready` answers, for at most half a minute.
    pub(crate) fn wait_until(mut self, ready: impl Fn() -> bool) -> Self {
        let start = Instant::now();
        while !ready() {
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && start.elapsed() < Duration::from_secs(30),
                "the server did not come up ({ended:?}):\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(50));
        }
        self
    }

    /// Returns the peak of the server's resident memory so far, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        // `timeout` started the server itself.
        let timeout = children(self.child.id())[0];
        let server = children(timeout.as_raw_pid().cast_unsigned())[0];
        let status = fs::read_to_string(format!("/proc/{server}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let words: Vec<&str> = line.unwrap().split_whitespace().collect();
        words[1].parse().unwrap()
    }

    /// Sends a signal to what `nsenter` started; it may have ended meanwhile.
    fn signal(&self, signal: Signal) {
        for pid in children(self.child.id()) {
            let _ended = kill_process(pid, signal);
        }
    }

    /// Returns what the server has written so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Server {
    /// Ends the server: what `nsenter` started is asked to stop, and after ten seconds made to.
    fn drop(&mut self) {
        for signal in [Signal::TERM, Signal::KILL] {
            self.signal(signal);
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(10) {
                if self.child.try_wait().unwrap().is_some() {
                    return;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}
