//! sudo asks for a password that the workspace user does not have.
//!
//! Nobody types a password when an image is built, so the account has none, and sudo refuses whoever
//! cannot give one. Installing packages in the workspace, starting a service from a template's script
//! and everything else that wants root stops there. To be in group `sudo` or `wheel` is not enough:
//! its rule asks for the password.
//!
//! Write a rule: `echo 'coder ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/coder`.

use super::workspace::Workspace;
use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::Facts;
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels {
        envbuilder: Some(Severity::Info),
        devcontainer: Some(Severity::Info),
        ..Levels::virtual_machines(Severity::Warning)
    },
    ..Rule::facts("sudo-asks-password", check, include_str!("sudo_asks_password.rs"))
};

/// Says the workspace user, or the package where the user is not made here.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if !facts.sudo().is_known() {
        return;
    }
    let workspace = Workspace::of(facts, contract);
    let Some(account) = workspace.present() else {
        return;
    };
    let is_root = account.name == "root" || account.uid == Some(0);
    if is_root
        || !facts.accounts.password(account).is_absent()
        || !facts.sudo_without_password(account).is_absent()
    {
        return;
    }
    let name = &account.name;
    let package = facts.packages.named("sudo").next();
    let origin = match package {
        _ if facts.is_here(&account.made) => account.made.clone(),
        Some(package) if facts.is_here(&package.asked) => package.asked.clone(),
        _ => super::workspace::at_base(facts),
    };
    report
        .say(
            &origin,
            format!("sudo will ask `{name}` for a password, and `{name}` has none"),
        )
        .help(format!(
            "write a rule for it, such as `{name} ALL=(ALL) NOPASSWD:ALL` into /etc/sudoers.d/{}",
            name.replace('.', "-")
        ));
}
