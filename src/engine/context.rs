//! The build context as tar, streamed.
//!
//! Owner and group are 0 and all times are one, so that the same folder gives the same bytes. A thread
//! reads while the engine takes; between them lies no more than a few pieces.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};
use std::thread;

use futures_util::stream;
use hyper::body::Bytes;
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc;

use crate::disk::{BuildContext, ContextEntry, ContextError, EntryKind};

/// The time of everything in a context: 2 January 1980, UTC. Zip files, and with them Python's wheels,
/// cannot say anything before 1980, in no time zone.
pub(super) const TIME: u64 = 315_619_200;

/// The size of a piece, in bytes, and how many of them wait at most.
const PIECE: usize = 64 << 10;
const WAITING: usize = 8;

/// Why a context was not sent to its end.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Of what lies in it.
    #[error(transparent)]
    Context(#[from] ContextError),
    /// The other side takes no more.
    #[error(transparent)]
    Closed(#[from] io::Error),
}

/// Writes a context as tar.
///
/// # Errors
/// What lies in it cannot be sent, or the sink is closed.
pub fn write(context: &BuildContext, sink: impl Write) -> Result<(), SendError> {
    let mut tar = Builder::new(sink);
    context.each(|entry| append(&mut tar, entry))?;
    tar.into_inner()?.flush()?;
    Ok(())
}

fn append(tar: &mut Builder<impl Write>, entry: &ContextEntry) -> Result<(), SendError> {
    let mut header = Header::new_gnu();
    header.set_mtime(TIME);
    header.set_mode(entry.mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    match &entry.kind {
        EntryKind::Folder => {
            header.set_entry_type(EntryType::Directory);
            let path = format!("{}/", entry.path);
            tar.append_data(&mut header, path, io::empty())?;
        }
        EntryKind::Link(target) => {
            header.set_entry_type(EntryType::Symlink);
            // A target is written as it is, `..` and all.
            tar.append_link(&mut header, &entry.path, target)?;
        }
        EntryKind::File(size) => {
            header.set_entry_type(EntryType::Regular);
            header.set_size(*size);
            let file = Exactly::new(entry.open()?, *size);
            tar.append_data(&mut header, &entry.path, file)
                .map_err(|error| match error.kind() {
                    io::ErrorKind::UnexpectedEof => ContextError::Changed(entry.path.clone()).into(),
                    io::ErrorKind::BrokenPipe => SendError::Closed(error),
                    _ => ContextError::Read {
                        path: entry.path.clone(),
                        error,
                    }
                    .into(),
                })?;
        }
    }
    Ok(())
}

/// As many bytes as a file had when it was met.
pub(super) struct Exactly<R> {
    file: R,
    left: u64,
}

impl<R> Exactly<R> {
    pub(super) fn new(file: R, size: u64) -> Self {
        Self { file, left: size }
    }
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read(&mut buffer[..most])?;
        if read == 0 && most > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

/// Where the thread leaves why it stopped.
pub type Stopped = Arc<Mutex<Option<ContextError>>>;

/// A context on its way, and why it stopped if it did.
pub fn body(
    context: BuildContext,
) -> (
    impl stream::Stream<Item = io::Result<Bytes>> + Send + use<>,
    Stopped,
) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let stopped = Stopped::default();
    let told = Arc::clone(&stopped);
    thread::spawn(move || {
        let mut pieces = Pieces {
            piece: Vec::with_capacity(PIECE),
            sender,
        };
        match write(&context, &mut pieces) {
            Ok(()) | Err(SendError::Closed(_)) => {}
            Err(SendError::Context(error)) => {
                let words = error.to_string();
                if let Ok(mut told) = told.lock() {
                    *told = Some(error);
                }
                // The engine must not take what there is for the whole. If it is gone, so be it.
                let _ = pieces.sender.blocking_send(Err(io::Error::other(words)));
            }
        }
    });
    let pieces = stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (piece, receiver))
    });
    (pieces, stopped)
}

/// Gathers bytes to pieces and passes them on.
struct Pieces {
    piece: Vec<u8>,
    sender: mpsc::Sender<io::Result<Bytes>>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == PIECE {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.sender
            .blocking_send(Ok(Bytes::from(piece)))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use super::*;

    fn tar_of(folder: &Path) -> Vec<u8> {
        let context = BuildContext::new(folder, &folder.join("Dockerfile")).expect("it is one");
        let mut bytes = Vec::new();
        write(&context, &mut bytes).expect("it can be read");
        bytes
    }

    fn make(folder: &Path, order: &[&str], mode: u32) {
        for name in order {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            fs::write(&path, name.as_bytes()).expect("it can be written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is ours");
        }
        symlink("a/one", folder.join("link")).expect("it can be made");
    }

    #[test]
    fn the_same_files_give_the_same_bytes_whenever_and_by_whomever_they_were_made() {
        let (one, other) = (
            tempfile::tempdir().expect("a folder can be made"),
            tempfile::tempdir().expect("a folder can be made"),
        );
        make(one.path(), &["Dockerfile", "a/one", "b/two"], 0o644);
        make(other.path(), &["b/two", "a/one", "Dockerfile"], 0o664);
        let bytes = tar_of(one.path());
        assert_eq!(bytes, tar_of(other.path()));
        assert_eq!(bytes, tar_of(one.path()));
    }

    #[test]
    fn entries_are_as_a_builder_should_see_them() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let long = format!("{}/{}", "d".repeat(120), "f".repeat(120));
        make(folder.path(), &["Dockerfile", &long], 0o775);
        let bytes = tar_of(folder.path());
        let mut archive = tar::Archive::new(bytes.as_slice());
        let mut seen = Vec::new();
        for entry in archive.entries().expect("it is a tar") {
            let entry = entry.expect("it can be read");
            let header = entry.header();
            let owner = (
                header.uid().expect("it has one"),
                header.gid().expect("it has one"),
            );
            assert_eq!((owner, header.mtime().expect("it has one")), ((0, 0), TIME));
            let path = entry.path().expect("it has one").to_string_lossy().into_owned();
            seen.push((path, header.mode().expect("it has one"), header.entry_type()));
        }
        assert_eq!(seen.len(), 4, "{seen:?}");
        assert_eq!(seen[0], ("Dockerfile".to_owned(), 0o755, EntryType::Regular));
        assert_eq!(seen[1].2, EntryType::Directory);
        assert_eq!(seen[2], (long, 0o755, EntryType::Regular));
        assert_eq!(seen[3].2, EntryType::Symlink);
    }

    #[test]
    fn a_file_that_shrinks_is_told() {
        let mut short = Exactly::new(&b"ab"[..], 5);
        let error = io::copy(&mut short, &mut io::sink()).expect_err("it is too short");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
