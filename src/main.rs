//! Parse, call, print the error, exit code.
fn main() {}
