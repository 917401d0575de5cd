//! Observes a built image: archives and layouts to plain data, plain data to facts.
//!
//! Nothing here does I/O: bytes come in by readers. [`archive`] and [`layout`] read each layer once, as
//! a stream, and keep what rules ask for ([`keep`]); [`Inspected`] is that, as plain data that can be
//! recorded; [`observe`](observe()) makes steps, effects and facts of it. What the bytes of an image say is not trusted:
//! every length is bounded, and what lies about its digest is an error.

mod accounts;
mod archive;
mod compressed;
mod config;
mod digest;
mod effects;
mod error;
mod history;
mod inspected;
mod keep;
mod known;
mod layer;
mod layout;
mod locales;
mod modes;
mod observe;
mod packages;
mod places;
mod root;
mod rpm;
mod state;
mod system;
mod tarball;

pub use archive::read as read_archive;
pub use error::ImageError;
pub use history::{Matched, Mismatch, Weighed, matching, weights};
pub use inspected::{
    Config, Content, Entry, Health, Heap, History, Inspected, Installed, Kind, Layer, Marks,
};
pub use keep::{Keep, Wanted};
pub use layout::read as read_layout;
pub use observe::observe;
pub use root::Root;
