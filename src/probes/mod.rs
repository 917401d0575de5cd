//! What is asked of a container that is started as the platform would, and how its answers are judged.
//!
//! Nothing here knows an engine: [`start`] says how a profile starts an image, [`plan`] which probes
//! there are, [`judge`] what an answer means. Who runs them hands plain data in and out ([`container`]).

pub mod account;
pub mod capabilities;
pub mod container;
pub mod inner;
pub mod judge;
pub mod lost;
pub mod plan;
pub mod start;

pub use account::Account;
pub use judge::{Judge, Verdict};
pub use plan::{Given, Planned, Probe};
pub use start::{First, Start, Way};
