//! What a package manager fetched stays in the layer, and nothing reads it again.
//!
//! Lists and archives weigh up to hundreds of megabytes, and a later layer cannot take them away. Remove
//! them in the same RUN (`rm -rf /var/lib/apt/lists/*`, `dnf clean all`, `zypper clean`, `yarn cache
//! clean`), tell the program not to keep them (`apk add --no-cache`, `pip install --no-cache-dir`), or
//! mount a cache over them.
//!
//! One rule for apt, apk, dnf, microdnf, yum, zypper, pip and yarn. It follows what is there at the end of
//! the RUN: any command that empties the folder counts and only such a one, whatever else is removed; a
//! cache mount counts at the folder itself or around it; pip's variable and its configuration count. In
//! stages from which the image takes no layers it speaks a step milder, and of apt's lists and yarn's
//! cache not at all.

use super::asked::{behind, is_emptied, requests, told};
use super::{Levels, Report, Rule, Scope};
use crate::contract::{Contract, Profile};
use crate::facts::{Facts, Manager, Request, Step, Verb, View, Written};
use crate::finding::{Certainty, Safety, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &[
        "DL3009", "DL3019", "DL3032", "DL3036", "DL3040", "DL3042", "DL3060",
    ],
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    scope: Scope::Every,
    fix: Some(Safety::Safe),
    ..Rule::facts("package-cache-kept", check, include_str!("package_cache_kept.rs"))
};

/// Says, for each instruction and package manager, the first command that leaves something behind.
pub fn check(facts: &Facts, contract: &Contract, report: &mut Report) {
    let all: Vec<(&Written, &Step, &Request)> = requests(facts).collect();
    let stays = is_kept(facts);
    let mut told_of: Vec<(usize, Manager)> = Vec::new();
    for (at, (written, step, request)) in all.iter().enumerate() {
        let manager = request.manager;
        let fetches = match manager {
            Manager::Apt => request.verb == Verb::Update,
            _ => matches!(request.verb, Verb::Install | Verb::Upgrade),
        };
        if !fetches || request.caches.is_empty() || told_of.contains(&(step.instruction, manager)) {
            continue;
        }
        let mut later = all[at..]
            .iter()
            .take_while(|(_, later, _)| later.instruction == step.instruction);
        let cleaned = later.any(|(_, _, other)| other.verb == Verb::Clean && cleans(other, request));
        if cleaned || is_emptied(facts, step, written, &request.caches) {
            continue;
        }
        let Some((ids, severity, what, help)) = of(manager) else {
            continue;
        };
        if !stays && matches!(manager, Manager::Apt | Manager::Yarn) {
            continue;
        }
        told_of.push((step.instruction, manager));
        let severity = match contract.profile {
            Profile::Service => severity,
            _ => report.severity(),
        };
        let severity = if stays { severity } else { severity.lower() };
        let message = format!("{what} that `{}` fetches stay in the layer", told(step, request));
        let said = report
            .say_at(request.verb_place.clone(), Certainty::Certain, message)
            .level(severity)
            .aliases(ids)
            .help(help);
        let option = match manager {
            Manager::Apk => " --no-cache",
            Manager::Pip => " --no-cache-dir",
            _ => continue,
        };
        if let Some(edit) = behind(written, &request.verb_place, option) {
            said.fix("keep no cache", Safety::Safe, vec![edit]);
        }
    }
}

type Told = (&'static [&'static str], Severity, &'static str, &'static str);

fn of(manager: Manager) -> Option<Told> {
    Some(match manager {
        Manager::Apt => (
            &["DL3009"],
            Severity::Info,
            "the package lists",
            "end the RUN with `rm -rf /var/lib/apt/lists/*`",
        ),
        Manager::Apk => (
            &["DL3019"],
            Severity::Info,
            "the package lists",
            "add `--no-cache`",
        ),
        Manager::Yum => (
            &["DL3032"],
            Severity::Warning,
            "the packages and lists",
            "end the RUN with `yum clean all`",
        ),
        Manager::Zypper => (
            &["DL3036"],
            Severity::Warning,
            "the packages and lists",
            "end the RUN with `zypper clean --all`",
        ),
        Manager::Dnf | Manager::Microdnf => (
            &["DL3040"],
            Severity::Warning,
            "the packages and lists",
            "end the RUN with `dnf clean all`",
        ),
        Manager::Pip => (
            &["DL3042"],
            Severity::Warning,
            "the archives",
            "add `--no-cache-dir`, or set PIP_NO_CACHE_DIR=1",
        ),
        Manager::Yarn => (
            &["DL3060"],
            Severity::Info,
            "the archives",
            "end the RUN with `yarn cache clean`",
        ),
        _ => return None,
    })
}

/// Whether a cleaning command empties what another fetched: yum is a name for dnf on newer systems.
fn cleans(cleaning: &Request, request: &Request) -> bool {
    let family = |manager: Manager| match manager {
        Manager::Yum => Manager::Dnf,
        manager => manager,
    };
    // Only `distclean` of apt's empties its lists.
    let empties = cleaning.manager != Manager::Apt || !cleaning.caches.is_empty();
    empties && family(cleaning.manager) == family(request.manager)
}

/// Whether layers of the stage are in an image: in that of the target, or of what starts from it.
fn is_kept(facts: &Facts) -> bool {
    let is_base = facts
        .build
        .stages
        .get(facts.stage_index)
        .is_some_and(|stage| stage.is_base);
    facts.is_target || is_base || facts.view == View::Triggers
}
