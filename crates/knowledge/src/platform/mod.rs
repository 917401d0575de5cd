//! The dated tables: what base images bring, which inner container runtimes a Sysbox runs, and what
//! hosts, clusters and mounts must be.
//!
//! Knowledge only: nothing here reads a Dockerfile or judges one. Each entry has a date and a
//! source, and what nobody established is unknown, not guessed.

pub mod bases;
pub mod envbox;
pub mod hosts;
pub mod mounts;
pub mod runtime;
pub mod settings;
pub mod support;
pub mod versions;
