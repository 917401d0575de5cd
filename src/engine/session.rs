//! BuildKit's session: what the builder may ask us for while it builds.
//!
//! A connection of its own, upgraded to gRPC, on which we are the server: the context, secrets, the ssh
//! agent, credentials. bollard has a session too, which knows no secrets; under the same id ours comes first and
//! its is refused without harm.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use bollard_buildkit_proto::health::health_check_response::ServingStatus;
use bollard_buildkit_proto::health::health_server::{Health, HealthServer};
use bollard_buildkit_proto::health::{
    HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse,
};
use bollard_buildkit_proto::moby::buildkit::secrets::v1::secrets_server::{Secrets, SecretsServer};
use bollard_buildkit_proto::moby::buildkit::secrets::v1::{GetSecretRequest, GetSecretResponse};
use bollard_buildkit_proto::moby::filesync::v1::auth_server::{Auth, AuthServer};
use bollard_buildkit_proto::moby::filesync::v1::file_sync_server::FileSyncServer;
use bollard_buildkit_proto::moby::filesync::v1::{
    CredentialsRequest, CredentialsResponse, FetchTokenRequest, FetchTokenResponse, GetTokenAuthorityRequest,
    GetTokenAuthorityResponse, VerifyTokenAuthorityRequest, VerifyTokenAuthorityResponse,
};
use bollard_buildkit_proto::moby::sshforward::v1::ssh_server::{Ssh, SshServer};
use bollard_buildkit_proto::moby::sshforward::v1::{BytesMessage, CheckAgentRequest, CheckAgentResponse};
use futures_util::{Stream, StreamExt, stream};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, UPGRADE};
use hyper::{Method, Request as HttpRequest, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

use super::credentials::{Credentials, Keys};
use super::dial::{DialError, Dialer};
use super::sync::{self, Shared};

/// What a secret is.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret")
    }
}

/// What the builder may ask for.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    /// Secrets by their ids.
    pub secrets: BTreeMap<String, Secret>,
    /// Sockets of ssh agents by their ids.
    pub agents: BTreeMap<String, PathBuf>,
    /// Who one is at registries.
    pub keys: Arc<Keys>,
}

/// The methods that are served, as the engine wants them named.
const METHODS: [&str; 4] = [
    "/grpc.health.v1.Health/Check",
    "/moby.buildkit.secrets.v1.Secrets/GetSecret",
    "/moby.filesync.v1.Auth/Credentials",
    "/moby.sshforward.v1.SSH/CheckAgent",
];
const FORWARD: &str = "/moby.sshforward.v1.SSH/ForwardAgent";

/// The id of an agent for which none is named.
pub const DEFAULT_AGENT: &str = "default";

/// Opens a session, and serves it for as long as the runtime lives.
pub async fn open(
    dialer: &Dialer,
    api: (u16, u16),
    id: &str,
    offer: Offer,
    shared: Option<Shared>,
) -> Result<(), DialError> {
    let mut request = HttpRequest::builder()
        .method(Method::POST)
        .uri(format!("/v{}.{}/session", api.0, api.1))
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "h2c")
        .header("X-Docker-Expose-Session-Uuid", id)
        // BuildKit keeps what it was sent under this key, and asks again only for files of another size or time;
        // ours all have one time.
        .header("X-Docker-Expose-Session-Sharedkey", id)
        .header("X-Docker-Expose-Session-Name", "seaworthy");
    let of_files = shared.is_some().then_some(&sync::METHOD);
    for method in METHODS.iter().chain([&FORWARD]).chain(of_files) {
        request = request.header("X-Docker-Expose-Session-Grpc-Method", *method);
    }
    let request = request
        .body(Empty::<Bytes>::new())
        .map_err(|error| DialError::Http(error.to_string()))?;
    let response = dialer.send(request).await?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(DialError::Http(format!(
            "it opens no session: {}",
            response.status()
        )));
    }
    let upgraded = hyper::upgrade::on(response)
        .await
        .map_err(|error| DialError::Http(error.to_string()))?;
    // tonic serves streams that it knows; one that it knows stands between.
    let (served, ours) = tokio::io::duplex(64 << 10);
    tokio::spawn(async move {
        let (mut ours, mut upgraded) = (ours, TokioIo::new(upgraded));
        // However it ends, the build tells.
        let _ = tokio::io::copy_bidirectional(&mut ours, &mut upgraded).await;
    });
    let serving = Server::builder()
        .add_service(HealthServer::new(Served))
        .add_optional_service(shared.map(FileSyncServer::new))
        .add_service(SecretsServer::new(offer.clone()))
        .add_service(AuthServer::new(offer.clone()))
        .add_service(SshServer::new(offer))
        .serve_with_incoming(stream::once(async { Ok::<_, io::Error>(served) }).chain(stream::pending()));
    tokio::spawn(serving);
    Ok(())
}

/// Says that all is well.
struct Served;

#[tonic::async_trait]
impl Health for Served {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn check(
        &self,
        _request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse {
            status: ServingStatus::Serving as i32,
        }))
    }

    async fn list(
        &self,
        _request: Request<HealthListRequest>,
    ) -> Result<Response<HealthListResponse>, Status> {
        Err(Status::unimplemented("only Check is served"))
    }

    async fn watch(
        &self,
        _request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("only Check is served"))
    }
}

#[tonic::async_trait]
impl Secrets for Offer {
    async fn get_secret(
        &self,
        request: Request<GetSecretRequest>,
    ) -> Result<Response<GetSecretResponse>, Status> {
        let id = request.into_inner().id;
        match self.secrets.get(&id) {
            Some(secret) => Ok(Response::new(GetSecretResponse {
                data: secret.0.clone(),
            })),
            // Newer builders ask for HTTP_AUTH_HEADER_… on their own account, too.
            None => Err(Status::not_found(format!("secret {id} not found"))),
        }
    }
}

#[tonic::async_trait]
impl Auth for Offer {
    async fn credentials(
        &self,
        request: Request<CredentialsRequest>,
    ) -> Result<Response<CredentialsResponse>, Status> {
        let host = request.into_inner().host;
        let keys = Arc::clone(&self.keys);
        // A helper is a program that may take its time.
        let found = tokio::task::spawn_blocking(move || keys.of(&host)).await;
        match found {
            Ok(Ok(Some(Credentials::Password { user, password }))) => {
                Ok(Response::new(CredentialsResponse {
                    username: user,
                    secret: password,
                }))
            }
            Ok(Ok(Some(Credentials::Token(token)))) => Ok(Response::new(CredentialsResponse {
                username: String::new(),
                secret: token,
            })),
            Ok(Ok(None)) => Ok(Response::new(CredentialsResponse::default())),
            Ok(Err(error)) => Err(Status::failed_precondition(error.to_string())),
            Err(_) => Err(Status::internal("the helper was not run to its end")),
        }
    }

    async fn fetch_token(
        &self,
        _request: Request<FetchTokenRequest>,
    ) -> Result<Response<FetchTokenResponse>, Status> {
        Err(Status::unimplemented("the builder fetches tokens itself"))
    }

    async fn get_token_authority(
        &self,
        _request: Request<GetTokenAuthorityRequest>,
    ) -> Result<Response<GetTokenAuthorityResponse>, Status> {
        Err(Status::unavailable("the builder fetches tokens itself"))
    }

    async fn verify_token_authority(
        &self,
        _request: Request<VerifyTokenAuthorityRequest>,
    ) -> Result<Response<VerifyTokenAuthorityResponse>, Status> {
        Err(Status::unavailable("the builder fetches tokens itself"))
    }
}

impl Offer {
    fn agent(&self, id: &str) -> Result<&PathBuf, Status> {
        let id = if id.is_empty() { DEFAULT_AGENT } else { id };
        let unknown = || Status::not_found(format!("no ssh agent {id} was given by --ssh"));
        self.agents.get(id).ok_or_else(unknown)
    }
}

#[tonic::async_trait]
impl Ssh for Offer {
    type ForwardAgentStream = Pin<Box<dyn Stream<Item = Result<BytesMessage, Status>> + Send>>;

    async fn check_agent(
        &self,
        request: Request<CheckAgentRequest>,
    ) -> Result<Response<CheckAgentResponse>, Status> {
        self.agent(&request.into_inner().id)?;
        Ok(Response::new(CheckAgentResponse {}))
    }

    async fn forward_agent(
        &self,
        request: Request<Streaming<BytesMessage>>,
    ) -> Result<Response<Self::ForwardAgentStream>, Status> {
        let id = request.metadata().get("buildkit.ssh.id");
        let id = id.and_then(|id| id.to_str().ok()).unwrap_or_default();
        let agent = UnixStream::connect(self.agent(id)?).await?;
        let (from_agent, mut to_agent) = agent.into_split();
        let mut asked = request.into_inner();
        tokio::spawn(async move {
            while let Some(Ok(message)) = asked.next().await {
                if to_agent.write_all(&message.data).await.is_err() {
                    break;
                }
            }
        });
        let answers = stream::unfold(from_agent, |mut from_agent| async move {
            let mut data = vec![0; 32 << 10];
            match from_agent.read(&mut data).await {
                Ok(0) => None,
                Ok(read) => {
                    data.truncate(read);
                    Some((Ok(BytesMessage { data }), from_agent))
                }
                Err(error) => Some((Err(Status::from(error)), from_agent)),
            }
        });
        Ok(Response::new(Box::pin(answers)))
    }
}
