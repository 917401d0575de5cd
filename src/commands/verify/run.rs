//! Starts an image as the platform would, asks what the probes ask, and removes what was started.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::super::say;
use crate::config::Settings;
use crate::contract::{Contract, Profile};
use crate::engine::containers::{Container, ContainerError};
use crate::engine::{Engine, EngineError};
use crate::facts::Facts;
use crate::policy::Verdict as Decided;
use crate::probes::container::Ran;
use crate::probes::judge::told;
use crate::probes::start::{SYSBOX, asks_for_capabilities};
use crate::probes::{
    Account, First, Given, Planned, Probe, Start, Verdict, Way, capabilities, inner, lost, plan,
};
use crate::report::probes::{ProbeOutcome, State};
use crate::rules::{self, mounted};

/// How long it is waited before an unanswered question is asked again.
const AGAIN: Duration = Duration::from_millis(300);

/// For how long a service has to run so that it is taken for one that runs.
const STAYS: Duration = Duration::from_secs(2);

/// How long the host has to say what it can do.
const HOST: Duration = Duration::from_secs(10);

/// What is started, and what is known of it.
pub struct Subject<'a> {
    /// The engine that has it.
    pub engine: &'a Engine,
    /// The image by name or id.
    pub image: &'a str,
    /// Its architecture in Go's words.
    pub architecture: &'a str,
    /// What was seen in it.
    pub facts: &'a Facts,
    /// What is agreed.
    pub contract: &'a Contract,
    /// What the config says.
    pub settings: &'a Settings,
    /// What the rules found, and what of it counts.
    pub decided: &'a Decided,
}

/// What came of it.
pub enum Asked {
    /// All that was asked.
    All(Vec<ProbeOutcome>),
    /// A signal came, and the container is gone.
    Ended,
}

/// Starts the image and asks.
///
/// # Errors
/// The engine is gone.
pub fn run(subject: &Subject) -> Result<Asked> {
    let mut outcomes = Vec::new();
    match asked(subject, &mut outcomes) {
        Ok(()) => Ok(Asked::All(outcomes)),
        Err(ContainerError::Ended) => Ok(Asked::Ended),
        Err(ContainerError::Engine(error)) => {
            Err(error).with_context(|| format!("cannot probe the image {}", subject.image))
        }
    }
}

fn asked(subject: &Subject, outcomes: &mut Vec<ProbeOutcome>) -> Result<(), ContainerError> {
    let owner = mounted::owner(subject.facts, subject.contract);
    let passwd = subject.facts.observed.as_ref().and_then(|observed| {
        let entry = observed.entry("/etc/passwd")?;
        entry.text.as_deref()
    });
    let known = passwd.and_then(|passwd| Account::find(passwd, &owner.name));
    let start = Start::of(subject.facts, subject.contract, known.as_ref());
    let begun = Instant::now();
    let (mut container, way) = match started(subject, &start, known.as_ref())? {
        Started::Runs(container, way) => (container, way),
        Started::Refused(message) => {
            let words = format!("{} does not start: {}", start.first.words(), told(&message));
            outcomes.push(outcome("start", None, State::Failed, begun, words));
            return Ok(());
        }
    };
    let condition = match start.first {
        First::Own => container.end(STAYS)?,
        First::Init | First::Sleep | First::Shell => container.condition()?,
    };
    let (state, words) = match condition.runs {
        true => (State::Passed, start.words(&way)),
        false => (State::Failed, last_words(&mut container)?),
    };
    outcomes.push(outcome("start", None, state, begun, words));
    if condition.runs {
        let mut talk = Talk {
            container: &mut container,
            outcomes,
            has_ended: false,
        };
        talk.all(subject, &start, &owner.name)?;
    }
    let name = container.name().to_owned();
    if let Err(error) = container.remove() {
        say(&format!(
            "warning: the container {name} may still be there: {error}"
        ));
    }
    Ok(())
}

/// An image that was started, or why it cannot be.
enum Started<'e> {
    Runs(Container<'e>, Way),
    Refused(String),
}

/// Starts it by the first way that the engine allows.
fn started<'e>(
    subject: &Subject<'e>,
    start: &Start,
    account: Option<&Account>,
) -> Result<Started<'e>, ContainerError> {
    let tar = brought(subject, start, account);
    let mut last = String::new();
    for way in ways(subject, start)? {
        let request = start.request(subject.image, &way);
        let begun = subject.engine.make(&request).and_then(|mut container| {
            if let Some(tar) = tar.clone() {
                container.put(tar)?;
            }
            container.start()?;
            Ok(container)
        });
        match begun {
            Ok(container) => return Ok(Started::Runs(container, way)),
            Err(ContainerError::Engine(EngineError::Refused { message, .. })) => {
                let is_about_rights = ["caps", "capabilit", "not permitted", "privileged", "cgroup"]
                    .iter()
                    .any(|word| message.contains(word));
                if !is_about_rights {
                    return Ok(Started::Refused(message));
                }
                last = message;
            }
            Err(other) => return Err(other),
        }
    }
    Ok(Started::Refused(last))
}

/// The ways by which it can be started, the nearest to the platform's first.
///
/// Every right comes last: with it the units of the image write settings of the host's kernel, which the
/// usual masks keep from those that have the same capabilities.
fn ways(subject: &Subject, start: &Start) -> Result<Vec<Way>, ContainerError> {
    if !start.is_machine {
        return Ok(vec![Way::Usual]);
    }
    let info = subject.engine.info()?;
    if info.runtimes.iter().any(|runtime| runtime == SYSBOX) {
        return Ok(vec![Way::Sysbox]);
    }
    let mut ways = match bits(subject)? {
        Some(bits) => vec![Way::Capabilities(capabilities::of_bits(bits))],
        None => capabilities::guesses().map(Way::Capabilities).to_vec(),
    };
    ways.push(Way::Privileged);
    Ok(ways)
}

/// The capabilities that the host has; none if it does not say.
fn bits(subject: &Subject) -> Result<Option<u64>, ContainerError> {
    let refused = |error: ContainerError| match error {
        ContainerError::Engine(EngineError::Refused { .. }) => Ok(None),
        other => Err(other),
    };
    let mut container = match subject.engine.make(&asks_for_capabilities(subject.image)) {
        Ok(container) => container,
        Err(error) => return refused(error),
    };
    if let Err(error) = container.start() {
        return refused(error);
    }
    container.end(HOST)?;
    let log = container.log()?;
    Ok(capabilities::bits_in(&String::from_utf8_lossy(&log)))
}

/// What is put into the container before it starts: the owner of the user's volumes, and the image for
/// the engine inside.
fn brought(subject: &Subject, start: &Start, account: Option<&Account>) -> Option<Vec<u8>> {
    let owner = account.map_or((0, 0), |account| (account.uid, account.gid));
    let image = match start.is_machine {
        true => inner::image(subject.architecture),
        false => None,
    };
    // 2755 is what envbox gives to every folder that it mounts.
    let owned = start
        .owned
        .iter()
        .map(|folder| (folder.trim_start_matches('/'), 0o2755, owner, None));
    let (folder, _) = inner::ARCHIVE.rsplit_once('/')?;
    let files = image.iter().flat_map(|image| {
        [
            (folder.trim_start_matches('/'), 0o755, (0, 0), None),
            (
                inner::ARCHIVE.trim_start_matches('/'),
                0o644,
                (0, 0),
                Some(image.as_slice()),
            ),
        ]
    });
    let entries: Vec<_> = owned.chain(files).collect();
    match entries.is_empty() {
        true => None,
        false => inner::archive(entries),
    }
}

fn outcome(name: &str, point: Option<u8>, state: State, begun: Instant, output: String) -> ProbeOutcome {
    ProbeOutcome {
        name: name.to_owned(),
        point,
        state,
        // To the millisecond.
        seconds: (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        output,
    }
}

/// What a container that has ended said.
fn last_words(container: &mut Container) -> Result<String, ContainerError> {
    let condition = container.condition()?;
    let log = container.log()?;
    let log = told(&String::from_utf8_lossy(&log));
    let words = match condition.error.as_str() {
        "" => format!("the container ended with {}", condition.code),
        error => format!("the container ended with {}: {}", condition.code, told(error)),
    };
    Ok(format!("{words}\n{log}").trim().to_owned())
}

/// The questions, one after the other.
struct Talk<'t, 'e> {
    container: &'t mut Container<'e>,
    outcomes: &'t mut Vec<ProbeOutcome>,
    has_ended: bool,
}

impl Talk<'_, '_> {
    fn all(&mut self, subject: &Subject, start: &Start, user: &str) -> Result<(), ContainerError> {
        if start.first == First::Init {
            let mut is_up = true;
            for probe in plan::of_system() {
                match is_up {
                    true => is_up = self.ask(&probe)?.0 == State::Passed,
                    false => self.skip(&probe.name, probe.point, "the system is not up"),
                }
            }
        }
        let account = match subject.contract.profile {
            Profile::Service => None,
            _ => {
                let (_, said) = self.ask(&plan::of_user(user, subject.contract))?;
                Account::find(&said, user)
            }
        };
        let given = Given {
            facts: subject.facts,
            contract: subject.contract,
            start,
            architecture: subject.architecture,
            lost: lost::may_be_lost(subject.facts, subject.contract),
            accepts_mounted: accepted(subject, "home-shadowed"),
            accepts_volatile: accepted(subject, "tmp-content"),
            own: &subject.settings.probes,
        };
        for planned in plan::of_workspace(&given, account.as_ref()) {
            match planned {
                Planned::Ask(probe) => {
                    self.ask(&probe)?;
                }
                Planned::Skip { name, point, reason } => self.skip(&name, point, &reason),
            }
        }
        Ok(())
    }

    /// Asks until there is an answer or the patience is at its end; what was said comes along.
    fn ask(&mut self, probe: &Probe) -> Result<(State, String), ContainerError> {
        if self.has_ended {
            self.skip(&probe.name, probe.point, "the container has ended");
            return Ok((State::Skipped, String::new()));
        }
        let begun = Instant::now();
        let (mut state, mut words, said) = loop {
            let ran = self.container.run(&probe.command)?;
            let verdict = probe.judge.judge(&ran);
            let said = match ran {
                Ran::Ended { output, .. } | Ran::Late { output } => {
                    String::from_utf8_lossy(&output).into_owned()
                }
                Ran::Refused(message) => message,
            };
            match verdict {
                Verdict::Judged(state, words) => break (state, words, said),
                Verdict::NotYet(state, words) => {
                    if begun.elapsed() >= probe.patience || !self.container.condition()?.runs {
                        break (state, words, said);
                    }
                    self.container.pause(AGAIN)?;
                }
            }
        };
        if state.fails() && !self.container.condition()?.runs {
            self.has_ended = true;
            state = State::Failed;
            words = last_words(self.container)?;
        }
        self.outcomes
            .push(outcome(&probe.name, probe.point, state, begun, words));
        Ok((state, said))
    }

    fn skip(&mut self, name: &str, point: Option<u8>, reason: &str) {
        let skipped = outcome(name, point, State::Skipped, Instant::now(), reason.to_owned());
        self.outcomes.push(skipped);
    }
}

/// Why a loss that a rule speaks of is no fault: the rule is off, does not fail the run, or all that it
/// found is silenced.
fn accepted(subject: &Subject, rule: &str) -> Option<String> {
    let settings = subject.settings;
    let by_profile = rules::find(rule)
        .first()
        .and_then(|rule| rule.levels.of(subject.contract.profile));
    let severity = match settings.level(rule, &[]) {
        Some(level) => level.severity(),
        None => by_profile,
    };
    match severity {
        None => return Some(format!("{rule} is off")),
        Some(severity) if !settings.fail_on.fails(severity) => {
            return Some(format!("{rule} does not fail the run"));
        }
        Some(_) => {}
    }
    if subject.decided.kept.iter().any(|finding| finding.rule == rule) {
        return None;
    }
    let silenced = subject.decided.silenced.iter();
    let silenced = silenced.filter(|one| one.finding.rule == rule);
    let reasons: Vec<String> = silenced
        .map(|one| {
            one.reason
                .clone()
                .unwrap_or_else(|| format!("a {} silences it", one.by.name()))
        })
        .collect();
    reasons.first().cloned()
}
