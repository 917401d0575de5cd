//! `explain`: the page of a rule.

use std::io::Write;

use anyhow::{Result, bail};

use super::Exit;
use crate::contract::Profile;
use crate::rules::{Rule, find, nearest_name};
use crate::shell;

/// Prints the page of each rule that goes by a name.
pub fn explain(name: &str, out: &mut dyn Write) -> Result<Exit> {
    let rules = find(name);
    if rules.is_empty() {
        match nearest_name(name) {
            Some(near) => bail!("there is no rule `{name}`; the nearest name is `{near}`"),
            None => bail!("there is no rule `{name}`; `seaworthy rules` lists them all"),
        }
    }
    if shell::is_code(name) {
        foreign(name, out)?;
        return Ok(Exit::Clean);
    }
    for (index, rule) in rules.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        page(rule, out)?;
    }
    Ok(Exit::Clean)
}

/// A code of ShellCheck's: its page lies elsewhere.
fn foreign(id: &str, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{id}")?;
    writeln!(out, "one of ShellCheck's, found by `shellcheck`")?;
    writeln!(out, "\nhttps://www.shellcheck.net/wiki/{id}")?;
    match (shell::code(id), shell::code_off(id)) {
        (None, _) => writeln!(out, "\nSeverity: never found")?,
        (Some(_), Some(reason)) => writeln!(out, "\nSeverity: off, since {reason}")?,
        (Some(code), None) => writeln!(out, "\nSeverity: {} in every profile", code.level.name())?,
    }
    Ok(())
}

fn page(rule: &Rule, out: &mut dyn Write) -> Result<()> {
    let page = rule.page();
    writeln!(out, "{}", rule.name)?;
    match rule.aliases {
        [] => {}
        ids if ids == shell::CODE_IDS => {
            writeln!(out, "also known by the numbers of ShellCheck, such as SC2086")?
        }
        ids => writeln!(out, "also known as {}", ids.join(", "))?,
    }
    writeln!(out, "\n{}.", page.summary)?;
    for paragraph in &page.paragraphs {
        writeln!(out, "\n{paragraph}")?;
    }
    if let Some(cases) = rule.cases() {
        for (title, text) in [
            ("Bad:", cases.bad),
            ("What is said of it:", cases.said),
            ("Good:", cases.good),
        ] {
            writeln!(out, "\n{title}\n")?;
            for line in text.lines() {
                writeln!(out, "    {line}")?;
            }
        }
    }
    writeln!(out, "\nSeverity by profile:")?;
    for profile in Profile::ALL {
        let severity = rule.levels.of(profile).map_or("off", |severity| severity.name());
        writeln!(out, "  {:<13} {severity}", profile.name())?;
    }
    Ok(())
}
