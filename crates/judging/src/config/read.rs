//! The text of a config to its keys, and what is wrong with it as findings in it.
//!
//! Nothing is guessed and nothing is skipped: a key, rule or value that is not known is an error,
//! with the nearest name that is.

use serde_saphyr::{Error, Location};

use super::raw::{At, Ignore, Levels, Override, Platform, ProbeEntry, Raw, Workspace};
use super::{EDITIONS, pattern::Patterns};
use crate::finding::{Certainty, Finding, Place, Severity};
use crate::platform::runtime;
use crate::rules::{self, nearest};
use crate::source::{Source, Span};

/// A config is read up to this many bytes.
pub const CONFIG_LIMIT: usize = 1 << 20;

/// Reads a config.
///
/// # Errors
/// Everything that is wrong with it, at least one finding. Of faults in the structure only the
/// first is known; faults of the values are all told.
pub fn read(source: &Source) -> Result<Raw, Vec<Finding>> {
    let raw = from_yaml::<Option<Raw>>(source)?.unwrap_or_default();
    let mut checker = Checker {
        source,
        findings: Vec::new(),
    };
    checker.root(&raw);
    if checker.findings.is_empty() {
        Ok(raw)
    } else {
        Err(checker.findings)
    }
}

/// Reads a YAML file of ours, within the limits of a config.
///
/// # Errors
/// The first thing that is wrong with it, as a list of one.
pub fn from_yaml<T: serde::de::DeserializeOwned>(source: &Source) -> Result<T, Vec<Finding>> {
    if source.text().len() > CONFIG_LIMIT {
        let message = format!("the config is longer than {CONFIG_LIMIT} bytes");
        return Err(vec![finding(source, "config-syntax", Span::default(), message)]);
    }
    let text = str::from_utf8(source.text()).map_err(|error| {
        let at = error.valid_up_to();
        let message = "the config is not UTF-8".to_owned();
        vec![finding(source, "config-syntax", Span::new(at, at + 1), message)]
    })?;
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| vec![refusal(source, &error)])
}

/// Limits far above what a config needs and far below what hurts: aliases multiply, so they are
/// held shortest.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 400_000,
            max_nodes: 200_000,
            max_aliases: 100,
            max_anchors: 100,
            max_recorded_anchor_events: 20_000,
            max_depth: 16,
            flow_nesting_limit: 16,
            max_documents: 1,
            max_merge_keys: 100,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 20_000,
            max_replay_stack_depth: 16,
            max_alias_expansions_per_anchor: 100,
        },
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

/// The bytes of a place that the YAML reader names; empty where it names none.
pub(super) fn span_of(location: &Location) -> Span {
    let span = location.span();
    let start = span.byte_offset().unwrap_or(0) as usize;
    let length = span.byte_len().unwrap_or(0) as usize;
    let end = start.saturating_add(length);
    if u32::try_from(end).is_ok() {
        Span::new(start, end)
    } else {
        Span::default()
    }
}

/// Where the reader's error stands: the token there, so that there is something to underline.
fn error_span(source: &Source, error: &Error) -> Span {
    let span = error.location().as_ref().map(span_of).unwrap_or_default();
    let rest = source.text().get(span.start as usize..).unwrap_or_default();
    let token = rest
        .iter()
        .take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b':' | b',' | b']' | b'}'))
        .count();
    let line = source.line_span(source.position(span.start).line);
    let end = if span.is_empty() {
        span.start as usize + token
    } else {
        (span.end.min(line.end)) as usize
    };
    Span::new(span.start as usize, end)
}

/// An error of the YAML reader as a finding.
fn refusal(source: &Source, error: &Error) -> Finding {
    let error = error.without_snippet();
    let span = error_span(source, error);
    let say = |rule, message| finding(source, rule, span, message);
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            let mut found = say("config-unknown-key", format!("`{field}` is not a key here"));
            found.help = Some(match nearest(field, expected.iter().copied()) {
                Some(name) => format!("the nearest key is `{name}`"),
                None => format!("the keys here are {}", list(expected)),
            });
            found
        }
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => {
            let mut found = say("config-wrong-value", format!("`{variant}` is not a value here"));
            let near = nearest(variant, expected.iter().copied());
            found.help = Some(match near {
                Some(name) => format!("the nearest is `{name}`; the values are {}", list(expected)),
                None => format!("the values are {}", list(expected)),
            });
            found
        }
        Error::SerdeMissingField { field, .. } => {
            let mut found = say("config-missing-key", format!("the key `{field}` is missing here"));
            found.help = Some(format!("add `{field}:`"));
            found
        }
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("a key");
            say(
                "config-duplicate-key",
                format!("`{key}` stands here a second time"),
            )
        }
        Error::SerdeInvalidType {
            unexpected, expected, ..
        }
        | Error::SerdeInvalidValue {
            unexpected, expected, ..
        } => say(
            "config-wrong-value",
            format!("{} is asked for here, not {unexpected}", plain(expected)),
        ),
        Error::InvalidScalar { ty, .. } => {
            let value = String::from_utf8_lossy(source.slice(span)).into_owned();
            say(
                "config-wrong-value",
                format!("`{value}` is not a value here: {} is asked for", plain(ty)),
            )
        }
        Error::InvalidBooleanStrict { .. } => say(
            "config-wrong-value",
            format!(
                "`{}` is not a value here: true or false is asked for",
                String::from_utf8_lossy(source.slice(span))
            ),
        ),
        Error::Unexpected { expected, .. } => say(
            "config-wrong-value",
            format!("{} is asked for here", plain(expected)),
        ),
        Error::NullIntoString { .. } | Error::TaggedScalarCannotDeserializeIntoString { .. } => {
            say("config-wrong-value", "a text is asked for here".to_owned())
        }
        Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::ExpectedStringKeyForExternallyTaggedEnum { .. }
        | Error::UnexpectedValueForUnitEnumVariant { .. }
        | Error::SerdeVariantId { .. } => say("config-wrong-value", "one word is asked for here".to_owned()),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            let mut found = say(
                "config-syntax",
                "the config is larger or deeper than a config can be".to_owned(),
            );
            found.help = Some(first_line(&error.to_string()));
            found
        }
        Error::AliasError { error, .. } => refusal(source, error),
        other => say("config-syntax", first_line(&other.to_string())),
    }
}

/// An error's own words without the place that some of them carry.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line
        .strip_prefix("error: ")
        .unwrap_or(line)
        .split_once(" at line ")
    {
        Some((words, _)) => words.trim_end_matches([',', ':']).to_owned(),
        None => line.to_owned(),
    }
}

/// The words of a type, as a user of YAML knows them.
fn plain(expected: &str) -> String {
    match expected {
        "a map" | "mapping" | "mapping start" => "a mapping (key: value)".to_owned(),
        "u32" | "integer" => "a whole number that is not negative".to_owned(),
        "a sequence" | "sequence" | "sequence start" => "a list".to_owned(),
        "string scalar" | "a string" | "scalar" | "a span-aware newtype wrapper" => {
            "a single value".to_owned()
        }
        other => match other.strip_prefix("struct ") {
            Some(_) => "a mapping (key: value)".to_owned(),
            None => other.to_owned(),
        },
    }
}

fn list(names: &[&str]) -> String {
    names.join(", ")
}

/// A finding about the config itself.
pub fn finding(source: &Source, rule: &'static str, span: Span, message: String) -> Finding {
    Finding {
        rule,
        aliases: Vec::new(),
        severity: Severity::Error,
        certainty: Certainty::Certain,
        message,
        help: None,
        place: Place::Text {
            path: source.shared_name(),
            span,
        },
        stage: None,
        related: Vec::new(),
        fix: None,
    }
}

/// Looks at the values that the grammar alone lets through.
struct Checker<'a> {
    source: &'a Source,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn root(&mut self, raw: &Raw) {
        if let Some(requires) = &raw.requires {
            self.requires(requires);
        }
        if let Some(edition) = &raw.edition
            && !EDITIONS.contains(&edition.value.as_str())
        {
            let message = format!("the edition `{}` is not known to this version", edition.value);
            self.wrong(
                edition.span,
                message,
                Some(format!("known are {}", list(EDITIONS))),
            );
        }
        self.judging(
            raw.rules.as_ref(),
            raw.platform.as_ref(),
            raw.workspace.as_ref(),
            raw.platforms.as_ref(),
        );
        for ignore in raw.ignore.iter().flatten() {
            self.ignore(ignore);
        }
        for entry in raw.overrides.iter().flatten() {
            self.entry(entry);
        }
        self.patterns(raw.exclude.iter().flatten());
        for (image, path) in raw.bases.iter().flatten() {
            self.not_empty(image);
            self.not_empty(path);
        }
        for name in raw.labels.iter().flatten().map(|(name, _)| name) {
            self.not_empty(name);
        }
        for registry in raw.registries.iter().flat_map(|list| &list.value) {
            self.registry(registry);
        }
        for path in raw.extends.iter().chain(&raw.baseline) {
            self.not_empty(path);
        }
        self.probes(raw.probes.as_deref().unwrap_or_default());
    }

    fn entry(&mut self, entry: &Override) {
        self.patterns(entry.paths.iter());
        self.judging(
            entry.rules.as_ref(),
            entry.platform.as_ref(),
            entry.workspace.as_ref(),
            entry.platforms.as_ref(),
        );
    }

    fn judging(
        &mut self,
        levels: Option<&Levels>,
        platform: Option<&Platform>,
        workspace: Option<&Workspace>,
        platforms: Option<&At<Vec<At<String>>>>,
    ) {
        for name in levels.into_iter().flatten().map(|(name, _)| name) {
            self.rule(name);
        }
        if let Some(platform) = platform {
            self.platform(platform);
        }
        if let Some(workspace) = workspace {
            self.workspace(workspace);
        }
        for platform in platforms.iter().flat_map(|list| &list.value) {
            if crate::invocation::Platform::parse(&platform.value).is_none() {
                let message = format!("`{}` is not a platform", platform.value);
                self.wrong(
                    platform.span,
                    message,
                    Some("write it like linux/amd64".to_owned()),
                );
            }
        }
    }

    fn rule(&mut self, name: &At<String>) {
        let known = rules::find(&name.value);
        if known.is_empty() {
            let message = format!("there is no rule `{}`", name.value);
            let mut found = finding(self.source, "config-unknown-rule", name.span, message);
            found.help = Some(match rules::nearest_name(&name.value) {
                Some(near) => format!("the nearest name is `{near}`"),
                None => "`seaworthy rules` lists them all".to_owned(),
            });
            self.findings.push(found);
        } else if known.iter().all(|rule| rule.name.starts_with("config-")) {
            let message = format!("`{}` is about the config itself and always holds", name.value);
            self.wrong(name.span, message, None);
        }
    }

    fn ignore(&mut self, ignore: &Ignore) {
        self.rule(&ignore.rule);
        self.patterns(ignore.paths.iter().flatten());
        if ignore.reason.value.trim().is_empty() {
            let message = "the reason is empty".to_owned();
            let help = Some("say why these findings are accepted".to_owned());
            self.wrong(ignore.reason.span, message, help);
        }
    }

    fn platform(&mut self, platform: &Platform) {
        let mut versions = Vec::new();
        for (version, product) in platform.versions() {
            versions.push(version);
            if !is_version(&version.value) {
                let message = format!("`{}` is not a version", version.value);
                let help = Some("write it like \"0.6.7\", or in part like \"0.6\"".to_owned());
                self.wrong(version.span, message, help);
            } else if let Err(unknown) = runtime::sysbox_of(&product(numbers(&version.value).to_owned())) {
                let message = format!("no {} {} is known", unknown.product, version.value);
                self.wrong(
                    version.span,
                    message,
                    Some(format!("known are {}", unknown.known.join(", "))),
                );
            }
        }
        if let [_, second, ..] = versions[..] {
            let message = "the platform's version is said in more than one way".to_owned();
            let help = Some("keep one of sysbox, coder and envbox".to_owned());
            self.wrong(second.span, message, help);
        }
    }

    fn workspace(&mut self, workspace: &Workspace) {
        let volumes = workspace.volumes.iter().flat_map(|list| &list.value);
        for path in workspace.home.iter().chain(volumes) {
            if !path.value.starts_with('/') {
                let message = format!("`{}` is not an absolute path", path.value);
                self.wrong(path.span, message, None);
            }
        }
        let commands = workspace.commands.iter().flat_map(|list| &list.value);
        for name in workspace.user.iter().chain(commands) {
            self.not_empty(name);
        }
    }

    fn probes(&mut self, probes: &[ProbeEntry]) {
        for (index, probe) in probes.iter().enumerate() {
            for text in [
                Some(&probe.name),
                probe.user.as_ref(),
                probe.command.value.first(),
            ] {
                text.into_iter().for_each(|text| self.not_empty(text));
            }
            if probe.command.value.is_empty() {
                let help = Some("write the program and its arguments, such as [make, --version]".to_owned());
                self.wrong(probe.command.span, "there is no command".to_owned(), help);
            }
            if probes[..index].iter().any(|earlier| earlier.name == probe.name) {
                let message = format!("there are two probes of the name `{}`", probe.name.value);
                self.wrong(probe.name.span, message, None);
            }
            if let Some(seconds) = probe.seconds.as_ref().filter(|seconds| seconds.value == 0) {
                self.wrong(seconds.span, "no command ends within 0 seconds".to_owned(), None);
            }
        }
    }

    fn requires(&mut self, requires: &At<String>) {
        let ours = crate::VERSION;
        match semver::VersionReq::parse(&requires.value) {
            Err(_) => {
                let message = format!("`{}` is not a range of versions", requires.value);
                self.wrong(requires.span, message, Some("write it like \">=0.1\"".to_owned()));
            }
            Ok(range) => {
                if !semver::Version::parse(ours).is_ok_and(|ours| range.matches(&ours)) {
                    let message = format!("this is seaworthy {ours}, and the config asks for {range}");
                    let found = finding(self.source, "config-requires", requires.span, message);
                    self.findings.push(found);
                }
            }
        }
    }

    fn patterns<'a>(&mut self, patterns: impl Iterator<Item = &'a At<String>>) {
        for pattern in patterns {
            if let Err(reason) = Patterns::new([pattern.value.as_str()]) {
                let message = format!("`{}` is not a pattern: {reason}", pattern.value);
                self.wrong(pattern.span, message, None);
            }
        }
    }

    /// A registry is a host, with a port if one likes, and no path.
    fn registry(&mut self, registry: &At<String>) {
        self.not_empty(registry);
        if registry.value.contains(['/', ' ']) {
            let message = format!("`{}` is not a registry", registry.value);
            let help = Some("write the host alone, such as registry.example.com".to_owned());
            self.wrong(registry.span, message, help);
        }
    }

    fn not_empty(&mut self, text: &At<String>) {
        if text.value.trim().is_empty() {
            self.wrong(text.span, "nothing is written here".to_owned(), None);
        }
    }

    fn wrong(&mut self, span: Span, message: String, help: Option<String>) {
        let mut found = finding(self.source, "config-wrong-value", span, message);
        found.help = help;
        self.findings.push(found);
    }
}

/// The numbers of a version, without the `v` before them and a packager's revision behind.
pub(super) fn numbers(text: &str) -> &str {
    let text = text.strip_prefix('v').unwrap_or(text);
    &text[..text.find(['-', '+']).unwrap_or(text.len())]
}

/// One to three numbers with dots, with a `v` before them if one likes.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (numbers, rest) = match text.find(['-', '+']) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, "x"),
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    parts.len() <= 3
        && !rest.is_empty()
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}
