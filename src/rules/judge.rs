//! Judges one file: reading, foreseeing, every rule that is on.

use std::sync::Arc;

use crate::context::Context;
use crate::finding::{Finding, Place};
use crate::interpret::{self, Input, KnownBases};
use crate::invocation::Invocation;
use crate::rules::{Check, RULES, Report, Rule, Scope, Text, syntax_error};
use crate::source::Source;
use crate::stages::Stages;
use crate::syntax::Tree;

/// All findings of a Dockerfile, before the config and comments silence any.
///
/// In the order of the rules; equal findings stand once.
pub fn judge(source: &Source, tree: &Tree, invocation: &Invocation, context: &dyn Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    let stages = Stages::of(tree, invocation);
    syntax_error::check(source, tree, &stages, invocation, &mut findings);
    let path = Arc::from("");
    let facts = interpret::foresee(Input {
        source,
        tree,
        stages: &stages,
        invocation,
        context,
        bases: &KnownBases::new(invocation),
        path: &path,
    });
    let text = Text {
        source,
        tree,
        stages: &stages,
        invocation,
        context,
        facts: &facts,
    };
    for rule in RULES {
        if let (Check::Form(check), Some(severity)) = (rule.check, level(rule, invocation)) {
            check(&text, &mut Report::of_text(rule, severity, &mut findings));
        }
    }
    for facts in facts.iter().flatten() {
        for rule in RULES {
            let is_meant = rule.scope == Scope::Stage || facts.is_target;
            let Some(severity) = level(rule, invocation).filter(|_| is_meant) else {
                continue;
            };
            if let Check::Facts(check) = rule.check {
                let mut report = Report::of_stage(rule, severity, facts, &mut findings);
                check(facts, &invocation.contract, &mut report);
            }
        }
    }
    once(findings)
}

/// The severity of a rule before the config changes it; none where it is off and nobody wants it.
fn level(rule: &Rule, invocation: &Invocation) -> Option<crate::finding::Severity> {
    let raised = invocation.raised.get(rule.name).copied();
    rule.levels.of(invocation.contract.profile).or(raised)
}

/// A step that several stages inherit is judged in each of them and told once.
fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::with_capacity(findings.len());
    for finding in findings {
        let key: (&'static str, Place, String) =
            (finding.rule, finding.place.clone(), finding.message.clone());
        if seen.insert(key) {
            kept.push(finding);
        }
    }
    kept
}
