//! Writers, one for each format that a user or a tool reads.

pub mod tree;
