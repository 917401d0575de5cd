//! Tells compressed bytes from plain ones, and reads both.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

/// Bytes by which a form is known.
pub const PEEK: usize = 512;

/// What bytes are, by how they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// A tar archive.
    Tar,
    /// An object or a list in JSON.
    Json,
    /// Anything else.
    Other,
}

/// What begins like this.
pub fn form(start: &[u8]) -> Form {
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    match start {
        [0x1f, 0x8b, ..] => Form::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Form::Zstd,
        _ if super::tarball::is_header(start) => Form::Tar,
        _ if matches!(first, Some(b'{' | b'[')) => Form::Json,
        _ => Form::Other,
    }
}

/// Reads the first bytes, as many as are there.
pub fn peek(input: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(PEEK);
    input.take(PEEK as u64).read_to_end(&mut start)?;
    Ok(start)
}

/// How many bytes may come out of a compressed one, once more than [`ALLOWED`] came out. Layers of
/// distributions have 3, folders of text 10; gzip reaches 1,032 and Zstandard many thousands, with nothing
/// but zeros.
const MOST_PER_BYTE: u64 = 200;
/// Bytes that come out whatever they come from: a file of zeros of a gigabyte is a swap file, or a record of
/// logins for a large number of a user.
const ALLOWED: u64 = 2 << 30;

/// The plain bytes of what has a form.
///
/// Whatever unpacks to far more than it is fails with [`io::ErrorKind::FileTooLarge`].
pub fn plain<'r>(input: impl BufRead + 'r, form: Form) -> io::Result<Box<dyn BufRead + 'r>> {
    const BUFFER: usize = 128 * 1024;
    let packed = Rc::new(Cell::new(0));
    let counted = Counted {
        inner: input,
        count: Rc::clone(&packed),
    };
    let bounded = |unpacked| Bounded {
        inner: BufReader::with_capacity(BUFFER, unpacked),
        count: 0,
        packed,
        allowed: ALLOWED,
    };
    Ok(match form {
        Form::Gzip => {
            let decoder: Box<dyn Read + 'r> = Box::new(MultiGzDecoder::new(counted));
            Box::new(bounded(decoder))
        }
        Form::Zstd => {
            let decoder: Box<dyn Read + 'r> = Box::new(zstd::stream::read::Decoder::with_buffer(counted)?);
            Box::new(bounded(decoder))
        }
        Form::Tar | Form::Json | Form::Other => Box::new(counted.inner),
    })
}

/// A reader that tells how much was taken from it.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.count.set(self.count.get() + amount as u64);
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

/// Unpacked bytes, as long as they are not far more than the packed ones.
struct Bounded<R> {
    inner: R,
    count: u64,
    packed: Rc<Cell<u64>>,
    allowed: u64,
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let most = self.packed.get().saturating_mul(MOST_PER_BYTE).max(self.allowed);
        if self.count > most {
            let why = format!("{most} bytes unpacked, over {MOST_PER_BYTE} times what it has packed");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.count += amount as u64;
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(packed: u64, allowed: u64) -> io::Result<u64> {
        let mut bounded = Bounded {
            inner: BufReader::new(io::repeat(0).take(1 << 20)),
            count: 0,
            packed: Rc::new(Cell::new(packed)),
            allowed,
        };
        io::copy(&mut bounded, &mut io::sink())
    }

    #[test]
    fn what_unpacks_to_far_more_than_it_is_fails_once_it_is_much() {
        assert_eq!(unpacked(1 << 13, 0).ok(), Some(1 << 20));
        assert_eq!(unpacked(1, 1 << 20).ok(), Some(1 << 20));
        let error = unpacked(1 << 10, 1 << 16).expect_err("it is too much");
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(error.to_string().contains("204800 bytes unpacked"), "{error}");
    }
}
