//! Containers that run one command each and are removed.

use std::collections::HashMap;
use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::models::{ContainerConfig, ContainerCreateBody, HostConfig};
use bollard::query_parameters::{
    CommitContainerOptions, LogsOptions, RemoveContainerOptions, RemoveImageOptions, StartContainerOptions,
    WaitContainerOptions,
};
use futures_util::StreamExt;

use super::Engine;
use crate::structure::{Ran, Runner, Settings};

/// How long a command may take; the tool whose tests these are waits for ever.
const PATIENCE: Duration = Duration::from_secs(300);
/// The most bytes of output, and of errors, that are kept.
const MOST_OUTPUT: usize = 1 << 20;
/// The label by which our containers and images are known.
const LABEL: &str = "seaworthy.structure-test";

/// Runs commands in containers of one image.
pub struct Once<'e> {
    engine: &'e Engine,
    image: String,
}

impl Engine {
    /// Containers of an image.
    pub fn once(&self, image: &str) -> Once<'_> {
        Once {
            engine: self,
            image: image.to_owned(),
        }
    }
}

impl Runner for Once<'_> {
    fn run(&mut self, commands: &[Vec<String>], settings: &Settings) -> Result<Ran, String> {
        let docker = &self.engine.docker;
        let made = self
            .engine
            .wait(async { all(docker, &self.image, commands, settings).await });
        made.map_err(|failure| match failure {
            Failure::Engine(error) => self.engine.error(error).to_string(),
            Failure::Late => format!("it did not end within {} s", PATIENCE.as_secs()),
        })
    }
}

enum Failure {
    Engine(Error),
    Late,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

/// Runs all, and removes the images between them, whatever happens.
async fn all(
    docker: &Docker,
    image: &str,
    commands: &[Vec<String>],
    settings: &Settings,
) -> Result<Ran, Failure> {
    let mut made: Vec<String> = Vec::new();
    let mut ran = Ok(Ran::default());
    for (index, command) in commands.iter().enumerate() {
        let from = made.last().map_or(image, String::as_str).to_owned();
        let is_last = index + 1 == commands.len();
        match one(docker, &from, command, settings, is_last).await {
            Ok((_, Some(left))) => made.push(left),
            Ok((last, None)) => ran = Ok(last),
            Err(failure) => {
                ran = Err(failure);
                break;
            }
        }
    }
    // Each stands on the one before it.
    for image in made.iter().rev() {
        let options = RemoveImageOptions {
            force: true,
            ..RemoveImageOptions::default()
        };
        let _ = docker.remove_image(image, Some(options), None).await;
    }
    ran
}

/// Runs one command in a container, and gives the image of what it left unless it is the last.
async fn one(
    docker: &Docker,
    image: &str,
    command: &[String],
    settings: &Settings,
    is_last: bool,
) -> Result<(Ran, Option<String>), Failure> {
    let id = create(docker, image, command, settings).await?;
    let ran = match tokio::time::timeout(PATIENCE, started(docker, &id, settings)).await {
        Ok(ran) => ran,
        Err(_) => Err(Failure::Late),
    };
    let left = match (&ran, is_last) {
        (Ok(_), false) => commit(docker, &id).await.map(Some),
        _ => Ok(None),
    };
    let options = RemoveContainerOptions {
        force: true,
        v: true,
        ..RemoveContainerOptions::default()
    };
    let removed = docker.remove_container(&id, Some(options)).await;
    let (ran, left) = (ran?, left?);
    removed?;
    Ok((ran, left))
}

async fn create(
    docker: &Docker,
    image: &str,
    command: &[String],
    settings: &Settings,
) -> Result<String, Failure> {
    let (program, arguments) = command.split_first().map_or((&[][..], &[][..]), |(first, rest)| {
        (std::slice::from_ref(first), rest)
    });
    let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let body = ContainerCreateBody {
        image: Some(image.to_owned()),
        // The program stands in the entrypoint's place, so that the image's own is not run.
        entrypoint: Some(program.to_vec()),
        cmd: Some(arguments.to_vec()),
        env: some(&settings.env),
        user: settings.user.clone(),
        tty: Some(settings.terminal),
        labels: Some(HashMap::from([(LABEL.to_owned(), String::new())])),
        host_config: Some(HostConfig {
            privileged: Some(settings.privileged),
            cap_add: some(&settings.capabilities),
            binds: some(&settings.binds),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    };
    Ok(docker.create_container(None, body).await?.id)
}

async fn started(docker: &Docker, id: &str, settings: &Settings) -> Result<Ran, Failure> {
    docker.start_container(id, None::<StartContainerOptions>).await?;
    let mut waiting = std::pin::pin!(docker.wait_container(id, None::<WaitContainerOptions>));
    let mut exit = 0;
    while let Some(answer) = waiting.next().await {
        exit = match answer {
            Ok(answer) => answer.status_code,
            // A command that does not end with 0 is no failure of the engine.
            Err(Error::DockerContainerWaitError { code, .. }) => code,
            Err(error) => return Err(error.into()),
        };
    }
    let options = LogsOptions {
        stdout: true,
        stderr: true,
        tail: "all".to_owned(),
        ..LogsOptions::default()
    };
    let mut logs = std::pin::pin!(docker.logs(id, Some(options)));
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    while let Some(log) = logs.next().await {
        let (into, message) = match log? {
            LogOutput::StdErr { message } if !settings.terminal => (&mut errors, message),
            LogOutput::StdErr { message }
            | LogOutput::StdOut { message }
            | LogOutput::StdIn { message }
            | LogOutput::Console { message } => (&mut output, message),
        };
        let room = MOST_OUTPUT.saturating_sub(into.len());
        into.extend_from_slice(&message[..message.len().min(room)]);
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Ran {
        exit,
        stdout: text(output),
        stderr: text(errors),
    })
}

async fn commit(docker: &Docker, id: &str) -> Result<String, Failure> {
    let options = CommitContainerOptions {
        container: Some(id.to_owned()),
        pause: true,
        ..CommitContainerOptions::default()
    };
    Ok(docker
        .commit_container(options, ContainerConfig::default())
        .await?
        .id)
}
