//! Reads: what a Dockerfile says, how BuildKit takes it, and how it is built.
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

pub mod context;
pub mod contract;
pub mod conversion;
pub mod definitions;
pub mod finding;
pub mod invocation;
pub mod shell;
pub mod source;
pub mod stages;
pub mod syntax;
