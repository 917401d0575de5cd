//! What a build tells while it runs, whoever builds.
//!
//! The engine gives [`Event`]s; [`Steps`] remembers what they add up to; a writer shows them: drawn on a
//! terminal, as lines, as JSON, or not at all. Text of a log is untrusted: a writer prints only what
//! [`log`] and `report::printable` let through.

pub mod drawn;
pub mod frame;
pub mod lines;
pub mod log;
pub mod plain;
mod steps;

use std::time::Duration;

pub use steps::{State, Step, Steps};

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// There is a step, or will be. Steps count from 0, in the order in which they become known.
    Step {
        /// Which.
        step: usize,
        /// As the builder calls it, such as `[build 2/5] RUN make`.
        name: String,
    },
    /// It runs.
    Started {
        /// Which.
        step: usize,
    },
    /// It need not run, since its outcome is at hand.
    Cached {
        /// Which.
        step: usize,
    },
    /// It ended well.
    Done {
        /// Which.
        step: usize,
        /// How long it took, where the builder says so.
        took: Option<Duration>,
    },
    /// It failed.
    Failed {
        /// Which.
        step: usize,
        /// In the builder's words.
        message: String,
    },
    /// It wrote something: any bytes, cut anywhere.
    Log {
        /// Which.
        step: usize,
        /// What.
        bytes: Vec<u8>,
    },
    /// It moved a part of something whose size may be known.
    Amount {
        /// Which.
        step: usize,
        /// Of what, such as a layer's digest.
        what: String,
        /// So many bytes or things.
        current: u64,
        /// Of so many; 0 if nobody knows.
        total: u64,
    },
    /// Something that belongs to no step.
    Note(String),
    /// The image is there.
    Image {
        /// Its id.
        id: String,
    },
    /// Nothing, a tenth of a second long.
    Tick,
}

/// Shows events.
pub trait Writer {
    /// Takes one, after [`Steps`] took it.
    fn show(&mut self, event: &Event, steps: &Steps);

    /// Leaves the terminal as it should stay.
    fn end(&mut self, steps: &Steps);
}

/// Shows nothing.
pub struct Silent;

impl Writer for Silent {
    fn show(&mut self, _event: &Event, _steps: &Steps) {}

    fn end(&mut self, _steps: &Steps) {}
}
