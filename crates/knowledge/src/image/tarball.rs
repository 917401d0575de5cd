//! Members of a tar archive, read once and in order.
//!
//! The crate `tar` reads the headers; its own walk takes extended headers of any length into memory
//! and gives no buffer to look into, so the walk is here. Long names come as GNU and pax have them.

use std::io::{self, BufRead, Read};

use tar::{EntryType, GnuExtSparseHeader, Header};

/// Bytes of a block.
const BLOCK: usize = 512;
/// The longest extended header that is read; Go's reader has the same bound.
const LONGEST_HEADER: u64 = 1 << 20;

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// Another name for a member that came before.
    Hard,
    /// A device, a pipe or anything else.
    Other,
}

/// A member of an archive.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its path as written.
    pub path: String,
    /// Where it leads, if it is a link.
    pub target: String,
    /// What it is.
    pub kind: MemberKind,
    /// Its permissions.
    pub mode: u32,
    /// The number of its owner.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
    /// Its size when it is unpacked, in bytes.
    pub size: u64,
}

/// What extended headers say about the next member.
#[derive(Default)]
struct Extended {
    path: Option<String>,
    target: Option<String>,
    size: Option<u64>,
    real_size: Option<u64>,
    uid: Option<u32>,
    gid: Option<u32>,
}

/// The members of an archive.
pub struct Members<R> {
    input: R,
    /// Bytes of the current member's content that were not read.
    left: u64,
    /// Bytes that fill its last block.
    padding: u64,
    ended: bool,
}

impl<R: BufRead> Members<R> {
    /// Of an archive.
    pub fn new(input: R) -> Self {
        Self {
            input,
            left: 0,
            padding: 0,
            ended: false,
        }
    }

    /// Goes on to the next member; what was not read of the last one is left out.
    ///
    /// # Errors
    /// The reader's; `UnexpectedEof` where the archive ends within a member, `InvalidData` where a
    /// header makes no sense.
    pub fn next(&mut self) -> io::Result<Option<Member>> {
        let mut extended = Extended::default();
        loop {
            self.skip(self.left + self.padding)?;
            (self.left, self.padding) = (0, 0);
            let Some(header) = self.header()? else {
                return Ok(None);
            };
            let kind = header.entry_type();
            let written = match extended.size.filter(|_| !is_extended_header(kind)) {
                Some(size) => size,
                None => header.entry_size().map_err(|error| damaged(error.to_string()))?,
            };
            let has_content = !matches!(kind, EntryType::Link | EntryType::Symlink | EntryType::Directory)
                && !matches!(kind, EntryType::Char | EntryType::Block | EntryType::Fifo);
            self.left = if has_content { written } else { 0 };
            self.padding = self.left.wrapping_neg() % BLOCK as u64;
            if self
                .left
                .checked_add(self.padding)
                .is_none_or(|whole| whole > i64::MAX as u64)
            {
                return Err(damaged(format!("a member says that it has {written} bytes")));
            }
            match kind {
                EntryType::GNULongName => extended.path = Some(text(&self.extended_header()?)),
                EntryType::GNULongLink => extended.target = Some(text(&self.extended_header()?)),
                EntryType::XHeader => pax(&self.extended_header()?, &mut extended),
                EntryType::XGlobalHeader => {}
                _ => return self.member(&header, extended).map(Some),
            }
        }
    }

    fn member(&mut self, header: &Header, extended: Extended) -> io::Result<Member> {
        let mut real_size = extended.real_size.unwrap_or(self.left);
        if header.entry_type() == EntryType::GNUSparse
            && let Some(gnu) = header.as_gnu()
        {
            real_size = gnu.real_size().map_err(|error| damaged(error.to_string()))?;
            let mut goes_on = gnu.is_extended();
            while goes_on {
                let mut block = GnuExtSparseHeader::new();
                self.input.read_exact(block.as_mut_bytes())?;
                goes_on = block.is_extended();
            }
        }
        let kind = match header.entry_type() {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => MemberKind::File,
            EntryType::Directory => MemberKind::Folder,
            EntryType::Symlink => MemberKind::Link,
            EntryType::Link => MemberKind::Hard,
            _ => MemberKind::Other,
        };
        let number = |value: io::Result<u64>| u32::try_from(value.unwrap_or(0)).unwrap_or(u32::MAX);
        let path = extended.path.unwrap_or_else(|| text(&header.path_bytes()));
        // Archives of the oldest kind tell folders by their name alone.
        let kind = if kind == MemberKind::File && path.ends_with('/') {
            MemberKind::Folder
        } else {
            kind
        };
        Ok(Member {
            target: extended.target.unwrap_or_else(|| {
                header
                    .link_name_bytes()
                    .map(|name| text(&name))
                    .unwrap_or_default()
            }),
            kind,
            // Go leaves fields empty that are zero, and reads them so.
            mode: header.mode().unwrap_or(0) & 0o7777,
            uid: extended.uid.unwrap_or_else(|| number(header.uid())),
            gid: extended.gid.unwrap_or_else(|| number(header.gid())),
            size: if kind == MemberKind::File { real_size } else { 0 },
            path,
        })
    }

    /// The next header; none at the end of the archive.
    fn header(&mut self) -> io::Result<Option<Header>> {
        if self.ended || self.input.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut header = Header::new_old();
        self.input.read_exact(header.as_mut_bytes())?;
        if header.as_bytes().iter().all(|byte| *byte == 0) {
            self.ended = true;
            return Ok(None);
        }
        if !is_header(header.as_bytes()) {
            return Err(damaged("a header has a wrong checksum"));
        }
        Ok(Some(header))
    }

    fn extended_header(&mut self) -> io::Result<Vec<u8>> {
        if self.left > LONGEST_HEADER {
            return Err(damaged(format!(
                "a name or an extended header has {} bytes",
                self.left
            )));
        }
        let mut bytes = Vec::new();
        self.content().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The content of the current member, as far as it was not read.
    pub fn content(&mut self) -> Data<'_, R> {
        Data {
            input: &mut self.input,
            left: &mut self.left,
        }
    }

    fn skip(&mut self, mut amount: u64) -> io::Result<()> {
        while amount > 0 {
            let available = self.input.fill_buf()?.len();
            if available == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let step = (available as u64).min(amount);
            self.input.consume(step as usize);
            amount -= step;
        }
        Ok(())
    }
}

/// The content of a member.
pub struct Data<'m, R> {
    input: &'m mut R,
    left: &'m mut u64,
}

impl<R: BufRead> BufRead for Data<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if *self.left == 0 {
            return Ok(&[]);
        }
        let available = self.input.fill_buf()?;
        if available.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let length = usize::try_from(*self.left).unwrap_or(usize::MAX);
        Ok(&available[..available.len().min(length)])
    }

    fn consume(&mut self, amount: usize) {
        self.input.consume(amount);
        *self.left -= amount as u64;
    }
}

impl<R: BufRead> Read for Data<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(into.len());
        into[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

/// Whether a block is a header with the right checksum, or the zeros that end an archive.
pub fn is_header(block: &[u8]) -> bool {
    let Some(block) = block.get(..BLOCK) else {
        return false;
    };
    if block.iter().all(|byte| *byte == 0) {
        return true;
    }
    let field = 148..156;
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if field.contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    let mut header = Header::new_old();
    header.as_mut_bytes().copy_from_slice(block);
    header.cksum().is_ok_and(|written| written == sum)
}

fn is_extended_header(kind: EntryType) -> bool {
    matches!(
        kind,
        EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader | EntryType::XGlobalHeader
    )
}

/// A name: until the first zero, and with bytes that are no UTF-8 replaced.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The records of a pax header: `LENGTH KEY=VALUE\n`.
fn pax(mut bytes: &[u8], extended: &mut Extended) {
    while let Some(blank) = bytes.iter().position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(&bytes[..blank])
            .ok()
            .and_then(|text| text.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| bytes.get(blank + 1..length)) else {
            return;
        };
        bytes = &bytes[blank + 1 + record.len()..];
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let Some(equals) = record.iter().position(|byte| *byte == b'=') else {
            return;
        };
        let value = text(&record[equals + 1..]);
        match &record[..equals] {
            b"path" | b"GNU.sparse.name" => extended.path = Some(value),
            b"linkpath" => extended.target = Some(value),
            b"size" => extended.size = value.parse().ok(),
            b"GNU.sparse.realsize" | b"GNU.sparse.size" => extended.real_size = value.parse().ok(),
            b"uid" => extended.uid = value.parse().ok(),
            b"gid" => extended.gid = value.parse().ok(),
            _ => {}
        }
    }
}

fn damaged(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.into())
}
