//! The linter of the parser crate's family, asked for ShellCheck's codes alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use shuck_linter::{
    AmbientShellOptions, AnalysisRequest, Applicability, Diagnostic, LinterSettings, Rule, RuleSet,
    ShellCheckCodeMap, ShellDialect,
};

use super::{Interpreter, Kind, ShellFinding, ShellFix};
use crate::shell::codes::{self, Code};
use crate::shell::guard::guarded;
use crate::shell::{Redirect, RedirectKind, Script, embedded, parse};

/// Bytes of scripts whose findings are kept in memory; then the memory begins anew.
const MOST_REMEMBERED: usize = 16 << 20;

/// How many scripts may stand in scripts, each read by a shell of its own.
const MOST_WITHIN: usize = 64;

/// What was found in scripts that were judged before. It holds answers of a function that depends on
/// its arguments alone, so that nobody can tell whether an answer comes out of it.
static JUDGED: LazyLock<Mutex<Judged>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Judged {
    answers: HashMap<(Interpreter, Box<str>), Arc<[ShellFinding]>>,
    bytes: usize,
}

/// See [`super::check`].
pub fn check(text: &str, interpreter: Interpreter, names: &[&str]) -> Arc<[ShellFinding]> {
    let (whole, offset) = with_names(text, names);
    let key = (interpreter, whole);
    let known = {
        let judged = JUDGED.lock().unwrap_or_else(PoisonError::into_inner);
        judged.answers.get(&key).cloned()
    };
    if let Some(known) = known {
        return known;
    }
    let found: Arc<[ShellFinding]> = Arc::from(all(&key.1, offset, interpreter));
    let mut judged = JUDGED.lock().unwrap_or_else(PoisonError::into_inner);
    if judged.bytes > MOST_REMEMBERED {
        *judged = Judged::default();
    }
    judged.bytes += key.1.len();
    judged.answers.insert(key, Arc::clone(&found));
    found
}

/// The text behind a line that sets and exports the names, and where it begins.
///
/// The line gives each a value that needs no quotes: whether the real one does is not known here, and
/// a build argument with blanks in it is mostly a list that is meant to be split.
fn with_names(text: &str, names: &[&str]) -> (Box<str>, usize) {
    let sorted: BTreeSet<&str> = names.iter().copied().collect();
    let mut whole = String::with_capacity(text.len() + 16 * sorted.len());
    for (index, name) in sorted.iter().enumerate() {
        whole.push_str(if index == 0 { "export " } else { " " });
        whole.push_str(name);
        whole.push_str("=1");
    }
    if !sorted.is_empty() {
        whole.push('\n');
    }
    let offset = whole.len();
    whole.push_str(text);
    (whole.into_boxed_str(), offset)
}

/// The findings in a script, and in the here-documents that a shell in it reads.
fn all(whole: &str, offset: usize, interpreter: Interpreter) -> Vec<ShellFinding> {
    let mut found = one(whole, offset, interpreter);
    let text = &whole[offset..];
    if text.contains("<<") {
        for (redirect, inner) in within(&crate::shell::read(text, dialect(interpreter.kind))) {
            let Some((script, place)) = embedded::heredoc_text(redirect, text) else {
                continue;
            };
            // What the outer shell puts in before the inner one reads it is not known.
            if script.contains(['$', '`']) && !is_quoted(redirect, text) {
                continue;
            }
            found.extend(one(&script, 0, inner).into_iter().map(|finding| ShellFinding {
                range: place(&finding.range),
                fix: None,
                ..finding
            }));
        }
    }
    found.sort_by(|one, other| {
        let key = |finding: &ShellFinding| (finding.range.start, finding.range.end, finding.code.id);
        key(one).cmp(&key(other))
    });
    found.dedup();
    found
}

/// The here-documents that shells read as their script: `bash <<EOF`, `sh -s <<EOF`.
fn within(script: &Script) -> Vec<(&Redirect, Interpreter)> {
    let mut found = Vec::new();
    for command in &script.commands {
        let words: Option<Vec<String>> = command.words.iter().map(|word| word.constant()).collect();
        let Some(interpreter) = words.as_deref().and_then(Interpreter::of) else {
            continue;
        };
        let mut arguments = words.iter().flatten().skip(1);
        // With `-c` or the name of a file, the here-document is input of that.
        if !arguments.all(|word| word.starts_with('-') && word != "-c" || word == "pipefail") {
            continue;
        }
        let body = command
            .redirects
            .iter()
            .rev()
            .find(|redirect| matches!(redirect.kind, RedirectKind::Heredoc { .. }));
        found.extend(body.map(|body| (body, interpreter)));
    }
    found.truncate(MOST_WITHIN);
    found
}

fn is_quoted(redirect: &Redirect, text: &str) -> bool {
    let range = redirect.target.range.start as usize..redirect.target.range.end as usize;
    text.get(range).is_some_and(|name| name.contains(['\'', '"', '\\']))
}

/// The findings in one script, here-documents left aside.
fn one(whole: &str, offset: usize, interpreter: Interpreter) -> Vec<ShellFinding> {
    let settings = &SETTINGS[&(interpreter.kind as u8, interpreter.errexit, interpreter.pipefail)];
    let found = guarded(|| {
        let parsed = parse::whole(whole, settings.shell.parser_dialect())?;
        Some(AnalysisRequest::from_parse_result(&parsed, whole, settings).lint())
    });
    let diagnostics = found.flatten().unwrap_or_default();
    diagnostics
        .into_iter()
        .filter_map(|diagnostic| finding(diagnostic, whole, offset, interpreter))
        .collect()
}

fn finding(diagnostic: Diagnostic, whole: &str, offset: usize, interpreter: Interpreter) -> Option<ShellFinding> {
    let code = RULES.get(diagnostic.rule.code()).copied()?;
    if interpreter.kind == Kind::Busybox && BUSYBOX_HAS.contains(&code.id) {
        return None;
    }
    let span = diagnostic.span;
    let range = within_text(span.start.offset()..span.end.offset(), whole, offset)?;
    let fix = fix(&diagnostic, code, whole, offset);
    Some(ShellFinding {
        code,
        range,
        message: message(diagnostic.message),
        fix,
    })
}

/// The range in the text behind the line of names; none where it lies before, or outside.
fn within_text(range: Range<usize>, whole: &str, offset: usize) -> Option<Range<u32>> {
    let end = range.end.min(whole.len());
    let start = range.start;
    let sound = start >= offset && start <= end && whole.is_char_boundary(start) && whole.is_char_boundary(end);
    sound.then(|| (start - offset) as u32..(end - offset) as u32)
}

/// Messages are one sentence that begins small, as ours do.
fn message(text: String) -> String {
    text.trim_end_matches('.').to_owned()
}

fn fix(diagnostic: &Diagnostic, code: &Code, whole: &str, offset: usize) -> Option<ShellFix> {
    let fix = diagnostic.fix.as_ref()?;
    if fix.applicability() != Applicability::Safe {
        return None;
    }
    let mut edits = Vec::new();
    for edit in fix.edits() {
        let range = usize::from(edit.range().start())..usize::from(edit.range().end());
        edits.push((within_text(range, whole, offset)?, edit.content().to_owned()));
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let apart = edits.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start);
    let title = diagnostic.fix_title.clone()?;
    apart.then(|| ShellFix {
        title,
        keeps_meaning: KEEP_MEANING.contains(&code.id),
        edits,
    })
}

/// Codes whose fix writes the same thing in another way. Others, such as quotes around a variable, do
/// what is most likely meant, and that may be something else than what the script did.
const KEEP_MEANING: &[&str] = &["SC2004", "SC2006", "SC2007", "SC2196", "SC2197"];

/// What BusyBox's ash has beyond POSIX, with the options of the distributions' builds.
const BUSYBOX_HAS: &[&str] = &[
    "SC3001", "SC3003", "SC3010", "SC3011", "SC3014", "SC3015", "SC3020", "SC3037", "SC3040", "SC3042", "SC3043",
    "SC3045", "SC3046", "SC3048", "SC3052", "SC3057", "SC3060", "SC3061",
];

/// The codes by the linter's own names for its rules.
static RULES: LazyLock<HashMap<&'static str, &'static Code>> = LazyLock::new(|| {
    let map = ShellCheckCodeMap::default();
    Rule::iter()
        .filter_map(|rule| {
            let number = map.code_for_rule(rule)?;
            Some((rule.code(), codes::code(&format!("SC{number:04}"))?))
        })
        .collect()
});

/// The settings of each shell with each of its options.
static SETTINGS: LazyLock<BTreeMap<(u8, bool, bool), LinterSettings>> = LazyLock::new(|| {
    let rules: RuleSet = Rule::iter().filter(|rule| RULES.contains_key(rule.code())).collect();
    let mut all = BTreeMap::new();
    for kind in [Kind::Sh, Kind::Dash, Kind::Busybox, Kind::Bash, Kind::Ksh] {
        let shell = match kind {
            Kind::Sh | Kind::Busybox => ShellDialect::Sh,
            Kind::Dash => ShellDialect::Dash,
            Kind::Bash => ShellDialect::Bash,
            Kind::Ksh => ShellDialect::Ksh,
        };
        for (errexit, pipefail) in [(false, false), (false, true), (true, false), (true, true)] {
            let mut settings = LinterSettings::default()
                .with_shell(shell)
                .with_ambient_shell_options(AmbientShellOptions { errexit, pipefail })
                .with_resolve_source_closure(false);
            settings.rules = rules;
            all.insert((kind as u8, errexit, pipefail), settings);
        }
    }
    all
});

fn dialect(kind: Kind) -> crate::shell::Dialect {
    match kind {
        Kind::Sh | Kind::Dash | Kind::Busybox => crate::shell::Dialect::Posix,
        Kind::Bash => crate::shell::Dialect::Bash,
        Kind::Ksh => crate::shell::Dialect::Ksh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_codes_is_that_of_the_linter() {
        let map = ShellCheckCodeMap::default();
        let mut known: Vec<String> = Rule::iter()
            .filter_map(|rule| map.code_for_rule(rule))
            // ShellCheck's own end at SC2335 and go on with SC3000.
            .filter(|number| !(2336..3000).contains(number))
            .map(|number| format!("SC{number:04}"))
            .collect();
        known.sort();
        assert_eq!(known, codes::IDS);
    }
}
