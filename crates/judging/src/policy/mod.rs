//! Which findings are kept, which are silenced and by whom, and which silences are stale.
//!
//! The order is fixed: what the command line and the config turn off is gone; then a comment
//! silences, then the config's `ignore`; what is left is kept. A comment that matched nothing is a
//! finding itself.

mod comment;

use crate::config::{Level, Settings};
use crate::finding::{Certainty, Finding, Place, Severity};
use crate::invocation::Later;
use crate::rules;
use crate::source::{Source, Span};
use crate::syntax::Tree;
use comment::{Malformed, OF_THE_FILE, Origin, Reach, Silence};

/// What the command line says about the rules that are looked at.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Names and ids that replace the set of rules; none leaves it as it is.
    pub select: Option<Vec<String>>,
    /// Names and ids that are left out.
    pub ignore: Vec<String>,
    /// Whether the rules of the next edition are looked at.
    pub later: Later,
}

impl Selection {
    /// Whether findings like this one are looked at. A file that cannot be read is always told,
    /// unless that very rule is left out.
    pub fn admits(&self, rule: &str, aliases: &[&str]) -> bool {
        let named = |names: &[String]| {
            names
                .iter()
                .any(|name| name == rule || aliases.contains(&name.as_str()))
        };
        let selected = self.select.as_deref().is_none_or(named) || rule == "syntax-error";
        selected && !named(&self.ignore)
    }

    /// Whether findings of this rule are asked for by name.
    fn asks_for(&self, rule: &str, aliases: &[&str]) -> bool {
        let named = |name: &String| name == rule || aliases.contains(&name.as_str());
        self.select.as_ref().is_some_and(|names| names.iter().any(named))
    }

    /// Whether all findings that go by this name are looked at, so that their absence says something.
    fn looks_at(&self, name: &str) -> bool {
        let known = rules::find(name);
        let touches = |list: &[String]| {
            list.iter().any(|one| {
                let named = |rule: &&rules::Rule| one == rule.name || rule.aliases.contains(&one.as_str());
                one == name || known.iter().any(named)
            })
        };
        self.select.as_deref().is_none_or(touches) && !touches(&self.ignore)
    }

    /// Rules that are asked for by name although the profile or the config has them off.
    pub fn raised(&self) -> impl Iterator<Item = (&'static str, Severity)> {
        let names = self.select.iter().flatten();
        names.flat_map(|name| {
            let ids = rules::off_by_itself(name).map(|id| (id, Severity::Warning));
            let rules = rules::find(name).into_iter();
            rules.map(|rule| (rule.name, rule.levels.worst())).chain(ids)
        })
    }
}

/// Who silenced a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A comment in the file.
    Comment,
    /// The config.
    Config,
}

impl By {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Config => "config",
        }
    }
}

/// A finding that does not count.
#[derive(Debug, Clone)]
pub struct Silenced {
    /// What was found.
    pub finding: Finding,
    /// Who silenced it.
    pub by: By,
    /// Why; none in comments that are not ours.
    pub reason: Option<String>,
}

/// What became of the findings of a file.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Those that count.
    pub kept: Vec<Finding>,
    /// Those that do not.
    pub silenced: Vec<Silenced>,
}

/// Decides on the findings of a file.
pub fn decide(
    source: &Source,
    tree: &Tree,
    findings: Vec<Finding>,
    settings: &Settings,
    selection: &Selection,
) -> Verdict {
    let (silences, malformed) = comment::silences(source, tree);
    let mut used: Vec<Vec<bool>> = silences.iter().map(|one| vec![false; one.names.len()]).collect();
    let mut verdict = Verdict::default();
    for finding in findings {
        // A comment is not stale as long as the fault is there, whether or not the rule is on.
        let silence = silenced_by(&silences, source, &finding, &mut used);
        let Some(finding) = levelled(finding, settings, selection) else {
            continue;
        };
        verdict.take(finding, silence.map(|silence| silence.reason.clone()), settings);
    }
    for finding in own_findings(&silences, &malformed, &used, selection) {
        if let Some(finding) = levelled(finding, settings, selection) {
            verdict.take(finding, None, settings);
        }
    }
    verdict
}

impl Verdict {
    /// Takes a finding in; `commented` is the reason of the comment that silences it, if one does.
    fn take(&mut self, finding: Finding, commented: Option<Option<String>>, settings: &Settings) {
        let accepted = settings.accepted.iter().find(|one| goes_by(&finding, &one.name));
        match (commented, accepted) {
            (Some(reason), _) => self.silenced.push(Silenced {
                finding,
                by: By::Comment,
                reason,
            }),
            (None, Some(accepted)) => self.silenced.push(Silenced {
                finding,
                by: By::Config,
                reason: Some(accepted.reason.clone()),
            }),
            (None, None) => self.kept.push(finding),
        }
    }
}

/// The finding at the level that the config gives it; none if it is off or not looked at.
fn levelled(mut finding: Finding, settings: &Settings, selection: &Selection) -> Option<Finding> {
    if !selection.admits(finding.rule, &finding.aliases) {
        return None;
    }
    match settings
        .level(finding.rule, &finding.aliases)
        .map(Level::severity)
    {
        Some(Some(severity)) => finding.severity = severity,
        Some(None) if !selection.asks_for(finding.rule, &finding.aliases) => return None,
        None if is_raised_in_part(&finding, settings, selection) => return None,
        Some(None) | None => {}
    }
    Some(finding)
}

/// Whether a finding is there only because another part of its rule was turned on by an id that this part
/// does not have.
fn is_raised_in_part(finding: &Finding, settings: &Settings, selection: &Selection) -> bool {
    let rule = rules::find(finding.rule).into_iter().next();
    let is_off = rule
        .is_some_and(|rule| rule.levels.of(settings.contract.profile).is_none() && !rule.is_experimental());
    let is_named = |one: &crate::config::LevelSaid| {
        rules::find(&one.name)
            .iter()
            .any(|rule| rule.name == finding.rule)
    };
    is_off && settings.levels.iter().any(is_named) && !selection.asks_for(finding.rule, &finding.aliases)
}

/// The first comment that silences a finding; every name that matches it counts as used.
fn silenced_by<'a>(
    silences: &'a [Silence],
    source: &Source,
    finding: &Finding,
    used: &mut [Vec<bool>],
) -> Option<&'a Silence> {
    let mut by = None;
    for (silence, used) in silences.iter().zip(used) {
        if silence.origin == Origin::Ours && silence.reason.is_none() {
            continue;
        }
        if !reaches(silence, source, finding) {
            continue;
        }
        for (named, used) in silence.names.iter().zip(used) {
            if names_it(silence, &named.name, finding) {
                *used = true;
                by = by.or(Some(silence));
            }
        }
    }
    by
}

fn names_it(silence: &Silence, name: &str, finding: &Finding) -> bool {
    match silence.origin {
        Origin::Ours => goes_by(finding, name),
        Origin::Hadolint => finding.aliases.contains(&name),
        Origin::BuildKit => finding.aliases.iter().any(|alias| {
            let reached = silence.reach == Reach::File || !OF_THE_FILE.contains(alias);
            let named = *alias == name || (name == "all" && rules::is_build_check(alias));
            named && reached && *alias != EXPERIMENTAL
        }),
    }
}

/// The check of BuildKit that no `skip` leaves out: it speaks only where it is asked for.
const EXPERIMENTAL: &str = "InvalidDefinitionDescription";

fn goes_by(finding: &Finding, name: &str) -> bool {
    finding.rule == name || finding.aliases.contains(&name)
}

fn reaches(silence: &Silence, source: &Source, finding: &Finding) -> bool {
    // One that replaces another is told at the other; BuildKit and hadolint mean the later one.
    let replaces = finding.aliases.contains(&"MultipleInstructionsDisallowed");
    let later = finding
        .related
        .first()
        .filter(|_| replaces)
        .map(|related| &related.place);
    match silence.origin {
        Origin::BuildKit => covers(&silence.reach, source, later.unwrap_or(&finding.place)),
        Origin::Hadolint | Origin::Ours => {
            let mut places = std::iter::once(&finding.place).chain(later);
            places.any(|place| covers(&silence.reach, source, place))
        }
    }
}

fn covers(reach: &Reach, source: &Source, place: &Place) -> bool {
    match (reach, place) {
        (Reach::File, _) => true,
        (Reach::Instruction(reached) | Reach::Stage(reached), Place::Text { path, span }) => {
            let here = path.is_empty() || **path == *source.name();
            here && reached.start <= span.start && span.start <= reached.end
        }
        (Reach::Instruction(_) | Reach::Stage(_) | Reach::Nothing, _) => false,
    }
}

/// Findings about the comments themselves.
fn own_findings(
    silences: &[Silence],
    malformed: &[Malformed],
    used: &[Vec<bool>],
    selection: &Selection,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (silence, used) in silences.iter().zip(used) {
        if silence.origin != Origin::Ours {
            continue;
        }
        if silence.reason.is_none() {
            let names: Vec<&str> = silence.names.iter().map(|named| named.name.as_str()).collect();
            let message = format!(
                "`{}` is allowed without a reason, so it is not allowed",
                names.join(", ")
            );
            let help = "end the comment with `because` and the reason".to_owned();
            findings.push(own("allow-without-reason", silence.span, message, Some(help)));
            continue;
        }
        for (named, used) in silence.names.iter().zip(used) {
            if !used {
                findings.extend(stale(&named.name, named.span, &silence.reach, selection));
            }
        }
    }
    for comment in malformed {
        let message = format!("`{}` silences nothing, since it cannot be read", comment.text);
        let help = "write `# seaworthy: allow(RULE) because REASON`".to_owned();
        findings.push(own("stale-allow", comment.span, message, Some(help)));
    }
    findings
}

/// The finding about a name in a comment that matched nothing; none if nobody looked.
fn stale(name: &str, span: Span, reach: &Reach, selection: &Selection) -> Option<Finding> {
    if rules::find(name).is_empty() {
        let message = format!("there is no rule `{name}`, so nothing is silenced");
        let help = rules::nearest_name(name).map(|near| format!("the nearest name is `{near}`"));
        return Some(own("stale-allow", span, message, help));
    }
    if !selection.looks_at(name) {
        return None;
    }
    let place = match reach {
        Reach::Instruction(_) => "in the instruction",
        Reach::Stage(_) => "in the stage",
        Reach::File => "in the file",
        Reach::Nothing => "here: no instruction follows",
    };
    let message = format!("`{name}` is allowed, but nothing of it is found {place}");
    let help = "take the name out of the comment".to_owned();
    Some(own("stale-allow", span, message, Some(help)))
}

fn own(rule: &'static str, span: Span, message: String, help: Option<String>) -> Finding {
    Finding {
        rule,
        aliases: Vec::new(),
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        message,
        help,
        place: Place::here(span),
        stage: None,
        related: Vec::new(),
        fix: None,
    }
}
