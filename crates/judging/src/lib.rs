//! Judges: what is wrong with an image, a host or a cluster, and what of it is kept.
//!
//! | floor | modules | what for |
//! | --- | --- | --- |
//! | judging | `rules` | what is wrong with an image, one file a rule |
//! | | `doctor` | whether a host, a cluster or a pod is what the platform needs |
//! | | `checklist` | what a workspace asks of an image, point by point |
//! | deciding | `config` | `seaworthy.yaml`: what it says about a file, and what is wrong with it |
//! | | `policy` | findings, config and comments to what is kept and what is silenced |

pub mod checklist;
pub mod config;
pub mod doctor;
pub mod policy;
pub mod rules;

use seaworthy_knowledge::{facts, interpret, platform};
use seaworthy_reading::{context, contract, conversion, finding, invocation, shell, source, stages, syntax};

/// Our own version: all crates of the workspace have the same.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
