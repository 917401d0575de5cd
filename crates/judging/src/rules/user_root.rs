//! The image ends as root.
//!
//! The agent of a workspace and everything that a person starts there run as the image's user. As
//! root, files in the home belong to root, tools refuse to start, and a slip of the hand changes the
//! system itself. A workspace user with sudo has the same power where it is meant.
//!
//! Of a service a USER that says root is told, in each stage; in one that is no image of its own one step
//! milder. Where no USER stands at all it is worth knowing, if the file says itself what starts and the base
//! is known to be root. What becomes another user by itself is not told: a server such as nginx, `gosu` and
//! its like, and whatever has an account made for it.
//!
//! Make a user and end the file with `USER <name>`.

use super::workspace::{final_root, is_root};
use super::{Levels, Report, Rule, Scope, start};
use crate::contract::{Contract, Profile};
use crate::facts::{Facts, Origin, View};
use crate::finding::Severity;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["DL3002"],
    levels: Levels::everywhere(Severity::Warning),
    scope: Scope::Every,
    ..Rule::facts("user-root", check, include_str!("user_root.rs"))
};

/// Says the last USER, or the base, if it is root.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    if contract.profile == Profile::Service {
        service(facts, report);
        return;
    }
    let Some(origin) = final_root(facts).filter(|_| facts.is_target) else {
        return;
    };
    let said = facts.is_here(origin);
    let message = match said {
        true => "the image ends as root".to_owned(),
        // A built image does not say what its base is called.
        false if facts.is_observed() => "the image ends as root: it has no USER".to_owned(),
        false => format!(
            "the image ends as root: `{}` does, and no USER follows",
            facts.from.reference
        ),
    };
    let ids: &[&'static str] = if said { &["DL3002"] } else { &[] };
    let user = contract.user.as_deref().unwrap_or(Contract::USER);
    report.say(origin, message).aliases(ids).help(format!(
        "end the file with USER and the name of the workspace user, such as `USER {user}`"
    ));
}

/// Of a service: each stage whose last USER says root.
fn service(facts: &Facts, report: &mut Report) {
    let Some(user) = facts.config.user() else { return };
    if user.origin.step == 0 {
        without_user(facts, &user.origin, report);
        return;
    }
    let is_own = facts.is_own(facts.step(&user.origin));
    if !is_own || !is_root(&user.value) || facts.view == View::Triggers {
        return;
    }
    let severity = match facts.is_target {
        true => report.severity(),
        false => report.severity().lower(),
    };
    let message = match facts.is_target {
        true => "the image ends as root".to_owned(),
        false => format!("stage {} ends as root", facts.stage),
    };
    report
        .say(&user.origin, message)
        .level(severity)
        .help("end the stage with the USER that the service runs as");
}

/// Programs that become another user by themselves, and those that are asked to do so for another.
const BECOMES_ANOTHER: [&str; 26] = [
    "apache2",
    "apache2ctl",
    "apache2-foreground",
    "apachectl",
    "chpst",
    "cron",
    "crond",
    "dovecot",
    "gosu",
    "haproxy",
    "httpd",
    "httpd-foreground",
    "init",
    "mysqld",
    "named",
    "nginx",
    "php-fpm",
    "runsvdir",
    "runuser",
    "s6-svscan",
    "setpriv",
    "sshd",
    "su",
    "su-exec",
    "sudo",
    "supervisord",
];

/// Shells that a person works in.
const SHELLS: [&str; 6] = ["ash", "bash", "fish", "ksh", "sh", "zsh"];

/// Of a service in whose file no USER stands: whether what it starts runs as root.
fn without_user(facts: &Facts, base: &Origin, report: &mut Report) {
    let started = start::of(facts);
    let is_own = started
        .words
        .iter()
        .any(|word| facts.is_own(facts.step(&word.origin)));
    let is_base_root = final_root(facts).is_some();
    if !facts.is_target || !is_own || !is_base_root || started.is_open || facts.view != View::Reached {
        return;
    }
    let becomes = |text: &str| {
        let mut words = text.split(|sign: char| sign.is_whitespace() || "\"';&|()".contains(sign));
        words.any(|word| {
            let name = word.rsplit('/').next().unwrap_or(word);
            BECOMES_ANOTHER.contains(&name)
        })
    };
    let first = started.words.first().map_or("", |word| word.value.text());
    let name = first.rsplit('/').next().unwrap_or(first);
    // A person who is given a shell is no service, and an init starts others as whom they like.
    let is_other = name.ends_with("init") || SHELLS.contains(&name) && started.words.len() < 3;
    let starts_other = started.words.iter().any(|word| becomes(word.value.text()));
    let has_other = facts.accounts.made().any(|user| facts.is_here(&user.made));
    let is_given = facts.packages.iter().any(|package| becomes(package.name.text()));
    if is_other || starts_other || has_other || is_given {
        return;
    }
    let message = format!(
        "the image ends as root: `{}` does, and no USER follows",
        facts.from.reference
    );
    let said = report.say(base, message).level(Severity::Info).aliases(&[]);
    let said = said.help("make a user for what it starts, and end the file with USER");
    // What a script does first, nobody sees.
    if name.ends_with(".sh") || name.contains("entrypoint") {
        said.possible();
    }
}
