//! Names of images, in the engine and at registries.

use std::time::Duration;

use bollard::query_parameters::{PushImageOptions, TagImageOptions};
use futures_util::StreamExt;

use super::build::wire;
use super::credentials::Keys;
use super::{Engine, EngineError};
use crate::progress::Event;
use crate::syntax::reference::ImageRef;

/// How long a registry may take to say what it has before one goes on without.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why an image does not come to its registry.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// It has no name of which a registry could be told.
    #[error("`{0}` is no name of an image")]
    Name(String),
    /// Credentials cannot be had.
    #[error(transparent)]
    Credentials(#[from] super::credentials::CredentialsError),
    /// The registry or the engine refuses.
    #[error("{name} is not pushed: {error}")]
    Refused {
        /// The image.
        name: String,
        /// Why.
        error: EngineError,
    },
}

impl Engine {
    /// Gives an image one name more.
    ///
    /// # Errors
    /// It is no name, or the engine refuses.
    pub fn tag(&self, image: &str, name: &str) -> Result<(), PushError> {
        let reference = ImageRef::parse(name).map_err(|_| PushError::Name(name.to_owned()))?;
        let options = TagImageOptions {
            repo: Some(reference.familiar()),
            tag: Some(reference.effective_tag().unwrap_or("latest").to_owned()),
        };
        self.wait(self.docker.tag_image(image, Some(options)))
            .map_err(|error| PushError::Refused {
                name: name.to_owned(),
                error: self.error(error),
            })
    }

    /// Pushes an image by its name, told as the step of this number, and gives the digest under which its
    /// registry has it.
    ///
    /// # Errors
    /// See [`PushError`].
    pub fn push(
        &self,
        name: &str,
        keys: &Keys,
        step: usize,
        on: &mut dyn FnMut(Event),
    ) -> Result<Option<String>, PushError> {
        let reference = ImageRef::parse(name).map_err(|_| PushError::Name(name.to_owned()))?;
        let credentials = keys
            .of(&reference.domain)?
            .map(|found| wire(found, &reference.domain));
        let options = PushImageOptions {
            tag: Some(reference.effective_tag().unwrap_or("latest").to_owned()),
            ..PushImageOptions::default()
        };
        on(Event::Step {
            step,
            name: format!("[push] {name}"),
        });
        on(Event::Started { step });
        let repository = reference.familiar();
        let pushed = self.wait(async {
            let mut digest = None;
            let mut items = Box::pin(self.docker.push_image(&repository, Some(options), credentials));
            while let Some(item) = items.next().await {
                let item = item?;
                let status = item.status.unwrap_or_default();
                if let Some(told) = told_digest(&status) {
                    digest = Some(told.to_owned());
                }
                if let Some(detail) = item.progress_detail
                    && let (Some(current), Some(total)) = (detail.current, detail.total)
                {
                    let size = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
                    on(Event::Amount {
                        step,
                        // One amount for all: this API names no layer here.
                        what: format!("layer of {total}"),
                        current: size(current),
                        total: size(total),
                    });
                }
            }
            Ok::<_, bollard::errors::Error>(digest)
        });
        match pushed {
            Ok(digest) => {
                on(Event::Done { step, took: None });
                Ok(digest)
            }
            Err(error) => {
                let error = self.error(error);
                on(Event::Failed {
                    step,
                    message: error.to_string(),
                });
                Err(PushError::Refused {
                    name: name.to_owned(),
                    error,
                })
            }
        }
    }

    /// Whether the engine has an image of this name or id.
    pub fn has_image(&self, name: &str) -> bool {
        self.wait(self.docker.inspect_image(name)).is_ok()
    }

    /// The digest of an image at its registry, by what the engine knows, else by what the registry says.
    /// None where neither is certain.
    pub fn digest_of(&self, reference: &ImageRef, name: &str, keys: &Keys) -> Option<String> {
        if let Some(digest) = &reference.digest {
            return Some(digest.clone());
        }
        if let Ok(image) = self.wait(self.docker.inspect_image(name)) {
            let digests = image.repo_digests.unwrap_or_default();
            let of_this = digests.iter().filter_map(|digest| {
                let parsed = ImageRef::parse(digest).ok()?;
                (parsed.repository() == reference.repository()).then_some(parsed.digest)?
            });
            let found: Vec<String> = of_this.collect();
            // Of several nobody can say which it came by; of an image that was never pushed there is none.
            return match found.as_slice() {
                [one] => Some(one.clone()),
                _ => None,
            };
        }
        self.digest_at_registry(reference, name, keys)
    }

    /// The digest that a registry has for a name; none where it has none or does not answer soon.
    pub fn digest_at_registry(&self, reference: &ImageRef, name: &str, keys: &Keys) -> Option<String> {
        let credentials = keys.of(&reference.domain).ok()?;
        let credentials = credentials.map(|found| wire(found, &reference.domain));
        let asked = self.wait(async {
            tokio::time::timeout(PATIENCE, self.docker.inspect_registry_image(name, credentials)).await
        });
        asked.ok()?.ok()?.descriptor.digest
    }
}

/// The digest at the end of a push: `latest: digest: sha256:… size: 527`.
fn told_digest(status: &str) -> Option<&str> {
    let (_, rest) = status.split_once("digest: ")?;
    rest.split(' ')
        .next()
        .filter(|digest| digest.starts_with("sha256:"))
}
