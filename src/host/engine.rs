//! A look at the engine of this machine: what it says of itself, within [`super::PATIENCE`].

use crate::doctor::door::{Engine, Seen};

/// Asks the engine that the environment and Docker's config name.
#[cfg(feature = "engine")]
pub fn look() -> Seen<Engine> {
    use crate::engine::{self, ConnectError};

    let start = std::time::Instant::now();
    let engine = match engine::Engine::connect() {
        Ok(engine) => engine,
        Err(ConnectError::NoSocket(_)) => return Seen::Absent,
        Err(error) => return Seen::Hidden(error.to_string()),
    };
    match engine.answers(super::PATIENCE.saturating_sub(start.elapsed())) {
        Ok(answers) => Seen::Known(Engine::read(&answers.version, &answers.info)),
        Err(error) => Seen::Hidden(error.to_string()),
    }
}

/// Without the feature nobody is asked.
#[cfg(not(feature = "engine"))]
pub fn look() -> Seen<Engine> {
    Seen::Hidden("this seaworthy was built without the feature `engine`".to_owned())
}
