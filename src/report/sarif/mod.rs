//! SARIF 2.1.0, as GitHub's code scanning and editors read it.
//!
//! Compact: a log of GitHub's may have 10 MB. Every result has a region, a fingerprint and the place in
//! the list of rules; only rules that speak are listed.

mod shape;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::json::write_compact;
use super::{Entry, Report, Spot, Suppressed, fault, security};
use crate::finding::{Certainty, Severity};
use crate::rules;
use shape::{
    Artifact, Change, Configuration, Driver, FileLocation, Fingerprints, Fix, Help, Inserted, Invocation,
    Location, Log, LogicalLocation, Notification, NotificationLocation, Outcome, OutcomeProperties,
    PhysicalLocation, Region, Replacement, Rule, RuleProperties, Run, Suppression, Text, Tool,
};

/// Results that GitHub takes of a run; it refuses a log with more.
pub const RESULTS: usize = 25_000;

/// Writes all findings, and what was silenced, too; the worst of them where there are too many.
///
/// # Errors
/// The writer's.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_compact(&Log::new(report, RESULTS), out)?;
    out.write_all(b"\n")
}

impl<'a> Log<'a> {
    fn new(report: &'a Report, limit: usize) -> Self {
        let kept = report.told().map(|entry| (entry, None));
        let silenced = report.suppressed.iter().map(|one| (&one.entry, Some(one)));
        let mut all: Vec<(&Entry, Option<&Suppressed>)> = kept.chain(silenced).collect();
        let left_out = all.len().saturating_sub(limit);
        if left_out > 0 {
            let mut ranks: Vec<usize> = (0..all.len()).collect();
            ranks.sort_by_key(|index| {
                let (entry, silence) = &all[*index];
                (
                    silence.is_some(),
                    std::cmp::Reverse((entry.severity, entry.certainty)),
                )
            });
            ranks.truncate(limit);
            ranks.sort_unstable();
            all = ranks.into_iter().map(|index| all[index]).collect();
        }
        let mut certainties: BTreeMap<&'static str, Certainty> = BTreeMap::new();
        for (entry, _) in &all {
            let best = certainties.entry(entry.rule).or_insert(entry.certainty);
            *best = (*best).max(entry.certainty);
        }
        let indices: BTreeMap<&str, usize> = certainties.keys().copied().zip(0..).collect();
        let results = all
            .into_iter()
            .map(|(entry, silence)| Outcome::new(entry, silence, indices[entry.rule]))
            .collect();
        let rules = certainties
            .into_iter()
            .map(|(name, certainty)| Rule::new(name, certainty))
            .collect();
        Self {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: "seaworthy",
                        version: crate::VERSION,
                        semantic_version: crate::VERSION,
                        rules,
                    },
                },
                column_kind: "unicodeCodePoints",
                invocations: [Invocation::new(report, left_out)],
                results,
            }],
        }
    }
}

impl Invocation {
    fn new(report: &Report, left_out: usize) -> Self {
        let mut notifications: Vec<Notification> = report
            .errors
            .iter()
            .map(|problem| Notification {
                level: "error",
                message: Text {
                    text: plain(&problem.message),
                },
                locations: vec![NotificationLocation {
                    physical_location: FileLocation {
                        artifact_location: Artifact {
                            uri: uri(&problem.path),
                        },
                    },
                }],
            })
            .collect();
        if left_out > 0 {
            notifications.push(Notification {
                level: "warning",
                message: Text {
                    text: format!("{left_out} results are left out, the mildest of all"),
                },
                locations: Vec::new(),
            });
        }
        Self {
            execution_successful: report.errors.is_empty(),
            tool_execution_notifications: notifications,
        }
    }
}

impl Rule {
    fn new(name: &'static str, certainty: Certainty) -> Self {
        let rule = rules::find(name).into_iter().find(|rule| rule.name == name);
        let security = security::score(name);
        let fault = fault::kind(name);
        let severity = match (rule, fault) {
            (Some(rule), _) => rule.levels.worst(),
            (None, Some(_)) if name != fault::TEST_SKIPPED => Severity::Error,
            (None, _) => Severity::Warning,
        };
        let mut tags = rule.map_or(Vec::new(), |rule| rule.aliases.to_vec());
        if security.is_some() {
            tags.push("security");
        }
        let page = rule.map(|rule| rule.page());
        let summary = match (&page, fault) {
            (Some(page), _) if !page.summary.is_empty() => format!("{}.", page.summary),
            (_, Some(fault)) => sentence(fault.summary),
            _ => name.to_owned(),
        };
        let paragraphs = match (page, fault) {
            (Some(page), _) => page.paragraphs,
            (None, Some(fault)) => vec![fault.page.to_owned()],
            (None, None) => Vec::new(),
        };
        let full = match paragraphs.is_empty() {
            true => summary.clone(),
            false => paragraphs.join("\n\n"),
        };
        Self {
            id: name,
            name: pascal(name),
            help: Help {
                text: format!("{summary}\n\n{full}"),
                markdown: markdown(&summary, &full, rule),
            },
            short_description: Text { text: summary },
            full_description: Text { text: full },
            default_configuration: Configuration {
                level: level(severity),
            },
            properties: RuleProperties {
                precision: match (certainty, rule.map(|rule| rule.check.kind())) {
                    (Certainty::Certain, Some("form")) => "very-high",
                    (Certainty::Certain, _) => "high",
                    (Certainty::Possible, _) => "medium",
                },
                severity: match severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Info | Severity::Style => "recommendation",
                },
                security,
                tags,
            },
        }
    }
}

/// The page of a rule with its cases.
fn markdown(summary: &str, full: &str, rule: Option<&rules::Rule>) -> String {
    let mut text = format!("{summary}\n\n{full}\n");
    if let Some(cases) = rule.and_then(rules::Rule::cases) {
        for (title, body) in [("Found", cases.bad), ("Not found", cases.good)] {
            text.push_str(&format!(
                "\n{title}:\n\n~~~~dockerfile\n{}\n~~~~\n",
                body.trim_end()
            ));
        }
    }
    text
}

impl<'a> Outcome<'a> {
    fn new(entry: &'a Entry, silence: Option<&'a Suppressed>, rule_index: usize) -> Self {
        let message = match &entry.help {
            Some(help) => format!("{} ({help})", entry.message),
            None => entry.message.clone(),
        };
        let related = entry.related.iter().enumerate();
        let suppression = |one: &'a Suppressed| Suppression {
            kind: match one.by {
                "comment" => "inSource",
                _ => "external",
            },
            status: "accepted",
            justification: one.reason.as_deref(),
        };
        Self {
            rule_id: entry.rule,
            rule_index,
            level: level(entry.severity),
            message: Text {
                text: plain(&message),
            },
            locations: [Location {
                id: None,
                physical_location: PhysicalLocation::new(&entry.spot),
                logical_locations: LogicalLocation::of(&entry.spot),
                message: None,
            }],
            related_locations: related
                .map(|(index, (message, spot))| Location {
                    id: Some(index + 1),
                    physical_location: PhysicalLocation::new(spot),
                    logical_locations: LogicalLocation::of(spot),
                    message: Some(Text { text: plain(message) }),
                })
                .collect(),
            partial_fingerprints: Fingerprints {
                line: format!("{}:1", entry.fingerprint),
                ours: entry.fingerprint.clone(),
            },
            fixes: Fix::of(entry).into_iter().collect(),
            suppressions: silence.map(suppression).into_iter().collect(),
            properties: OutcomeProperties {
                certainty: entry.certainty,
                aliases: &entry.aliases,
                stage: entry.stage.as_deref(),
            },
        }
    }
}

impl LogicalLocation {
    fn of(spot: &Spot) -> Vec<Self> {
        match spot {
            Spot::Text { .. } | Spot::Image { .. } => Vec::new(),
            Spot::Layer { index, .. } => vec![Self {
                name: format!("layer {index}"),
                fully_qualified_name: format!("{}/layer {index}", spot.path()),
                kind: "layer",
            }],
        }
    }
}

impl PhysicalLocation {
    fn new(spot: &Spot) -> Self {
        Self {
            artifact_location: Artifact {
                uri: uri(&spot.path()),
            },
            region: Region::new(spot),
        }
    }
}

impl Region {
    fn new(spot: &Spot) -> Self {
        let (start, end) = spot.range();
        Self {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

impl<'a> Fix<'a> {
    fn of(entry: &'a Entry) -> Option<Self> {
        let fix = entry.fix.as_ref()?;
        let mut changes: BTreeMap<String, Vec<Replacement>> = BTreeMap::new();
        for (edit, spot) in fix.edits.iter().zip(&entry.edit_spots) {
            let replacements = changes.entry(uri(&spot.path())).or_default();
            replacements.push(Replacement {
                deleted_region: Region::new(spot),
                inserted_content: Inserted { text: &edit.text },
            });
        }
        let change = |(uri, replacements)| Change {
            artifact_location: Artifact { uri },
            replacements,
        };
        (!changes.is_empty()).then(|| Self {
            description: Text {
                text: plain(&fix.title),
            },
            artifact_changes: changes.into_iter().map(change).collect(),
        })
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "note",
    }
}

/// Words as a sentence.
fn sentence(words: &str) -> String {
    let mut signs = words.chars();
    let first = signs.next().map(|sign| sign.to_ascii_uppercase());
    first.into_iter().chain(signs).chain(['.']).collect()
}

/// `home-shadowed` as `HomeShadowed`, which is how names of rules are written in SARIF.
fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut signs = word.chars();
        let first = signs.next().map(|sign| sign.to_ascii_uppercase());
        first.into_iter().chain(signs).collect::<String>()
    };
    name.split('-').map(word).collect()
}

/// Text in which nothing is a link: `[words](place)` is one in SARIF's messages.
fn plain(text: &str) -> String {
    match text.contains("](") {
        true => text.replace('[', "\\[").replace(']', "\\]"),
        false => text.to_owned(),
    }
}

/// A path as a reference: relative where the path is.
pub(super) fn uri(path: &str) -> String {
    let mut written = String::with_capacity(path.len());
    if path.starts_with('/') {
        written.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                written.push(byte as char);
            }
            _ => written.push_str(&format!("%{byte:02X}")),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_reference_whatever_stands_in_it() {
        assert_eq!(uri("a b/é:%\n"), "a%20b/%C3%A9%3A%25%0A");
        assert_eq!(uri("/x"), "file:///x");
    }

    #[test]
    fn text_links_nothing() {
        assert_eq!(plain("see [x](http://y)"), "see \\[x\\](http://y)");
        assert_eq!(plain("a [b]"), "a [b]");
    }

    #[test]
    fn names_are_in_pascal_case() {
        assert_eq!(pascal("home-shadowed"), "HomeShadowed");
    }
}
