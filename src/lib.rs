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
//! | reading | `syntax` | bytes to tree, as BuildKit reads them; word expansion |
//! | | `shell` | RUN text to commands |
//! | | `stages` | the stage graph |
//! | waist | `facts` | steps, effects, and the state that they leave |
//! | knowledge | `tools` | what programs do, one file a family |
//! | doors | `interpret` | foresees steps from a Dockerfile |
//! | judging | `rules` | the rules, and judging a file by them |
//! | speaking and mending | `report/` | one writer a format, each with its own output types |

pub mod context;
pub mod contract;
pub mod facts;
pub mod finding;
pub mod interpret;
pub mod invocation;
pub mod report;
pub mod rules;
pub mod shell;
pub mod source;
pub mod stages;
pub mod syntax;
pub mod tools;
