//! The Docker Engine API: the only files that know bollard and tokio.
//!
//! [`Engine`] holds the connection and a runtime of one thread; each method waits for its answer. What it
//! can do stands in a file for each: [`build`], [`containers`], [`export`], [`registry`]. Types that leave are ours: whatever an engine
//! says becomes plain text, numbers or JSON first.

mod address;
mod answers;
pub mod build;
mod classic;
mod connect;
pub mod containers;
mod context;
pub mod credentials;
mod dial;
pub mod export;
mod interrupts;
mod kit;
pub mod once;
pub mod registry;
mod session;
mod sync;

use std::cell::RefCell;
use std::future::Future;
use std::io;

use bollard::Docker;
use tokio::runtime::Runtime;

pub use address::{Address, AddressError, Surroundings};
pub use answers::Answers;
pub use connect::ConnectError;
use dial::Dialer;
use interrupts::Interrupts;

/// An engine that answered.
pub struct Engine {
    runtime: Runtime,
    docker: Docker,
    dialer: Dialer,
    description: Description,
    /// Ears of the containers of before: what they heard counts for the next one.
    ears: RefCell<Option<Interrupts>>,
}

/// Who speaks the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Docker, or something that says it is.
    Docker,
    /// Podman's compatible API.
    Podman,
}

/// What an engine says of itself when it is first asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Who speaks.
    pub kind: Kind,
    /// Its version as it says it, such as `20.10.24+dfsg1`; empty if it says none.
    pub version: String,
    /// The version of the API that both sides speak, such as `(1, 41)`.
    pub api: (u16, u16),
    /// The operating system of its containers, such as `linux`.
    pub os: String,
    /// Whether it says that its builder is the classic one.
    pub prefers_classic: bool,
    /// Where it is, in the user's words.
    pub address: String,
}

impl Description {
    /// The first number of its version; none if it says none.
    pub fn major(&self) -> Option<u32> {
        let end = self.version.find(|sign: char| !sign.is_ascii_digit());
        self.version[..end.unwrap_or(self.version.len())].parse().ok()
    }

    /// Its name and version in a sentence.
    pub fn name(&self) -> String {
        let name = match self.kind {
            Kind::Docker => "Docker Engine",
            Kind::Podman => "Podman",
        };
        match self.version.as_str() {
            "" => name.to_owned(),
            version => format!("{name} {version}"),
        }
    }
}

/// What an engine says of its host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Info {
    /// Names of the runtimes that containers can be given, in order.
    pub runtimes: Vec<String>,
    /// How layers are kept, such as `overlay2`.
    pub store: String,
    /// `1` or `2`; empty if it says none.
    pub cgroups: String,
    /// The architecture as the kernel calls it, such as `x86_64`.
    pub architecture: String,
    /// The distribution.
    pub distribution: String,
    /// The kernel.
    pub kernel: String,
}

/// An engine that does not do as it is asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It answers, and refuses.
    #[error("{message}")]
    Refused {
        /// The status of HTTP, such as 404.
        status: u16,
        /// In the engine's words.
        message: String,
    },
    /// It is gone, or answers in a way that cannot be read.
    #[error("the engine at {address} broke off: {message}")]
    Lost {
        /// Where it was.
        address: String,
        /// What was seen.
        message: String,
    },
    /// It does not answer in time.
    #[error("the engine at {address} does not answer")]
    Silent {
        /// Where it is.
        address: String,
    },
}

impl Engine {
    /// What it said of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// What it says of its host.
    ///
    /// # Errors
    /// It is gone.
    pub fn info(&self) -> Result<Info, EngineError> {
        let info = self.wait(self.docker.info()).map_err(|error| self.error(error))?;
        let mut runtimes: Vec<String> = info.runtimes.unwrap_or_default().into_keys().collect();
        runtimes.sort();
        Ok(Info {
            runtimes,
            store: info.driver.unwrap_or_default(),
            cgroups: info
                .cgroup_version
                .map(|version| version.to_string())
                .unwrap_or_default(),
            architecture: info.architecture.unwrap_or_default(),
            distribution: info.operating_system.unwrap_or_default(),
            kernel: info.kernel_version.unwrap_or_default(),
        })
    }

    /// Waits for an answer.
    fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }

    /// The engine's error in our words.
    fn error(&self, error: bollard::errors::Error) -> EngineError {
        use bollard::errors::Error;
        let address = self.description.address.clone();
        match error {
            Error::DockerResponseServerError { status_code, message } => EngineError::Refused {
                status: status_code,
                message: message.trim().to_owned(),
            },
            Error::DockerStreamError { error } => EngineError::Refused {
                status: 200,
                message: error.trim().to_owned(),
            },
            Error::RequestTimeoutError => EngineError::Silent { address },
            other => EngineError::Lost {
                address,
                message: causes(&other),
            },
        }
    }
}

/// An error with what caused it, each said once.
fn causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words = format!("{words}: {cause_words}");
        }
        next = cause.source();
    }
    words
}

/// An error of the system in plain words, without its number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}
