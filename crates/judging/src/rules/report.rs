//! The sink of a rule: it knows name and severity, the rule adds a place and a sentence.

use crate::facts::{Facts, Origin};
use crate::finding::{Certainty, Edit, Finding, Fix, Place, Related, Safety, Severity};
use crate::rules::Rule;

/// Takes what one rule says of one stage, or of a whole file.
pub struct Report<'a> {
    rule: &'static Rule,
    severity: Severity,
    /// The stage that is spoken of, and where its FROM names the base.
    stage: Option<(&'a str, &'a Place)>,
    findings: &'a mut Vec<Finding>,
}

/// A finding that may still be completed.
pub struct Said<'a> {
    finding: &'a mut Finding,
    level: Severity,
}

impl<'a> Report<'a> {
    /// For a rule over the facts of a stage.
    pub(super) fn of_stage(
        rule: &'static Rule,
        severity: Severity,
        facts: &'a Facts,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        Self {
            rule,
            severity,
            stage: Some((&facts.stage, &facts.from.place)),
            findings,
        }
    }

    /// For a rule over the text of a file.
    pub(super) fn of_text(rule: &'static Rule, severity: Severity, findings: &'a mut Vec<Finding>) -> Self {
        Self {
            rule,
            severity,
            stage: None,
            findings,
        }
    }

    /// The severity of the rule in this profile.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Says a fault where a fact comes from, as certain as the fact.
    ///
    /// What comes from the file of a base is told at FROM.
    pub fn say(&mut self, origin: &Origin, message: impl Into<String>) -> Said<'_> {
        let place = match (&origin.place, self.stage) {
            (Place::Text { path, .. }, Some((_, from))) if !path.is_empty() => from.clone(),
            (place, _) => place.clone(),
        };
        self.say_at(place, origin.certainty, message)
    }

    /// Says a fault at a place.
    pub fn say_at(&mut self, place: Place, certainty: Certainty, message: impl Into<String>) -> Said<'_> {
        let level = self.severity;
        let finding = self.findings.push_mut(Finding {
            rule: self.rule.name,
            aliases: self.rule.aliases.to_vec(),
            severity: leveled(level, certainty),
            certainty,
            message: message.into(),
            help: None,
            place,
            stage: self.stage.map(|(name, _)| name.to_owned()),
            related: Vec::new(),
            fix: None,
        });
        Said { finding, level }
    }
}

/// What is only possible is one step milder.
fn leveled(severity: Severity, certainty: Certainty) -> Severity {
    match certainty {
        Certainty::Certain => severity,
        Certainty::Possible => severity.lower(),
    }
}

impl Said<'_> {
    /// What to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    /// Another severity than the rule's own, before certainty counts.
    pub fn level(mut self, severity: Severity) -> Self {
        self.level = severity;
        self.finding.severity = leveled(severity, self.finding.certainty);
        self
    }

    /// The stage, where the rule speaks of the text and knows it.
    pub fn stage(self, name: impl Into<String>) -> Self {
        self.finding.stage = Some(name.into());
        self
    }

    /// Only these of the rule's ids, where each belongs to a part of the fault.
    pub fn aliases(self, aliases: &[&'static str]) -> Self {
        self.finding.aliases = aliases.to_vec();
        self
    }

    /// No more than possible, whatever the fact.
    pub fn possible(self) -> Self {
        self.finding.certainty = Certainty::Possible;
        self.finding.severity = leveled(self.level, Certainty::Possible);
        self
    }

    /// Another place that explains it.
    pub fn related(self, place: Place, message: impl Into<String>) -> Self {
        let message = message.into();
        self.finding.related.push(Related { message, place });
        self
    }

    /// How to mend it.
    pub fn fix(self, title: impl Into<String>, safety: Safety, edits: Vec<Edit>) -> Self {
        self.finding.fix = Some(Fix {
            title: title.into(),
            safety,
            edits,
        });
        self
    }
}
