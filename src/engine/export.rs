//! An image of the engine as a stream: what `docker save` would write.
//!
//! The stream runs on a thread of its own, with a runtime of its own; a handful of chunks wait at most.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use bollard::Docker;
use futures_util::StreamExt;

use super::{Engine, EngineError};

/// Chunks that may wait to be read.
const WAITING: usize = 32;

/// How long the engine may send nothing. Version 20.10 packs the whole image before it sends the first byte:
/// a gigabyte takes it some ten seconds.
const QUIET: Duration = Duration::from_secs(15 * 60);

type Chunk = Result<Vec<u8>, bollard::errors::Error>;

/// The archive of an image while it is read.
pub struct Export<'e> {
    engine: &'e Engine,
    chunks: Receiver<Chunk>,
    chunk: Vec<u8>,
    at: usize,
    failure: Option<EngineError>,
}

impl Engine {
    /// Whether it has an image of this name or id.
    ///
    /// # Errors
    /// It is gone, or refuses.
    pub fn knows_image(&self, name: &str) -> Result<bool, EngineError> {
        match self.wait(self.docker.inspect_image(name)) {
            Ok(_) => Ok(true),
            Err(error) => match self.error(error) {
                EngineError::Refused { status: 404, .. } => Ok(false),
                other => Err(other),
            },
        }
    }

    /// Asks for an image as an archive.
    ///
    /// # Errors
    /// The stream cannot be begun. What goes wrong later is told by [`Export::failure`].
    pub fn export(&self, name: &str) -> io::Result<Export<'_>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (send, chunks) = sync_channel(WAITING);
        let (docker, name) = (self.docker.clone(), name.to_owned());
        // The thread ends when its chunks find nobody; it is not waited for, since the engine may be slow.
        std::thread::spawn(move || runtime.block_on(stream(&docker, &name, &send)));
        Ok(Export {
            engine: self,
            chunks,
            chunk: Vec::new(),
            at: 0,
            failure: None,
        })
    }
}

async fn stream(docker: &Docker, name: &str, send: &SyncSender<Chunk>) {
    let mut stream = std::pin::pin!(docker.export_image(name));
    while let Some(chunk) = stream.next().await {
        // Nobody reads any more: the stream is dropped, and the engine is told so.
        if send.send(chunk.map(|bytes| bytes.to_vec())).is_err() {
            return;
        }
    }
}

/// What comes next; none at the end.
fn next<T>(chunks: &Receiver<T>, patience: Duration) -> io::Result<Option<T>> {
    match chunks.recv_timeout(patience) {
        Ok(chunk) => Ok(Some(chunk)),
        Err(RecvTimeoutError::Disconnected) => Ok(None),
        Err(RecvTimeoutError::Timeout) => {
            let why = format!("the engine has sent nothing for {} seconds", patience.as_secs());
            Err(io::Error::new(io::ErrorKind::TimedOut, why))
        }
    }
}

impl Export<'_> {
    /// What the engine said when it failed.
    pub fn failure(&mut self) -> Option<EngineError> {
        self.failure.take()
    }
}

impl Read for Export<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.chunk.len() {
            match next(&self.chunks, QUIET)? {
                Some(Ok(chunk)) => (self.chunk, self.at) = (chunk, 0),
                Some(Err(error)) => {
                    let failure = self.engine.error(error);
                    let told = io::Error::other(failure.to_string());
                    self.failure = Some(failure);
                    return Err(told);
                }
                None => return Ok(0),
            }
        }
        let length = (self.chunk.len() - self.at).min(into.len());
        into[..length].copy_from_slice(&self.chunk[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_sends_nothing_is_not_waited_for_without_end() {
        let (send, chunks) = sync_channel(1);
        send.send(1).expect("somebody takes it");
        let patience = Duration::from_millis(10);
        assert_eq!(next(&chunks, patience).expect("it is there"), Some(1));
        let error = next(&chunks, patience).expect_err("nothing comes");
        assert!(error.to_string().contains("has sent nothing"), "{error}");
        drop(send);
        assert_eq!(next(&chunks, patience).expect("it is the end"), None);
    }
}
