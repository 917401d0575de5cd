//! A look at the engine of this machine: what it says of itself, within [`super::PATIENCE`].

use crate::doctor::door::{Engine, Seen};

/// Asks the engine that DOCKER_HOST names, else the one at the usual socket.
#[cfg(feature = "engine")]
pub fn look() -> Seen<Engine> {
    use bollard::Docker;

    let place = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    if let Some(path) = place.strip_prefix("unix://")
        && let Err(error) = std::os::unix::net::UnixStream::connect(path)
    {
        return match error.kind() {
            std::io::ErrorKind::NotFound => Seen::Absent,
            std::io::ErrorKind::PermissionDenied => Seen::Hidden(format!("{path}: permission denied")),
            _ => Seen::Hidden(format!("{path}: no engine answers: {}", super::reason(&error))),
        };
    }
    let asked = async {
        let docker = Docker::connect_with_defaults()?;
        let version = docker.version().await?;
        let info = docker.info().await?;
        Ok::<_, bollard::errors::Error>((version, info))
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Seen::Hidden(format!("the engine cannot be asked: {error}")),
    };
    let answer = runtime.block_on(async { tokio::time::timeout(super::PATIENCE, asked).await });
    match answer {
        Ok(Ok((version, info))) => {
            let value = |text: Result<serde_json::Value, _>| text.unwrap_or_default();
            Seen::Known(Engine::read(
                &value(serde_json::to_value(version)),
                &value(serde_json::to_value(info)),
            ))
        }
        Ok(Err(error)) => Seen::Hidden(format!("{place}: {error}")),
        Err(_) => Seen::Hidden(format!(
            "{place}: no answer within {} s",
            super::PATIENCE.as_secs()
        )),
    }
}

/// Without the feature nobody is asked.
#[cfg(not(feature = "engine"))]
pub fn look() -> Seen<Engine> {
    Seen::Hidden("this seaworthy was built without the feature `engine`".to_owned())
}
