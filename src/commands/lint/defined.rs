//! The builds that compose files, bake files and `devcontainer.json` define, with their paths resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::definitions::{self, Dockerfile, Kind};
use crate::disk::{self, Candidate};
use crate::invocation::{Invocation, Platform};

/// The most builds of one Dockerfile that are judged; a matrix may define hundreds that differ in an
/// argument.
const MOST_JUDGED: usize = 16;

/// How a Dockerfile is built, and who says so.
#[derive(Debug, Clone)]
pub struct Defined {
    /// Such as `compose.yaml:web`; several where they build alike.
    pub names: Vec<String>,
    /// The context's folder.
    pub context: PathBuf,
    target: Option<String>,
    arguments: BTreeMap<String, String>,
    platforms: Vec<String>,
}

impl Defined {
    /// What is said here, over what holds for the file anyway.
    pub fn apply(&self, invocation: &mut Invocation) {
        invocation.target.clone_from(&self.target);
        invocation.arguments.clone_from(&self.arguments);
        invocation.context_given = true;
        invocation.known_from = self.names.first().cloned();
        if let [platform] = self.platforms.as_slice() {
            invocation.platform = Platform::parse(platform);
        } else if invocation.contract.platforms.is_empty() {
            invocation.contract.platforms.clone_from(&self.platforms);
        }
    }

    fn builds_like(&self, other: &Self) -> bool {
        self.context == other.context
            && self.target == other.target
            && self.arguments == other.arguments
            && self.platforms == other.platforms
    }
}

/// Builds that differ, each with all its names, in the order in which they were found.
pub fn distinct(builds: &[Defined]) -> Vec<Defined> {
    let mut found: Vec<Defined> = Vec::new();
    for build in builds {
        match found.iter().position(|one| one.builds_like(build)) {
            Some(at) => found[at].names.extend(build.names.iter().cloned()),
            None if found.len() < MOST_JUDGED => found.push(build.clone()),
            None => {}
        }
    }
    found
}

/// The files that may define how named Dockerfiles are built, whose absolute folders these are: those in
/// the folders, in the folders above them up to the root of their repository, and in the `.devcontainer`
/// folder of each. Every folder is listed once.
pub fn around(folders: &BTreeSet<PathBuf>) -> BTreeSet<Candidate> {
    let searched: BTreeSet<&Path> = folders.iter().flat_map(|folder| up_to_the_root(folder)).collect();
    searched
        .into_iter()
        .flat_map(|folder| [folder.to_path_buf(), folder.join(".devcontainer")])
        .flat_map(|folder| disk::definitions_in(&folder))
        .collect()
}

/// A folder and those above it up to the root of its repository; itself alone where it is in none.
fn up_to_the_root(folder: &Path) -> impl Iterator<Item = &Path> {
    let is_root = |folder: &&Path| disk::is_there(&folder.join(".git"));
    let above = folder.ancestors().position(|folder| is_root(&folder));
    folder.ancestors().take(above.unwrap_or(0) + 1)
}

/// The builds that a file defines, each with the absolute path of its Dockerfile.
///
/// # Errors
/// Why it cannot be read, in words.
pub fn read(definition: &Candidate) -> Result<Vec<(PathBuf, Defined)>, String> {
    let path = disk::absolute(&definition.path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(kind) = Kind::of(&name) else {
        return Ok(Vec::new());
    };
    let text = |path: &Path| disk::read(path, &disk::shown(path));
    let source = text(&path).map_err(|error| error.reason())?;
    let environment = match kind {
        Kind::Compose | Kind::ComposeOverlay => text(&path.with_file_name(".env")).ok(),
        _ => None,
    };
    let environment = environment
        .as_ref()
        .map(|source| String::from_utf8_lossy(source.text()));
    let found = definitions::read(
        kind,
        &String::from_utf8_lossy(source.text()),
        environment.as_deref().unwrap_or_default(),
    );
    let found = found.map_err(|error| error.to_string())?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let resolved = |build: definitions::Definition| {
        let context = disk::absolute(&folder.join(&build.context));
        let dockerfile = match &build.dockerfile {
            Dockerfile::InContext(path) => context.join(path),
            Dockerfile::BesideDefinition(path) => folder.join(path),
        };
        let names = match build.name.as_str() {
            "" => definition.name.clone(),
            name => format!("{}:{name}", definition.name),
        };
        let build = Defined {
            names: vec![names],
            context,
            target: build.target,
            arguments: build.arguments,
            platforms: build.platforms,
        };
        (disk::absolute(&dockerfile), build)
    };
    Ok(found.into_iter().map(resolved).collect())
}
