//! Hashes what is read, on a thread of its own.
//!
//! Chunks go to the thread and come back to be filled again, so that reading and hashing take turns
//! with a handful of buffers, whatever the length.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use sha2::{Digest, Sha256};

/// Bytes of a chunk.
const CHUNK: usize = 256 * 1024;
/// Chunks that may wait for the thread.
const WAITING: usize = 4;

/// A reader whose bytes are hashed.
pub struct Hashed<R> {
    inner: R,
    chunk: Arc<Vec<u8>>,
    at: usize,
    to_hash: SyncSender<Arc<Vec<u8>>>,
    hashed: Receiver<Arc<Vec<u8>>>,
    thread: JoinHandle<[u8; 32]>,
}

impl<R: Read> Hashed<R> {
    /// Begins to hash.
    pub fn new(inner: R) -> Self {
        let (to_hash, chunks) = sync_channel::<Arc<Vec<u8>>>(WAITING);
        let (back, hashed) = sync_channel::<Arc<Vec<u8>>>(WAITING + 2);
        let thread = std::thread::spawn(move || {
            let mut hasher = Sha256::new();
            for chunk in chunks {
                hasher.update(chunk.as_slice());
                // When nobody takes chunks back, they are done with.
                let _ = back.try_send(chunk);
            }
            hasher.finalize().into()
        });
        Self {
            inner,
            chunk: Arc::default(),
            at: 0,
            to_hash,
            hashed,
            thread,
        }
    }

    /// A buffer that was hashed already, or a new one.
    fn buffer(&mut self) -> Vec<u8> {
        let mut buffer = match self.hashed.try_recv().map(Arc::try_unwrap) {
            Ok(Ok(buffer)) => buffer,
            _ => Vec::new(),
        };
        buffer.resize(CHUNK, 0);
        buffer
    }

    /// Reads to the end, and gives the digest in hexadecimal digits.
    pub fn finish(mut self) -> io::Result<String> {
        loop {
            let length = self.fill_buf()?.len();
            if length == 0 {
                break;
            }
            self.consume(length);
        }
        let Self { to_hash, thread, .. } = self;
        drop(to_hash);
        let digest = thread.join().map_err(|_| io::Error::other("hashing failed"))?;
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl<R: Read> BufRead for Hashed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.chunk.len() {
            // The last chunk is let go, so that it can be filled again.
            self.chunk = Arc::default();
            self.at = 0;
            let mut buffer = self.buffer();
            let mut length = 0;
            while length < buffer.len() {
                match self.inner.read(&mut buffer[length..]) {
                    Ok(0) => break,
                    Ok(read) => length += read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            buffer.truncate(length);
            self.chunk = Arc::new(buffer);
            if length > 0 {
                self.to_hash
                    .send(Arc::clone(&self.chunk))
                    .map_err(|_| io::Error::other("hashing failed"))?;
            }
        }
        Ok(&self.chunk[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(into.len());
        into[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

/// The digest of bytes that are at hand, in hexadecimal digits.
pub fn of(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_in_parts_has_the_digest_of_the_whole() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
        let mut hashed = Hashed::new(bytes.as_slice());
        let mut some = vec![0; 1000];
        hashed.read_exact(&mut some).expect("it is there");
        assert_eq!(hashed.finish().expect("it can be read"), of(&bytes));
    }

    #[test]
    fn of_nothing_there_is_a_digest_too() {
        let digest = Hashed::new(&[][..]).finish().expect("it can be read");
        assert!(digest.starts_with("e3b0c44298fc1c14"));
    }
}
