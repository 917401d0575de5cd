//! Who one is at a registry: `~/.docker/config.json` and the helper programs that it names.
//!
//! In docker's order: `credHelpers` of that registry, `credsStore`, `auths`. What is found is handed to
//! the engine and shown nowhere: neither type here prints what it holds.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::program::{self, ProgramError};

/// The key of Docker Hub in the config, and the names under which others ask for it.
const HUB: &str = "https://index.docker.io/v1/";
const HUB_NAMES: [&str; 4] = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
];

/// How long a helper may take; one may have to ask a company's server.
const PATIENCE: Duration = Duration::from_secs(20);

/// The name under which a helper gives a token instead of a password.
const TOKEN: &str = "<token>";

/// What a registry is told.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A name and a password.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token that stands for both.
    Token(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Credentials")
    }
}

/// Credentials that cannot be had. The words never hold a secret.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// Docker's config cannot be read.
    #[error("cannot read {path}: {reason}")]
    Config {
        /// Which.
        path: String,
        /// Why.
        reason: String,
    },
    /// A helper's name that is none.
    #[error("{path}: `{name}` is no name of a credential helper")]
    Name {
        /// Where it stands.
        path: String,
        /// It.
        name: String,
    },
    /// A helper does not run.
    #[error("no credentials for {registry}: {error}")]
    Program {
        /// For which.
        registry: String,
        /// Why.
        error: ProgramError,
    },
    /// A helper fails.
    #[error("no credentials for {registry}: {program} fails{reason}")]
    Fails {
        /// For which.
        registry: String,
        /// The helper.
        program: String,
        /// The first line of what it says.
        reason: String,
    },
    /// A helper says what is no answer, or `auth` is no name and password.
    #[error("no credentials for {registry}: what {origin} says cannot be read")]
    Answer {
        /// For which.
        registry: String,
        /// Who says it.
        origin: String,
    },
}

/// Docker's config, as far as registries go.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Keys {
    auths: BTreeMap<String, Auth>,
    #[serde(rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
    #[serde(rename = "credsStore")]
    store: String,
    #[serde(skip)]
    path: PathBuf,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username")]
    user: String,
    #[serde(rename = "Secret")]
    secret: String,
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Keys of {}", self.path.display())
    }
}

impl Keys {
    /// Reads the config in Docker's folder; none is an empty one.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn read(docker_folder: &Path) -> Result<Self, CredentialsError> {
        let path = docker_folder.join("config.json");
        if !crate::disk::is_there(&path) {
            return Ok(Self::default());
        }
        let shown = path.display().to_string();
        let failed = |reason| CredentialsError::Config {
            path: shown.clone(),
            reason,
        };
        let source = crate::disk::read(&path, &shown).map_err(|error| failed(error.reason()))?;
        // The parser's own words may quote what stands there.
        let keys: Self = serde_json::from_slice(source.text())
            .map_err(|error| failed(format!("it is not what it should be at line {}", error.line())))?;
        Ok(Self { path, ..keys })
    }

    /// What a registry is told; none where nothing is known for it. The registry is named by its host, as
    /// in an image's reference.
    ///
    /// # Errors
    /// A helper does not answer, or what is known cannot be read.
    pub fn of(&self, registry: &str) -> Result<Option<Credentials>, CredentialsError> {
        let key = match HUB_NAMES.contains(&registry) || registry == HUB {
            true => HUB,
            false => registry,
        };
        let named = |name: &String| host(name) == host(key) || name == key;
        if let Some((name, helper)) = self.helpers.iter().find(|(name, _)| named(name)) {
            return self.ask(helper, name);
        }
        if !self.store.is_empty()
            && let Some(found) = self.ask(&self.store, key)?
        {
            return Ok(Some(found));
        }
        match self.auths.iter().find(|(name, _)| named(name)) {
            Some((_, auth)) => auth.read(registry, &self.path),
            None => Ok(None),
        }
    }

    fn ask(&self, helper: &str, key: &str) -> Result<Option<Credentials>, CredentialsError> {
        let sound = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.');
        if helper.is_empty() || !helper.chars().all(sound) {
            return Err(CredentialsError::Name {
                path: self.path.display().to_string(),
                name: helper.to_owned(),
            });
        }
        let registry = || key.to_owned();
        let program = format!("docker-credential-{helper}");
        let ran =
            program::run(Command::new(&program).arg("get"), key.as_bytes(), PATIENCE).map_err(|error| {
                CredentialsError::Program {
                    registry: registry(),
                    error,
                }
            })?;
        if !ran.status.success() {
            // Helpers say this on standard output, and fail, where they know nothing.
            let said = String::from_utf8_lossy(&ran.output).trim().to_owned();
            if said.contains("credentials not found") {
                return Ok(None);
            }
            let first = said.lines().next().unwrap_or_default();
            return Err(CredentialsError::Fails {
                registry: registry(),
                program,
                reason: match first {
                    "" => String::new(),
                    first => format!(": {first}"),
                },
            });
        }
        let answer: Answer = serde_json::from_slice(&ran.output).map_err(|_| CredentialsError::Answer {
            registry: registry(),
            origin: program,
        })?;
        Ok(match (answer.user.as_str(), answer.secret.as_str()) {
            (_, "") => None,
            (TOKEN, _) => Some(Credentials::Token(answer.secret)),
            _ => Some(Credentials::Password {
                user: answer.user,
                password: answer.secret,
            }),
        })
    }
}

impl Auth {
    fn read(&self, registry: &str, path: &Path) -> Result<Option<Credentials>, CredentialsError> {
        if !self.identitytoken.is_empty() {
            return Ok(Some(Credentials::Token(self.identitytoken.clone())));
        }
        if self.auth.is_empty() {
            let known = !self.username.is_empty();
            return Ok(known.then(|| Credentials::Password {
                user: self.username.clone(),
                password: self.password.clone(),
            }));
        }
        let unreadable = || CredentialsError::Answer {
            registry: registry.to_owned(),
            origin: path.display().to_string(),
        };
        let bytes = STANDARD.decode(self.auth.trim()).map_err(|_| unreadable())?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable())?;
        let (user, password) = text.split_once(':').ok_or_else(unreadable)?;
        Ok(Some(Credentials::Password {
            user: user.to_owned(),
            // Docker once padded passwords with zeros.
            password: password.trim_end_matches('\0').to_owned(),
        }))
    }
}

/// The host of a key, which may be written as an address.
fn host(key: &str) -> &str {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn keys(config: &str) -> Keys {
        let folder = tempfile::tempdir().expect("a folder can be made");
        std::fs::write(folder.path().join("config.json"), config).expect("it can be written");
        Keys::read(folder.path()).expect("it can be read")
    }

    fn password(user: &str, password: &str) -> Option<Credentials> {
        Some(Credentials::Password {
            user: user.to_owned(),
            password: password.to_owned(),
        })
    }

    #[test]
    fn names_and_passwords_are_found_under_every_spelling_of_a_registry() {
        let keys = keys(
            r#"{"auths": {
                "https://index.docker.io/v1/": {"auth": "aHViOnB3OndpdGg6Y29sb25z"},
                "https://registry.example.com/v2/": {"username": "me", "password": "pw"},
                "token.example.com": {"auth": "bWU6", "identitytoken": "t"}, "empty.example.com": {}}}"#,
        );
        let of = |registry| keys.of(registry).expect("nothing is wrong");
        assert_eq!(of("docker.io"), password("hub", "pw:with:colons"));
        assert_eq!(of("registry-1.docker.io"), of("docker.io"));
        assert_eq!(of("registry.example.com"), password("me", "pw"));
        assert_eq!(of("token.example.com"), Some(Credentials::Token("t".to_owned())));
        assert_eq!((of("empty.example.com"), of("other.example.com")), (None, None));
    }

    /// A helper is found by PATH, which a test cannot set for its own process: it runs itself.
    #[test]
    fn helpers_are_asked() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let helper = folder.path().join("docker-credential-seaworthytest");
        let script = r#"#!/bin/sh
read -r server
case "$1 $server" in
  "get good.example.com") echo '{"ServerURL":"x","Username":"me","Secret":"pw"}' ;;
  "get token.example.com") echo '{"ServerURL":"x","Username":"<token>","Secret":"t"}' ;;
  "get none.example.com") echo 'credentials not found in native keychain'; exit 1 ;;
  "get broken.example.com") echo 'secret-in-no-json' ;;
  *) echo 'keychain is locked'; exit 1 ;;
esac
"#;
        std::fs::write(&helper, script).expect("it can be written");
        std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        std::fs::write(
            folder.path().join("config.json"),
            r#"{"credsStore":"seaworthytest"}"#,
        )
        .expect("it can be written");
        let path = std::env::var("PATH").unwrap_or_default();
        if std::env::var("SEAWORTHY_TEST_HELPER").is_err() {
            let this = std::env::current_exe().expect("it has a name");
            let status = Command::new(this)
                .args(["--exact", "engine::credentials::tests::helpers_are_asked"])
                .env("SEAWORTHY_TEST_HELPER", folder.path())
                .env("PATH", format!("{}:{path}", folder.path().display()))
                .status();
            assert!(status.expect("it runs").success());
            return;
        }
        let folder = std::env::var("SEAWORTHY_TEST_HELPER").expect("it is set");
        let keys = Keys::read(Path::new(&folder)).expect("it can be read");
        assert_eq!(
            keys.of("good.example.com").expect("it answers"),
            password("me", "pw")
        );
        let token = keys.of("token.example.com").expect("it answers");
        assert_eq!(token, Some(Credentials::Token("t".to_owned())));
        assert_eq!(keys.of("none.example.com").expect("it answers"), None);
        let broken = keys
            .of("broken.example.com")
            .expect_err("it is broken")
            .to_string();
        assert!(!broken.contains("secret"), "{broken}");
        let locked = keys.of("locked.example.com").expect_err("it fails").to_string();
        assert_eq!(
            locked,
            "no credentials for locked.example.com: docker-credential-seaworthytest fails: keychain is locked"
        );
    }

    #[test]
    fn what_is_wrong_is_told_without_the_secret() {
        let missing = keys(r#"{"credHelpers": {"a.example.com": "seaworthy-none"}}"#);
        let error = missing
            .of("a.example.com")
            .expect_err("it is missing")
            .to_string();
        assert!(
            error.ends_with("there is no program docker-credential-seaworthy-none"),
            "{error}"
        );
        let hostile = keys(r#"{"credsStore": "../../bin/sh"}"#);
        let error = hostile
            .of("a.example.com")
            .expect_err("it is no name")
            .to_string();
        assert!(error.contains("`../../bin/sh` is no name"), "{error}");
        let folder = tempfile::tempdir().expect("a folder can be made");
        std::fs::write(folder.path().join("config.json"), r#"{"auths": "cGFzc3dvcmQ="}"#)
            .expect("it is written");
        let error = Keys::read(folder.path()).expect_err("it is broken").to_string();
        assert!(!error.contains("cGFz"), "{error}");
        let bad = keys(r#"{"auths": {"a.example.com": {"auth": "????"}}}"#);
        assert!(bad.of("a.example.com").is_err());
    }

    #[test]
    fn nothing_prints_a_secret() {
        let keys = keys(r#"{"auths": {"a.example.com": {"username": "me", "password": "hunter2"}}}"#);
        let found = keys.of("a.example.com").expect("nothing is wrong");
        assert!(!format!("{keys:?} {found:?}").contains("hunter2"));
    }
}
