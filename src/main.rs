//! Parse, call, print the error, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    seaworthy::commands::run()
}
