//! The workspace user has no home.
//!
//! `useradd` of Debian and Ubuntu makes an account and no folder for it unless it is told to. The
//! agent puts its files into the home, shells start there, and a volume that is mounted on a folder
//! that is not there belongs to root: the user cannot write into it.
//!
//! Give `useradd` the option `-m`.

use super::workspace::Workspace;
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::{Edit, Place, Safety, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbuilder: Some(Severity::Warning),
        devcontainer: Some(Severity::Warning),
        ..Levels::virtual_machines(Severity::Error)
    },
    fix: Some(Safety::Suggested),
    ..Rule::facts("home-missing", check, include_str!("home_missing.rs"))
};

/// Says the step that makes the user.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let workspace = Workspace::of(facts, contract);
    let Some(account) = workspace.present() else {
        return;
    };
    let is_its_own = account.home.as_ref() == Some(&workspace.home);
    if !is_its_own || !facts.home_exists(account).is_absent() {
        return;
    }
    let home = &workspace.home;
    let name = &account.name;
    if let Some(removed) = facts.home_removed(account).filter(|_| !facts.is_observed()) {
        report
            .say(
                &removed,
                format!("the home of `{name}`, {home}, is gone after this"),
            )
            .help("leave it there, or empty it: `rm -rf` of what is in it");
        return;
    }
    let maker = facts.step(&account.made).program.as_ref();
    let maker = maker.and_then(|program| program.name()).unwrap_or_default();
    let says_no = facts.step(&account.made).program.as_ref().is_some_and(|program| {
        program
            .words
            .iter()
            .any(|(word, _)| matches!(word.text(), "-M" | "--no-create-home" | "-H"))
    });
    let message = format!("the home of `{name}`, {home}, is not there");
    let said = report.say(&account.made, message);
    if says_no {
        said.help(format!(
            "let `{maker}` make it, or make it afterwards and give it to `{name}`"
        ));
    } else if maker == "useradd" {
        let said = said.help("`useradd` makes none by itself here: add `-m`");
        if let Place::Text { path, span } = &account.made.place
            && path.is_empty()
            && facts.is_here(&account.made)
        {
            let edit = Edit {
                span: *span,
                text: format!("-m {name}"),
            };
            said.fix("let useradd make the home", Safety::Suggested, vec![edit]);
        }
    } else {
        said.help(format!("make {home} and give it to `{name}`"));
    }
}
