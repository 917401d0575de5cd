//! An image of the engine as a stream: what `docker save` would write.
//!
//! The stream runs on a thread of its own, with a runtime of its own; a handful of chunks wait at most.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use bollard::Docker;

/// Chunks that may wait to be read.
const WAITING: usize = 32;

type Chunk = Result<Vec<u8>, bollard::errors::Error>;

/// The archive of an image while it is read.
pub struct Export {
    chunks: Receiver<Chunk>,
    chunk: Vec<u8>,
    at: usize,
    failure: Option<anyhow::Error>,
    thread: Option<JoinHandle<()>>,
}

/// Asks the engine that the environment names for an image.
///
/// # Errors
/// There is no engine, or it has no such image.
pub fn open(name: &str) -> Result<Export> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the engine's client")?;
    let docker = Docker::connect_with_defaults().context("cannot find the engine")?;
    let docker = runtime
        .block_on(docker.negotiate_version())
        .context("cannot reach the engine")?;
    runtime
        .block_on(docker.inspect_image(name))
        .map_err(|error| match error {
            bollard::errors::Error::DockerResponseServerError { status_code: 404, .. } => {
                anyhow!("the engine has no image {name}")
            }
            other => anyhow::Error::new(other).context(format!("cannot read the image {name}")),
        })?;
    let (send, chunks) = sync_channel(WAITING);
    let name = name.to_owned();
    let thread = std::thread::spawn(move || runtime.block_on(stream(&docker, &name, &send)));
    Ok(Export {
        chunks,
        chunk: Vec::new(),
        at: 0,
        failure: None,
        thread: Some(thread),
    })
}

async fn stream(docker: &Docker, name: &str, send: &SyncSender<Chunk>) {
    use futures_util::StreamExt as _;
    let mut stream = std::pin::pin!(docker.export_image(name));
    while let Some(chunk) = stream.next().await {
        // Nobody reads any more: the stream is dropped, and the engine is told so.
        if send.send(chunk.map(|bytes| bytes.to_vec())).is_err() {
            return;
        }
    }
}

impl Export {
    /// What the engine said when it failed.
    pub fn failure(&mut self) -> Option<anyhow::Error> {
        self.failure.take()
    }
}

impl Read for Export {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.chunk.len() {
            match self.chunks.recv() {
                Ok(Ok(chunk)) => (self.chunk, self.at) = (chunk, 0),
                Ok(Err(error)) => {
                    let told = io::Error::other(error.to_string());
                    self.failure = Some(error.into());
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

impl Drop for Export {
    fn drop(&mut self) {
        // The thread ends when its chunks find nobody; it is not waited for, since the engine may be slow.
        drop(self.thread.take());
    }
}
