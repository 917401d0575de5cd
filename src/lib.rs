//! seaworthy: lints, scaffolds, builds and verifies the images of developer workspaces.
//!
//! Four crates, split at the waist and at the judgement: `seaworthy-reading` reads, `seaworthy-knowledge` knows what
//! an image is, `seaworthy-judging` judges it, and this one speaks, makes, and meets the outside. Each shows the
//! modules of those below it, so that a module is `seaworthy::name` to whoever uses it.
//!
//! The floors go on from theirs, lowest first. A module uses only rows above its own; `tests/floors.rs` reads the
//! tables of all four and fails on any other import.
//!
//! | floor | modules | what for |
//! | --- | --- | --- |
//! | speaking | `report` | one writer a format, each with its own output types |
//! | making | `template` | a template and answers to files in memory |
//! | | `diagnose` | a failed build as plain data, and what is known of its kind |
//! | | `progress` | what a build tells while it runs, drawn or written line by line |
//! | | `compare` | what was foreseen against what is observed, and one image against another |
//! | | `structure` | tests of container-structure-test files |
//! | | `probes` | what is asked of a container of an image, and how its answers are judged |
//! | outside | `disk` | the only files that know the disk |
//! | | `program` | runs other programs, for a limited time |
//! | | `engine` | the only files that know the Docker Engine API |
//! | | `host` | this machine, its programs and its engine; or a recorded one |
//! | verbs | `cli` | arguments as types |
//! | | `commands` | one function a verb |

pub mod cli;
pub mod commands;
pub mod compare;
pub mod diagnose;
pub mod disk;
#[cfg(feature = "engine")]
pub mod engine;
pub mod host;
pub mod probes;
pub mod program;
#[cfg(feature = "engine")]
pub mod progress;
pub mod report;
pub mod structure;
pub mod template;

pub use seaworthy_judging::{VERSION, checklist, config, doctor, policy, rules};
pub use seaworthy_knowledge::{facts, image, interpret, platform, tools};
pub use seaworthy_reading::{
    context, contract, conversion, definitions, finding, invocation, shell, source, stages, syntax,
};
