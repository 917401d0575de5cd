//! The dated tables: what base images bring, and which inner container runtimes a Sysbox runs.
//!
//! Knowledge only: nothing here reads a Dockerfile or judges one. Each entry has a date and a
//! source, and what nobody established is unknown, not guessed.

pub mod bases;
pub mod runtime;
pub mod versions;
