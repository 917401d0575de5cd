//! Containers of ours: made, asked, and removed with all their volumes, whatever happens.
//!
//! A [`Container`] is removed when it is dropped: at the end, on an error, when a signal came. It has a
//! name and a label of ours, by which a person finds one that outlived a killed process.

use std::collections::HashMap;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::StartExecResults;
use bollard::models::{
    ContainerCreateBody, ExecConfig, HostConfig, HostConfigCgroupnsModeEnum, Mount, MountType,
    MountVolumeOptions,
};
use bollard::query_parameters::{
    CreateContainerOptions, InspectContainerOptions, LogsOptions, RemoveContainerOptions,
    StartContainerOptions, UploadToContainerOptions,
};
use futures_util::StreamExt;

use super::interrupts::Interrupts;
use super::{Engine, EngineError};
use crate::probes::container::{Command, Privileges, Ran, Request, Sees};

/// The label of every container and volume of ours; its value is the container's name.
pub const LABEL: &str = "seaworthy.probe";

/// The most bytes of a command's output that are kept.
pub const MOST_OUTPUT: usize = 64 << 10;

/// The most bytes of a command's output that are read: one that says more is left to itself.
const MOST_READ: usize = 16 << 20;

/// How long making, starting and asking for a state may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a container has to go.
const REMOVAL: Duration = Duration::from_secs(60);

/// How often it is looked whether a container has ended.
const TICK: Duration = Duration::from_millis(50);

/// How a container is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// Whether it runs.
    pub runs: bool,
    /// Its exit code, once it has ended.
    pub code: i64,
    /// What the engine says of a start that failed.
    pub error: String,
}

/// Why nothing is known of a container.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// The engine refuses, or is gone.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Somebody ended us.
    #[error("it was ended by a signal")]
    Ended,
}

/// A container of ours.
pub struct Container<'e> {
    engine: &'e Engine,
    name: String,
    interrupts: Option<Interrupts>,
    is_there: bool,
}

impl Engine {
    /// Makes a container, and does not start it.
    ///
    /// # Errors
    /// The engine refuses or is gone, or a signal came. Nothing is left behind.
    pub fn make(&self, request: &Request) -> Result<Container<'_>, ContainerError> {
        let name = name();
        let body = body(request, &name);
        let options = CreateContainerOptions {
            name: Some(name.clone()),
            ..CreateContainerOptions::default()
        };
        // A signal between two containers is heard by the ears of the first.
        let ears = self.ears.borrow_mut().take();
        let ears = ears.unwrap_or_else(|| self.wait(async { Interrupts::listen() }));
        let mut container = Container {
            engine: self,
            name,
            interrupts: Some(ears),
            // From here on it may be there, also if its answer is lost.
            is_there: true,
        };
        // A signal does not end this wait: of a half-made container nobody could say when it is there.
        let made = self.wait(within(
            PATIENCE,
            self.docker.create_container(Some(options), body),
        ));
        match made {
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(self.error(error).into()),
            None => return Err(container.silent()),
        }
        container.attend(PATIENCE, async {})?;
        Ok(container)
    }
}

impl Container<'_> {
    /// Puts the files of a tar archive into it, from its root on, through its volumes.
    ///
    /// # Errors
    /// The engine refuses or is gone, or a signal came.
    pub fn put(&mut self, tar: Vec<u8>) -> Result<(), ContainerError> {
        let options = UploadToContainerOptions {
            path: "/".to_owned(),
            ..UploadToContainerOptions::default()
        };
        let (engine, name) = (self.engine, self.name.clone());
        let put = engine
            .docker
            .upload_to_container(&name, Some(options), bollard::body_full(tar.into()));
        let put = self.attend(PATIENCE, put)?;
        put.map_err(|error| engine.error(error).into())
    }

    /// Starts it.
    ///
    /// # Errors
    /// The engine refuses or is gone, or a signal came.
    pub fn start(&mut self) -> Result<(), ContainerError> {
        let (engine, name) = (self.engine, self.name.clone());
        let started = engine
            .docker
            .start_container(&name, None::<StartContainerOptions>);
        let started = self.attend(PATIENCE, started)?;
        started.map_err(|error| engine.error(error).into())
    }

    /// How it is.
    ///
    /// # Errors
    /// The engine refuses or is gone, or a signal came.
    pub fn condition(&mut self) -> Result<Condition, ContainerError> {
        let (engine, name) = (self.engine, self.name.clone());
        let asked = engine
            .docker
            .inspect_container(&name, None::<InspectContainerOptions>);
        let seen = self.attend(PATIENCE, asked)?;
        let state = seen.map_err(|error| engine.error(error))?.state;
        let state = state.unwrap_or_default();
        Ok(Condition {
            runs: state.running.unwrap_or_default(),
            code: state.exit_code.unwrap_or_default(),
            error: state.error.unwrap_or_default(),
        })
    }

    /// Waits until it has ended, or until the time is up.
    ///
    /// # Errors
    /// The engine refuses or is gone, or a signal came.
    pub fn end(&mut self, limit: Duration) -> Result<Condition, ContainerError> {
        let begun = std::time::Instant::now();
        loop {
            let condition = self.condition()?;
            if !condition.runs || begun.elapsed() >= limit {
                return Ok(condition);
            }
            self.pause(TICK)?;
        }
    }

    /// Does nothing for a while.
    ///
    /// # Errors
    /// A signal came.
    pub fn pause(&mut self, length: Duration) -> Result<(), ContainerError> {
        self.attend(PATIENCE + length, async { tokio::time::sleep(length).await })
    }

    /// The first [`MOST_OUTPUT`] bytes of what its first process said.
    ///
    /// # Errors
    /// The engine refuses or is gone, or a signal came.
    pub fn log(&mut self) -> Result<Vec<u8>, ContainerError> {
        let (engine, name) = (self.engine, self.name.clone());
        let options = LogsOptions {
            stdout: true,
            stderr: true,
            tail: "200".to_owned(),
            ..LogsOptions::default()
        };
        let read = async {
            let mut output = Output::default();
            let mut items = Box::pin(engine.docker.logs(&name, Some(options)));
            while let Some(item) = items.next().await {
                if output.take(item?) == Room::Full {
                    break;
                }
            }
            Ok::<_, bollard::errors::Error>(output.kept)
        };
        let read = self.attend(PATIENCE, read)?;
        read.map_err(|error| engine.error(error).into())
    }

    /// Runs a command in it.
    ///
    /// # Errors
    /// The engine is gone, or a signal came.
    pub fn run(&mut self, command: &Command) -> Result<Ran, ContainerError> {
        let (engine, name) = (self.engine, self.name.clone());
        let config = ExecConfig {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(command.words.clone()),
            user: Some(command.user.clone()),
            ..ExecConfig::default()
        };
        let limit = command.limit;
        let run = async {
            let docker = &engine.docker;
            let mut output = Output::default();
            let read = async {
                let id = docker.create_exec(&name, config).await?.id;
                if let StartExecResults::Attached {
                    output: mut items, ..
                } = docker.start_exec(&id, None).await?
                {
                    while let Some(item) = items.next().await {
                        if output.take(item?) == Room::Full {
                            return Ok(None);
                        }
                    }
                }
                // The output ends a moment before the engine knows the exit code.
                loop {
                    let seen = docker.inspect_exec(&id).await?;
                    match (seen.running, seen.exit_code) {
                        (Some(false), Some(code)) => return Ok(Some(code)),
                        _ => tokio::time::sleep(TICK).await,
                    }
                }
            };
            let ended = tokio::time::timeout(limit, read).await;
            (ended.unwrap_or(Ok(None)), output.kept)
        };
        let (ended, output) = self.attend(limit + PATIENCE, run)?;
        match ended {
            Ok(Some(code)) => Ok(Ran::Ended { code, output }),
            Ok(None) => Ok(Ran::Late { output }),
            Err(error) => match engine.error(error) {
                EngineError::Refused { message, .. } => Ok(Ran::Refused(message)),
                other => Err(other.into()),
            },
        }
    }

    /// Removes it with its volumes.
    ///
    /// # Errors
    /// The engine refuses or is gone.
    pub fn remove(mut self) -> Result<(), EngineError> {
        self.take_away()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn take_away(&mut self) -> Result<(), EngineError> {
        if !std::mem::take(&mut self.is_there) {
            return Ok(());
        }
        let options = RemoveContainerOptions {
            v: true,
            force: true,
            ..RemoveContainerOptions::default()
        };
        let removal = self.engine.docker.remove_container(&self.name, Some(options));
        match self.engine.wait(within(REMOVAL, removal)) {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => match self.engine.error(error) {
                // It never came to be, or is going already.
                EngineError::Refused {
                    status: 404 | 409, ..
                } => Ok(()),
                other => Err(other),
            },
            None => Err(EngineError::Silent {
                address: self.engine.description.address.clone(),
            }),
        }
    }

    fn silent(&self) -> ContainerError {
        ContainerError::Engine(EngineError::Silent {
            address: self.engine.description.address.clone(),
        })
    }

    /// Waits for an answer, for a signal, or until the time is up.
    fn attend<T>(&mut self, limit: Duration, answer: impl Future<Output = T>) -> Result<T, ContainerError> {
        let interrupts = &mut self.interrupts;
        let answer = self.engine.wait(async {
            let ended = async {
                match interrupts {
                    Some(interrupts) => interrupts.come().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = ended => Err(ContainerError::Ended),
                answer = tokio::time::timeout(limit, answer) => Ok(answer.ok()),
            }
        })?;
        answer.ok_or_else(|| self.silent())
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        // Whoever wants to know of a failure calls `remove`.
        let _ = self.take_away();
        *self.engine.ears.borrow_mut() = self.interrupts.take();
    }
}

async fn within<T>(limit: Duration, answer: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, answer).await.ok()
}

/// What a command said, as far as it is kept.
#[derive(Default)]
struct Output {
    kept: Vec<u8>,
    read: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Room {
    Left,
    Full,
}

impl Output {
    fn take(&mut self, item: LogOutput) -> Room {
        let bytes = item.into_bytes();
        self.read = self.read.saturating_add(bytes.len());
        let room = MOST_OUTPUT.saturating_sub(self.kept.len()).min(bytes.len());
        self.kept.extend_from_slice(&bytes[..room]);
        match self.read > MOST_READ {
            true => Room::Full,
            false => Room::Left,
        }
    }
}

/// A name that no other container has: no two processes have one number at one time.
fn name() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    format!(
        "seaworthy-probe-{}-{}",
        std::process::id(),
        now.unwrap_or_default().as_nanos()
    )
}

fn body(request: &Request, name: &str) -> ContainerCreateBody {
    let labels: HashMap<String, String> = HashMap::from([(LABEL.to_owned(), name.to_owned())]);
    // Volumes without a name go with their container. They stay empty, as those of a cluster are.
    let volume = |folder: &String| Mount {
        target: Some(folder.clone()),
        typ: Some(MountType::VOLUME),
        volume_options: Some(MountVolumeOptions {
            no_copy: Some(true),
            labels: Some(labels.clone()),
            ..MountVolumeOptions::default()
        }),
        ..Mount::default()
    };
    let mut host = HostConfig {
        mounts: Some(request.volumes.iter().map(volume).collect()),
        tmpfs: Some(request.memory.clone().into_iter().collect()),
        runtime: request.runtime.clone(),
        pid_mode: (request.sees == Sees::Host).then(|| "host".to_owned()),
        ..HostConfig::default()
    };
    match &request.privileges {
        Privileges::Usual => {}
        Privileges::Capabilities(names) => {
            host.cap_add = Some(names.clone());
            host.security_opt = Some(vec![
                "seccomp=unconfined".to_owned(),
                "apparmor=unconfined".to_owned(),
            ]);
            host.device_cgroup_rules = Some(vec!["a *:* rwm".to_owned()]);
            host.cgroupns_mode = Some(HostConfigCgroupnsModeEnum::PRIVATE);
        }
        Privileges::All => {
            host.privileged = Some(true);
            // The host's cgroups are not for an init that is not the host's.
            host.cgroupns_mode = Some(HostConfigCgroupnsModeEnum::PRIVATE);
        }
    }
    let (entrypoint, arguments) = match request.command.split_first() {
        Some((program, arguments)) => (Some(vec![program.clone()]), Some(arguments.to_vec())),
        None => (None, None),
    };
    ContainerCreateBody {
        image: Some(request.image.clone()),
        entrypoint,
        cmd: arguments,
        user: request.user.clone(),
        env: Some(request.env.clone()),
        labels: Some(labels),
        host_config: Some(host),
        ..ContainerCreateBody::default()
    }
}
