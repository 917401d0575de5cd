//! Where the engine is: the environment, Docker contexts, the sockets that are usual.
//!
//! In docker's order: DOCKER_HOST, DOCKER_CONTEXT, the config's `currentContext`, the default socket;
//! where that is not there, Podman's sockets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Docker's own socket.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// The socket of a Podman that runs as root.
const PODMAN_SOCKET: &str = "/run/podman/podman.sock";

/// Docker's ports without and with TLS, by its documentation of `-H`.
const PORTS: (u16, u16) = (2375, 2376);

/// Where an engine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A socket on this machine.
    Unix(PathBuf),
    /// A port, in the clear.
    Tcp {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// A port, with TLS.
    Tls {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// Folder with `ca.pem`, `cert.pem` and `key.pem`, as far as they are there.
        certificates: PathBuf,
    },
    /// The docker program on another machine.
    Ssh {
        /// Who logs in, if said.
        user: Option<String>,
        /// The host.
        host: String,
        /// The port, if said.
        port: Option<u16>,
        /// The engine's socket over there, if said.
        socket: Option<String>,
    },
}

impl std::fmt::Display for Address {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unix(path) => write!(out, "unix://{}", path.display()),
            Self::Tcp { host, port } => write!(out, "tcp://{host}:{port}"),
            Self::Tls { host, port, .. } => write!(out, "tcp://{host}:{port} (TLS)"),
            Self::Ssh {
                user,
                host,
                port,
                socket,
            } => {
                let user = user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
                let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                let socket = socket.as_deref().unwrap_or_default();
                write!(out, "ssh://{user}{host}{port}{socket}")
            }
        }
    }
}

/// An address that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AddressError {
    /// Not a scheme of Docker's.
    #[error("{origin}: `{text}` is no engine's address: it begins with unix://, tcp:// or ssh://")]
    Scheme {
        /// Where it stands.
        origin: String,
        /// It.
        text: String,
    },
    /// A scheme, and nothing that can be read after it.
    #[error("{origin}: `{text}` names no {what}")]
    Incomplete {
        /// Where it stands.
        origin: String,
        /// It.
        text: String,
        /// What is missing.
        what: &'static str,
    },
    /// There is no such context.
    #[error("{origin}: there is no Docker context `{name}` in {folder}")]
    NoContext {
        /// Who names it.
        origin: String,
        /// It.
        name: String,
        /// Where contexts are kept.
        folder: String,
    },
    /// A file of Docker's that cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        reason: String,
    },
    /// It wants TLS of which nothing is checked.
    #[error("{origin} asks for TLS without checking who answers, which is not done: give the CA's ca.pem")]
    Unchecked {
        /// Who wants it.
        origin: String,
    },
}

/// What the search looks at: the environment, the folder of Docker's config, and which sockets are there.
pub struct Surroundings {
    /// Environment variables.
    pub variables: BTreeMap<String, String>,
    /// Docker's folder.
    pub docker_folder: PathBuf,
    /// Whether a path is there.
    pub is_there: fn(&Path) -> bool,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        let variables: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let docker_folder = docker_folder(&variables);
        Self {
            variables,
            docker_folder,
            is_there: crate::disk::is_there,
        }
    }

    fn variable(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// Finds the engine.
    ///
    /// # Errors
    /// What is named cannot be read, or names nothing.
    pub fn find(&self) -> Result<Address, AddressError> {
        if let Some(host) = self.variable("DOCKER_HOST") {
            let tls = match (self.variable("DOCKER_TLS_VERIFY"), self.variable("DOCKER_TLS")) {
                (Some(_), _) => Some(self.certificates()),
                (None, Some(_)) => {
                    let origin = "DOCKER_TLS".to_owned();
                    return Err(AddressError::Unchecked { origin });
                }
                (None, None) => None,
            };
            return parse(host, "DOCKER_HOST", tls);
        }
        if let Some(name) = self.variable("DOCKER_CONTEXT") {
            if name != "default" {
                return self.context(name, "DOCKER_CONTEXT");
            }
        } else if let Some(name) = self.current_context()? {
            let origin = self.docker_folder.join("config.json");
            return self.context(&name, &origin.display().to_string());
        }
        Ok(Address::Unix(self.usual_socket()))
    }

    fn certificates(&self) -> PathBuf {
        match self.variable("DOCKER_CERT_PATH") {
            Some(path) => PathBuf::from(path),
            None => self.docker_folder.clone(),
        }
    }

    fn usual_socket(&self) -> PathBuf {
        let default = PathBuf::from(DEFAULT_SOCKET);
        let runtime = self.variable("XDG_RUNTIME_DIR").map(PathBuf::from);
        let rootless = ["docker.sock", "podman/podman.sock"]
            .into_iter()
            .filter_map(|name| Some(runtime.as_ref()?.join(name)));
        std::iter::once(default.clone())
            .chain(rootless)
            .chain([PathBuf::from(PODMAN_SOCKET)])
            .find(|path| (self.is_there)(path))
            .unwrap_or(default)
    }

    fn current_context(&self) -> Result<Option<String>, AddressError> {
        #[derive(serde::Deserialize)]
        struct Config {
            #[serde(default, rename = "currentContext")]
            current: String,
        }
        let path = self.docker_folder.join("config.json");
        if !(self.is_there)(&path) {
            return Ok(None);
        }
        let config: Config = read_json(&path)?;
        Ok(Some(config.current).filter(|name| !name.is_empty() && name != "default"))
    }

    fn context(&self, name: &str, origin: &str) -> Result<Address, AddressError> {
        #[derive(serde::Deserialize)]
        struct Meta {
            #[serde(default, rename = "Endpoints")]
            endpoints: BTreeMap<String, Endpoint>,
        }
        #[derive(serde::Deserialize)]
        struct Endpoint {
            #[serde(default, rename = "Host")]
            host: String,
            #[serde(default, rename = "SkipTLSVerify")]
            unchecked: bool,
        }
        let contexts = self.docker_folder.join("contexts");
        let folder = hexadecimal(&Sha256::digest(name.as_bytes()));
        let path = contexts.join("meta").join(&folder).join("meta.json");
        if !crate::disk::is_there(&path) {
            return Err(AddressError::NoContext {
                origin: origin.to_owned(),
                name: name.to_owned(),
                folder: contexts.display().to_string(),
            });
        }
        let meta: Meta = read_json(&path)?;
        let origin = format!("the Docker context `{name}`");
        let Some(endpoint) = meta.endpoints.get("docker") else {
            return Err(AddressError::Incomplete {
                origin,
                text: path.display().to_string(),
                what: "endpoint `docker`",
            });
        };
        if endpoint.unchecked {
            return Err(AddressError::Unchecked { origin });
        }
        let certificates = contexts.join("tls").join(&folder).join("docker");
        let tls = crate::disk::is_folder(&certificates).then_some(certificates);
        parse(&endpoint.host, &origin, tls)
    }
}

/// Docker's folder: DOCKER_CONFIG, else `.docker` in the home.
fn docker_folder(variables: &BTreeMap<String, String>) -> PathBuf {
    let named = |name: &str| variables.get(name).filter(|value| !value.is_empty());
    match (named("DOCKER_CONFIG"), named("HOME")) {
        (Some(folder), _) => PathBuf::from(folder),
        (None, Some(home)) => Path::new(home).join(".docker"),
        (None, None) => PathBuf::from(".docker"),
    }
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, AddressError> {
    let unreadable = |reason: String| AddressError::Unreadable {
        path: path.display().to_string(),
        reason,
    };
    let source =
        crate::disk::read(path, &path.display().to_string()).map_err(|error| unreadable(error.reason()))?;
    serde_json::from_slice(source.text()).map_err(|error| unreadable(error.to_string()))
}

/// Reads an address as docker's `-H` takes it.
fn parse(text: &str, origin: &str, certificates: Option<PathBuf>) -> Result<Address, AddressError> {
    let incomplete = |what| AddressError::Incomplete {
        origin: origin.to_owned(),
        text: text.to_owned(),
        what,
    };
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(AddressError::Scheme {
            origin: origin.to_owned(),
            text: text.to_owned(),
        });
    };
    match scheme {
        "unix" if rest.is_empty() => Err(incomplete("socket")),
        "unix" => Ok(Address::Unix(PathBuf::from(rest))),
        "tcp" | "http" | "https" => {
            let certificates = match scheme {
                "https" => Some(certificates.unwrap_or_default()),
                _ => certificates,
            };
            let default = match certificates {
                Some(_) => PORTS.1,
                None => PORTS.0,
            };
            let (host, port) = host_and_port(rest).ok_or_else(|| incomplete("host and port"))?;
            let port = port.unwrap_or(default);
            Ok(match certificates {
                Some(certificates) => Address::Tls {
                    host,
                    port,
                    certificates,
                },
                None => Address::Tcp { host, port },
            })
        }
        "ssh" => {
            let at = rest.find('/').unwrap_or(rest.len());
            let (rest, socket) = rest.split_at(at);
            let socket = (socket.len() > 1).then(|| socket.to_owned());
            // A shell over there reads it.
            let is_safe = |sign: char| sign.is_ascii_alphanumeric() || "/._-+@".contains(sign);
            if socket.as_ref().is_some_and(|socket| !socket.chars().all(is_safe)) {
                return Err(incomplete("socket that can be passed on"));
            }
            let (user, rest) = match rest.rsplit_once('@') {
                Some((user, rest)) => (Some(user.to_owned()), rest),
                None => (None, rest),
            };
            let (host, port) = host_and_port(rest).ok_or_else(|| incomplete("host"))?;
            // Either would be an option to the ssh program.
            if host.starts_with('-') || user.as_ref().is_some_and(|user| user.starts_with('-')) {
                return Err(incomplete("host"));
            }
            Ok(Address::Ssh {
                user,
                host,
                port,
                socket,
            })
        }
        _ => Err(AddressError::Scheme {
            origin: origin.to_owned(),
            text: text.to_owned(),
        }),
    }
}

/// A host, in brackets if it is of IPv6, and its port, if there is one; what follows a slash is left out.
fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let text = text.split('/').next().unwrap_or_default();
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let port = match port {
        Some(port) => Some(port.parse().ok()?),
        None => None,
    };
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

/// Bytes in hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(variables: &[(&str, &str)], folder: &Path) -> Surroundings {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Surroundings {
            variables: variables.collect(),
            docker_folder: folder.to_path_buf(),
            is_there: |path| path.starts_with("/tmp") && crate::disk::is_there(path),
        }
    }

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }

    #[test]
    fn the_host_of_the_environment_comes_before_contexts() {
        let none = Path::new("/nonexistent");
        let found = |variables: &[(&str, &str)]| surroundings(variables, none).find();
        let host = ("DOCKER_HOST", "unix:///x/y.sock");
        assert_eq!(
            found(&[host, ("DOCKER_CONTEXT", "other")]),
            Ok(Address::Unix("/x/y.sock".into()))
        );
        assert_eq!(found(&[]), Ok(Address::Unix(DEFAULT_SOCKET.into())));
        let tcp = found(&[("DOCKER_HOST", "tcp://[::1]:99")]);
        assert_eq!(
            tcp,
            Ok(Address::Tcp {
                host: "::1".into(),
                port: 99
            })
        );
        let tls = found(&[
            ("DOCKER_HOST", "tcp://h"),
            ("DOCKER_TLS_VERIFY", "1"),
            ("DOCKER_CERT_PATH", "/c"),
        ]);
        let certificates = PathBuf::from("/c");
        assert_eq!(
            tls,
            Ok(Address::Tls {
                host: "h".into(),
                port: 2376,
                certificates
            })
        );
        let ssh = found(&[("DOCKER_HOST", "ssh://me@h:22")]);
        let user = Some("me".to_owned());
        assert_eq!(
            ssh,
            Ok(Address::Ssh {
                user,
                host: "h".into(),
                port: Some(22),
                socket: None,
            })
        );
        for (text, socket) in [
            ("ssh://h", None),
            ("ssh://h/", None),
            (
                "ssh://h/run/user/1000/docker.sock",
                Some("/run/user/1000/docker.sock"),
            ),
        ] {
            let expected = Address::Ssh {
                user: None,
                host: "h".into(),
                port: None,
                socket: socket.map(str::to_owned),
            };
            assert_eq!(found(&[("DOCKER_HOST", text)]), Ok(expected), "{text}");
        }
        for text in ["ssh://h/a;b", "ssh://h/$a", "ssh://h/a b", "ssh://h/a'"] {
            assert!(found(&[("DOCKER_HOST", text)]).is_err(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let none = Path::new("/nonexistent");
        for host in [
            "localhost:1",
            "ftp://x",
            "unix://",
            "tcp://",
            "tcp://h:x",
            "ssh://-oProxyCommand=x",
        ] {
            let error = surroundings(&[("DOCKER_HOST", host)], none)
                .find()
                .expect_err(host);
            assert!(error.to_string().starts_with("DOCKER_HOST: "), "{error}");
        }
        let error = surroundings(&[("DOCKER_CONTEXT", "gone")], none)
            .find()
            .expect_err("it is not there");
        assert!(
            error.to_string().contains("there is no Docker context `gone`"),
            "{error}"
        );
    }

    #[test]
    fn contexts_are_read_with_their_certificates() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        // As `printf remote | sha256sum` says.
        let name = "b71199ebd070b36beab7317920c2c2f1d777df8d05e5527d8458fda57cb17a7a";
        let contexts = folder.path().join("contexts");
        write(
            &contexts.join("meta").join(name).join("meta.json"),
            r#"{"Name":"remote","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://far:2376","SkipTLSVerify":false}}}"#,
        );
        let certificates = contexts.join("tls").join(name).join("docker");
        write(&certificates.join("ca.pem"), "");
        let expected = Ok(Address::Tls {
            host: "far".into(),
            port: 2376,
            certificates,
        });
        let by_variable = surroundings(&[("DOCKER_CONTEXT", "remote")], folder.path());
        assert_eq!(by_variable.find(), expected);
        write(
            &folder.path().join("config.json"),
            r#"{"currentContext":"remote"}"#,
        );
        assert_eq!(surroundings(&[], folder.path()).find(), expected);
        let default = surroundings(&[("DOCKER_CONTEXT", "default")], folder.path());
        assert_eq!(default.find(), Ok(Address::Unix(DEFAULT_SOCKET.into())));
        write(&folder.path().join("config.json"), "{");
        let broken = surroundings(&[], folder.path()).find().expect_err("it is broken");
        assert!(broken.to_string().starts_with("cannot read "), "{broken}");
    }

    #[test]
    fn podmans_socket_serves_where_dockers_is_not() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let socket = folder.path().join("podman/podman.sock");
        write(&socket, "");
        let runtime = folder.path().to_str().expect("it is text").to_owned();
        let found = surroundings(&[("XDG_RUNTIME_DIR", &runtime)], Path::new("/nonexistent")).find();
        assert_eq!(found, Ok(Address::Unix(socket)));
    }
}
