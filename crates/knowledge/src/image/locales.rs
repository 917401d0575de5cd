//! The C library's archive of locales.

use std::io::{self, BufRead, Read};

use super::inspected::Content;

/// How much of an archive is read: the names stand near its begin, before the locales themselves.
const HEAD: u64 = 2 << 20;
/// The first word of an archive (`locarchive.h`).
const MAGIC: u32 = 0xde02_0109;

/// The names in a `locale-archive`.
///
/// It begins with words of four bytes: magic, serial, and offset, used and size of the table of names.
/// An entry of that table has a hash, the offset of its name and that of its record.
pub fn archive(input: &mut dyn BufRead) -> io::Result<Content> {
    let mut head = Vec::new();
    input.take(HEAD).read_to_end(&mut head)?;
    let words = |at: usize| {
        let bytes = head.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    if words(0) != Some(MAGIC) {
        return Ok(Content::Unread("it is no archive of locales".into()));
    }
    let (Some(offset), Some(size)) = (words(8), words(16)) else {
        return Ok(Content::Unread("it is too short".into()));
    };
    let mut names = Vec::new();
    for entry in 0..(size as usize).min(head.len() / 12) {
        let at = offset as usize + entry * 12;
        let Some(name) = words(at + 4).filter(|name| *name != 0) else {
            continue;
        };
        let Some(rest) = head.get(name as usize..) else {
            continue;
        };
        let end = rest.iter().take(64).position(|byte| *byte == 0);
        if let Some(name) = end.and_then(|end| std::str::from_utf8(&rest[..end]).ok()) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    names.dedup();
    Ok(Content::Names(names))
}
