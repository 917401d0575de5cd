//! The contract of a workspace image as a checklist: 22 points, each met, unmet, unknown or not asked for.
//!
//! A point is a value with a number, a name, what it asks and a function that looks. Findings of rules count
//! for the points that they speak of, so that nothing is judged twice by two measures. The same points are
//! judged of what is foreseen from a Dockerfile; fewer are known then. What only a running container shows
//! is unknown until [`settle`] is told.

mod account;
mod content;
mod engine;
mod start;
mod sudoers;
mod tools;

use std::sync::Arc;

use serde::Serialize;

use crate::contract::{Contract, Profile};
use crate::facts::{Answer, Engine, Facts, Observed};
use crate::finding::{Certainty, Finding, Severity};
use crate::invocation::Invocation;
use crate::rules::{self, workspace::Workspace};

/// Why a point is open that a probe settles.
pub const NEEDS_RUN: &str = "needs --run";

/// What became of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It holds.
    Met,
    /// It certainly does not.
    Unmet,
    /// Nobody can tell from what was looked at.
    Unknown,
    /// The profile or the contract does not ask for it.
    NotApplicable,
}

impl State {
    /// The word of the JSON form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Unmet => "unmet",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// One point of the contract.
#[derive(Debug)]
pub struct Point {
    /// Its number, from 1.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// Its name where it stands among rules.
    pub rule: &'static str,
    /// What must hold.
    pub asks: &'static str,
    /// Which profiles ask for it.
    pub of: Asked,
    /// Looks whether it holds.
    pub check: fn(&Subject<'_>) -> Clauses,
}

/// Which profiles ask for a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// All in which somebody works: every one but `service`.
    Workspaces,
    /// Those that start the image as a virtual machine: `cvm`, `sysbox` and `envbox`.
    VirtualMachines,
}

impl Asked {
    /// Why a profile does not ask; none where it does.
    fn refusal(self, profile: Profile) -> Option<&'static str> {
        match (self, profile) {
            (_, Profile::Service) => Some("a service is no workspace"),
            (Self::VirtualMachines, Profile::Envbuilder) => {
                Some("envbuilder runs the image in a container without an init and an engine")
            }
            (Self::VirtualMachines, Profile::Devcontainer) => {
                Some("a dev container starts without an init, and its home is no volume")
            }
            _ => None,
        }
    }
}

/// All points, in order.
pub const POINTS: [Point; 22] = [
    account::USER,
    account::NUMBER,
    account::DOCKER_GROUP,
    account::SUDO,
    account::FINAL_USER,
    start::INIT,
    engine::ENABLED,
    engine::RUNS,
    engine::COMMANDS,
    tools::COMMANDS,
    tools::CERTIFICATES,
    tools::LOCALES,
    tools::LIBC,
    start::COMMAND,
    content::LOST,
    content::SKEL,
    start::CONFIGURE,
    content::CODENAME,
    engine::VERSIONS,
    content::PLATFORMS,
    start::PORT,
    tools::LOGIN_PATH,
];

/// A point with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The point's number.
    pub number: u8,
    /// The point's name.
    pub name: &'static str,
    /// The point's name where it stands among rules.
    pub rule: &'static str,
    /// What it asks.
    pub asks: &'static str,
    /// What became of it.
    pub state: State,
    /// Why: what was seen, or what is missing; one line.
    pub evidence: String,
    /// Whether only a running container shows the rest.
    pub needs_run: bool,
    /// The rules by whose faults alone it is unmet.
    because: Vec<&'static str>,
}

/// What is looked at.
pub struct Subject<'a> {
    /// What is known of the image, its base included.
    facts: &'a Facts,
    /// What is foreseen from its Dockerfile, where that is known.
    foreseen: Option<&'a Facts>,
    contract: &'a Contract,
    workspace: Workspace,
    engine: Option<Engine<'a>>,
    findings: Vec<Finding>,
}

impl Subject<'_> {
    fn observed(&self) -> Option<&Observed> {
        self.facts.observed.as_deref()
    }

    fn end(&self) -> usize {
        self.facts.next_step()
    }

    fn user(&self) -> &str {
        &self.workspace.user
    }

    /// Whether an engine is to run inside: as the contract says, else where one is installed.
    fn wants_engine(&self) -> bool {
        self.contract.docker.unwrap_or(self.engine.is_some())
    }

    /// Takes what rules found into the clauses; `met` is said where they found nothing.
    fn found(&self, names: &'static [&'static str], met: &str, clauses: &mut Clauses) {
        let mut found = self
            .findings
            .iter()
            .filter(|finding| names.contains(&finding.rule))
            .peekable();
        if found.peek().is_none() {
            clauses.say(State::Met, met);
        }
        for finding in found {
            let state = match finding.certainty {
                Certainty::Certain => State::Unmet,
                Certainty::Possible => State::Unknown,
            };
            clauses.say_by(finding.rule, state, finding.message.clone());
        }
    }
}

/// Findings that are told by name of a point.
const MOST_TOLD: usize = 4;

/// The parts of one point, each with its state.
#[derive(Debug, Default)]
pub struct Clauses {
    parts: Vec<Part>,
    needs_run: bool,
}

#[derive(Debug)]
struct Part {
    state: State,
    told: String,
    rule: Option<&'static str>,
}

impl Clauses {
    /// The point is not asked for.
    fn not_asked(why: impl Into<String>) -> Self {
        let mut clauses = Self::default();
        clauses.say(State::NotApplicable, why);
        clauses
    }

    fn say(&mut self, state: State, told: impl Into<String>) {
        self.parts.push(Part {
            state,
            told: told.into(),
            rule: None,
        });
    }

    /// The same where a rule has a name for it, under which it can be silenced.
    fn say_by(&mut self, rule: &'static str, state: State, told: impl Into<String>) {
        self.say(state, told);
        if let Some(part) = self.parts.last_mut() {
            part.rule = Some(rule);
        }
    }

    /// A part that holds, does not, or is not known.
    fn part(&mut self, holds: &Answer, met: impl Into<String>, unmet: impl Into<String>, unknown: &str) {
        match holds {
            Answer::Known(()) => self.say(State::Met, met),
            Answer::Absent => self.say(State::Unmet, unmet),
            Answer::Unknown => self.say(State::Unknown, unknown),
        }
    }

    /// The rest of it only a running container shows.
    fn needs_run(&mut self, told: &str) {
        self.needs_run = true;
        self.say(State::Unknown, told);
    }

    fn state(&self) -> State {
        let has = |state| self.parts.iter().any(|part| part.state == state);
        let order = [State::Unmet, State::Unknown, State::Met];
        order
            .into_iter()
            .find(|state| has(*state))
            .unwrap_or(State::NotApplicable)
    }

    fn judged(self, point: &Point) -> Judged {
        let state = self.state();
        let parts: Vec<&Part> = self.parts.iter().filter(|part| part.state == state).collect();
        let mut told: Vec<&str> = Vec::new();
        for part in &parts {
            if !told.contains(&part.told.as_str()) {
                told.push(&part.told);
            }
        }
        let more = told.len().saturating_sub(MOST_TOLD);
        let mut evidence = told[..told.len() - more].join("; ");
        if more > 0 {
            evidence += &format!("; {more} more");
        }
        let named = state == State::Unmet && parts.iter().all(|part| part.rule.is_some());
        Judged {
            number: point.number,
            name: point.name,
            rule: point.rule,
            asks: point.asks,
            state,
            evidence,
            needs_run: self.needs_run && state == State::Unknown,
            because: match named {
                true => parts.iter().filter_map(|part| part.rule).collect(),
                false => Vec::new(),
            },
        }
    }
}

/// Judges all points of an image. `foreseen` is what its Dockerfile says, where that is known: some of it
/// no image shows.
///
/// What the base brings counts as much as what was added: a workspace has both.
pub fn judge(facts: &Facts, foreseen: Option<&Facts>, invocation: &Invocation) -> Vec<Judged> {
    let contract = &invocation.contract;
    let refused = POINTS.each_ref().map(|point| point.of.refusal(contract.profile));
    if let [Some(_), ..] = refused {
        let all = POINTS.iter().zip(refused);
        return all
            .map(|(point, why)| Clauses::not_asked(why.unwrap_or_default()).judged(point))
            .collect();
    }
    let whole = with_base(facts);
    let all = with_own_rules(invocation);
    // A command that the base brings nobody relies upon; one that was added somebody may.
    let of_base = |finding: &Finding| start::OF_THE_FILE.contains(&finding.rule);
    let mut findings = rules::judge_image(&whole, &all);
    findings.retain(|finding| !of_base(finding));
    findings.extend(rules::judge_image(facts, &all).into_iter().filter(of_base));
    let subject = Subject {
        workspace: Workspace::of(&whole, contract),
        engine: rules::workspace::engine(&whole, contract),
        findings,
        facts: &whole,
        foreseen,
        contract,
    };
    let judged = POINTS.iter().zip(refused).map(|(point, why)| match why {
        Some(why) => Clauses::not_asked(why).judged(point),
        None => (point.check)(&subject).judged(point),
    });
    judged.collect()
}

/// The facts of an image as if nothing of it were its base's, for rules that leave the base aside.
fn with_base(facts: &Facts) -> Facts {
    let mut whole = facts.clone();
    if let Some(observed) = &facts.observed {
        whole.observed = Some(Arc::new(Observed {
            base_steps: 0,
            ..observed.as_ref().clone()
        }));
    }
    whole
}

/// The invocation with the rules on that a point asks for wherever it is asked for itself.
fn with_own_rules(invocation: &Invocation) -> Invocation {
    let mut all = invocation.clone();
    for rule in content::LOST_ANYWHERE.into_iter().chain(start::OF_THE_FILE) {
        // A point asks whether a fault is there, and not how loud it is told.
        all.raised.entry(rule).or_insert(Severity::Warning);
    }
    all
}

/// What a running container showed of a point.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The point's number.
    pub point: u8,
    /// Whether it held; none where the probe could not tell.
    pub held: Option<bool>,
    /// What was seen, one line.
    pub told: &'a str,
}

/// Settles points by what probes of a running container showed.
///
/// A probe that failed makes its point unmet, whatever the image looked like. A point that waited for
/// probes is met once all that speak of it held. Points that are not asked for stay so.
pub fn settle(points: &mut [Judged], shown: &[Shown<'_>]) {
    for point in points
        .iter_mut()
        .filter(|point| point.state != State::NotApplicable)
    {
        let of_it: Vec<&Shown> = shown.iter().filter(|one| one.point == point.number).collect();
        let told = |held: Option<bool>| {
            let those = of_it.iter().filter(|one| one.held == held);
            let told: Vec<&str> = those.map(|one| one.told).collect();
            (!told.is_empty()).then(|| told.join("; "))
        };
        if let Some(failed) = told(Some(false)) {
            point.evidence = match point.state {
                State::Unmet => format!("{}; {failed}", point.evidence),
                _ => failed,
            };
            point.state = State::Unmet;
            point.because.clear();
        } else if point.state == State::Unknown && point.needs_run {
            match (told(None), told(Some(true))) {
                (Some(open), _) => point.evidence = open,
                (None, Some(held)) => {
                    point.state = State::Met;
                    point.needs_run = false;
                    point.evidence = held;
                }
                (None, None) => {}
            }
        }
    }
}

/// Lets a point be that is unmet for nothing but faults that somebody accepted with a reason.
///
/// `accepted` tells, for a rule, why its faults do not count; none where one of them does.
pub fn excuse<'r>(points: &mut [Judged], accepted: impl Fn(&str) -> Option<&'r str>) {
    for point in points.iter_mut().filter(|point| !point.because.is_empty()) {
        let reasons: Option<Vec<&str>> = point.because.iter().map(|rule| accepted(rule)).collect();
        if let Some(mut reasons) = reasons {
            reasons.dedup();
            point.state = State::NotApplicable;
            point.evidence = format!("accepted: {}", reasons.join("; "));
        }
    }
}
