//! The databases of RPM.

use super::inspected::{Content, Marks};
use super::keep::Known;

/// The packages of a database.
pub fn read(known: Known, _bytes: Vec<u8>, _owned: &mut Marks) -> Content {
    let form = match known {
        Known::RpmSqlite => "SQLite",
        Known::RpmNdb => "ndb",
        _ => "Berkeley DB",
    };
    Content::Unread(format!("a database of RPM in the form of {form} is not read"))
}
