//! A file may be written by everybody.
//!
//! Whoever gets to run anything in the container, as any user, can change the file, and what the next
//! user or a service runs from there. `777` mostly stands for an owner that was not set. A folder for
//! everybody has the sticky bit (`1777`), as `/tmp` has it.
//!
//! Give the file to who needs it, with `COPY --chown=` or `chown`, and use `755` or `775`.

use super::{Levels, Report, Rule, Scope};
use crate::contract::Contract;
use crate::facts::{Facts, Program};
use crate::finding::{Place, Severity};

/// Its entry in the list.
pub const RULE: Rule = Rule {
    // In a workspace there is one user, who is mostly root by sudo: nobody else is kept out.
    levels: Levels {
        service: Some(Severity::Warning),
        ..Levels::workspaces(Severity::Info)
    },
    scope: Scope::Stage,
    ..Rule::facts("world-writable", check, include_str!("world_writable.rs"))
};

/// Devices and folders that are for everybody.
const FOR_ALL: [&str; 5] = ["/tmp", "/var/tmp", "/dev", "/run/lock", "/var/lock"];

/// Says each mode that lets everybody write.
pub fn check(facts: &Facts, _contract: &Contract, report: &mut Report) {
    for (step, program) in facts.programs_here() {
        let Some((mode, place)) = mode(program).filter(|(mode, _)| lets_all_write(mode)) else {
            continue;
        };
        let mut paths = program.words.iter().skip(1).map(|(word, _)| word.text());
        if paths.any(|path| FOR_ALL.iter().any(|folder| path.starts_with(folder))) {
            continue;
        }
        let origin = facts.origin_within(step, place);
        report
            .say(&origin, format!("with `{mode}` everybody may write"))
            .help("give it to who needs it with `chown`, and use 755 or 775");
    }
}

/// The mode that a program sets.
fn mode(program: &Program) -> Option<(String, &Place)> {
    let mut words = program.words.iter().skip(1);
    match program.name()? {
        "chmod" => {
            let (mode, place) = words.find(|(word, _)| {
                let text = word.text();
                !text.starts_with('-')
                    || text.starts_with("-r")
                    || text.starts_with("-w")
                    || text.starts_with("-x")
            })?;
            Some((mode.as_known()?.to_owned(), place))
        }
        "mkdir" | "install" => {
            while let Some((word, place)) = words.next() {
                let text = word.as_known()?;
                let attached = text.strip_prefix("--mode=").or_else(|| text.strip_prefix("-m"));
                match attached {
                    Some("") => {
                        return words
                            .next()
                            .and_then(|(mode, place)| Some((mode.as_known()?.to_owned(), place)));
                    }
                    Some(mode) => return Some((mode.to_owned(), place)),
                    None => {}
                }
            }
            None
        }
        _ => None,
    }
}

/// Whether a mode gives everybody the right to write, and no sticky bit keeps others' files safe.
fn lets_all_write(mode: &str) -> bool {
    if !mode.is_empty() && mode.bytes().all(|digit| digit.is_ascii_digit()) {
        let bits = u32::from_str_radix(mode, 8).unwrap_or(0);
        return bits & 0o2 != 0 && bits & 0o1000 == 0;
    }
    let writes = |clause: &str| {
        let Some(at) = clause.find(['+', '=']) else {
            return false;
        };
        let (who, rights) = clause.split_at(at);
        // With nobody named, the umask takes the right from others.
        who.contains(['a', 'o']) && rights.contains('w')
    };
    mode.split(',').any(writes) && !mode.contains('t')
}

#[cfg(test)]
mod tests {
    use super::lets_all_write;

    #[test]
    fn modes_are_read_as_chmod_reads_them() {
        for mode in [
            "777",
            "0777",
            "666",
            "2777",
            "a+w",
            "o+rw",
            "ugo+rwx",
            "u=rwx,o=w",
            "a=rwx",
        ] {
            assert!(lets_all_write(mode), "{mode}");
        }
        for mode in [
            "755", "1777", "+w", "u+w", "g+rw", "o-w", "a+rx", "a+rwt", "", "file",
        ] {
            assert!(!lets_all_write(mode), "{mode}");
        }
    }
}
