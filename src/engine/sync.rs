//! The build context as BuildKit asks for it: a list of all that is in it, then the files that it wants.
//!
//! It is sent so where the Dockerfile is ignored: it goes by itself here, and is not in what `COPY . .` copies.
//! Else a tar is sent, since BuildKit of Docker 20.10 gives folders that it asked for the time of the build, so that
//! no two builds give the same layer. What is ignored is left out on our side, and the builder is told of no ignore
//! file, which it would apply once more.

use std::collections::HashMap;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use bollard_buildkit_proto::fsutil::types::packet::PacketType;
use bollard_buildkit_proto::fsutil::types::{Packet, Stat};
use bollard_buildkit_proto::moby::filesync::v1::file_sync_server::FileSync;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, Streaming};

use super::context::{Exactly, Stopped, TIME};
use crate::disk::{BuildContext, ContextEntry, ContextError, EntryKind};

/// The methods, as the engine wants them named.
pub const METHOD: &str = "/moby.filesync.v1.FileSync/DiffCopy";

/// The bytes of a file in one packet, as BuildKit's own client sends them, and how many packets wait at most.
const PIECE: usize = 32 << 10;
const WAITING: usize = 16;

/// Go's bits for what a file is; the permissions are those of Unix.
mod go {
    pub const FOLDER: u32 = 1 << 31;
    pub const LINK: u32 = 1 << 27;
    pub const SET_USER: u32 = 1 << 23;
    pub const SET_GROUP: u32 = 1 << 22;
    pub const STICKY: u32 = 1 << 20;
}

/// A context that a builder may ask for.
#[derive(Debug, Clone)]
pub struct Shared {
    context: BuildContext,
    dockerfile: Arc<Vec<u8>>,
    stopped: Stopped,
}

impl Shared {
    /// Reads the Dockerfile, and nothing else yet.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn new(context: BuildContext) -> Result<Self, ContextError> {
        let dockerfile = Arc::new(context.read_dockerfile()?);
        Ok(Self {
            context: context.without_ignored_dockerfile(),
            dockerfile,
            stopped: Stopped::default(),
        })
    }

    /// Where it is left why sending stopped.
    pub fn stopped(&self) -> Stopped {
        Arc::clone(&self.stopped)
    }

    /// The name under which the builder finds the Dockerfile.
    pub fn dockerfile_name(&self) -> &str {
        let path = self.context.dockerfile();
        path.rsplit_once('/').map_or(path, |(_, name)| name)
    }
}

/// What a builder asks for.
enum Asked {
    /// The folder of the Dockerfile, in which nothing else is.
    Dockerfile,
    /// The ignore file, of which it need not know.
    IgnoreFile,
    /// The context.
    Context,
}

impl Asked {
    fn of(headers: &MetadataMap) -> Result<Self, Status> {
        let text = |key: &str| -> Vec<String> {
            let all = headers.get_all(key).iter();
            all.filter_map(|value| Some(value.to_str().ok()?.to_owned()))
                .collect()
        };
        let wanted = [text("followpaths"), text("include-patterns")].concat();
        match text("dir-name").first().map_or("", String::as_str) {
            "dockerfile" => Ok(Self::Dockerfile),
            "context" if !wanted.is_empty() && wanted.iter().all(|path| path.ends_with(".dockerignore")) => {
                Ok(Self::IgnoreFile)
            }
            "context" => Ok(Self::Context),
            other => Err(Status::not_found(format!("there is no folder {other} to send"))),
        }
    }
}

#[tonic::async_trait]
impl FileSync for Shared {
    type DiffCopyStream = Pin<Box<dyn Stream<Item = Result<Packet, Status>> + Send>>;
    type TarStreamStream = Self::DiffCopyStream;

    async fn diff_copy(
        &self,
        request: Request<Streaming<Packet>>,
    ) -> Result<Response<Self::DiffCopyStream>, Status> {
        let asked = Asked::of(request.metadata())?;
        let mut answers = request.into_inner();
        let (packets, sent) = mpsc::channel(WAITING);
        let (wants, wanted) = channel();
        let sending = Sending {
            shared: self.clone(),
            known: Known::default(),
            packets,
        };
        let (listing, reading) = (sending.clone(), sending.clone());
        thread::spawn(move || listing.end(listing.list(&asked)));
        thread::spawn(move || reading.end(reading.files(&wanted)));
        tokio::spawn(async move {
            while let Ok(Some(packet)) = answers.message().await {
                match packet.r#type() {
                    PacketType::PacketReq => {
                        if wants.send(packet.id).is_err() {
                            break;
                        }
                    }
                    PacketType::PacketFin => {
                        // That it is heard is no matter any more.
                        let _ = sending.packets.send(Ok(plain(PacketType::PacketFin))).await;
                        break;
                    }
                    _ => break,
                }
            }
        });
        let packets = stream::unfold(sent, |mut sent| async move {
            sent.recv().await.map(|packet| (packet, sent))
        });
        Ok(Response::new(Box::pin(packets)))
    }

    async fn tar_stream(
        &self,
        _request: Request<Streaming<Packet>>,
    ) -> Result<Response<Self::TarStreamStream>, Status> {
        Err(Status::unimplemented("only DiffCopy is served"))
    }
}

/// The files of which the builder was told, by their numbers in the list.
type Known = Arc<Mutex<HashMap<u32, Content>>>;

/// What is in a file.
enum Content {
    Dockerfile,
    Entry(ContextEntry),
}

/// Why sending ends early.
enum Ended {
    /// Of what lies in the context.
    Context(ContextError),
    /// The other side is gone.
    Closed,
}

impl From<ContextError> for Ended {
    fn from(error: ContextError) -> Self {
        Self::Context(error)
    }
}

/// One folder on its way.
#[derive(Clone)]
struct Sending {
    shared: Shared,
    known: Known,
    packets: mpsc::Sender<Result<Packet, Status>>,
}

impl Sending {
    /// Tells what there is, parents before what is in them, each folder's names in order.
    fn list(&self, asked: &Asked) -> Result<(), Ended> {
        match asked {
            Asked::IgnoreFile => {}
            Asked::Dockerfile => {
                let size = self.shared.dockerfile.len() as u64;
                self.known().insert(0, Content::Dockerfile);
                let name = self.shared.dockerfile_name().to_owned();
                self.stat(stat(name, 0o644, size, String::new()))?;
            }
            Asked::Context => {
                let mut number = 0;
                self.shared.context.each(|entry| {
                    if let EntryKind::File(_) = entry.kind {
                        self.known().insert(number, Content::Entry(entry.clone()));
                    }
                    number += 1;
                    self.stat(of_entry(entry))
                })?;
            }
        }
        self.send(plain(PacketType::PacketStat))
    }

    /// Sends the files that are wanted, one after the other, until nobody wants any.
    fn files(&self, wanted: &Receiver<u32>) -> Result<(), Ended> {
        for number in wanted {
            // It is sent once.
            let content = self.known().remove(&number);
            match content {
                None => {}
                Some(Content::Dockerfile) => {
                    for piece in self.shared.dockerfile.chunks(PIECE) {
                        self.data(number, piece.to_vec())?;
                    }
                }
                Some(Content::Entry(entry)) => self.file(number, &entry)?,
            }
            self.data(number, Vec::new())?;
        }
        Ok(())
    }

    fn file(&self, number: u32, entry: &ContextEntry) -> Result<(), Ended> {
        let EntryKind::File(size) = entry.kind else {
            return Ok(());
        };
        let mut file = Exactly::new(entry.open()?, size);
        loop {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => ContextError::Changed(entry.path.clone()),
                _ => ContextError::Read {
                    path: entry.path.clone(),
                    error,
                },
            })?;
            if read == 0 {
                return Ok(());
            }
            piece.truncate(read);
            self.data(number, piece)?;
        }
    }

    /// Leaves why it ended, and tells the builder, which must not take what there is for the whole.
    fn end(&self, result: Result<(), Ended>) {
        let Err(Ended::Context(error)) = result else {
            return;
        };
        let words = error.to_string();
        let mut stopped = self.shared.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        stopped.get_or_insert(error);
        drop(stopped);
        let packet = Packet {
            data: words.into_bytes(),
            ..plain(PacketType::PacketErr)
        };
        // If it is gone, so be it.
        let _ = self.send(packet);
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Content>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stat(&self, stat: Stat) -> Result<(), Ended> {
        self.send(Packet {
            stat: Some(stat),
            ..plain(PacketType::PacketStat)
        })
    }

    fn data(&self, number: u32, data: Vec<u8>) -> Result<(), Ended> {
        self.send(Packet {
            id: number,
            data,
            ..plain(PacketType::PacketData)
        })
    }

    fn send(&self, packet: Packet) -> Result<(), Ended> {
        self.packets.blocking_send(Ok(packet)).map_err(|_| Ended::Closed)
    }
}

fn plain(kind: PacketType) -> Packet {
    Packet {
        r#type: kind as i32,
        ..Packet::default()
    }
}

fn of_entry(entry: &ContextEntry) -> Stat {
    let mut mode = entry.mode & 0o777;
    for (unix, go) in [
        (0o4000, go::SET_USER),
        (0o2000, go::SET_GROUP),
        (0o1000, go::STICKY),
    ] {
        if entry.mode & unix != 0 {
            mode |= go;
        }
    }
    match &entry.kind {
        EntryKind::Folder => stat(entry.path.clone(), mode | go::FOLDER, 0, String::new()),
        EntryKind::File(size) => stat(entry.path.clone(), mode, *size, String::new()),
        EntryKind::Link(target) => {
            let target = target.to_string_lossy().into_owned();
            stat(entry.path.clone(), mode | go::LINK, target.len() as u64, target)
        }
    }
}

fn stat(path: String, mode: u32, size: u64, linkname: String) -> Stat {
    Stat {
        path,
        mode,
        size: i64::try_from(size).unwrap_or(i64::MAX),
        // In nanoseconds.
        mod_time: i64::try_from(TIME * 1_000_000_000).unwrap_or_default(),
        linkname,
        ..Stat::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(&'static str, &str)]) -> Result<Asked, Status> {
        let mut map = MetadataMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("it is one"));
        }
        Asked::of(&map)
    }

    #[test]
    fn a_builder_that_asks_for_the_ignore_file_is_told_of_none() {
        assert!(matches!(
            asked(&[("dir-name", "context"), ("followpaths", ".dockerignore")]),
            Ok(Asked::IgnoreFile)
        ));
        assert!(matches!(
            asked(&[
                ("dir-name", "context"),
                ("followpaths", "a"),
                ("followpaths", ".dockerignore")
            ]),
            Ok(Asked::Context)
        ));
        assert!(matches!(asked(&[("dir-name", "context")]), Ok(Asked::Context)));
        let dockerfile = asked(&[
            ("dir-name", "dockerfile"),
            ("followpaths", "Dockerfile.dockerignore"),
        ]);
        assert!(matches!(dockerfile, Ok(Asked::Dockerfile)));
        assert!(asked(&[("dir-name", "../secret")]).is_err());
        assert!(asked(&[]).is_err());
    }
}
