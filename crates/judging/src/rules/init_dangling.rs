//! `/sbin/init` leads to nothing.
//!
//! The platform looks whether `/sbin/init` is there without following it, and then starts it: a link
//! whose target is missing counts as an init, and the workspace does not come up.
//!
//! Install what the link leads to, or remove the link.

use super::{Levels, Report, Rule};
use crate::contract::Contract;
use crate::facts::{Facts, Manager, PACKAGE, WriteKind};
use crate::finding::{Certainty, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    levels: Levels::virtual_machines(Severity::Error),
    ..Rule::facts("init-dangling", check, include_str!("init_dangling.rs"))
};

/// Programs of systemd that its packages bring, under either spelling.
const SYSTEMD: [&str; 2] = ["/lib/systemd/systemd", "/bin/systemd"];

/// Says the link.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    let Some(file) = facts.init_file() else { return };
    let WriteKind::Link(target) = &file.kind else {
        return;
    };
    let is_sure = file.stays() && file.written.certainty == Certainty::Certain;
    let Some(target) = target.as_known().filter(|_| is_sure && file.writer != PACKAGE) else {
        return;
    };
    let bare = target.strip_prefix("/usr").unwrap_or(target);
    let is_open = !facts.is_observed();
    if is_open && SYSTEMD.contains(&bare) && !lacks_systemd(facts) {
        return;
    }
    if is_open && !SYSTEMD.contains(&bare) && !lacks(facts, target) {
        return;
    }
    if !facts.exists(target).is_absent() {
        return;
    }
    let help = if SYSTEMD.contains(&bare) {
        "install `systemd`, or `systemd-sysv`, which brings the link too"
    } else {
        "install what it leads to, or remove the link"
    };
    report
        .say(
            &file.written,
            format!("/sbin/init leads to `{target}`, which is not in the image"),
        )
        .help(help);
}

/// Whether systemd certainly is not there.
fn lacks_systemd(facts: &Facts) -> bool {
    // Packages depend on it by many ways: only what was asked of a small base tells.
    let small =
        facts.from.base.command("systemd").is_absent() || facts.from.base.package("systemd").is_absent();
    small
        && facts.packages.system().all(|package| {
            let Some(name) = package.name.as_known() else {
                return false;
            };
            let brings = facts.brings(name, package.manager);
            let only_apt = package.manager == Manager::Apt || package.manager == Manager::Apk;
            only_apt && !name.starts_with("systemd") && !brings.may_bring_init(package.recommends)
        })
}

/// Whether a base that is small, and to which no package was added, certainly has no such file.
fn lacks(facts: &Facts, target: &str) -> bool {
    let name = target.rsplit('/').next().unwrap_or(target);
    facts.from.is_known
        && facts.from.base.command(name).is_absent()
        && facts
            .packages
            .system()
            .all(|package| package.name.as_known().is_some_and(|package| package != name))
}
