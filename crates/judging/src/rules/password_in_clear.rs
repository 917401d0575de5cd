//! A password is set that stands in the Dockerfile.
//!
//! Everybody who can read the file, or the history of the image, has it, in every container that is made
//! of the image. An empty password (`passwd -d`) is known to all. In a workspace a known password of the
//! user himself is often meant for sudo; for root, and wherever a service answers from outside, it opens
//! the door. A user of a database that is made in the build (`CREATE USER … PASSWORD '…'`) has it as well.
//!
//! Lock the account (`passwd -l`), allow sudo without a password where that is wanted, or set the password
//! when the container starts, out of a secret.

use std::sync::LazyLock;

use regex::Regex;

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Program, Value};
use crate::finding::{Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    scope: Scope::Stage,
    ..Rule::facts("password-in-clear", check, include_str!("password_in_clear.rs"))
};

/// A user of a database with a password, as SQL has them.
static IN_SQL: LazyLock<Regex> = LazyLock::new(|| {
    let user = r#"\b(?:user|role|to)\s+(?:if\s+not\s+exists\s+)?["'`]?([\w-]+)"#;
    let password = r"(?:password|identified(?:\s+with\s+\w+)?\s+by)\s+'[^'$]+'";
    Regex::new(&format!("(?is){user}[^;]*?{password}")).expect("a constant pattern")
});

/// Says each password that is set in clear.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (step, program) in facts.programs_here() {
        let Some((user, place, is_empty)) = set(program, facts.steps[step].stdin.as_ref()) else {
            continue;
        };
        let origin = facts.origin_within(step, place);
        let message = match is_empty {
            true => format!("`{user}` gets an empty password"),
            false => format!("the password of `{user}` stands in the Dockerfile"),
        };
        let said = report
            .say(&origin, message)
            .help("lock the account, or set it at the start out of a secret");
        if user == "root" {
            said.level(Severity::Warning);
        }
    }
}

/// Whose password is set, where, and whether to nothing.
fn set<'p>(program: &'p Program, stdin: Option<&Value>) -> Option<(String, &'p Place, bool)> {
    let words = &program.words;
    let whole = &words.first()?.1;
    let has = |options: &[&str]| {
        words
            .iter()
            .skip(1)
            .any(|(word, _)| options.contains(&word.text()))
    };
    let operand = || {
        words
            .iter()
            .skip(1)
            .rev()
            .find(|(word, _)| !word.text().starts_with('-'))
    };
    match program.name()? {
        "chpasswd" if !has(&["-e", "--encrypted"]) => {
            let text = stdin?;
            let line = text.split(|sign| sign == '\n').into_iter().find(|line| {
                let known = line.split_once(':').map(|(_, password)| password);
                known.is_some_and(|password| password.as_known().is_some_and(is_told))
            })?;
            let (user, _) = line.split_once(':')?;
            Some((user.text().trim().to_owned(), whole, false))
        }
        "psql" | "mysql" | "mariadb" => {
            let words = words.iter().skip(1).map(|(word, place)| (word, place));
            let (user, place) = words
                .chain(stdin.map(|text| (text, whole)))
                .find_map(|(word, place)| {
                    let found = IN_SQL.captures(word.as_known()?)?;
                    Some((found.get(1)?.as_str().to_owned(), place))
                })?;
            Some((user, place, false))
        }
        "passwd" if has(&["-d", "--delete"]) => {
            let (user, place) = operand()?;
            Some((user.text().to_owned(), place, true))
        }
        "passwd"
            if !has(&[
                "-l", "--lock", "-S", "--status", "-e", "--expire", "-u", "--unlock",
            ]) =>
        {
            let text = stdin?.as_known()?;
            let (user, place) = operand()?;
            is_told(text).then(|| (user.text().to_owned(), place, false))
        }
        "useradd" | "usermod" => {
            let at = words
                .iter()
                .position(|(word, _)| matches!(word.text(), "-p" | "--password"))?;
            let (password, place) = words.get(at + 1)?;
            let known = password.as_known()?;
            // `*` and `!` lock the account.
            let locks = known.starts_with(['*', '!']);
            let (user, _) = operand()?;
            (!locks).then(|| (user.text().to_owned(), place, known.is_empty()))
        }
        _ => None,
    }
}

/// Whether a password is there: neither nothing nor a word in brackets that stands for one.
fn is_told(password: &str) -> bool {
    let password = password.trim();
    !password.is_empty() && !password.starts_with('<')
}
