//! RPM's database as an SQLite file, opened in memory and for reading alone.
//!
//! The file is not trusted: a view or a virtual table in the place of the table is not asked, and both
//! the length of a value and the work of the query are bounded.

use rusqlite::limits::Limit;
use rusqlite::{Connection, Error};

/// The longest header; the kernel's is 2 MiB.
const LONGEST_HEADER: i32 = 64 << 20;
/// Thousands of steps of SQLite's machine that a query may take: a row takes some ten.
const MOST_STEPS: u32 = 100_000;

/// Gives each header.
///
/// # Errors
/// What SQLite says of the file, or what the taker says.
pub fn each(mut bytes: Vec<u8>, take: &mut dyn FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
    // A file whose changes went through a log says so in two bytes of its head (fileformat2.html,
    // section 1.3.3), and is not opened in memory then; whether the log has anything, its own file says.
    if let Some(versions) = bytes.get_mut(18..20) {
        versions.fill(1);
    }
    let said = |error: Error| format!("SQLite cannot read the database of RPM: {error}");
    let mut connection = Connection::open_in_memory().map_err(said)?;
    let length = bytes.len();
    connection
        .deserialize_read_exact("main", bytes.as_slice(), length, true)
        .map_err(said)?;
    drop(bytes);
    connection
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_HEADER)
        .map_err(said)?;
    let mut steps = 0;
    connection
        .progress_handler(
            1000,
            Some(move || {
                steps += 1;
                steps > MOST_STEPS
            }),
        )
        .map_err(said)?;
    connection
        .execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
        .map_err(said)?;
    let is_table: bool = connection
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'Packages' AND type = 'table' \
             AND rootpage > 1 AND sql NOT LIKE '%VIRTUAL%'",
            [],
            |row| row.get(0),
        )
        .map_err(said)?;
    if !is_table {
        return Err("the SQLite file has no table of RPM's packages".to_owned());
    }
    let mut query = connection
        .prepare("SELECT blob FROM Packages ORDER BY hnum")
        .map_err(said)?;
    let mut rows = query.query([]).map_err(said)?;
    while let Some(row) = rows.next().map_err(said)? {
        let header = row.get_ref(0).map_err(said)?;
        let header = header
            .as_blob()
            .map_err(|_| "a row of RPM's packages has no header".to_owned())?;
        take(header)?;
    }
    Ok(())
}
