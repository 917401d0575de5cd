//! Tells compressed bytes from plain ones, and reads both.

use std::io::{self, BufRead, BufReader, Read};

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

/// The plain bytes of what has a form.
pub fn plain<'r>(input: impl BufRead + 'r, form: Form) -> io::Result<Box<dyn BufRead + 'r>> {
    const BUFFER: usize = 128 * 1024;
    Ok(match form {
        Form::Gzip => Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(input))),
        Form::Zstd => {
            let decoder = zstd::stream::read::Decoder::with_buffer(input)?;
            Box::new(BufReader::with_capacity(BUFFER, decoder))
        }
        Form::Tar | Form::Json | Form::Other => Box::new(input),
    })
}
