//! What the command line gives the builder: secrets, agents, labels.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::disk;
use crate::engine::build::{DEFAULT_AGENT, Secret};

/// The largest secret that BuildKit takes, in bytes (session/secrets/secretsprovider: MaxSecretSize).
const LONGEST_SECRET: usize = 500 << 10;

/// Reads the secrets: `id=NAME,src=FILE`, `id=NAME,env=VARIABLE`, or `id=NAME` alone, which is the variable
/// of that name, else the file.
pub fn secrets(texts: &[String]) -> Result<BTreeMap<String, Secret>> {
    let mut secrets = BTreeMap::new();
    for text in texts {
        let (mut id, mut file, mut variable) = (None, None, None);
        for field in text.split(',') {
            match field.split_once('=') {
                Some(("id", value)) if !value.is_empty() => id = Some(value),
                Some(("src" | "source", value)) => file = Some(value),
                Some(("env", value)) => variable = Some(value),
                Some(("type", "file" | "env")) => {}
                // The value is not repeated: it may be the secret itself.
                Some((key, _)) => {
                    bail!("--secret: `{key}` is not known; write id=NAME,src=FILE or id=NAME,env=VARIABLE")
                }
                None => bail!("--secret: write id=NAME,src=FILE or id=NAME,env=VARIABLE"),
            }
        }
        let Some(id) = id else {
            bail!("--secret: it has no id; write id=NAME,src=FILE or id=NAME,env=VARIABLE");
        };
        let bytes = match (file, variable) {
            (Some(_), Some(_)) => bail!("--secret id={id}: it is of a file or of a variable, not of both"),
            (Some(file), None) => read(id, Path::new(file))?,
            (None, Some(variable)) => match std::env::var_os(variable) {
                Some(value) => bytes(value),
                None => bail!("--secret id={id}: the variable {variable} is not set"),
            },
            (None, None) => match std::env::var_os(id) {
                Some(value) => bytes(value),
                None => read(id, Path::new(id))?,
            },
        };
        if bytes.len() > LONGEST_SECRET {
            bail!(
                "--secret id={id}: it is longer than {} KiB, which no builder takes",
                LONGEST_SECRET >> 10
            );
        }
        secrets.insert(id.to_owned(), Secret(bytes));
    }
    Ok(secrets)
}

fn bytes(value: std::ffi::OsString) -> Vec<u8> {
    use std::os::unix::ffi::OsStringExt;
    value.into_vec()
}

fn read(id: &str, file: &Path) -> Result<Vec<u8>> {
    match disk::read(file, &disk::shown(file)) {
        Ok(source) => Ok(source.text().to_vec()),
        Err(error) => bail!("--secret id={id}: {error}"),
    }
}

/// Finds the sockets of the agents: `default`, `ID`, or `ID=SOCKET`.
pub fn agents(texts: &[String]) -> Result<BTreeMap<String, PathBuf>> {
    let mut agents = BTreeMap::new();
    for text in texts {
        let (id, socket) = match text.split_once('=') {
            Some((id, socket)) => (id, PathBuf::from(socket)),
            None => match std::env::var_os("SSH_AUTH_SOCK") {
                Some(socket) if !socket.is_empty() => (text.as_str(), PathBuf::from(socket)),
                _ => bail!("--ssh {text}: no ssh agent is running, since SSH_AUTH_SOCK is not set"),
            },
        };
        let id = if id.is_empty() { DEFAULT_AGENT } else { id };
        if !disk::is_socket(&socket) {
            let shown = disk::shown(&socket);
            bail!("--ssh {id}: {shown} is not the socket of an agent; keys are added to an agent by ssh-add");
        }
        agents.insert(id.to_owned(), socket);
    }
    Ok(agents)
}

/// Reads the labels: `NAME=VALUE`, or `NAME` for an empty one.
pub fn labels(texts: &[String]) -> Result<BTreeMap<String, String>> {
    let mut labels = BTreeMap::new();
    for text in texts {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        if name.is_empty() {
            bail!("--label {text}: the label has no name");
        }
        labels.insert(name.to_owned(), value.to_owned());
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        secrets(&[text.to_owned()])
            .expect_err("it is refused")
            .to_string()
    }

    #[test]
    fn secrets_come_from_files_and_from_the_environment() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("key");
        std::fs::write(&file, "hunter2").expect("it can be written");
        let texts = [
            format!("type=file,id=a,src={}", file.display()),
            "id=b,env=PATH".to_owned(),
        ];
        let secrets = secrets(&texts).expect("both are there");
        assert_eq!(secrets["a"], Secret(b"hunter2".to_vec()));
        assert!(!secrets["b"].0.is_empty());
        assert!(!format!("{secrets:?}").contains("hunter2"));
    }

    #[test]
    fn a_secret_that_is_wrong_is_told_and_not_shown() {
        assert_eq!(
            refused("id=a,value=hunter2"),
            "--secret: `value` is not known; write id=NAME,src=FILE or id=NAME,env=VARIABLE"
        );
        assert!(!refused("hunter2").contains("hunter2"));
        assert_eq!(
            refused("id=a,env=SEAWORTHY_NO_SUCH"),
            "--secret id=a: the variable SEAWORTHY_NO_SUCH is not set"
        );
        assert_eq!(
            refused("id=a,src=/nonexistent"),
            "--secret id=a: cannot read /nonexistent: no such file or folder"
        );
        assert!(refused("src=/etc/passwd").contains("no id"));
    }

    #[test]
    fn a_key_is_no_agent() {
        let error = agents(&["x=/etc/passwd".to_owned()])
            .expect_err("it is none")
            .to_string();
        assert!(error.contains("is not the socket of an agent"), "{error}");
    }
}
