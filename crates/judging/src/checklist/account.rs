//! Points 1 to 5: the user, what it may do, and that the image starts as it.

use super::{Asked, Clauses, Point, State, Subject};
use crate::contract::Contract;
use crate::facts::{Answer, Meaning, User, path};
use crate::rules::workspace;

/// Point 1.
pub const USER: Point = Point {
    number: 1,
    name: "user",
    rule: "contract-user",
    asks: "the user has its number, its own group, its home and a shell",
    of: Asked::Workspaces,
    check: user,
};

/// Point 2.
pub const NUMBER: Point = Point {
    number: 2,
    name: "number",
    rule: "contract-number",
    asks: "nobody else has the user's number",
    of: Asked::Workspaces,
    check: number,
};

/// Point 3.
pub const DOCKER_GROUP: Point = Point {
    number: 3,
    name: "docker-group",
    rule: "contract-docker-group",
    asks: "the user is in group docker",
    of: Asked::VirtualMachines,
    check: docker_group,
};

/// Point 4.
pub const SUDO: Point = Point {
    number: 4,
    name: "sudo",
    rule: "contract-sudo",
    asks: "sudo asks the user for no password, by a file that sudo reads",
    of: Asked::Workspaces,
    check: sudo,
};

/// Point 5.
pub const FINAL_USER: Point = Point {
    number: 5,
    name: "final-user",
    rule: "contract-final-user",
    asks: "the image starts as the user, by name",
    of: Asked::Workspaces,
    check: final_user,
};

/// The account; where it is missing or not known, that is said and nothing else can be.
fn account<'s>(subject: &'s Subject<'_>, clauses: &mut Clauses) -> Option<&'s User> {
    let name = subject.user();
    match &subject.workspace.account {
        Answer::Known(account) => Some(account),
        Answer::Absent => {
            clauses.say_by("user-missing", State::Unmet, format!("there is no user `{name}`"));
            None
        }
        Answer::Unknown => {
            clauses.say(
                State::Unknown,
                format!("whether there is a user `{name}` is not known"),
            );
            None
        }
    }
}

/// The number that the user must have.
fn asked_number(subject: &Subject<'_>) -> u32 {
    subject.contract.uid.unwrap_or(Contract::UID)
}

fn says(holds: bool) -> Answer {
    if holds { Answer::Known(()) } else { Answer::Absent }
}

fn user(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    let Some(account) = account(subject, &mut clauses) else {
        return clauses;
    };
    let name = &account.name;
    let asked = asked_number(subject);
    match account.uid {
        Some(uid) if uid == asked => clauses.say(State::Met, format!("`{name}` has uid {uid}")),
        Some(uid) => clauses.say(State::Unmet, format!("`{name}` has uid {uid}, not {asked}")),
        None => clauses.say(State::Unknown, format!("the uid of `{name}` is not known")),
    }
    let own = match account.group.as_deref() {
        Some(group) if group == name => Answer::Known(()),
        Some(group) => match (subject.facts.group_at(name, subject.end()), group.parse::<u32>()) {
            (Answer::Known(own), Ok(gid)) => own.gid.map_or(Answer::Unknown, |own| says(own == gid)),
            _ => Answer::Absent,
        },
        None => Answer::Unknown,
    };
    let group = account.group.as_deref().unwrap_or_default();
    clauses.part(
        &own,
        format!("group {name}"),
        format!("the group of `{name}` is `{group}`, not its own"),
        "the user's group is not known",
    );
    home(subject, account, &mut clauses);
    shell(subject, account, &mut clauses);
    clauses
}

fn home(subject: &Subject<'_>, account: &User, clauses: &mut Clauses) {
    let name = &account.name;
    let asked = match &subject.contract.home {
        Some(home) => home.clone(),
        None => format!("/home/{name}"),
    };
    let Some(home) = &account.home else {
        clauses.say(State::Unknown, "the user's home is not known");
        return;
    };
    if home.trim_end_matches('/') != asked.trim_end_matches('/') {
        clauses.say(
            State::Unmet,
            format!("the home of `{name}` is {home}, not {asked}"),
        );
        return;
    }
    clauses.part(
        &subject.facts.home_exists(account),
        format!("home {home}"),
        format!("the home {home} is not there"),
        "whether the home is there is not known",
    );
    let owner = subject.observed().and_then(|observed| observed.entry(home));
    if let (Some(seen), Some(uid)) = (owner, account.uid)
        && seen.uid != uid
    {
        clauses.say(
            State::Unmet,
            format!("the home {home} belongs to uid {}, not to `{name}`", seen.uid),
        );
    }
}

fn shell(subject: &Subject<'_>, account: &User, clauses: &mut Clauses) {
    let Some(shell) = account.shell.as_deref() else {
        clauses.say(State::Unknown, "the user's shell is not known");
        return;
    };
    let program = shell.rsplit('/').next().unwrap_or(shell);
    // Whoever takes zsh or fish chose it; these are what an account gets that nobody thought of.
    if matches!(program, "sh" | "dash" | "ash" | "nologin" | "false" | "") {
        let shown = if shell.is_empty() { "/bin/sh" } else { shell };
        clauses.say(
            State::Unmet,
            format!("the shell of `{}` is {shown}, not /bin/bash", account.name),
        );
        return;
    }
    let Some(observed) = subject.observed() else {
        clauses.part(
            &subject.facts.command(program, subject.end()),
            format!("shell {shell}"),
            format!("the user's shell {shell} is not there"),
            "whether the user's shell is there is not known",
        );
        return;
    };
    let listed = observed
        .entry("/etc/shells")
        .and_then(|seen| seen.text.as_deref());
    let is_listed = listed.is_some_and(|text| text.lines().any(|line| line.trim() == shell));
    if observed.exists(shell).is_absent() {
        clauses.say(State::Unmet, format!("the user's shell {shell} is not there"));
    } else if is_listed {
        clauses.say(State::Met, format!("shell {shell}"));
    } else {
        clauses.say(
            State::Unmet,
            format!("the user's shell {shell} is not in /etc/shells"),
        );
    }
}

fn number(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    let name = subject.user();
    let asked = asked_number(subject);
    let others: Vec<String> = match subject.observed() {
        Some(observed) => {
            let text = observed
                .entry("/etc/passwd")
                .and_then(|seen| seen.text.as_deref());
            let Some(text) = text else {
                clauses.say(State::Unmet, "there is no /etc/passwd");
                return clauses;
            };
            holders(text, asked)
                .filter(|holder| *holder != name)
                .map(str::to_owned)
                .collect()
        }
        None => {
            // Accounts of the base, and those that the file makes.
            let base = &subject.facts.from.base;
            if base.account_of(asked) == Answer::Unknown {
                clauses.say(
                    State::Unknown,
                    format!("whether the base has uid {asked} is not known"),
                );
            }
            let of_base = base.accounts.iter().map(|account| account.name.as_str());
            let made = subject.facts.accounts.made().map(|user| user.name.as_str());
            let mut others: Vec<String> = of_base
                .chain(made)
                .filter(|other| *other != name)
                .filter(|other| match subject.facts.user(other) {
                    Answer::Known(user) => user.uid == Some(asked),
                    Answer::Absent | Answer::Unknown => false,
                })
                .map(str::to_owned)
                .collect();
            others.dedup();
            others
        }
    };
    match others.as_slice() {
        [] => clauses.say(State::Met, format!("uid {asked} is one user's alone")),
        others => clauses.say(
            State::Unmet,
            format!("uid {asked} is also that of `{}`", others.join("`, `")),
        ),
    }
    clauses
}

/// Names of those that have a number in a passwd file.
fn holders(passwd: &str, number: u32) -> impl Iterator<Item = &str> {
    passwd.lines().filter_map(move |line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(number)).then_some(name)
    })
}

fn docker_group(subject: &Subject<'_>) -> Clauses {
    if !subject.wants_engine() {
        return Clauses::not_asked(super::engine::NONE_INSIDE);
    }
    let mut clauses = Clauses::default();
    let Some(account) = account(subject, &mut clauses) else {
        return clauses;
    };
    let name = &account.name;
    if subject.facts.group_at("docker", subject.end()).is_absent() {
        clauses.say_by("docker-group-missing", State::Unmet, "there is no group `docker`");
        return clauses;
    }
    match subject.facts.accounts.is_member(account, "docker", subject.end()) {
        Answer::Known(()) => clauses.say(State::Met, format!("`{name}` is in group docker")),
        Answer::Absent => clauses.say_by(
            "docker-group-missing",
            State::Unmet,
            format!("`{name}` is not in group docker"),
        ),
        Answer::Unknown => {
            clauses.say(
                State::Unknown,
                format!("whether `{name}` is in group docker is not known"),
            );
        }
    }
    clauses
}

/// Where sudo's own rules lie.
const RULES: &str = "/etc/sudoers.d";

fn sudo(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    clauses.part(
        &subject.facts.sudo(),
        "sudo is installed",
        "sudo is not installed",
        "whether sudo is installed is not known",
    );
    if let Some(account) = account(subject, &mut clauses) {
        let name = &account.name;
        match subject.facts.sudo_without_password(account) {
            Answer::Known(()) => {
                clauses.say(State::Met, format!("`{name}` needs no password"));
            }
            Answer::Absent => clauses.say_by(
                "sudo-asks-password",
                State::Unmet,
                format!("no rule lets `{name}` do without a password"),
            ),
            Answer::Unknown => clauses.say(
                State::Unknown,
                format!("whether sudo asks `{name}` for a password is not known"),
            ),
        }
    }
    syntax(subject, &mut clauses);
    if let Some(observed) = subject.observed() {
        for (name, seen) in observed.children(RULES) {
            let file = format!("{RULES}/{name}");
            let of_package = name == "README";
            if name.contains('.') || name.ends_with('~') {
                clauses.say_by(
                    "sudoers-ignored",
                    State::Unmet,
                    format!("sudo does not read {file}"),
                );
            } else if seen.uid != 0 {
                clauses.say(
                    State::Unmet,
                    format!("{file} belongs to uid {}, not to root", seen.uid),
                );
            } else if seen.mode & 0o022 != 0 {
                clauses.say(
                    State::Unmet,
                    format!(
                        "others than root may write {file} (mode {:04o})",
                        seen.mode & 0o7777
                    ),
                );
            } else if !of_package {
                clauses.say(State::Met, format!("{file} has mode {:04o}", seen.mode & 0o7777));
            }
        }
        let program = observed.program("sudo", &["/usr/bin", "/bin", "/usr/local/bin"]);
        let entry = program.as_deref().and_then(|program| observed.entry(program));
        if entry.is_some_and(|seen| seen.mode & 0o4000 == 0 || seen.uid != 0) {
            clauses.say(
                State::Unmet,
                "the program sudo has lost its set-uid bit or its owner root",
            );
        }
    } else {
        let skipped = subject
            .facts
            .files
            .staying()
            .filter(|file| path::below(RULES, &file.path) && file.meaning.contains(&Meaning::Skipped));
        for file in skipped {
            clauses.say_by(
                "sudoers-ignored",
                State::Unmet,
                format!("sudo does not read {}", file.path),
            );
        }
    }
    clauses
}

/// What sudo cannot read of its rules, as far as their text is known.
fn syntax(subject: &Subject<'_>, clauses: &mut Clauses) {
    let is_read = |name: &str| !name.contains('.') && !name.ends_with('~');
    let mut texts: Vec<(String, String)> = Vec::new();
    if let Some(observed) = subject.observed() {
        let files = observed.children(RULES).filter(|(name, _)| is_read(name));
        let own = files.map(|(name, seen)| (format!("{RULES}/{name}"), seen.text.clone()));
        let main = observed.entry("/etc/sudoers").and_then(|seen| seen.text.clone());
        let all = own.chain([("/etc/sudoers".to_owned(), main)]);
        texts.extend(all.filter_map(|(path, text)| Some((path, text?))));
    } else {
        for file in subject.facts.files.staying() {
            let Some(at) = file.path.as_known() else { continue };
            let is_own = at.strip_prefix("/etc/sudoers.d/").is_some_and(is_read);
            let text = file.content.text().and_then(|text| text.as_known());
            if let Some(text) = text.filter(|_| is_own) {
                texts.push((at.to_owned(), text.to_owned()));
            }
        }
    }
    for (path, text) in texts {
        if let Some((line, why)) = super::sudoers::fault(&text) {
            clauses.say(
                State::Unmet,
                format!("sudo cannot read line {line} of {path}: {why}"),
            );
        }
    }
}

fn final_user(subject: &Subject<'_>) -> Clauses {
    let mut clauses = Clauses::default();
    let name = subject.user();
    let Some(last) = subject.facts.config.user() else {
        match subject.facts.from.is_known {
            true => clauses.say_by(
                "user-root",
                State::Unmet,
                "the image starts as root: it has no USER",
            ),
            false => clauses.say(State::Unknown, "the user of the base is not known"),
        }
        return clauses;
    };
    let user = last
        .value
        .split_once(':')
        .map_or(last.value.clone(), |(user, _)| user);
    match user.as_known() {
        None => clauses.say(
            State::Unknown,
            format!("USER is `{}`, which is not known", last.value),
        ),
        Some(_) if workspace::is_root(&user) || user.is_empty() => {
            clauses.say_by("user-root", State::Unmet, "the image starts as root");
        }
        Some(user) if user.parse::<u32>().is_ok() => clauses.say_by(
            "user-numeric",
            State::Unmet,
            format!("the image starts as `{user}`: a number, and not the name `{name}`"),
        ),
        Some(user) if user == name => clauses.say(State::Met, format!("USER is `{user}`")),
        Some(user) => clauses.say(
            State::Unmet,
            format!("the image starts as `{user}`, not as `{name}`"),
        ),
    }
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Value;

    #[test]
    fn holders_of_a_number_are_found_in_a_broken_file_too() {
        let passwd = "root:x:0:0::/root:/bin/sh\n\nbroken\na:x:1000\nb:x:10000:1::/:\nc:x:1000:5::/:\n";
        assert_eq!(holders(passwd, 1000).collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn a_group_behind_the_user_is_left_aside() {
        let value = Value::known("coder:docker");
        let (user, _) = value.split_once(':').expect("there is one");
        assert!(user.is("coder"));
    }
}
