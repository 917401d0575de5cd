//! Which probes there are for a profile and a contract.

use std::time::Duration;

use super::account::Account;
use super::container::Command;
use super::inner;
use super::judge::Judge;
use super::lost::MayBeLost;
use super::start::{First, Start};
use crate::config::OwnProbe;
use crate::contract::{Contract, Profile};
use crate::facts::Facts;

/// How long a system may take to come up.
const COMES_UP: Duration = Duration::from_secs(90);

/// How long a probe may take.
const USUAL: Duration = Duration::from_secs(30);

/// How long the first process may take to become systemd: it does so before anything else.
const BECOMES: Duration = Duration::from_secs(10);

/// How long an engine may take to answer once the system is up: its unit has ended to start by then.
const ENGINE: Duration = Duration::from_secs(10);

/// Something that is asked of the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Its name in reports.
    pub name: String,
    /// The point of the contract that it settles, by number; none for one of the config.
    pub point: Option<u8>,
    /// What is run.
    pub command: Command,
    /// For how long it is asked again while the answer is not there yet.
    pub patience: Duration,
    /// What the answer means.
    pub judge: Judge,
}

/// A probe, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// It is asked.
    Ask(Probe),
    /// It is not.
    Skip {
        /// Its name.
        name: String,
        /// The point of the contract that it would have settled.
        point: Option<u8>,
        /// Why.
        reason: String,
    },
}

/// What is known before anything is asked.
pub struct Given<'a> {
    /// The image.
    pub facts: &'a Facts,
    /// What is agreed.
    pub contract: &'a Contract,
    /// How it was started.
    pub start: &'a Start,
    /// The architecture of the image in Go's words.
    pub architecture: &'a str,
    /// What may be lost.
    pub lost: MayBeLost,
    /// Why a loss below what is mounted is no fault, where it is none.
    pub accepts_mounted: Option<String>,
    /// Why a loss in `/tmp` and `/run` is no fault, where it is none.
    pub accepts_volatile: Option<String>,
    /// The probes of the config.
    pub own: &'a [OwnProbe],
}

impl Probe {
    /// The same, settling a point of the contract.
    fn settling(self, point: u8) -> Self {
        Self {
            point: Some(point),
            ..self
        }
    }
}

fn probe(name: &str, user: &str, words: &[&str], judge: Judge) -> Probe {
    Probe {
        name: name.to_owned(),
        point: None,
        command: Command {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            user: user.to_owned(),
            limit: USUAL,
        },
        patience: Duration::ZERO,
        judge,
    }
}

/// What is asked of a system that comes up.
pub fn of_system() -> [Probe; 3] {
    /// Failed units with the last lines of their journals.
    const FAILED: &str = "systemctl list-units --state=failed --plain --no-legend --no-pager | while read -r unit rest; do echo \"failed: $unit\"; journalctl --no-pager -o cat -n 6 -u \"$unit\" 2>/dev/null; done";
    [
        Probe {
            patience: BECOMES,
            ..probe("init", "root", &["cat", "/proc/1/comm"], Judge::Init).settling(6)
        },
        Probe {
            patience: COMES_UP,
            ..probe(
                "system",
                "root",
                &["systemctl", "is-system-running"],
                Judge::System,
            )
            .settling(8)
        },
        probe("units", "root", &["sh", "-c", FAILED], Judge::Units),
    ]
}

/// Who works there.
pub fn of_user(name: &str, contract: &Contract) -> Probe {
    let judge = Judge::User {
        name: name.to_owned(),
        uid: contract.uid,
    };
    // The user's name is an argument, never a part of the script.
    let script = "getent passwd \"$1\"";
    probe("user", "root", &["sh", "-c", script, "sh", name], judge).settling(1)
}

/// All that is asked once it is known who the user is; `account` is none where there is no user.
pub fn of_workspace(given: &Given, account: Option<&Account>) -> Vec<Planned> {
    let mut plan = Vec::new();
    let is_service = given.contract.profile == Profile::Service;
    // Nobody in particular works in a service: its own user does.
    let user = match account {
        Some(account) => account.name.as_str(),
        None if is_service => "",
        None => "root",
    };
    match account {
        Some(account) => plan.extend(of_account(account).map(Planned::Ask)),
        None if is_service => {}
        None => {
            let of_account = [("login", 1), ("home", 1), ("sudo", 4), ("sudoers", 4)];
            plan.extend(
                of_account.map(|(name, point)| skip(name, Some(point), "there is no user who could")),
            );
        }
    }
    let commands = given.contract.commands.iter();
    plan.extend(commands.map(|command| Planned::Ask(of_command(command, user))));
    plan.extend(locales(given.facts));
    if !is_service {
        plan.extend(of_engine(given, account));
        plan.extend(of_content(given));
    }
    for own in given.own {
        let words: Vec<&str> = own.command.iter().map(String::as_str).collect();
        let judge = Judge::Own {
            code: own.exit,
            output: own.output.clone(),
        };
        let mut own_probe = probe(&own.name, own.user.as_deref().unwrap_or(user), &words, judge);
        if let Some(seconds) = own.seconds {
            own_probe.command.limit = Duration::from_secs(seconds.into());
        }
        plan.push(Planned::Ask(own_probe));
    }
    plan
}

fn skip(name: &str, point: Option<u8>, reason: &str) -> Planned {
    Planned::Skip {
        name: name.to_owned(),
        point,
        reason: reason.to_owned(),
    }
}

fn of_account(account: &Account) -> [Probe; 4] {
    /// What envbox and the agent do first in a home: make a folder, then files in it.
    const WRITES: &str = "[ -d \"$1\" ] || { echo \"there is no folder $1\"; exit 1; }; file=\"$1/.coder/.seaworthy-$$\"; mkdir -p \"$1/.coder\" && : > \"$file\" && rm \"$file\"";
    // Of a file that is named, visudo asks for no more than its grammar: a rule with mode 0644 is read.
    const SUDOERS: &str = "command -v visudo >/dev/null || exit 3; LC_ALL=C visudo -cf /etc/sudoers 2>&1";
    const SUDO: &str = "command -v sudo >/dev/null || exit 3; sudo -n true";
    let name = account.name.as_str();
    let login = Judge::Login(account.name.clone());
    [
        probe("login", name, &[&account.shell, "-l", "-c", "id -un"], login).settling(1),
        probe(
            "home",
            name,
            &["sh", "-c", WRITES, "sh", &account.home],
            Judge::Passes("the home can be written"),
        )
        .settling(1),
        probe("sudo", name, &["sh", "-c", SUDO], Judge::Sudo).settling(4),
        probe("sudoers", "root", &["sh", "-c", SUDOERS], Judge::Sudoers).settling(4),
    ]
}

/// Whether a command answers. Most know `--version`; one that does not says so and ends.
fn of_command(command: &str, user: &str) -> Probe {
    const ANSWERS: &str = "command -v \"$1\" >/dev/null || { echo \"there is no $1 on PATH\"; exit 127; }; \"$@\" --version </dev/null";
    let mut words = vec!["sh", "-c", ANSWERS, "sh"];
    words.extend(command.split_whitespace());
    let judge = Judge::Answers {
        command: command.to_owned(),
    };
    probe(&format!("command {command}"), user, &words, judge).settling(10)
}

fn locales(facts: &Facts) -> Option<Planned> {
    let mut wanted = Vec::new();
    for variable in facts.config.environment() {
        let name = variable.name.text();
        let value = variable.value.as_ref().and_then(|value| value.as_known());
        let Some(value) = value.filter(|_| name == "LANG" || name.starts_with("LC_")) else {
            continue;
        };
        // These are in the C library itself (C.UTF-8 in glibc 2.35 and Debian's long before, and in musl).
        let is_built_in = matches!(value, "" | "C" | "POSIX" | "C.UTF-8" | "C.utf8");
        if !is_built_in {
            wanted.push((name.to_owned(), value.to_owned()));
        }
    }
    match wanted.is_empty() {
        true => None,
        false => Some(Planned::Ask(
            probe("locale", "root", &["locale", "-a"], Judge::Locales(wanted)).settling(12),
        )),
    }
}

fn of_engine(given: &Given, account: Option<&Account>) -> Vec<Planned> {
    /// As a start-up script does it where no init would.
    const STARTS: &str = "command -v dockerd || { echo 'there is no dockerd on PATH'; exit 1; }; (dockerd >/var/log/dockerd.log 2>&1 </dev/null &)";
    /// A client that is not there is another matter; one that is there has to answer.
    const CLIENTS: &str = "has() { docker --help 2>/dev/null | grep -Eq \"^ +$1[* ]\"; }; docker --version || exit 1; if command -v docker-compose >/dev/null; then docker-compose version || exit 1; fi; for plugin in compose buildx; do if has $plugin; then docker $plugin version || exit 1; fi; done";
    const ASKS: &str = "docker version --format '{{.Server.Version}}'";
    let reason = match (given.contract.docker, given.facts.engine()) {
        (Some(false), _) => Some("the config says that no engine runs inside"),
        (None, None) => Some("there is no engine in the image"),
        _ if !given.start.is_machine => Some("a container of this profile has no right to run an engine"),
        _ if account.is_none() => Some("there is no user who could"),
        _ => None,
    };
    let (reason, user) = match (reason, account) {
        (None, Some(account)) => (None, account.name.as_str()),
        (reason, _) => (reason, ""),
    };
    if let Some(reason) = reason {
        return [("docker", 8), ("docker clients", 9), ("inner container", 8)]
            .map(|(name, point)| skip(name, Some(point), reason))
            .to_vec();
    }
    let mut plan = Vec::new();
    if given.start.first != First::Init {
        let judge = Judge::Passes("a start-up script can start the engine");
        plan.push(Planned::Ask(probe(
            "dockerd",
            "root",
            &["sh", "-c", STARTS],
            judge,
        )));
    }
    plan.push(Planned::Ask(Probe {
        patience: ENGINE,
        ..probe("docker", user, &["sh", "-c", ASKS], Judge::Engine).settling(8)
    }));
    let clients = Judge::Passes("the clients answer");
    let clients = probe("docker clients", user, &["sh", "-c", CLIENTS], clients);
    plan.push(Planned::Ask(clients.settling(9)));
    let script = format!(
        // Without Sysbox /proc/sys may not be written, which newer engines need for a container's network.
        "docker import {} seaworthy-inner >/dev/null && {{ docker run --rm seaworthy-inner /run || docker run --rm --network none seaworthy-inner /run; }}",
        inner::ARCHIVE
    );
    plan.push(match inner::program(given.architecture) {
        Some(_) => {
            let runs = probe("inner container", user, &["sh", "-c", &script], Judge::Inner);
            Planned::Ask(runs.settling(8))
        }
        None => {
            let reason = format!("there is no program of ours for {}", given.architecture);
            skip("inner container", Some(8), &reason)
        }
    });
    plan
}

fn of_content(given: &Given) -> [Planned; 2] {
    /// The number of each argument that is not there.
    const MISSING: &str =
        "i=0; for path; do [ -e \"$path\" ] || [ -L \"$path\" ] || echo $i; i=$((i + 1)); done";
    let content = |name: &str, paths: &[String], accepted: &Option<String>| {
        if paths.is_empty() {
            return skip(name, None, "the image has nothing there");
        }
        let mut words = vec!["sh", "-c", MISSING, "sh"];
        words.extend(paths.iter().map(String::as_str));
        let judge = Judge::Shown {
            paths: paths.to_vec(),
            accepted: accepted.clone(),
        };
        Planned::Ask(probe(name, "root", &words, judge))
    };
    [
        content(
            "content below mounts",
            &given.lost.mounted,
            &given.accepts_mounted,
        ),
        content(
            "content of /tmp and /run",
            &given.lost.volatile,
            &given.accepts_volatile,
        ),
    ]
}
