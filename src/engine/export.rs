//! An image of the engine as a stream: what `docker save` would write.
//!
//! The stream runs on a thread of its own, with a runtime of its own; a handful of chunks wait at most.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use bollard::Docker;
use futures_util::StreamExt;

use super::{Engine, EngineError};

/// Chunks that may wait to be read.
const WAITING: usize = 32;

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

impl Export<'_> {
    /// What the engine said when it failed.
    pub fn failure(&mut self) -> Option<EngineError> {
        self.failure.take()
    }
}

impl Read for Export<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.chunk.len() {
            match self.chunks.recv() {
                Ok(Ok(chunk)) => (self.chunk, self.at) = (chunk, 0),
                Ok(Err(error)) => {
                    let failure = self.engine.error(error);
                    let told = io::Error::other(failure.to_string());
                    self.failure = Some(failure);
                    return Err(told);
                }
                Err(_) => return Ok(0),
            }
        }
        let length = (self.chunk.len() - self.at).min(into.len());
        into[..length].copy_from_slice(&self.chunk[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}
