//! What the engine says of itself and its host, in its own JSON.

use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::{Method, Request};
use serde_json::Value;

use super::dial::{DialError, short_body};
use super::{Engine, EngineError};

/// The longest answer that is read, in bytes. Real ones have a few thousand; what Swarm and plugins add
/// stays far below.
const LONGEST: usize = 4 << 20;

/// Two answers as the engine gives them: read into types, what is new or odd in them would be lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// To `GET /version`.
    pub version: Value,
    /// To `GET /info`.
    pub info: Value,
}

impl Engine {
    /// Asks for both within a limit.
    ///
    /// # Errors
    /// It refuses, is gone, answers in no JSON, or takes longer.
    pub fn answers(&self, limit: Duration) -> Result<Answers, EngineError> {
        let asked = async {
            Ok(Answers {
                version: self.answer("version").await?,
                info: self.answer("info").await?,
            })
        };
        let answered = self.wait(async { tokio::time::timeout(limit, asked).await });
        answered.unwrap_or_else(|_| {
            Err(EngineError::Silent {
                address: self.description.address.clone(),
            })
        })
    }

    async fn answer(&self, what: &str) -> Result<Value, EngineError> {
        let lost = |message: String| EngineError::Lost {
            address: self.description.address.clone(),
            message,
        };
        let dialed = |error: DialError| lost(error.to_string());
        let (major, minor) = self.description.api;
        let request = Request::builder()
            .method(Method::GET)
            .uri(format!("/v{major}.{minor}/{what}"))
            .body(Empty::<Bytes>::new())
            .map_err(|error| lost(error.to_string()))?;
        let response = self.dialer.send(request).await.map_err(dialed)?;
        let status = response.status();
        let body = short_body(response, LONGEST).await.map_err(dialed)?;
        let read = serde_json::from_slice::<Value>(&body);
        if !status.is_success() {
            let said = read.ok();
            let said = said.as_ref().and_then(|answer| answer.get("message")?.as_str());
            return Err(EngineError::Refused {
                status: status.as_u16(),
                message: said.map_or_else(|| format!("it says {status}"), |said| said.trim().to_owned()),
            });
        }
        read.map_err(|error| lost(format!("its {what} is not JSON: {error}")))
    }
}
