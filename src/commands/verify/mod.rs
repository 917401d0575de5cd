//! `verify`: opens an image, judges what is in it, and holds it against its Dockerfile.

mod diff;
#[cfg(feature = "engine")]
mod run;
mod source;
mod structure;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

use super::intended::Builds;
use super::lint::{KnownFrom, Resolver, masked};
use super::{Exit, say};
use crate::checklist::{self, State};
use crate::cli::{Format, Global, Verify};
use crate::commands::intended;
use crate::commands::outputs::{self, Outputs};
use crate::compare;
use crate::config::FailOn;
use crate::context::{Context, Nowhere};
use crate::disk::{self, FolderContext};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::image::{self, Inspected, Keep};
use crate::invocation::Invocation;
use crate::policy::{self, Selection, Verdict};
use crate::report::probes::{ProbeOutcome, State as ProbeState};
use crate::report::structure::State as TestState;
use crate::report::{JudgedImage, Report};
use crate::rules;
use crate::source::Source;
use crate::stages::Stages;
use crate::syntax::{self};
pub use source::open_engine_image;

/// Rules about comments: a comment may silence what lint finds and an image cannot show.
const OF_COMMENTS: [&str; 2] = ["stale-allow", "allow-without-reason"];

/// Checks a built image.
pub fn verify(global: &Global, arguments: &Verify, out: &mut dyn Write) -> Result<Exit> {
    let asked = Outputs::from(&arguments.output);
    let given = [&arguments.archive, &arguments.dockerfile];
    outputs::check(asked, given.into_iter().flatten().map(PathBuf::as_path))?;
    let configs = intended::configs(global)?;
    let lies_at = disk::absolute(arguments.dockerfile.as_deref().unwrap_or(Path::new("Dockerfile")));
    let folder = lies_at.parent().unwrap_or(&lies_at);
    let found = match configs.for_folder(folder) {
        Ok(found) => found,
        Err(broken) => return Ok(intended::refused(&broken)),
    };
    let builds = Builds::new(&arguments.build, arguments.profile)?;
    let settings = found.config.settings(&lies_at);
    let selection = Selection::default();
    let invocation = builds.invocation(&found, &settings, &selection);
    let dockerfile = match &arguments.dockerfile {
        Some(path) => Some(disk::read(path, &disk::shown(path))?),
        None => None,
    };
    #[cfg(feature = "engine")]
    let engine = match arguments.run {
        true => Some(engine(arguments)?),
        false => None,
    };
    let tests = structure::read(arguments)?;
    let mut keep = keep(&invocation);
    structure::keep(&tests, None, &mut keep);
    let open = |keep: &Keep| source::open(arguments, &invocation, keep);
    let image = open(&keep)?;
    let (image, root) = structure::followed(arguments, &tests, image, &mut keep, &open)?;
    let difference = match &arguments.diff {
        Some(old) => Some(diff::diff(old, &image, &invocation, &builds, &found, &keep)?),
        None => None,
    };
    let context: Box<dyn Context> = match &dockerfile {
        Some(_) => Box::new(FolderContext::new(builds.context(folder)).without_ignored(&lies_at)),
        None => Box::new(Nowhere),
    };
    let (findings, facts, mut contract) = match &dockerfile {
        Some(source) => with_dockerfile(&image, source, &invocation, context.as_ref(), &keep),
        None => {
            let observed = image::observe(&image, None, &keep);
            let contract = checklist::judge(&observed, None, &invocation);
            let findings = rules::judge_image(&observed, &invocation);
            (findings, observed, contract)
        }
    };
    // Without a Dockerfile, places of the config are all that stands in a text.
    let source = match dockerfile {
        Some(source) => source,
        None => Source::new(image.name.clone(), Vec::new())?,
    };
    let tree = syntax::parse(source.text());
    let excerpts = asked.show_excerpts();
    let shown = match excerpts {
        true => masked(&source, &findings),
        false => None,
    };
    let mut verdict = policy::decide(&source, &tree, findings, &settings, &selection);
    verdict
        .kept
        .retain(|finding| !OF_COMMENTS.contains(&finding.rule));
    #[cfg(feature = "engine")]
    let probes = match &engine {
        None => None,
        Some(engine) => {
            let answered = run::run(&run::Subject {
                engine,
                image: arguments.image.as_deref().unwrap_or_default(),
                architecture: &image.architecture,
                facts: &facts,
                contract: &invocation.contract,
                settings: &settings,
                decided: &verdict,
            })?;
            match answered {
                run::Asked::All(outcomes) => Some(outcomes),
                run::Asked::Ended => {
                    say("error: the probes were ended, and their container is removed");
                    return Ok(Exit::Ended);
                }
            }
        }
    };
    #[cfg(not(feature = "engine"))]
    let (probes, _) = (None, facts);
    checklist::excuse(&mut contract, |rule| accepted(&verdict, rule));
    checklist::settle(&mut contract, &shown_by(probes.as_deref().unwrap_or_default()));
    let known_from = KnownFrom::default();
    let resolver = Resolver {
        source: &source,
        tree: &tree,
        layers: found.config.layers(),
        context: context.as_ref(),
        context_name: disk::shown(builds.context(folder)),
        known_from: &known_from,
        excerpts,
        shown,
    };
    let (findings, suppressed) = resolver.resolve(verdict);
    let report = Report {
        findings,
        suppressed,
        probes,
        contract,
        diff: difference,
        structure: structure::run(arguments, &tests, &image, &root)?,
        ..Report::default()
    }
    .of_image(JudgedImage {
        name: Arc::from(image.name.as_str()),
        rules: rules::rules_of_images(&invocation),
        dockerfile: arguments.dockerfile.as_ref().map(|_| Arc::from(source.name())),
    })
    .in_order();
    let mut failed = Vec::new();
    let written = outputs::write(&report, global, asked, &mut failed, out);
    for words in &failed {
        say(&format!("error: {words}"));
    }
    written.context("cannot write to standard output")?;
    // A step that makes SARIF goes on to upload it, as lint's does.
    let is_sarif = arguments.output.format == Format::Sarif;
    let told = arguments.output.fail_on.or(is_sarif.then_some(FailOn::Never));
    let threshold = told.unwrap_or(settings.fail_on);
    let is_unmet = report.contract.iter().any(|point| point.state == State::Unmet);
    let mut probes = report.probes.iter().flatten();
    let fails = report
        .findings
        .iter()
        .any(|entry| threshold.fails(entry.severity))
        || threshold != FailOn::Never && is_unmet
        || probes.any(|probe| probe.state.fails());
    let ended = |state| report.structure.iter().any(|test| test.state == state);
    Ok(match () {
        () if !failed.is_empty() => Exit::Failed,
        () if fails || ended(TestState::Failed) => Exit::Found,
        // Somebody asked for them, and they could not be run.
        () if ended(TestState::Skipped) => Exit::Failed,
        () => Exit::Clean,
    })
}

/// The engine in which the image is started.
#[cfg(feature = "engine")]
fn engine(arguments: &Verify) -> Result<crate::engine::Engine> {
    if arguments.image.is_none() {
        bail!("--run starts an image of the engine: load the archive by `docker load`, and name the image");
    }
    Ok(crate::engine::Engine::connect()?)
}

/// What is kept of an image besides what always is: what the contract mounts over it.
fn keep(invocation: &Invocation) -> Keep {
    let contract = &invocation.contract;
    let folders = contract.volumes.iter().flatten().chain(&contract.home);
    let watched = folders.map(|folder| folder.trim_end_matches('/').to_owned());
    Keep {
        watched: watched.filter(|folder| !folder.is_empty()).collect(),
        ..Keep::default()
    }
}

/// What probes showed of the contract's points.
fn shown_by(probes: &[ProbeOutcome]) -> Vec<checklist::Shown<'_>> {
    let shown = probes.iter().filter_map(|probe| {
        let first = probe.output.lines().next().filter(|line| !line.trim().is_empty());
        Some(checklist::Shown {
            point: probe.point?,
            held: match probe.state {
                ProbeState::Passed => Some(true),
                ProbeState::Failed | ProbeState::Timeout => Some(false),
                ProbeState::Skipped => None,
            },
            told: first.unwrap_or(&probe.name),
        })
    });
    shown.collect()
}

/// Why no fault of a rule counts; none where one does, or where there is none.
fn accepted<'v>(verdict: &'v Verdict, rule: &str) -> Option<&'v str> {
    if verdict.kept.iter().any(|finding| finding.rule == rule) {
        return None;
    }
    let silenced = verdict.silenced.iter().find(|one| one.finding.rule == rule)?;
    Some(silenced.reason.as_deref().unwrap_or("by a comment"))
}

/// The findings and facts of an image, at the lines of its Dockerfile, and what differs between the two; and
/// what became of the contract.
fn with_dockerfile(
    image: &Inspected,
    source: &Source,
    invocation: &Invocation,
    context: &dyn Context,
    keep: &Keep,
) -> (Vec<Finding>, Facts, Vec<checklist::Judged>) {
    let tree = syntax::parse(source.text());
    let stages = Stages::of(&tree, invocation);
    let matched = match image::matching(image, &tree, &stages) {
        Ok(matched) => Some(matched),
        Err(mismatch) => {
            say(&format!(
                "note: findings do not point into {}: {mismatch}",
                source.name()
            ));
            None
        }
    };
    let observed = image::observe(image, matched.as_ref().map(|matched| (matched, &tree)), keep);
    let mut findings = rules::judge_image(&observed, invocation);
    let foreseen = intended::foreseen(source, &tree, &stages, invocation, context);
    if let Some(foreseen) = &foreseen {
        findings.extend(compare::compare(foreseen, &observed, invocation));
    }
    let contract = checklist::judge(&observed, foreseen.as_ref(), invocation);
    (findings, observed, contract)
}
