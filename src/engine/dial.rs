//! One connection to the engine, over whatever leads there.
//!
//! Every request has a connection of its own, so that dropping its answer ends what the engine does for
//! it.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Stdio;
use std::sync::Arc;
use std::task::{Context, Poll};

use bollard::BollardRequest;
use http_body_util::{BodyExt, Collected, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use super::address::Address;

/// Bytes both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A way to the engine that can be taken again and again.
#[derive(Clone)]
pub struct Dialer {
    address: Address,
    tls: Option<TlsConnector>,
}

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The system says so.
    #[error("{}", super::plain(.0))]
    System(#[from] io::Error),
    /// The host's name has no address.
    #[error("{0}")]
    Name(String),
    /// A certificate or key cannot be used.
    #[error("cannot use {path}: {reason}")]
    Certificate {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Both sides do not trust each other.
    #[error("{0}")]
    Tls(String),
    /// The ssh program says so.
    #[error("{0}")]
    Ssh(String),
    /// It answers, but not in HTTP.
    #[error("{0}")]
    Http(String),
}

impl Dialer {
    /// Reads the certificates, if there are to be any.
    ///
    /// # Errors
    /// They cannot be used.
    pub fn new(address: Address) -> Result<Self, DialError> {
        let tls = match &address {
            Address::Tls { certificates, .. } => Some(connector(certificates)?),
            _ => None,
        };
        Ok(Self { address, tls })
    }

    /// Connects.
    pub async fn dial(&self) -> Result<Box<dyn Stream>, DialError> {
        match &self.address {
            Address::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
            Address::Tcp { host, port } => Ok(Box::new(tcp(host, *port).await?)),
            Address::Tls { host, port, .. } => {
                let stream = tcp(host, *port).await?;
                let name = ServerName::try_from(host.clone())
                    .map_err(|_| DialError::Tls(format!("`{host}` is no name of a server")))?;
                let Some(connector) = &self.tls else {
                    return Err(DialError::Tls("there are no certificates".to_owned()));
                };
                let secured = connector.connect(name, stream).await;
                Ok(Box::new(
                    secured.map_err(|error| DialError::Tls(super::plain(&error)))?,
                ))
            }
            Address::Ssh {
                user,
                host,
                port,
                socket,
            } => Ok(Box::new(ssh(user.as_deref(), host, *port, socket.as_deref())?)),
        }
    }

    /// Sends a request over a connection of its own. The connection may be upgraded.
    pub async fn send<B>(&self, mut request: Request<B>) -> Result<Response<Incoming>, DialError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stream = self.dial().await?;
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = path.map(Uri::from).unwrap_or_default();
        request
            .headers_mut()
            .entry(HOST)
            .or_insert(HeaderValue::from_static("docker"));
        let failed = |error: hyper::Error| DialError::Http(super::causes(&error));
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(failed)?;
        // It ends with the answer, or when that is dropped.
        tokio::spawn(connection.with_upgrades());
        sender.send_request(request).await.map_err(failed)
    }

    /// Sends bollard's request.
    pub async fn transport(
        self,
        request: BollardRequest,
    ) -> Result<Response<Incoming>, bollard::errors::Error> {
        self.send(request)
            .await
            .map_err(|error| bollard::errors::Error::IOError {
                err: io::Error::other(error),
            })
    }
}

/// Connects to the first address of a host that answers.
async fn tcp(host: &str, port: u16) -> Result<TcpStream, DialError> {
    let found = tokio::net::lookup_host((host, port)).await;
    let addresses: Vec<_> = found
        .map_err(|error| DialError::Name(super::plain(&error)))?
        .collect();
    let stream = TcpStream::connect(addresses.as_slice()).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn connector(folder: &Path) -> Result<TlsConnector, DialError> {
    let unusable = |path: &PathBuf, reason: String| DialError::Certificate {
        path: path.display().to_string(),
        reason,
    };
    let mut roots = RootCertStore::empty();
    let authority = folder.join("ca.pem");
    if crate::disk::is_there(&authority) {
        for certificate in certificates(&authority)? {
            roots
                .add(certificate)
                .map_err(|error| unusable(&authority, error.to_string()))?;
        }
    } else {
        // What the system trusts; a broken one among them is passed over, as others do.
        for certificate in rustls_native_certs::load_native_certs().certs {
            let _ = roots.add(certificate);
        }
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| DialError::Tls(error.to_string()))?
        .with_root_certificates(roots);
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let config = match crate::disk::is_there(&certificate) {
        false => config.with_no_client_auth(),
        true => {
            let chain = certificates(&certificate)?;
            let secret =
                PrivateKeyDer::from_pem_file(&key).map_err(|error| unusable(&key, error.to_string()))?;
            config
                .with_client_auth_cert(chain, secret)
                .map_err(|error| unusable(&certificate, error.to_string()))?
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, DialError> {
    let unusable = |reason: String| DialError::Certificate {
        path: path.display().to_string(),
        reason,
    };
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(unusable("there is no certificate in it".to_owned())),
        Ok(found) => Ok(found),
        Err(error) => Err(unusable(error.to_string())),
    }
}

/// The ssh program with docker at its other end. It ends with the stream.
struct Ssh {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

fn ssh(user: Option<&str>, host: &str, port: Option<u16>, socket: Option<&str>) -> Result<Ssh, DialError> {
    let mut command = Command::new("ssh");
    // Nobody is there to be asked for a passphrase while a picture is drawn.
    command.args(["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5"]);
    if let Some(user) = user {
        command.args(["-l", user]);
    }
    if let Some(port) = port {
        command.args(["-p", &port.to_string()]);
    }
    command.args(["--", host, "docker"]);
    if let Some(socket) = socket {
        command.args(["--host", &format!("unix://{socket}")]);
    }
    command.args(["system", "dial-stdio"]);
    let started = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut child = started.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => DialError::Ssh("there is no program ssh".to_owned()),
        _ => DialError::System(error),
    })?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(input), Some(output)) => Ok(Ssh { child, input, output }),
        _ => Err(DialError::Ssh("ssh has no pipes".to_owned())),
    }
}

impl AsyncRead for Ssh {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.output).poll_read(context, buffer);
        // At its end the program says why, if there was a reason.
        if matches!(read, Poll::Ready(Ok(())))
            && buffer.filled().len() == before
            && let Some(errors) = self.child.stderr.as_mut()
        {
            let mut words = [0; 1024];
            let mut said = ReadBuf::new(&mut words);
            if let Poll::Ready(Ok(())) = Pin::new(errors).poll_read(context, &mut said)
                && !said.filled().is_empty()
            {
                let said = String::from_utf8_lossy(said.filled());
                let last = said.trim().lines().last().unwrap_or_default().to_owned();
                return Poll::Ready(Err(io::Error::other(format!("ssh: {last}"))));
            }
        }
        read
    }
}

impl AsyncWrite for Ssh {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.input).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_shutdown(context)
    }
}

/// Reads the body of a short answer, of at most so many bytes.
pub async fn short_body(response: Response<Incoming>, most: usize) -> Result<Bytes, DialError> {
    let body = Limited::new(response.into_body(), most).collect().await;
    body.map(Collected::to_bytes)
        .map_err(|error| DialError::Http(error.to_string()))
}
