//! What is known: one table a family.

mod accounts;
mod git;
mod host;
mod images;
mod instructions;
mod languages;
mod network;
mod packages;
mod programs;
mod repositories;
mod scripts;

use super::sign::Kind;

/// The kinds that keep anything from being fetched.
pub const NETWORK: &[&str] = &[
    "proxy-unreachable",
    "proxy-refused",
    "name-resolution",
    "connection-refused",
    "connection-timed-out",
    "network-unreachable",
    "connection-broken",
    "certificate-store-missing",
    "certificate-expired",
    "certificate-untrusted",
    "tls-failed",
    "download-rate-limited",
    "server-error",
];

/// All families. Where one line bears signs of several kinds the first here counts.
pub const FAMILIES: &[&[Kind]] = &[
    host::KINDS,
    accounts::KINDS,
    network::KINDS,
    images::KINDS,
    instructions::KINDS,
    repositories::KINDS,
    packages::KINDS,
    git::KINDS,
    languages::KINDS,
    programs::KINDS,
    scripts::KINDS,
];
