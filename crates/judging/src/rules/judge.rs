//! Judges one file: reading, foreseeing, every rule that is on.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

use crate::context::Context;
use crate::facts::Facts;
use crate::finding::{Certainty, Finding, Place, Severity};
use crate::interpret::{self, Input, KnownBases};
use crate::invocation::Invocation;
use crate::rules::{Check, Checks, RULES, Report, Rule, Scope, Text, editions, fragment, syntax_error};
use crate::source::Source;
use crate::stages::Stages;
use crate::syntax::Tree;

/// All findings of a Dockerfile, before the config and comments silence any.
///
/// In the order of the rules; equal findings stand once.
pub fn judge(source: &Source, tree: &Tree, invocation: &Invocation, context: &dyn Context) -> Vec<Finding> {
    let mut findings = whole(source, tree, invocation, context);
    if let Some(fragment) = fragment::of(source, tree) {
        let tree = crate::syntax::parse(fragment.source.text());
        let judged = whole(&fragment.source, &tree, invocation, context);
        findings.extend(fragment.findings(judged));
    }
    once(findings)
}

fn whole(source: &Source, tree: &Tree, invocation: &Invocation, context: &dyn Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    let checks = Checks::of(tree);
    let stages = Stages::of(tree, invocation);
    if let Some((message, span)) = &checks.error {
        findings.push(syntax_error::finding(message.clone(), *span, Certainty::Certain));
    }
    syntax_error::check(source, tree, &stages, invocation, &mut findings);
    let path = Arc::from("");
    let bases = KnownBases::new(invocation);
    let (facts, besides) = interpret::foresee_all(Input {
        source,
        tree,
        stages: &stages,
        invocation,
        context,
        bases: &bases,
        path: &path,
    });
    let text = Text {
        source,
        tree,
        stages: &stages,
        invocation,
        context,
        facts: &facts,
        bases: &bases,
        checks: &checks,
        walked: OnceCell::new(),
        refused: OnceCell::new(),
    };
    let on: Vec<(&Rule, Severity)> = RULES
        .iter()
        .filter_map(|rule| Some((rule, level(rule, invocation, &checks)?)))
        .collect();
    for (rule, severity) in &on {
        if let Check::Form(check) = rule.check {
            check(&text, &mut Report::of_text(rule, *severity, &mut findings));
        }
    }
    let mut look = |facts: &Facts, is_meant: fn(&Facts, Scope) -> bool| {
        for (rule, severity) in on.iter().filter(|(rule, _)| is_meant(facts, rule.scope)) {
            if let Check::Facts(check) = rule.check {
                let mut report = Report::of_stage(rule, *severity, facts, &mut findings);
                check(facts, &invocation.contract, &mut report);
            }
        }
    };
    for facts in facts.iter().flatten() {
        look(facts, |facts, scope| scope != Scope::Image || facts.is_target);
    }
    for facts in &besides {
        look(facts, |_, scope| scope == Scope::Every);
    }
    findings
}

/// All findings of an opened image, before the config silences any: of every rule that is about facts.
///
/// In the order of the rules; equal findings stand once. A fix belongs to a text, so there is none.
pub fn judge_image(facts: &Facts, invocation: &Invocation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        let raised = invocation.raised.get(rule.name).copied();
        let severity = rule.levels.of(invocation.contract.profile).or(raised);
        if let (Check::Facts(check), Some(severity)) = (rule.check, severity) {
            let mut report = Report::of_stage(rule, severity, facts, &mut findings);
            check(facts, &invocation.contract, &mut report);
        }
    }
    for finding in &mut findings {
        finding.fix = None;
        finding.stage = None;
    }
    once(findings)
}

/// The rules that judge an opened image for this profile.
pub fn rules_of_images(invocation: &Invocation) -> Vec<&'static str> {
    let on = |rule: &&Rule| {
        let raised = invocation.raised.contains_key(rule.name);
        matches!(rule.check, Check::Facts(_))
            && (rule.levels.of(invocation.contract.profile).is_some() || raised)
    };
    RULES.iter().filter(on).map(|rule| rule.name).collect()
}

/// The severity of a rule before the config changes it; none where it is off and nobody wants it.
///
/// A file that says `error=true` wants every check of BuildKit, and each that speaks is an error; one
/// that says `experimental=` wants the checks that it names.
fn level(rule: &Rule, invocation: &Invocation, checks: &Checks) -> Option<Severity> {
    let level = rule.levels.of(invocation.contract.profile);
    let usual = level
        .filter(|_| editions::has(&invocation.edition, rule))
        .or_else(|| invocation.raised.get(rule.name).copied());
    let file = &checks.file;
    let says_anything = file.fails || file.adds_all || !file.experimental.is_empty() || checks.adds_somewhere;
    if !says_anything {
        return usual;
    }
    let Some(check) = rule.build_check() else {
        return usual;
    };
    match rule.is_experimental() {
        false if checks.file.fails => Some(Severity::Error),
        true if checks.file.adds(check) && checks.file.fails => Some(Severity::Error),
        true if checks.file.adds(check) || checks.adds_somewhere => usual.or(Some(Severity::Info)),
        _ => usual,
    }
}

/// A step that several stages inherit is judged in each of them and told once.
fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen: HashSet<(&str, &Place, &str)> = HashSet::with_capacity(findings.len());
    let first: Vec<bool> = findings
        .iter()
        .map(|finding| seen.insert((finding.rule, &finding.place, &finding.message)))
        .collect();
    let with_first = findings.into_iter().zip(first);
    with_first
        .filter_map(|(finding, is_first)| is_first.then_some(finding))
        .collect()
}
