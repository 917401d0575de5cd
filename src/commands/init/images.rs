//! What a Dockerfile says of where its image runs.

use std::path::{Path, PathBuf};

use super::elsewhere::Elsewhere;
use crate::commands::intended;
use crate::contract::{Contract, Profile};
use crate::disk::{self, FolderContext};
use crate::facts::{Answer, Facts, Init, Origin};
use crate::finding::Place;
use crate::invocation::Invocation;
use crate::source::Source;
use crate::stages::Stages;
use crate::syntax;
use crate::syntax::reference::ImageRef;

/// A Dockerfile with the profile that fits it.
#[derive(Debug)]
pub struct Image {
    /// Below the folder in which the config will lie.
    pub path: PathBuf,
    /// The profile.
    pub profile: Profile,
    /// Why it fits.
    pub why: String,
    /// The user who works there, with the reason.
    pub user: Option<(String, String)>,
    /// Why an engine runs inside; none where none is installed.
    pub engine: Option<String>,
}

impl Image {
    /// Looks at a Dockerfile.
    pub fn look(source: &Source, lies_at: &Path, path: PathBuf, elsewhere: &Elsewhere) -> Self {
        let invocation = Invocation::default();
        let tree = syntax::parse(source.text());
        let stages = Stages::of(&tree, &invocation);
        let context = FolderContext::new(lies_at.parent().unwrap_or(Path::new("")));
        let facts = intended::foreseen(source, &tree, &stages, &invocation, &context);
        let Some(facts) = facts else {
            return Self {
                path,
                profile: Profile::Service,
                why: "it builds nothing yet".to_owned(),
                user: None,
                engine: None,
            };
        };
        let look = Look {
            source,
            facts: &facts,
        };
        let (profile, why) = look.profile(lies_at, elsewhere);
        let is_workspace = profile != Profile::Service;
        Self {
            path,
            profile,
            why,
            user: look.user().filter(|_| is_workspace),
            engine: look.engine().filter(|_| is_workspace),
        }
    }
}

struct Look<'a> {
    source: &'a Source,
    facts: &'a Facts,
}

impl Look<'_> {
    fn profile(&self, lies_at: &Path, elsewhere: &Elsewhere) -> (Profile, String) {
        if let Some(sign) = self.dev_container(lies_at, elsewhere) {
            return match elsewhere.envbuilder() {
                Some(place) => (
                    Profile::Envbuilder,
                    format!("{sign}, and {place} builds with envbuilder"),
                ),
                None => (Profile::Devcontainer, sign),
            };
        }
        let base = self.base();
        if let Some((_, written)) = base.as_ref().filter(|(base, _)| is_under(base, ENVBOX)) {
            return (
                Profile::Service,
                format!("{written} is the container around workspaces"),
            );
        }
        if let Some((base, written)) = &base
            && let Some(runtime) = workspace_base(base)
        {
            let sign = format!("FROM {written}");
            return match (elsewhere.runner(), runtime) {
                (None, Some(profile)) => (profile, sign),
                (runner, _) => run_by(sign, runner),
            };
        }
        match self.workspace() {
            Some(sign) => run_by(sign, elsewhere.runner()),
            None => (
                Profile::Service,
                "nobody works in it: no user coder, no user with sudo, no engine with an init".to_owned(),
            ),
        }
    }

    fn dev_container(&self, lies_at: &Path, elsewhere: &Elsewhere) -> Option<String> {
        if let Some(file) = elsewhere.dev_container(lies_at) {
            return Some(format!("{file} builds it"));
        }
        if lies_at
            .iter()
            .any(|component| component.to_string_lossy() == ".devcontainer")
        {
            return Some("it lies in .devcontainer".to_owned());
        }
        let (base, written) = self.base()?;
        is_under(&base, DEV_CONTAINERS).then(|| format!("FROM {written}"))
    }

    /// The repository of the image at the bottom, with its registry, and the image as it is written.
    fn base(&self) -> Option<(String, String)> {
        let written = self.facts.from.reference.as_known()?;
        let reference = ImageRef::parse(written).ok()?;
        Some((reference.repository(), written.to_owned()))
    }

    /// What makes an image one in which somebody works.
    fn workspace(&self) -> Option<String> {
        if let Answer::Known(user) = self.facts.user(Contract::USER) {
            return Some(format!("{} makes the user {}", self.place(&user.made), user.name));
        }
        if let Some((name, _)) = self.user()
            && let Answer::Known(user) = self.facts.user(&name)
            && matches!(self.facts.sudo_without_password(&user), Answer::Known(_))
        {
            return Some(format!("its user {name} may become root by sudo"));
        }
        let has_init = matches!(self.facts.init(), Answer::Known(Init::Systemd));
        self.engine().filter(|_| has_init)
    }

    /// The final USER, if it is a person's name, else the usual one if it is there.
    fn user(&self) -> Option<(String, String)> {
        let last = self.facts.config.user();
        let name = last.and_then(|setting| Some((setting.value.as_known()?, &setting.origin)));
        let person = name.filter(|(name, _)| {
            !name.is_empty() && *name != "root" && !name.contains(':') && name.parse::<u32>().is_err()
        });
        if let Some((name, origin)) = person {
            return Some((
                name.to_owned(),
                format!("{} is the last USER", self.place(origin)),
            ));
        }
        match self.facts.user(Contract::USER) {
            Answer::Known(user) => Some((user.name, format!("{} makes it", self.place(&user.made)))),
            Answer::Absent | Answer::Unknown => None,
        }
    }

    fn engine(&self) -> Option<String> {
        let engine = self.facts.engine()?;
        Some(format!("{} brings {}", self.place(&engine.origin), engine.name))
    }

    /// A place as `Dockerfile:3`; the base for what it brings.
    fn place(&self, origin: &Origin) -> String {
        match &origin.place {
            _ if origin.step == 0 => "the base".to_owned(),
            Place::Text { path, span } if path.is_empty() => {
                format!("{}:{}", self.source.name(), self.source.position(span.start).line)
            }
            Place::Text { path, .. } => disk::with_slashes(Path::new(&**path)),
            Place::Layer { .. } => "a layer".to_owned(),
        }
    }
}

/// Repositories of dev containers' bases.
const DEV_CONTAINERS: &[&str] = &[
    "mcr.microsoft.com/devcontainers/",
    "mcr.microsoft.com/vscode/devcontainers/",
    "ghcr.io/devcontainers/",
];

/// envbox itself.
const ENVBOX: &[&str] = &["ghcr.io/coder/envbox"];

fn is_under(repository: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| repository.starts_with(prefix))
}

/// Whether a base is made for workspaces, and what it is made to be run by where it has but one.
fn workspace_base(repository: &str) -> Option<Option<Profile>> {
    if repository.starts_with("docker.io/codercom/") && !repository.ends_with("/code-server") {
        return Some(None);
    }
    let is_nestybox = is_under(repository, &["docker.io/nestybox/", "ghcr.io/nestybox/"]);
    is_nestybox.then_some(Some(Profile::Sysbox))
}

fn run_by(sign: String, runner: Option<(Profile, &str)>) -> (Profile, String) {
    match runner {
        Some((profile, place)) => (profile, format!("{sign}; {place} names what runs it")),
        None => (
            Profile::default(),
            format!("{sign}; nothing names what runs it, so the default holds"),
        ),
    }
}
