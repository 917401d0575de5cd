//! What well-known base images bring: accounts, commands, packages, environment, init.
//!
//! The table is `bases.yaml`, compiled in; its head says how an entry is written. It is indexed when
//! the first base is asked for, and an entry is read when an image first needs it. What the table
//! leaves out is unknown.

mod table;

use std::sync::Arc;

pub use crate::facts::{Account, Base, BaseGroup as Group, Family, Init, Libc, Manager};
use crate::syntax::reference::ImageRef;

/// What is known of the image of this reference.
///
/// `platform` is the platform that is built for, as in `linux/arm64`; the entries hold for all
/// Linux platforms, and nothing is known of an image for another system.
pub fn base_facts(reference: &ImageRef, platform: Option<&str>) -> Option<Arc<Base>> {
    if platform.is_some_and(|platform| !platform.starts_with("linux")) {
        return None;
    }
    table::find(reference)
}
