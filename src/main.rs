//! The command `airlock`.

use std::process::ExitCode;

fn main() -> ExitCode {
    airlock::cli::main(std::env::args_os())
}
