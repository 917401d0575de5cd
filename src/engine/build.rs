//! Builds an image.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use bollard::models::{BuildInfo, BuildInfoAux};
use bollard::query_parameters::{BuildImageOptions, BuilderVersion};
use futures_util::StreamExt;
use hyper::body::Bytes;
use tokio::time::MissedTickBehavior;

use super::classic::Course;
use super::credentials::{Credentials, CredentialsError, Keys};
use super::interrupts::Interrupts;
use super::kit::Graph;
use super::{Engine, EngineError, Kind, context, session, sync};
use crate::diagnose::Builder;
use crate::disk::{BuildContext, ContextError};
use crate::progress::Event;

pub use super::session::{DEFAULT_AGENT, Offer, Secret};

/// How long an engine may take before it says the first word of a build, in seconds: it takes the whole
/// context first, over whatever line there is.
const FIRST_WORD: u64 = 24 * 3600;

/// How often those who draw are woken.
const TICK: Duration = Duration::from_millis(100);

/// How long connections have to close after a build was ended.
const CLOSING: Duration = Duration::from_millis(200);

/// The API that has BuildKit for everybody: that of Docker 18.09.
const KIT_SINCE: (u16, u16) = (1, 39);

/// The API whose engines say that they were configured without BuildKit: that of Docker 23.0, which
/// made it the default.
const KIT_BY_DEFAULT: (u16, u16) = (1, 42);

/// What is built, and how.
#[derive(Debug)]
pub struct BuildRequest {
    /// The folder that is sent.
    pub context: BuildContext,
    /// Who builds.
    pub builder: Builder,
    /// The first name of the image.
    pub tag: Option<String>,
    /// Build arguments.
    pub arguments: BTreeMap<String, String>,
    /// Labels of the image.
    pub labels: BTreeMap<String, String>,
    /// The stage that is built; the last unless said.
    pub target: Option<String>,
    /// The platform that is built for, such as `linux/arm64`; the engine's own unless said.
    pub platform: Option<String>,
    /// The network of RUN.
    pub network: Option<String>,
    /// Images whose layers may be reused.
    pub cache_from: Vec<String>,
    /// Whether nothing is reused.
    pub no_cache: bool,
    /// Whether bases are asked for anew.
    pub pull: bool,
    /// What the builder may ask for.
    pub offer: Offer,
    /// The registries from which it may pull. Only the classic builder is told beforehand.
    pub registries: Vec<String>,
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A step failed, or the builder refuses the file.
    #[error("{0}")]
    Failed(String),
    /// The context cannot be sent.
    #[error(transparent)]
    Context(#[from] ContextError),
    /// The engine is gone.
    #[error(transparent)]
    Engine(EngineError),
    /// Credentials cannot be had.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// Somebody ended it.
    #[error("the build was ended")]
    Ended,
}

/// Which builder is used, and why not BuildKit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Who builds.
    pub builder: Builder,
    /// Why, where it is not BuildKit.
    pub reason: Option<String>,
}

impl Engine {
    /// Chooses the builder. `wanted` is the value of DOCKER_BUILDKIT, of which `0` asks for the classic one.
    pub fn choose_builder(&self, wanted: Option<&str>) -> Choice {
        let description = &self.description;
        let classic = |reason: String| Choice {
            builder: Builder::Classic,
            reason: Some(reason),
        };
        if description.kind == Kind::Podman {
            return Choice {
                builder: Builder::Buildah,
                reason: Some("Podman builds with its own builder, whatever is asked for".to_owned()),
            };
        }
        if wanted == Some("0") {
            return classic("DOCKER_BUILDKIT=0 asks for it".to_owned());
        }
        if description.api < KIT_SINCE {
            return classic(format!("{} has no BuildKit", description.name()));
        }
        if description.os != "linux" {
            return classic(format!("its containers are of {}", description.os));
        }
        if description.prefers_classic && description.api >= KIT_BY_DEFAULT && wanted.is_none() {
            return classic("the engine is configured to use it".to_owned());
        }
        Choice {
            builder: Builder::BuildKit,
            reason: None,
        }
    }

    /// Builds, tells what happens, and gives the image's id. SIGINT, SIGTERM and SIGHUP end it, on the engine too.
    ///
    /// # Errors
    /// See [`BuildError`]. Nothing is left behind but what the builder keeps for the next time.
    pub fn build(&self, request: BuildRequest, on: &mut dyn FnMut(Event)) -> Result<String, BuildError> {
        let passed = match request.builder {
            Builder::BuildKit => None,
            Builder::Classic | Builder::Buildah => Some(passed_on(&request.offer.keys, &request.registries)?),
        };
        self.wait(self.run(request, passed, on))
    }

    async fn run(
        &self,
        request: BuildRequest,
        passed: Option<HashMap<String, bollard::auth::DockerCredentials>>,
        on: &mut dyn FnMut(Event),
    ) -> Result<String, BuildError> {
        let session = (request.builder == Builder::BuildKit).then(session_id);
        let shared = match session.is_some() && request.context.ignores_dockerfile() {
            true => Some(sync::Shared::new(request.context.clone())?),
            false => None,
        };
        let options = options(&request, session.clone(), shared.as_ref());
        if let Some(id) = &session {
            let opened = session::open(
                &self.dialer,
                self.description.api,
                id,
                request.offer,
                shared.clone(),
            );
            opened
                .await
                .map_err(|error| BuildError::Engine(self.lost(error.to_string())))?;
        }
        let sent = |context| {
            let (body, stopped) = context::body(context);
            (bollard::body_try_stream(body), stopped)
        };
        let (body, stopped) = match (shared, &session) {
            (Some(shared), _) => (bollard::body_full(Bytes::new()), shared.stopped()),
            (None, Some(_)) => sent(request.context),
            (None, None) => sent(request.context.with_ignore_file()),
        };
        let docker = self.docker.clone().with_timeout(Duration::from_secs(FIRST_WORD));
        let mut items = Box::pin(docker.build_image(options, passed, Some(body)));
        let mut reading = Reading::default();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut interrupts = Interrupts::listen();
        let outcome = loop {
            tokio::select! {
                item = items.next() => match item {
                    Some(Ok(item)) => reading.take(item, on),
                    Some(Err(error)) => break Err(error),
                    None => break Ok(()),
                },
                _ = tick.tick() => on(Event::Tick),
                () = interrupts.come() => {
                    drop(items);
                    // The engine ends the build once the connection is closed.
                    tokio::time::sleep(CLOSING).await;
                    return Err(BuildError::Ended);
                }
            }
        };
        let told = Arc::clone(&stopped);
        if let Some(error) = told.lock().ok().and_then(|mut told| told.take()) {
            return Err(error.into());
        }
        match outcome {
            Err(error) => match self.error(error) {
                EngineError::Refused { message, .. } => {
                    reading.course.fail(&message, on);
                    Err(BuildError::Failed(message))
                }
                other => Err(BuildError::Engine(other)),
            },
            Ok(()) => {
                reading.course.end(on);
                let id = reading.id.or(reading.course.told_id);
                let id = id.ok_or_else(|| {
                    BuildError::Engine(self.lost("it ended the build without an image".to_owned()))
                })?;
                on(Event::Image { id: id.clone() });
                Ok(id)
            }
        }
    }

    fn lost(&self, message: String) -> EngineError {
        EngineError::Lost {
            address: self.description.address.clone(),
            message,
        }
    }
}

/// What was read so far, of whichever builder.
#[derive(Default)]
struct Reading {
    graph: Graph,
    course: Course,
    id: Option<String>,
}

impl Reading {
    fn take(&mut self, item: BuildInfo, on: &mut dyn FnMut(Event)) {
        match item.aux {
            Some(BuildInfoAux::BuildKit(status)) => self.graph.take(status, on),
            Some(BuildInfoAux::Default(image)) => self.id = image.id.or_else(|| self.id.take()),
            None => {}
        }
        if let Some(text) = &item.stream {
            self.course.take(text, on);
        }
        if let (Some(layer), Some(detail)) = (&item.id, &item.progress_detail)
            && let (Some(current), Some(total)) = (detail.current, detail.total)
        {
            let size = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
            self.course.moved(layer, size(current), size(total), on);
        }
    }
}

fn options(
    request: &BuildRequest,
    session: Option<String>,
    shared: Option<&sync::Shared>,
) -> BuildImageOptions {
    let all = |pairs: &BTreeMap<String, String>| -> HashMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    BuildImageOptions {
        dockerfile: match shared {
            Some(shared) => shared.dockerfile_name().to_owned(),
            None => request.context.dockerfile().to_owned(),
        },
        // The builder asks for the context by the session.
        remote: shared.map(|_| "client-session".to_owned()),
        t: request.tag.clone(),
        nocache: request.no_cache,
        cachefrom: (!request.cache_from.is_empty()).then(|| request.cache_from.clone()),
        pull: request.pull.then(|| "1".to_owned()),
        rm: true,
        // The classic builder would keep the container of a step that failed.
        forcerm: true,
        buildargs: Some(all(&request.arguments)),
        labels: Some(all(&request.labels)),
        networkmode: request.network.clone(),
        platform: request.platform.clone().unwrap_or_default(),
        target: request.target.clone().unwrap_or_default(),
        version: match session {
            Some(_) => BuilderVersion::BuilderBuildKit,
            None => BuilderVersion::BuilderV1,
        },
        session,
        ..BuildImageOptions::default()
    }
}

/// Credentials as the classic builder wants them: all beforehand.
fn passed_on(
    keys: &Keys,
    registries: &[String],
) -> Result<HashMap<String, bollard::auth::DockerCredentials>, CredentialsError> {
    let mut passed = HashMap::new();
    for registry in registries {
        if let Some(found) = keys.of(registry)? {
            let key = match registry.as_str() {
                "docker.io" => "https://index.docker.io/v1/",
                other => other,
            };
            passed.insert(key.to_owned(), wire(found, key));
        }
    }
    Ok(passed)
}

/// Credentials in bollard's shape.
pub(super) fn wire(found: Credentials, registry: &str) -> bollard::auth::DockerCredentials {
    let serveraddress = Some(registry.to_owned());
    match found {
        Credentials::Password { user, password } => bollard::auth::DockerCredentials {
            username: Some(user),
            password: Some(password),
            serveraddress,
            ..Default::default()
        },
        Credentials::Token(token) => bollard::auth::DockerCredentials {
            identitytoken: Some(token),
            serveraddress,
            ..Default::default()
        },
    }
}

/// An id that no other session has: no two processes have one number at one time.
fn session_id() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    format!(
        "seaworthy-{}-{}",
        std::process::id(),
        now.unwrap_or_default().as_nanos()
    )
}
