//! From an address to an engine that answers, or to why it does not.

use std::io;
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, ClientVersion, Docker};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, Request};

use super::address::{Address, AddressError, Surroundings};
use super::dial::{DialError, Dialer, short_body};
use super::{Description, Engine, Kind};

/// How long an engine may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long an engine may take to begin any other answer, in seconds: it may be busy.
const ANSWER: u64 = 120;

/// Why no engine is reached. What to do about it is in the words.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Its address cannot be read.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// There is no socket.
    #[error(
        "no engine is running: there is no socket {0}; start Docker or Podman, or say where it is by DOCKER_HOST or a Docker context"
    )]
    NoSocket(String),
    /// There is a socket that belongs to others.
    #[error(
        "the engine's socket {0} may not be used: permission denied; join the group that owns it (mostly `docker`), or use an engine of your own"
    )]
    Denied(String),
    /// Nothing listens.
    #[error("no engine answers at {0}: connection refused; is it running?")]
    Refused(String),
    /// Its host has no address.
    #[error("no engine is reached at {address}: the name {host} leads nowhere ({reason})")]
    NoHost {
        /// Where it should be.
        address: String,
        /// The name.
        host: String,
        /// What the system says.
        reason: String,
    },
    /// It takes too long.
    #[error("no engine answers at {address} within {} s", PATIENCE.as_secs())]
    Late {
        /// Where it should be.
        address: String,
    },
    /// Certificates do not do.
    #[error("no TLS with the engine at {address}: {reason}")]
    Tls {
        /// Where it is.
        address: String,
        /// What is wrong.
        reason: String,
    },
    /// It wants TLS.
    #[error(
        "the engine at {0} wants TLS: set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, or use a Docker context"
    )]
    WantsTls(String),
    /// The way by ssh is closed.
    #[error("no engine is reached at {address}: {reason}")]
    Ssh {
        /// Where it should be.
        address: String,
        /// What the ssh program says.
        reason: String,
    },
    /// Something answers that is no engine.
    #[error("what answers at {address} is no Docker engine: {reason}")]
    NoEngine {
        /// Where.
        address: String,
        /// What it does.
        reason: String,
    },
    /// Anything else that the system says.
    #[error("no engine is reached at {address}: {reason}")]
    Other {
        /// Where it should be.
        address: String,
        /// What the system says.
        reason: String,
    },
}

impl Engine {
    /// Connects to the engine that the environment and Docker's config name.
    ///
    /// # Errors
    /// None is reached, within five seconds.
    pub fn connect() -> Result<Self, ConnectError> {
        Self::connect_to(Surroundings::of_process().find()?)
    }

    /// Connects to the engine at an address.
    ///
    /// # Errors
    /// None is reached, within five seconds.
    pub fn connect_to(address: Address) -> Result<Self, ConnectError> {
        let shown = address.to_string();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| ConnectError::Other {
                address: shown.clone(),
                reason: super::plain(&error),
            })?;
        let dialer = Dialer::new(address.clone()).map_err(|error| told(&address, error))?;
        let pinged = runtime.block_on(async { tokio::time::timeout(PATIENCE, ping(&dialer)).await });
        let description = match pinged {
            Err(_) => {
                // A name that is still looked up would be waited for when the runtime is dropped.
                runtime.shutdown_background();
                return Err(ConnectError::Late { address: shown });
            }
            Ok(Err(Pinged::Dial(error))) => return Err(told(&address, error)),
            Ok(Err(Pinged::Told(error))) => return Err(error(shown)),
            Ok(Ok(description)) => Description {
                address: shown,
                ..description
            },
        };
        let version = ClientVersion {
            major_version: usize::from(description.api.0),
            minor_version: usize::from(description.api.1),
        };
        let transport = dialer.clone();
        let docker = Docker::connect_with_custom_transport(
            move |request| transport.clone().transport(request),
            Some("http://docker"),
            ANSWER,
            &version,
        )
        .map_err(|error| ConnectError::Other {
            address: description.address.clone(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            runtime,
            docker,
            dialer,
            description,
            ears: std::cell::RefCell::default(),
        })
    }
}

enum Pinged {
    Dial(DialError),
    Told(Box<dyn FnOnce(String) -> ConnectError>),
}

async fn ping(dialer: &Dialer) -> Result<Description, Pinged> {
    let request = Request::builder()
        .method(Method::GET)
        .uri("/_ping")
        .body(Empty::<Bytes>::new());
    let request = request.map_err(|error| Pinged::Dial(DialError::Http(error.to_string())))?;
    let response = dialer.send(request).await.map_err(Pinged::Dial)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = short_body(response, 1 << 12).await.unwrap_or_default();
    if String::from_utf8_lossy(&body).contains("HTTP request to an HTTPS server") {
        return Err(Pinged::Told(Box::new(ConnectError::WantsTls)));
    }
    match described(&headers) {
        Some(description) if status.is_success() => Ok(description),
        _ => {
            let reason = format!("it says {status} and names no version of the API");
            Err(Pinged::Told(Box::new(|address| ConnectError::NoEngine {
                address,
                reason,
            })))
        }
    }
}

/// What the head of an answer says of the engine; none if it names no API.
fn described(headers: &HeaderMap) -> Option<Description> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (major, minor) = text("api-version")?.split_once('.')?;
    let theirs = (major.parse().ok()?, minor.parse().ok()?);
    let ours = (
        u16::try_from(API_DEFAULT_VERSION.major_version).unwrap_or(u16::MAX),
        u16::try_from(API_DEFAULT_VERSION.minor_version).unwrap_or(u16::MAX),
    );
    let server = text("server").unwrap_or_default();
    let (name, version) = server.split_once('/').unwrap_or((server, ""));
    let kind = match name.eq_ignore_ascii_case("libpod") {
        true => Kind::Podman,
        false => Kind::Docker,
    };
    Some(Description {
        kind,
        version: version.split(' ').next().unwrap_or_default().to_owned(),
        api: theirs.min(ours),
        os: text("ostype").unwrap_or("linux").to_lowercase(),
        prefers_classic: text("builder-version") == Some("1"),
        address: String::new(),
    })
}

fn told(address: &Address, error: DialError) -> ConnectError {
    let shown = address.to_string();
    let host = match address {
        Address::Unix(_) => String::new(),
        Address::Tcp { host, .. } | Address::Tls { host, .. } | Address::Ssh { host, .. } => host.clone(),
    };
    match (error, address) {
        (DialError::System(error), Address::Unix(path)) => {
            let path = path.display().to_string();
            match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ConnectError::NoSocket(path),
                io::ErrorKind::PermissionDenied => ConnectError::Denied(path),
                io::ErrorKind::ConnectionRefused => ConnectError::Refused(shown),
                _ => ConnectError::Other {
                    address: shown,
                    reason: super::plain(&error),
                },
            }
        }
        (DialError::System(error), _) => match error.kind() {
            io::ErrorKind::ConnectionRefused => ConnectError::Refused(shown),
            io::ErrorKind::TimedOut => ConnectError::Late { address: shown },
            _ => ConnectError::Other {
                address: shown,
                reason: super::plain(&error),
            },
        },
        (DialError::Name(reason), _) => ConnectError::NoHost {
            address: shown,
            host,
            reason,
        },
        (DialError::Tls(reason), Address::Tls { certificates, .. })
            if !crate::disk::is_there(&certificates.join("ca.pem")) =>
        {
            let folder = certificates.display();
            let reason = format!("{reason}; there is no ca.pem in {folder} with who else is to be trusted");
            ConnectError::Tls {
                address: shown,
                reason,
            }
        }
        // It takes the connection first, and looks at our certificate then.
        (DialError::Http(reason), Address::Tls { certificates, .. }) if reason.contains("fatal alert") => {
            let folder = certificates.display();
            let reason = match crate::disk::is_there(&certificates.join("cert.pem")) {
                true => format!("it refuses the certificate in {folder}: {reason}"),
                false => format!("it wants a certificate, and there is no cert.pem in {folder}: {reason}"),
            };
            ConnectError::Tls {
                address: shown,
                reason,
            }
        }
        (error @ (DialError::Certificate { .. } | DialError::Tls(_)), _) => ConnectError::Tls {
            address: shown,
            reason: error.to_string(),
        },
        (DialError::Ssh(reason), _) => ConnectError::Ssh {
            address: shown,
            reason,
        },
        (DialError::Http(reason), Address::Ssh { .. }) => ConnectError::Ssh {
            address: shown,
            reason,
        },
        (DialError::Http(reason), _) => ConnectError::NoEngine {
            address: shown,
            reason,
        },
    }
}
