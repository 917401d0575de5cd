//! RPM's own form of its database, `Packages.db`.
//!
//! A page of 4096 bytes begins with 32 of a head; slots of 16 bytes fill the rest of the first pages. A
//! slot that is used names a package by its number and says where its blob lies, in blocks of 16
//! bytes; a blob repeats the number and has its length before the header and its end behind it (rpm's
//! `lib/backend/ndb/rpmpkg.c`). Numbers are four bytes, little end first.

/// `RpmP`, at the start of the file.
const FILE: u32 = u32::from_le_bytes(*b"RpmP");
/// `Slot`, at the start of a slot.
const SLOT: u32 = u32::from_le_bytes(*b"Slot");
/// `BlbS`, at the start of a blob.
const BLOB: u32 = u32::from_le_bytes(*b"BlbS");
/// `BlbE`, at its end.
const BLOB_END: u32 = u32::from_le_bytes(*b"BlbE");
/// Bytes of a page, of a slot and of a block.
const PAGE: usize = 4096;
const SLOT_SIZE: usize = 16;
const BLOCK: usize = 16;
/// The head of the file takes the place of two slots.
const FIRST_SLOT: usize = 2;
/// What stands before and behind the header in a blob.
const BLOB_HEAD: usize = 16;
const BLOB_TAIL: usize = 12;

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

/// Gives each header.
///
/// # Errors
/// What is wrong with the file, or what the taker says.
pub fn each(bytes: &[u8], take: &mut dyn FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
    let damaged = || "RPM's `Packages.db` is damaged".to_owned();
    if number(bytes, 0) != Some(FILE) {
        return Err("`Packages.db` is no database of RPM".to_owned());
    }
    if number(bytes, 4) != Some(0) {
        return Err("`Packages.db` has a version that is not known".to_owned());
    }
    let pages = number(bytes, 12).ok_or_else(damaged)? as usize;
    let slots = pages
        .checked_mul(PAGE)
        .and_then(|end| bytes.get(..end))
        .ok_or_else(damaged)?;
    let mut taken = 0usize;
    for slot in slots.chunks_exact(SLOT_SIZE).skip(FIRST_SLOT) {
        let [magic, package, block, blocks] = [0, 4, 8, 12].map(|at| number(slot, at).unwrap_or_default());
        if magic != SLOT {
            return Err(damaged());
        }
        if package == 0 {
            continue;
        }
        let start = block as usize * BLOCK;
        let size = blocks as usize * BLOCK;
        // Slots that share their blobs would make a small file a long one.
        taken = taken.saturating_add(size);
        let blob = start.checked_add(size).and_then(|end| bytes.get(start..end));
        let blob = blob.filter(|_| taken <= bytes.len()).ok_or_else(damaged)?;
        take(header(blob, package).ok_or_else(damaged)?)?;
    }
    Ok(())
}

fn header(blob: &[u8], package: u32) -> Option<&[u8]> {
    let length = number(blob, 12)? as usize;
    let tail = blob.len().checked_sub(BLOB_TAIL)?;
    let holds = number(blob, 0)? == BLOB
        && number(blob, 4)? == package
        && number(blob, tail + 4)? as usize == length
        && number(blob, tail + 8)? == BLOB_END;
    let end = BLOB_HEAD.checked_add(length).filter(|end| *end <= tail)?;
    if holds { blob.get(BLOB_HEAD..end) } else { None }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A file with these headers, one page of slots.
    pub fn file(headers: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0; PAGE];
        let put = |bytes: &mut Vec<u8>, at: usize, numbers: &[u32]| {
            for (index, number) in numbers.iter().enumerate() {
                bytes[at + index * 4..at + index * 4 + 4].copy_from_slice(&number.to_le_bytes());
            }
        };
        put(&mut bytes, 0, &[FILE, 0, 7, 1, headers.len() as u32 + 1]);
        for slot in FIRST_SLOT..PAGE / SLOT_SIZE {
            put(&mut bytes, slot * SLOT_SIZE, &[SLOT, 0, 0, 0]);
        }
        for (index, header) in headers.iter().enumerate() {
            let package = index as u32 + 1;
            let start = bytes.len();
            let size = (BLOB_HEAD + header.len() + BLOB_TAIL).next_multiple_of(BLOCK);
            bytes.resize(start + size, 0);
            let length = header.len() as u32;
            put(&mut bytes, start, &[BLOB, package, 7, length]);
            bytes[start + BLOB_HEAD..start + BLOB_HEAD + header.len()].copy_from_slice(header);
            put(&mut bytes, start + size - BLOB_TAIL, &[0, length, BLOB_END]);
            let slot = [SLOT, package, (start / BLOCK) as u32, (size / BLOCK) as u32];
            put(&mut bytes, (FIRST_SLOT + index) * SLOT_SIZE, &slot);
        }
        bytes
    }

    #[test]
    fn blobs_that_lie_outside_or_lie_are_told() {
        let whole = file(&[b"one".to_vec(), b"two".to_vec()]);
        let mut seen = Vec::new();
        let mut take = |header: &[u8]| {
            seen.push(header.to_vec());
            Ok(())
        };
        each(&whole, &mut take).expect("it can be read");
        assert_eq!(seen, [b"one", b"two"]);
        let mut ignore = |_: &[u8]| Ok(());
        assert!(each(&whole[..whole.len() - 16], &mut ignore).is_err());
        let mut shared = whole.clone();
        let first = shared[2 * SLOT_SIZE..3 * SLOT_SIZE].to_vec();
        for slot in 3..PAGE / SLOT_SIZE {
            shared[slot * SLOT_SIZE..(slot + 1) * SLOT_SIZE].copy_from_slice(&first);
        }
        assert!(each(&shared[..PAGE + 64], &mut ignore).is_err());
    }

    proptest! {
        #[test]
        fn any_change_gives_headers_or_an_error(at in 0usize..4200, with in any::<u8>(), cut in 0usize..4300) {
            let mut bytes = file(&[b"one".to_vec(), vec![1; 100]]);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = with;
            }
            bytes.truncate(cut);
            let _ = each(&bytes, &mut |_| Ok(()));
        }
    }
}
