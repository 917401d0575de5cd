//! seaworthy: lints, scaffolds, builds and verifies the images of developer workspaces.
//!
//! The floors, lowest first. A module uses only rows above its own; `tests/floors.rs` reads this
//! table and fails on any other import.
//!
//! | floor | modules | what for |
//! | --- | --- | --- |
//! | vocabulary | `source` | named text, byte spans, line and column on demand |
//! | | `finding` | what is said of a file or an image: no logic |
//! | | `contract` | what the platform promises a workspace and asks of it |
//! | | `invocation` | a Dockerfile with how it is built and run |
//! | | `context` | the build context as a door; answers that are known, absent or unknown |
//! | reading | `definitions` | compose, bake and devcontainer files to the builds that they define |
//! | | `syntax` | bytes to tree, as BuildKit reads them; word expansion |
//! | | `shell` | RUN text to commands |
//! | | `stages` | the stage graph |
//! | | `conversion` | what BuildKit refuses when it makes a build of what was read |
//! | waist | `facts` | steps, effects, and the state that they leave |
//! | knowledge | `platform` | dated tables: base images, Sysbox × containerd × Docker |
//! | | `tools` | what programs do, one file a family |
//! | doors | `interpret` | foresees steps from a Dockerfile |
//! | | `image` | observes steps in a built image: archives and layouts to plain data, plain data to facts |
//! | judging | `rules` | what is wrong with an image, one file a rule |
//! | | `doctor` | whether a host, a cluster or a pod is what the platform needs |
//! | | `checklist` | what a workspace asks of an image, point by point |
//! | deciding | `config` | `seaworthy.yaml`: what it says about a file, and what is wrong with it |
//! | | `policy` | findings, config and comments to what is kept and what is silenced |
//! | speaking | `report` | one writer a format, each with its own output types |
//! | making | `template` | a template and answers to files in memory |
//! | | `diagnose` | a failed build as plain data, and what is known of its kind |
//! | | `progress` | what a build tells while it runs, drawn or written line by line |
//! | making | `compare` | what was foreseen against what is observed, and one image against another |
//! | | `structure` | tests of container-structure-test files |
//! | | `probes` | what is asked of a container of an image, and how its answers are judged |
//! | outside | `disk` | the only files that know the disk |
//! | | `program` | runs other programs, for a limited time |
//! | | `engine` | the only files that know the Docker Engine API |
//! | | `host` | this machine, its programs and its engine; or a recorded one |
//! | verbs | `cli` | arguments as types |
//! | | `commands` | one function a verb |

pub mod checklist;
pub mod cli;
pub mod commands;
pub mod compare;
pub mod config;
pub mod context;
pub mod contract;
pub mod conversion;
pub mod definitions;
pub mod diagnose;
pub mod disk;
pub mod doctor;
#[cfg(feature = "engine")]
pub mod engine;
pub mod facts;
pub mod finding;
pub mod host;
pub mod image;
pub mod interpret;
pub mod invocation;
pub mod platform;
pub mod policy;
pub mod probes;
pub mod program;
#[cfg(feature = "engine")]
pub mod progress;
pub mod report;
pub mod rules;
pub mod shell;
pub mod source;
pub mod stages;
pub mod structure;
pub mod syntax;
pub mod template;
pub mod tools;

/// Our own version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
