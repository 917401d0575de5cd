//! Points 15, 16, 18 and 20: what the image has, and what stays of it in a workspace.

use super::{Asked, Clauses, Point, State, Subject};
use crate::facts::{Answer, Family, Meaning, Value};
use crate::finding::{Certainty, Finding};
use crate::invocation::Invocation;
use crate::rules;

/// Point 15.
pub const LOST: Point = Point {
    number: 15,
    name: "nothing-hidden",
    rule: "contract-nothing-hidden",
    asks: "nothing of value lies in the home, in /tmp and /run, or in stores of containers",
    of: Asked::VirtualMachines,
    check: lost,
};

/// Point 16.
pub const SKEL: Point = Point {
    number: 16,
    name: "skel",
    rule: "contract-skel",
    asks: "/etc/skel has .profile and .bashrc for a new home",
    of: Asked::VirtualMachines,
    check: skel,
};

/// Point 18.
pub const CODENAME: Point = Point {
    number: 18,
    name: "apt-codename",
    rule: "contract-apt-codename",
    asks: "apt's sources are for the release that the image is of",
    of: Asked::Workspaces,
    check: codename,
};

/// Point 20.
pub const PLATFORMS: Point = Point {
    number: 20,
    name: "platforms",
    rule: "contract-platforms",
    asks: "nothing in the Dockerfile is for one processor alone",
    of: Asked::Workspaces,
    check: platforms,
};

/// Rules that are off in profiles in which point 15 is asked for. Under Sysbox the template decides whether a
/// volume covers the stores of containers, so that a linter says nothing; the contract wants none of it there.
pub const LOST_ANYWHERE: [&str; 1] = ["preload-hidden"];

fn lost(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    subject.found(
        &[
            "home-shadowed",
            "tmp-content",
            "preload-hidden",
            "write-after-volume",
        ],
        "nothing lies where a workspace does not see it",
        &mut clauses,
    );
    clauses
}

fn skel(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    let has = |name: &str| match subject.observed() {
        Some(observed) => observed.exists(&format!("/etc/skel/{name}")),
        None => {
            let path = Value::known(format!("/etc/skel/{name}"));
            let of_base = match &subject.facts.from.base.skel {
                Answer::Known(names) if names.iter().any(|known| known == name) => Answer::Known(()),
                Answer::Known(_) | Answer::Absent => Answer::Absent,
                Answer::Unknown => Answer::Unknown,
            };
            let mut removals = subject.facts.files.removals().iter();
            let is_removed =
                removals.any(|removal| !crate::facts::path::removes(&removal.path, &path).is_absent());
            match (subject.facts.written(&path, 0), of_base) {
                (Answer::Known(()), _) => Answer::Known(()),
                (_, Answer::Known(())) if !is_removed => Answer::Known(()),
                (Answer::Absent, Answer::Absent | Answer::Known(())) => Answer::Absent,
                _ => Answer::Unknown,
            }
        }
    };
    // Bash reads the first of the two that is there; RPM systems have the second.
    let profile = match (has(".profile"), has(".bash_profile")) {
        (Answer::Known(()), _) | (_, Answer::Known(())) => Answer::Known(()),
        (Answer::Absent, Answer::Absent) => Answer::Absent,
        _ => Answer::Unknown,
    };
    let unmet = |clauses: &mut Clauses, holds: Answer, name: &str| match holds {
        Answer::Known(()) => clauses.say(State::Met, format!("/etc/skel has {name}")),
        Answer::Absent => clauses.say_by("skel-missing", State::Unmet, format!("/etc/skel has no {name}")),
        Answer::Unknown => clauses.say(
            State::Unknown,
            format!("whether /etc/skel has {name} is not known"),
        ),
    };
    unmet(&mut clauses, profile, ".profile");
    unmet(&mut clauses, has(".bashrc"), ".bashrc");
    clauses
}

fn codename(subject: &Subject<'_>) -> Clauses {
    let base = &subject.facts.from.base;
    let has_apt = match base.family {
        Some(Family::Debian | Family::Ubuntu) => true,
        Some(Family::Other) | None => subject.facts.command("apt-get", subject.end()).is_known(),
        Some(_) => false,
    };
    if !has_apt && base.family.is_some() {
        return Clauses::not_asked("the image has no apt");
    }
    let mut clauses = Clauses::default();
    let Some(own) = &base.codename else {
        clauses.say(State::Unknown, "the release of the image is not known");
        return clauses;
    };
    let sources = subject.facts.files.staying().filter(|file| {
        file.meaning
            .iter()
            .any(|meaning| matches!(meaning, Meaning::AptSource { .. }))
    });
    let met = match sources.count() {
        0 => format!("no source besides those of {own}"),
        _ => format!("all sources are for {own}"),
    };
    subject.found(&["apt-codename"], &met, &mut clauses);
    clauses
}

fn platforms(subject: &Subject<'_>) -> Clauses {
    let claimed = &subject.contract.platforms;
    if claimed.len() < 2 {
        return Clauses::not_asked(match claimed.first() {
            Some(one) => format!("the image is for {one} alone"),
            None => "the contract names no platforms".to_owned(),
        });
    }
    let mut clauses = Clauses::default();
    let is_it = |finding: &&Finding| finding.rule == "arch-hard-coded";
    let foreseen = match (subject.foreseen, subject.observed()) {
        (Some(facts), _) => Some(facts),
        (None, None) => Some(subject.facts),
        (None, Some(_)) => None,
    };
    let of_text = foreseen.map(|facts| {
        let invocation = Invocation {
            contract: subject.contract.clone(),
            ..Invocation::default()
        };
        rules::judge_image(facts, &invocation)
    });
    let all: Vec<&Finding> = match &of_text {
        Some(findings) => findings.iter().filter(is_it).collect(),
        None => subject.findings.iter().filter(is_it).collect(),
    };
    for finding in &all {
        let state = match finding.certainty {
            Certainty::Certain => State::Unmet,
            Certainty::Possible => State::Unknown,
        };
        clauses.say_by(finding.rule, state, finding.message.clone());
    }
    match (all.is_empty(), foreseen) {
        (true, Some(_)) => clauses.say(
            State::Met,
            format!("nothing in the Dockerfile is against {}", claimed.join(" and ")),
        ),
        (true, None) => clauses.say(State::Unknown, "only the Dockerfile shows it: needs --dockerfile"),
        (false, _) => {}
    }
    clauses
}
