//! The linter of the parser crate's family, asked for ShellCheck's codes alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use shuck_linter::{
    AmbientShellOptions, AnalysisRequest, Applicability, Diagnostic, LinterSettings, Rule, RuleSet,
    ShellCheckCodeMap, ShellDialect,
};

use super::spared::is_spared;
use super::{Interpreter, Kind, ShellFinding, ShellFix};
use crate::finding::{Safety, Severity};
use crate::shell::codes::{self, Code};
use crate::shell::guard::guarded;
use crate::shell::{Redirect, RedirectKind, Script, embedded, parse};

/// Bytes of scripts whose findings are kept in memory; then the memory begins anew.
const MOST_REMEMBERED: usize = 16 << 20;

/// The most findings that one script is told. Only what is no shell at all has more.
const MOST_FINDINGS: usize = 200;

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
            let Some(inner_text) = embedded::HeredocText::of(redirect, text) else {
                continue;
            };
            // What the outer shell puts in before the inner one reads it is not known.
            if inner_text.text().contains(['$', '`']) && !is_quoted(redirect, text) {
                continue;
            }
            found.extend(
                one(inner_text.text(), 0, inner)
                    .into_iter()
                    .map(|finding| ShellFinding {
                        range: inner_text.place(&finding.range, text),
                        fix: None,
                        ..finding
                    }),
            );
        }
    }
    found.sort_by(|one, other| {
        let key = |finding: &ShellFinding| (finding.range.start, finding.range.end, finding.code.id);
        key(one).cmp(&key(other))
    });
    found.dedup();
    found.truncate(MOST_FINDINGS);
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
    text.get(range)
        .is_some_and(|name| name.contains(['\'', '"', '\\']))
}

/// The findings in one script, here-documents left aside.
fn one(whole: &str, offset: usize, interpreter: Interpreter) -> Vec<ShellFinding> {
    let settings = &SETTINGS[&(interpreter.kind as u8, interpreter.errexit, interpreter.pipefail)];
    let found = guarded(|| {
        let parsed = parse::whole(whole, settings.shell.parser_dialect())?;
        let request = AnalysisRequest::from_parse_result(&parsed, whole, settings);
        let diagnostics = request.with_shellcheck_map(&NUMBERS).lint();
        Some((diagnostics, parsed.is_ok()))
    });
    let (diagnostics, is_read) = found.flatten().unwrap_or_default();
    let mut found: Vec<ShellFinding> = diagnostics
        .into_iter()
        .filter_map(|diagnostic| finding(diagnostic, whole, offset, interpreter))
        .collect();
    let says_why =
        |finding: &ShellFinding| finding.level == Severity::Error && finding.code.id.starts_with("SC1");
    if !is_read && !found.iter().any(says_why) {
        found.extend(unread(&whole[offset..], interpreter));
    }
    found
}

/// That the shell cannot read a script, of which the linter's rules say nothing.
fn unread(text: &str, interpreter: Interpreter) -> Option<ShellFinding> {
    let (at, why) = parse::refusal(text, dialect(interpreter.kind))?;
    // At the end there is nothing to show: the last word is what stands before it.
    let at = match text[at..].trim().is_empty() {
        true => text
            .trim_end()
            .rfind(char::is_whitespace)
            .map_or(0, |before| before + 1),
        false => at,
    };
    Some(ShellFinding {
        code: codes::code("SC1072")?,
        level: Severity::Error,
        range: visible(text, at as u32..at as u32),
        message: format!(
            "the shell cannot read this: {}",
            message(why.trim_start_matches("syntax error: ").to_owned())
        ),
        fix: None,
    })
}

fn finding(
    diagnostic: Diagnostic,
    whole: &str,
    offset: usize,
    interpreter: Interpreter,
) -> Option<ShellFinding> {
    let code = RULES.get(diagnostic.rule.code()).copied()?;
    let span = diagnostic.span;
    let range = within_text(span.start.offset()..span.end.offset(), whole, offset)?;
    let text = &whole[offset..];
    let bytes = range.start as usize..range.end as usize;
    if is_spared(code.id, text, &bytes, interpreter.kind) {
        return None;
    }
    let range = visible(text, range);
    let fix = fix(&diagnostic, code, whole, offset);
    // What a certain shell does not have fails; what an unknown one may not have may.
    let is_certain = matches!(interpreter.kind, Kind::Dash | Kind::Busybox) && code.id.starts_with("SC3");
    Some(ShellFinding {
        code,
        level: if is_certain { Severity::Error } else { code.level },
        range,
        message: message(diagnostic.message),
        fix,
    })
}

/// The range in the text behind the line of names; none where it lies before, or outside.
fn within_text(range: Range<usize>, whole: &str, offset: usize) -> Option<Range<u32>> {
    let end = range.end.min(whole.len());
    let start = range.start;
    let sound =
        start >= offset && start <= end && whole.is_char_boundary(start) && whole.is_char_boundary(end);
    sound.then(|| (start - offset) as u32..(end - offset) as u32)
}

/// The range, or where it is empty the word or the sign that stands there.
fn visible(text: &str, range: Range<u32>) -> Range<u32> {
    if !range.is_empty() {
        return range;
    }
    let rest = text.get(range.start as usize..).unwrap_or_default();
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    let word = rest.find(|sign| !is_word(sign)).unwrap_or(rest.len());
    let length = match (word, rest.chars().next()) {
        (0, Some(sign)) if !sign.is_whitespace() => sign.len_utf8(),
        (length, _) => length,
    };
    range.start..range.start + length as u32
}

/// Messages are one sentence that begins small, as ours do.
fn message(text: String) -> String {
    text.trim_end_matches('.').to_owned()
}

fn fix(diagnostic: &Diagnostic, code: &Code, whole: &str, offset: usize) -> Option<ShellFix> {
    let fix = diagnostic.fix.as_ref()?;
    let (_, keeps_meaning) = FIXED.iter().find(|(id, _)| *id == code.id)?;
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
        trust: match fix.applicability() {
            Applicability::Safe if *keeps_meaning => Safety::Safe,
            Applicability::Safe => Safety::Suggested,
            Applicability::Unsafe => Safety::Unsafe,
        },
        edits,
    })
}

/// Codes whose fix is kept, and whether that writes the same thing in another way. Quotes around a
/// variable do what is most likely meant, which may be something else than what the script did; other
/// fixes of the linter only make the finding go away.
const FIXED: &[(&str, bool)] = &[
    ("SC2004", true),
    ("SC2006", true),
    ("SC2007", true),
    ("SC2035", false),
    ("SC2046", false),
    ("SC2086", false),
    ("SC2140", false),
    ("SC2162", false),
    ("SC2196", true),
    ("SC2197", true),
    ("SC2231", false),
    ("SC2268", false),
];

/// ShellCheck's numbers of the linter's rules. Left to itself the linter makes this table anew for every
/// script.
static NUMBERS: LazyLock<ShellCheckCodeMap> = LazyLock::new(ShellCheckCodeMap::default);

/// The codes by the linter's own names for its rules.
static RULES: LazyLock<HashMap<&'static str, &'static Code>> = LazyLock::new(|| {
    Rule::iter()
        .filter_map(|rule| {
            let number = NUMBERS.code_for_rule(rule)?;
            Some((rule.code(), codes::code(&format!("SC{number:04}"))?))
        })
        .collect()
});

/// The settings of each shell with each of its options.
static SETTINGS: LazyLock<BTreeMap<(u8, bool, bool), LinterSettings>> = LazyLock::new(|| {
    let rules: RuleSet = Rule::iter()
        .filter(|rule| RULES.contains_key(rule.code()))
        .collect();
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
    use std::time::{Duration, Instant};

    use super::*;
    use crate::shell::LONGEST_CHECKED;

    fn sh() -> Interpreter {
        Interpreter::of(&["/bin/sh".to_owned()]).expect("it is one")
    }

    fn codes(text: &str, interpreter: Interpreter, names: &[&str]) -> Vec<&'static str> {
        let found = check(text, interpreter, names);
        found.iter().map(|finding| finding.code.id).collect()
    }

    #[test]
    fn names_are_set_and_places_count_from_the_text() {
        let found = check("echo $version $other", sh(), &["version"]);
        let told: Vec<_> = found.iter().map(|one| (one.code.id, one.range.clone())).collect();
        assert_eq!(told, [("SC2086", 14..20), ("SC2154", 14..20)]);
        assert_eq!(codes("version=2", sh(), &["version"]), Vec::<&str>::new());
        assert_eq!(codes("version=2", sh(), &[]), ["SC2034"]);
    }

    /// The scripts of the repository's own cases, and of the real Dockerfiles that lie beside it.
    fn real_scripts() -> BTreeSet<String> {
        let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let mut texts = Vec::new();
        for entry in ignore::Walk::new(root.join("fixtures")).flatten() {
            texts.extend(std::fs::read(entry.path()).ok());
        }
        let shared = std::env::var_os("SEAWORTHY_SHARED").map_or_else(|| root.join("../shared"), Into::into);
        for set in ["general", "workspaces", "enterprise"] {
            let Ok(file) = std::fs::File::open(shared.join(format!("corpus/{set}.tar.gz"))) else {
                continue;
            };
            let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
            for entry in archive.entries().expect("it is an archive") {
                let mut text = Vec::new();
                std::io::Read::read_to_end(&mut entry.expect("it is whole"), &mut text).expect("it reads");
                texts.push(text);
            }
        }
        let mut scripts = BTreeSet::new();
        for text in texts {
            for instruction in crate::syntax::parse(&text).instructions {
                if let crate::syntax::Args::Text(word) = &instruction.args {
                    scripts.insert(word.text.clone());
                }
            }
        }
        scripts
    }

    #[test]
    fn in_a_plain_script_the_linter_finds_nothing() {
        let mut scripts = real_scripts();
        assert!(scripts.len() > 100, "the fixtures have that many");
        scripts.extend(super::super::plain::tests::every_kind());
        let mut plain = 0;
        let mut wrong = Vec::new();
        for script in &scripts {
            let signs = |sign: char| sign != '_' && !sign.is_ascii_alphanumeric();
            let names = script.split('$').skip(1).filter_map(|rest| {
                let name = rest.strip_prefix('{').unwrap_or(rest).split(signs).next()?;
                name.starts_with(|sign: char| sign == '_' || sign.is_ascii_alphabetic())
                    .then_some(name)
            });
            let asked: Vec<&str> = names.collect();
            if !super::super::is_plain(script, &asked) {
                continue;
            }
            plain += 1;
            // What is set for one command may be set for all by ENV, too.
            let mut set = asked.clone();
            let set_for_one = super::super::plain::SET_FOR_ONE.iter();
            set.extend(set_for_one.filter(|name| script.contains(**name)));
            let interpreters =
                [Kind::Sh, Kind::Dash, Kind::Busybox, Kind::Bash, Kind::Ksh].map(|kind| Interpreter {
                    kind,
                    errexit: kind == Kind::Bash,
                    pipefail: kind == Kind::Bash,
                });
            let with_names = [with_names(script, &asked), with_names(script, &set)];
            for ((whole, offset), interpreter) in with_names
                .iter()
                .flat_map(|text| interpreters.map(|one| (text, one)))
            {
                if let Some(first) = all(whole, *offset, interpreter).first() {
                    wrong.push(format!("{script:?} under {:?}: {first:?}", interpreter.kind));
                }
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
        assert!(plain > 300, "{plain}");
    }

    #[test]
    fn a_known_shell_has_what_it_has() {
        let of = |name: &str| Interpreter::of(&[name.to_owned()]).expect("it is one");
        let text = "[[ -f /x ]] && set -o pipefail";
        assert_eq!(codes(text, of("sh"), &[]), ["SC3010", "SC3040"]);
        assert_eq!(codes(text, of("ash"), &[]), Vec::<&str>::new());
        assert_eq!(codes(text, of("bash"), &[]), Vec::<&str>::new());
        let found = check(text, of("dash"), &[]);
        assert!(found.iter().all(|one| one.level == Severity::Error), "{found:?}");
    }

    #[test]
    fn a_heredoc_that_a_shell_reads_is_read() {
        let text = "bash -s <<'EOF'\necho $x\nEOF\ncat <<'EOF' >/f\necho $x\nEOF\n";
        let found = check(text, sh(), &[]);
        let told: Vec<_> = found.iter().map(|one| (one.code.id, one.range.clone())).collect();
        assert_eq!(told, [("SC2086", 21..23), ("SC2154", 21..23)]);
    }

    #[test]
    fn odd_text_ends_soon_and_without_a_panic() {
        let shapes = [
            "(",
            "$(",
            "${",
            "((",
            "`",
            "{ ",
            "\"",
            "'",
            "if true; then ",
            "a | ",
            "a && ",
            "\"$x\" ",
            "$x ",
            "case a in b) ",
            "<<E\n",
            "x=1;",
            "f() { f; }; ",
            "while :; do ",
            "[[ a ",
            "a=(",
            "echo $(( 1 +",
            "\\\n",
            ": ${a:=${b}} ",
            "cat <<'EOF'\n",
            "for i in a; do echo $i; done; ",
            "cd a; ",
            "x=$(echo $x); ",
            "echo a > b; ",
            "#\n",
            "é",
            "\u{1a}",
            "trap x EXIT; ",
            "export A$x=1; ",
        ];
        for shape in shapes {
            let text = shape.repeat(LONGEST_CHECKED / shape.len());
            for interpreter in [
                sh(),
                Interpreter {
                    kind: Kind::Bash,
                    ..sh()
                },
            ] {
                let start = Instant::now();
                let found = crate::shell::check(&text, interpreter, &["x"]);
                assert!(found.len() <= MOST_FINDINGS);
                let spent = start.elapsed();
                assert!(spent < Duration::from_secs(60), "{shape:?} took {spent:?}");
            }
        }
    }

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
