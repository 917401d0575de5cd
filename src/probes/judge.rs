//! What an answer of a container means.

use super::account::Account;
use super::container::Ran;
use super::{inner, start};
use crate::report::probes::State;

/// The most characters of a command's output that are told.
const MOST_TOLD: usize = 4000;

/// Exit codes by which shells say that a command is not there or cannot be run (POSIX, 2.8.2).
const NOT_THERE: [i64; 2] = [126, 127];

/// How an answer is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judge {
    /// The name of the first process, which is to be systemd.
    Init,
    /// The state of the system.
    System,
    /// The units that failed, each after `failed: `, with what they said below.
    Units,
    /// The user's line of passwd, with the number that the contract names.
    User {
        /// The name.
        name: String,
        /// The number.
        uid: Option<u32>,
    },
    /// The last line is this name.
    Login(String),
    /// It ends with 0; what is said is what it shows.
    Passes(&'static str),
    /// sudo, if it is there.
    Sudo,
    /// `visudo -c`, which looks whether sudo can read its rules.
    Sudoers,
    /// A program that was asked for its version.
    Answers {
        /// Its name, with the words that select a part of it.
        command: String,
    },
    /// `locale -a`, among which these values of variables are to be.
    Locales(Vec<(String, String)>),
    /// The version of an engine.
    Engine,
    /// The words of our own program.
    Inner,
    /// The numbers of the paths that are not to be seen.
    Shown {
        /// The paths.
        paths: Vec<String>,
        /// Why it is no fault that they are lost, where it is none.
        accepted: Option<String>,
    },
    /// A probe of the config.
    Own {
        /// The exit code.
        code: i64,
        /// What is to stand in the output.
        output: Option<String>,
    },
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is judged.
    Judged(State, String),
    /// It is to be asked again; if there is no time left, that state is its end.
    NotYet(State, String),
}

impl Judge {
    /// Judges an answer.
    pub fn judge(&self, ran: &Ran) -> Verdict {
        let (code, output) = match ran {
            Ran::Ended { code, output } => (*code, String::from_utf8_lossy(output).into_owned()),
            Ran::Late { output } => {
                let said = told(&String::from_utf8_lossy(output));
                return Verdict::Judged(
                    State::Timeout,
                    joined("it does not come to an end in time, or says too much", &said),
                );
            }
            Ran::Refused(message) => return self.refused(message),
        };
        let said = output.trim();
        match self {
            Self::Init => match (code, said) {
                (0, "systemd") => passed("systemd is the first process"),
                // What becomes it: the runtime, the shell, and itself before it takes its name. Where it
                // ends meanwhile, who told it is ended with it, and its code says nothing.
                (_, other)
                    if matches!(other, "sh" | "bash" | "dash" | "init") || other.starts_with("runc") =>
                {
                    Verdict::NotYet(
                        State::Failed,
                        format!("the first process is {other}, not systemd"),
                    )
                }
                (0, other) => failed(&format!("the first process is {}, not systemd", told(other))),
                _ => failed(&joined("nobody says what the first process is", &told(said))),
            },
            Self::System => system(said),
            Self::Units => units(code, said),
            Self::User { name, uid } => user(code, said, name, *uid),
            Self::Login(name) => match said.lines().last() {
                Some(last) if code == 0 && last == name => passed(&format!("{name} has a login shell")),
                _ => failed(&joined(
                    &format!("{name} cannot log in: the shell ends with {code}"),
                    &told(said),
                )),
            },
            Self::Passes(what) => match code {
                0 => passed(what),
                _ => failed(&joined(&format!("not so: {what}"), &told(said))),
            },
            Self::Sudo => match code {
                0 => passed("sudo works without a password"),
                3 if said.is_empty() => Verdict::Judged(State::Skipped, "sudo is not installed".to_owned()),
                _ => failed(&joined("sudo does not work without a password", &told(said))),
            },
            Self::Sudoers => match code {
                0 => passed("visudo has nothing to say against the rules of sudo"),
                3 if said.is_empty() => Verdict::Judged(State::Skipped, "visudo is not installed".to_owned()),
                _ => failed(&joined("visudo refuses the rules of sudo", &told(said))),
            },
            Self::Answers { command } => answers(code, said, command),
            Self::Locales(wanted) => locales(code, said, wanted),
            Self::Engine => engine(code, said),
            Self::Inner => match code {
                0 if said.lines().any(|line| line == inner::WORDS.trim()) => passed(inner::WORDS.trim()),
                _ => failed(&joined("no container runs on the engine inside", &told(said))),
            },
            Self::Shown { paths, accepted } => shown(code, said, paths, accepted.as_deref()),
            Self::Own { code: wanted, output } => own(code, said, *wanted, output.as_deref()),
        }
    }

    fn refused(&self, message: &str) -> Verdict {
        let is_absent = message.contains("executable file not found") || message.contains("no such file");
        match self {
            Self::Locales(_) | Self::System if is_absent => failed(&joined(
                "the program that would say so is not in the image",
                &told(message),
            )),
            _ => failed(&joined("it cannot be started", &told(message))),
        }
    }
}

fn passed(words: &str) -> Verdict {
    Verdict::Judged(State::Passed, words.to_owned())
}

fn failed(words: &str) -> Verdict {
    Verdict::Judged(State::Failed, words.to_owned())
}

/// Text of bounded length.
pub fn told(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(MOST_TOLD) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

/// A sentence, and what was said below it.
fn joined(sentence: &str, said: &str) -> String {
    match said {
        "" => sentence.to_owned(),
        said if said.contains('\n') => format!("{sentence}\n{said}"),
        said => format!("{sentence}: {said}"),
    }
}

/// The states of systemctl(1), `is-system-running`.
fn system(said: &str) -> Verdict {
    match said.lines().last().unwrap_or_default().trim() {
        "running" => passed("the system is running"),
        "degraded" => passed("the system is running, degraded: not all of its units came up"),
        state @ ("initializing" | "starting") => {
            Verdict::NotYet(State::Timeout, format!("the system is still {state}"))
        }
        state @ ("maintenance" | "stopping") => failed(&format!("the system is in the state {state}")),
        // Before its bus is there, systemd cannot be asked.
        _ => Verdict::NotYet(
            State::Timeout,
            joined("systemd does not say how the system is", &told(said)),
        ),
    }
}

fn units(code: i64, said: &str) -> Verdict {
    if code != 0 {
        return failed(&joined("systemd does not say which units failed", &told(said)));
    }
    let (mut known, mut unknown): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for unit in said.lines().filter_map(|line| line.strip_prefix("failed: ")) {
        match start::is_known_to_fail(unit) {
            true => known.push(unit),
            false => unknown.push(unit),
        }
    }
    let also = match known.as_slice() {
        [] => String::new(),
        known => format!(
            "; {} fails in any such container and may be masked",
            known.join(", ")
        ),
    };
    match unknown.as_slice() {
        [] => passed(&format!("no unit of the image failed{also}")),
        units => failed(&joined(
            &format!("{} failed{also}", units.join(", ")),
            &format!("{}\n", told(said)),
        )),
    }
}

fn user(code: i64, said: &str, name: &str, uid: Option<u32>) -> Verdict {
    if NOT_THERE.contains(&code) {
        return failed("there is no getent in the image, by which the platform looks the user up");
    }
    let Some(account) = Account::find(said, name) else {
        return failed(&joined(&format!("the image has no user {name}"), &told(said)));
    };
    match uid {
        Some(uid) if uid != account.uid => failed(&format!(
            "{name} has the number {}, and the contract says {uid}",
            account.uid
        )),
        _ => passed(&format!(
            "{name} is there: number {}, home {}",
            account.uid, account.home
        )),
    }
}

fn answers(code: i64, said: &str, command: &str) -> Verdict {
    let first = told(said.lines().next().unwrap_or_default());
    let is_part = command.contains(' ');
    if NOT_THERE.contains(&code) {
        failed(&joined(&format!("{command} does not start"), &first))
    } else if code >= 128 {
        failed(&joined(
            &format!("{command} dies of signal {}", code - 128),
            &first,
        ))
    } else if is_part && code != 0 {
        failed(&joined(&format!("{command} does not answer"), &first))
    } else {
        passed(&joined(&format!("{command} answers"), &first))
    }
}

/// Whether two names mean one locale: `en_US.UTF-8` is listed as `en_US.utf8`.
fn is_same_locale(one: &str, other: &str) -> bool {
    let normal = |name: &str| {
        let (name, variant) = name.split_once('@').unwrap_or((name, ""));
        let (language, codes) = name.split_once('.').unwrap_or((name, ""));
        let codes: String = codes.chars().filter(char::is_ascii_alphanumeric).collect();
        (language.to_owned(), codes.to_lowercase(), variant.to_owned())
    };
    normal(one) == normal(other)
}

fn locales(code: i64, said: &str, wanted: &[(String, String)]) -> Verdict {
    if code != 0 {
        return failed(&joined("nobody says which locales there are", &told(said)));
    }
    let is_there = |value: &str| said.lines().any(|line| is_same_locale(line.trim(), value));
    let missing = wanted.iter().filter(|(_, value)| !is_there(value));
    let missing: Vec<String> = missing.map(|(name, value)| format!("{name}={value}")).collect();
    match missing.as_slice() {
        [] => {
            let all: Vec<String> = wanted
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            passed(&format!("there is a locale for {}", all.join(", ")))
        }
        missing => failed(&format!("there is no locale for {}", missing.join(", "))),
    }
}

fn engine(code: i64, said: &str) -> Verdict {
    let last = said.lines().last().unwrap_or_default();
    if code == 0 && last.starts_with(|sign: char| sign.is_ascii_digit()) {
        return passed(&format!("Docker answers the user: {}", told(last)));
    }
    let words = joined("Docker does not answer the user", &told(said));
    match said.contains("Cannot connect to the Docker daemon") || said.contains("the docker daemon running") {
        true => Verdict::NotYet(State::Failed, words),
        false => failed(&words),
    }
}

fn shown(code: i64, said: &str, paths: &[String], accepted: Option<&str>) -> Verdict {
    if code != 0 {
        return failed(&joined("nobody says what is to be seen", &told(said)));
    }
    let numbers = said.lines().filter_map(|line| line.trim().parse::<usize>().ok());
    let lost: Vec<&str> = numbers
        .filter_map(|number| paths.get(number).map(String::as_str))
        .collect();
    if lost.is_empty() {
        return passed(&match paths.len() {
            0 => "the image has nothing there".to_owned(),
            count => format!("all {count} files of the image are to be seen"),
        });
    }
    let count = match lost.len() {
        1 => "1 file of the image is".to_owned(),
        count => format!("{count} files of the image are"),
    };
    let list = told(&lost.join("\n"));
    match accepted {
        Some(reason) => passed(&format!("{count} not to be seen, as accepted: {reason}\n{list}")),
        None => failed(&format!("{count} not to be seen in the workspace\n{list}")),
    }
}

fn own(code: i64, said: &str, wanted: i64, output: Option<&str>) -> Verdict {
    if code != wanted {
        return failed(&joined(
            &format!("it ends with {code}, not {wanted}"),
            &told(said),
        ));
    }
    match output {
        Some(text) if !said.contains(text) => {
            failed(&joined(&format!("`{text}` is not in what it says"), &told(said)))
        }
        _ => passed(&joined(
            &format!("it ends with {code}"),
            &told(said.lines().next().unwrap_or_default()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: i64, output: &str) -> Ran {
        Ran::Ended {
            code,
            output: output.as_bytes().to_vec(),
        }
    }

    fn state(verdict: Verdict) -> State {
        match verdict {
            Verdict::Judged(state, _) => state,
            Verdict::NotYet(..) => panic!("it is not judged"),
        }
    }

    #[test]
    fn a_degraded_system_is_up_and_its_own_units_fail_the_probe() {
        assert_eq!(state(Judge::System.judge(&ended(1, "degraded\n"))), State::Passed);
        assert_eq!(
            state(Judge::System.judge(&ended(1, "maintenance\n"))),
            State::Failed
        );
        let starting = Judge::System.judge(&ended(1, "starting\n"));
        assert!(matches!(starting, Verdict::NotYet(State::Timeout, _)));
        let known = ended(0, "failed: systemd-udevd.service\n  x\n");
        assert_eq!(state(Judge::Units.judge(&known)), State::Passed);
        let own = ended(0, "failed: systemd-udevd.service\nfailed: agent.service\n");
        let Verdict::Judged(State::Failed, words) = Judge::Units.judge(&own) else {
            panic!("it fails");
        };
        assert!(
            words.starts_with("agent.service failed; systemd-udevd.service"),
            "{words}"
        );
    }

    #[test]
    fn a_locale_has_two_spellings() {
        let judge = Judge::Locales(vec![("LANG".into(), "en_US.UTF-8".into())]);
        assert_eq!(state(judge.judge(&ended(0, "C\nen_US.utf8\n"))), State::Passed);
        assert_eq!(
            state(judge.judge(&ended(0, "C\nen_US\nen_US.iso88591\n"))),
            State::Failed
        );
    }

    #[test]
    fn a_command_that_dislikes_its_argument_answers_all_the_same() {
        let answers = |code, command: &str| {
            let judge = Judge::Answers {
                command: command.to_owned(),
            };
            state(judge.judge(&ended(code, "usage\n")))
        };
        assert_eq!(answers(1, "git"), State::Passed);
        assert_eq!(answers(127, "git"), State::Failed);
        assert_eq!(answers(139, "git"), State::Failed);
        assert_eq!(answers(1, "docker compose"), State::Failed);
    }

    #[test]
    fn a_daemon_that_is_not_there_may_come_and_a_refusal_stays() {
        let waits = ended(
            1,
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
        );
        assert!(matches!(
            Judge::Engine.judge(&waits),
            Verdict::NotYet(State::Failed, _)
        ));
        let denied = ended(1, "permission denied while trying to connect");
        assert_eq!(state(Judge::Engine.judge(&denied)), State::Failed);
        assert_eq!(
            state(Judge::Engine.judge(&ended(0, "20.10.24 with overlay2\n"))),
            State::Passed
        );
    }

    #[test]
    fn what_is_lost_fails_unless_it_is_accepted() {
        let judge = |accepted: Option<&str>| Judge::Shown {
            paths: vec!["/tmp/a".into(), "/tmp/b".into()],
            accepted: accepted.map(str::to_owned),
        };
        assert_eq!(state(judge(None).judge(&ended(0, ""))), State::Passed);
        let Verdict::Judged(State::Failed, words) = judge(None).judge(&ended(0, "1\n7\n")) else {
            panic!("it fails");
        };
        assert!(words.ends_with("\n/tmp/b"), "{words}");
        assert_eq!(state(judge(Some("known")).judge(&ended(0, "1\n"))), State::Passed);
    }

    #[test]
    fn a_probe_of_ones_own_has_a_code_and_an_output() {
        let judge = Judge::Own {
            code: 3,
            output: Some("here".into()),
        };
        assert_eq!(state(judge.judge(&ended(3, "it is here"))), State::Passed);
        assert_eq!(state(judge.judge(&ended(0, "it is here"))), State::Failed);
        assert_eq!(state(judge.judge(&ended(3, "nothing"))), State::Failed);
        assert_eq!(
            state(judge.judge(&Ran::Late { output: Vec::new() })),
            State::Timeout
        );
        assert_eq!(state(judge.judge(&Ran::Refused("no user".into()))), State::Failed);
    }

    #[test]
    fn the_users_number_is_held_against_the_contract() {
        let judge = |uid| Judge::User {
            name: "coder".into(),
            uid,
        };
        let line = ended(0, "coder:x:1000:1000::/home/coder:/bin/bash\n");
        assert_eq!(state(judge(Some(1000)).judge(&line)), State::Passed);
        assert_eq!(state(judge(Some(1001)).judge(&line)), State::Failed);
        assert_eq!(state(judge(None).judge(&ended(2, ""))), State::Failed);
    }
}
