//! `build`: lints, builds, says what failed and where.

mod given;
mod labels;
mod outcome;
mod place;
mod unreadable;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use clap::Parser;

use super::intended::Builds;
use super::{Exit, look, say};
use crate::cli::{BuildImage, Global, Lint, ProgressChoice};
use crate::commands::intended;
use crate::commands::lint;
use crate::contract::Contract;
use crate::diagnose::Builder;
use crate::disk::{self, BuildContext};
use crate::engine::build::{BuildError, BuildRequest, Offer};
use crate::engine::credentials::Keys;
use crate::engine::{Engine, Surroundings};
use crate::invocation::{Invocation, Platform};
use crate::policy::Selection;
use crate::progress::drawn::Drawn;
use crate::progress::lines::Json;
use crate::progress::plain::Plain;
use crate::progress::{Silent, Steps, Writer};
use crate::report::{json, text};
use crate::source::Source;
use crate::stages::Stages;
use crate::syntax::reference::ImageRef;
use crate::syntax::{self, Tree};
use outcome::Outcome;

/// Checks a Dockerfile, then builds its image.
pub fn build(global: &Global, arguments: &BuildImage, out: &mut dyn Write) -> Result<Exit> {
    if arguments.push && arguments.tag.is_empty() {
        bail!("--push has nothing to push: no name is given by --tag");
    }
    let tags: Vec<ImageRef> = arguments.tag.iter().map(|tag| name(tag)).collect::<Result<_>>()?;
    let Some(dockerfile) = dockerfile(arguments)? else {
        let context = disk::shown(&arguments.path);
        say(&format!(
            "error: there is no Dockerfile in {context}; name it by --file"
        ));
        return Ok(Exit::NoFiles);
    };
    let context = BuildContext::new(&arguments.path, &dockerfile)?;
    let secrets = given::secrets(&arguments.secret)?;
    let agents = given::agents(&arguments.ssh)?;
    let asked_labels = given::labels(&arguments.label)?;
    let source = disk::read(&dockerfile, &disk::shown(&dockerfile))?;
    let how = Progress::new(global, arguments);
    let linting = lint_arguments(arguments, &dockerfile)?;
    if arguments.no_lint {
        say("warning: --no-lint: the image is built without looking for faults first");
    } else {
        let gate = lint::gate(global, &linting)?;
        if gate.exit != Exit::Clean {
            show(&gate.report, how, global, out)?;
            for problem in &gate.report.errors {
                say(&format!("error: {}: {}", problem.path, problem.message));
            }
            say("error: nothing is built, since something is in the way; --no-lint builds all the same");
            return Ok(gate.exit);
        }
        // What is found and not in the way is told too, unless the id alone is asked for.
        if how != Progress::Quiet && !gate.report.findings.is_empty() {
            show(&gate.report, how, global, out)?;
        }
    }
    let plan = Plan::new(global, arguments, &linting, &source, &dockerfile)?;
    let engine = Engine::connect()?;
    let choice = engine.choose_builder(std::env::var("DOCKER_BUILDKIT").ok().as_deref());
    if let Some(reason) = &choice.reason
        && how != Progress::Quiet
    {
        say(&format!("note: {} builds: {reason}", choice.builder.name()));
    }
    if told_beforehand(&plan, choice.builder, &engine, arguments) == Exit::Found {
        return Ok(Exit::Found);
    }
    let keys = Arc::new(Keys::read(&Surroundings::of_process().docker_folder)?);
    tell_of_syntax(&plan, choice.builder, &engine, &keys);
    let mut labels = plan.labels(&engine, &keys, arguments);
    labels.extend(asked_labels);
    let mut build_arguments = plan.invocation.arguments.clone();
    if let Ok(epoch) = std::env::var(labels::EPOCH)
        && choice.builder == Builder::BuildKit
    {
        // BuildKit dates what it makes by it; buildx hands it on in the same way.
        build_arguments.entry(labels::EPOCH.to_owned()).or_insert(epoch);
    }
    for stale in [&arguments.iidfile, &arguments.metadata_file]
        .into_iter()
        .flatten()
    {
        disk::remove(stale)?;
    }
    let request = BuildRequest {
        context,
        builder: choice.builder,
        tag: arguments.tag.first().cloned(),
        arguments: build_arguments,
        labels,
        target: arguments.wanted.target.clone(),
        platform: arguments.wanted.platform.as_ref().map(platform),
        network: arguments.network.clone(),
        cache_from: arguments.cache_from.clone(),
        no_cache: arguments.no_cache,
        pull: arguments.pull,
        offer: Offer {
            secrets,
            agents,
            keys: Arc::clone(&keys),
        },
        registries: plan.registries(),
    };
    let mut steps = Steps::default();
    let mut writer = how.writer(out);
    let built = engine.build(request, &mut |event| {
        steps.take(&event);
        writer.show(&event, &steps);
    });
    let built = match built {
        Ok(id) => {
            let pushed = finish(&engine, arguments, &keys, &id, &mut steps, &mut *writer);
            pushed.map(|digest| (id, digest))
        }
        Err(error) => Err(error.into()),
    };
    writer.end(&steps);
    drop(writer);
    match built {
        Ok((id, digest)) => {
            let outcome = Outcome {
                id: &id,
                digest: digest.as_deref(),
                names: &arguments.tag,
                builder: choice.builder,
                engine: engine.description(),
            };
            outcome.write(arguments)?;
            match how {
                Progress::Quiet => writeln!(out, "{id}")?,
                Progress::Json => {}
                Progress::Drawn | Progress::Plain => outcome.tell(&tags),
            }
            Ok(Exit::Clean)
        }
        Err(error) => failed(&error, &steps, choice.builder, &plan, how, out),
    }
}

/// The other names of the image, and its way to its registries; the digest of the first name there.
fn finish(
    engine: &Engine,
    arguments: &BuildImage,
    keys: &Keys,
    id: &str,
    steps: &mut Steps,
    writer: &mut dyn Writer,
) -> Result<Option<String>> {
    for name in arguments.tag.iter().skip(1) {
        engine.tag(id, name)?;
    }
    let mut digest = None;
    for name in arguments.tag.iter().filter(|_| arguments.push) {
        let number = steps.all.len();
        let pushed = engine.push(name, keys, number, &mut |event| {
            steps.take(&event);
            writer.show(&event, steps);
        })?;
        digest = digest.or(pushed);
    }
    Ok(digest)
}

/// Says why there is no image.
fn failed(
    error: &anyhow::Error,
    steps: &Steps,
    builder: Builder,
    plan: &Plan<'_>,
    how: Progress,
    out: &mut dyn Write,
) -> Result<Exit> {
    match error.downcast_ref::<BuildError>() {
        Some(BuildError::Failed(message)) => {
            let failure = plan.failure(steps, builder, message);
            outcome::tell_failure(&failure, plan.source.name());
            if how == Progress::Json {
                outcome::write_failure(&failure, plan.source.name(), out)?;
            }
            Ok(Exit::Found)
        }
        Some(BuildError::Ended) => {
            say("error: the build was ended, on the engine too");
            Ok(Exit::Ended)
        }
        _ => {
            say(&format!("error: {error:#}"));
            Ok(Exit::Failed)
        }
    }
}

/// How progress is shown, once the terminal was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Drawn,
    Plain,
    Json,
    Quiet,
}

impl Progress {
    fn new(global: &Global, arguments: &BuildImage) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match arguments.progress {
            ProgressChoice::Json => Self::Json,
            ProgressChoice::Quiet => Self::Quiet,
            _ if global.quiet => Self::Quiet,
            ProgressChoice::Plain => Self::Plain,
            ProgressChoice::Auto if dumb || set("CI") || !io::stderr().is_terminal() => Self::Plain,
            ProgressChoice::Auto => Self::Drawn,
        }
    }

    fn writer<'a>(self, out: &'a mut dyn Write) -> Box<dyn Writer + 'a> {
        match self {
            Self::Drawn => Box::new(Drawn::default()),
            Self::Plain => Box::new(Plain::new(io::stderr())),
            Self::Json => Box::new(Json::new(out)),
            Self::Quiet => Box::new(Silent),
        }
    }
}

/// Prints findings, as text or as one JSON line.
fn show(report: &crate::report::Report, how: Progress, global: &Global, out: &mut dyn Write) -> Result<()> {
    match how {
        Progress::Json => {
            let mut pretty = Vec::new();
            json::write(report, &mut pretty)?;
            let mut findings: serde_json::Value = serde_json::from_slice(&pretty)?;
            if let Some(object) = findings.as_object_mut() {
                object.insert("event".to_owned(), "findings".into());
            }
            serde_json::to_writer(&mut *out, &findings)?;
            writeln!(out)?;
        }
        _ => {
            let count = match global.quiet {
                true => text::Count::LeftOut,
                false => text::Count::Shown,
            };
            text::write(report, look(global), count, out)?;
        }
    }
    out.flush()?;
    Ok(())
}

/// A name for an image: no digest, no variable.
fn name(tag: &str) -> Result<ImageRef> {
    let reference = ImageRef::parse(tag).with_context(|| format!("--tag {tag}"))?;
    match reference.digest {
        Some(_) => bail!("--tag {tag}: an image cannot be named by a digest"),
        None => Ok(reference),
    }
}

/// The Dockerfile that is named, or that lies in the context; none if there is none.
fn dockerfile(arguments: &BuildImage) -> Result<Option<PathBuf>> {
    let folder = &arguments.path;
    if !disk::is_there(folder) {
        bail!(
            "there is no context {}: no such file or folder",
            disk::shown(folder)
        );
    }
    if !disk::is_folder(folder) {
        bail!("the context {} is not a folder", disk::shown(folder));
    }
    match &arguments.file {
        Some(file) if file.as_os_str() == "-" => {
            bail!("--file -: a Dockerfile from standard input cannot be built; write it into the context")
        }
        Some(file) => Ok(Some(file.clone())),
        None => Ok(["Dockerfile", "Containerfile"]
            .map(|name| folder.join(name))
            .into_iter()
            .find(|path| disk::is_there(path))),
    }
}

fn platform(platform: &Platform) -> String {
    let mut text = format!("{}/{}", platform.os, platform.architecture);
    if !platform.variant.is_empty() {
        text = format!("{text}/{}", platform.variant);
    }
    text
}

/// The arguments of `lint` that mean the same file, built in the same way.
fn lint_arguments(arguments: &BuildImage, dockerfile: &Path) -> Result<Lint> {
    /// `lint` without the program around it.
    #[derive(Parser)]
    struct OnlyLint {
        #[command(flatten)]
        lint: Lint,
    }
    let mut words: Vec<OsString> = vec!["lint".into(), "--context".into(), arguments.path.clone().into()];
    let mut push = |flag: &str, value: &str| {
        words.push(format!("{flag}={value}").into());
    };
    for argument in &arguments.wanted.build_arg {
        push("--build-arg", argument);
    }
    if let Some(target) = &arguments.wanted.target {
        push("--target", target);
    }
    if let Some(given) = &arguments.wanted.platform {
        push("--platform", &platform(given));
    }
    if let Some(profile) = arguments.profile {
        push("--profile", profile.name());
    }
    if let Some(fail_on) = arguments.fail_on {
        use clap::ValueEnum;
        if let Some(value) = fail_on.to_possible_value() {
            push("--fail-on", value.get_name());
        }
    }
    words.extend(["--".into(), dockerfile.into()]);
    Ok(OnlyLint::try_parse_from(words)?.lint)
}

/// Says what this builder cannot read or do, before it is asked to.
fn told_beforehand(plan: &Plan<'_>, builder: Builder, engine: &Engine, arguments: &BuildImage) -> Exit {
    let unreadable = unreadable::unreadable(&plan.tree, builder, engine.description());
    for one in &unreadable {
        say(&format!(
            "error: {}:{}: {} of {} cannot read {}; {}",
            plan.source.name(),
            one.line,
            builder.name(),
            engine.description().name(),
            one.what,
            one.since
        ));
    }
    let needs_session = [("--secret", &arguments.secret), ("--ssh", &arguments.ssh)];
    let mut refused = !unreadable.is_empty();
    for (flag, _) in needs_session.iter().filter(|(_, given)| !given.is_empty()) {
        if builder != Builder::BuildKit {
            say(&format!(
                "error: {} has no way to be given what {flag} names",
                builder.name()
            ));
            refused = true;
        }
    }
    match refused {
        true => Exit::Found,
        false => Exit::Clean,
    }
}

/// Says that a frontend must be fetched, where nobody answers who has it.
fn tell_of_syntax(plan: &Plan<'_>, builder: Builder, engine: &Engine, keys: &Keys) {
    let Some(image) = unreadable::syntax(&plan.tree) else {
        return;
    };
    let line = plan.tree.directives.iter().find(|one| one.name == "syntax");
    let line = line.map_or(1, |directive| plan.source.position(directive.span.start).line);
    let place = format!("{}:{line}", plan.source.name());
    if builder != Builder::BuildKit {
        say(&format!(
            "warning: {place}: {} does not obey `# syntax={image}`",
            builder.name()
        ));
        return;
    }
    let found = ImageRef::parse(image).ok();
    let found = found.and_then(|reference| engine.digest_at_registry(&reference, image, keys));
    if found.is_none() {
        say(&format!(
            "warning: {place}: `# syntax={image}` makes the engine fetch this image first, and no registry that it reaches has it"
        ));
    }
}

/// A Dockerfile with all that is known of how it is built.
struct Plan<'a> {
    source: &'a Source,
    tree: Tree,
    stages: Stages,
    invocation: Invocation,
    contract: Contract,
}

impl<'a> Plan<'a> {
    fn new(
        global: &Global,
        arguments: &BuildImage,
        linting: &Lint,
        source: &'a Source,
        dockerfile: &Path,
    ) -> Result<Self> {
        let builds = Builds::new(&linting.build, arguments.profile)?;
        let lies_at = disk::absolute(dockerfile);
        let configs = intended::configs(global)?;
        // A broken config was told by the linter, or nobody wanted to know.
        let invocation = match configs.for_folder(lies_at.parent().unwrap_or(&lies_at)) {
            Ok(found) => {
                let settings = found.config.settings(&lies_at);
                builds.invocation(&found, &settings, &Selection::default())
            }
            Err(_) => Invocation {
                target: arguments.wanted.target.clone(),
                arguments: builds.arguments().clone(),
                platform: arguments.wanted.platform.clone(),
                ..Invocation::default()
            },
        };
        let tree = syntax::parse(source.text());
        let stages = Stages::of(&tree, &invocation);
        Ok(Self {
            source,
            tree,
            stages,
            contract: invocation.contract.clone(),
            invocation,
        })
    }

    /// The labels that nobody else gives the image.
    fn labels(
        &self,
        engine: &Engine,
        keys: &Keys,
        arguments: &BuildImage,
    ) -> std::collections::BTreeMap<String, String> {
        let base = labels::base(&self.stages);
        let digest = base.as_ref().and_then(|(name, reference)| match arguments.pull {
            true => engine.digest_at_registry(reference, name, keys),
            false => engine.digest_of(reference, name, keys),
        });
        let epoch = std::env::var(labels::EPOCH).ok();
        let template = self.template();
        let mut labels = labels::labels(&labels::Origin {
            folder: &arguments.path,
            epoch: epoch.as_deref(),
            base: base.as_ref().map(|(_, reference)| (reference, digest)),
            contract: &self.contract,
            template: template.as_deref(),
        });
        for written in labels::written(&self.tree, &self.stages) {
            labels.remove(&written);
        }
        labels
    }

    /// The template of which `new` made the file: it says so in a comment.
    fn template(&self) -> Option<String> {
        let mut comments = self.tree.comments.iter();
        comments.find_map(|comment| {
            let text = std::str::from_utf8(self.source.slice(comment.span)).ok()?;
            let (before, rest) = text.split_once(" from the template ")?;
            let name = |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_');
            let name: String = rest.chars().take_while(name).collect();
            (before.contains("seaworthy") && !name.is_empty()).then_some(name)
        })
    }

    /// The registries from which the builder may pull.
    fn registries(&self) -> Vec<String> {
        use crate::stages::Start;
        let images = self.stages.all.iter().filter_map(|stage| match &stage.start {
            Start::Image(name) if name.holes.is_empty() => ImageRef::parse(&name.text).ok(),
            _ => None,
        });
        let copied = self
            .tree
            .instructions
            .iter()
            .filter_map(|instruction| ImageRef::parse(instruction.flag("from")?.value()?).ok());
        let mut registries: Vec<String> = images.chain(copied).map(|image| image.domain).collect();
        registries.sort();
        registries.dedup();
        registries
    }
}
