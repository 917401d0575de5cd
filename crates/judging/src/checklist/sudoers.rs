//! Whether sudo can read the text of a file of its rules (sudoers(5)).
//!
//! Only what certainly is an error is told: a parser of the whole grammar is `visudo`, and a probe asks that.

/// What is wrong in a text: the line, from 1, and why. The first fault is the one that counts: sudo leaves
/// out the line, and with it the rule that somebody relies upon.
pub fn fault(text: &str) -> Option<(usize, String)> {
    let mut joined = String::new();
    let mut start = 1;
    for (index, line) in text.lines().enumerate() {
        if joined.is_empty() {
            start = index + 1;
        }
        // A line that goes on begins where it began.
        if let Some(begun) = line.strip_suffix('\\') {
            joined += begun;
            continue;
        }
        joined += line;
        let whole = std::mem::take(&mut joined);
        if let Some(why) = of_line(&whole) {
            return Some((start, why));
        }
    }
    None
}

/// What is wrong in a line whose parts are joined.
fn of_line(line: &str) -> Option<String> {
    let line = without_comment(line).trim();
    let first = line
        .split(|sign: char| sign.is_whitespace() || "=:@!>".contains(sign))
        .next()?;
    let is_directive = line.starts_with(['#', '@']) && line[1..].starts_with("include");
    if line.is_empty() || is_directive || first == "Defaults" {
        return None;
    }
    let kinds = [
        "User_Alias",
        "Runas_Alias",
        "Host_Alias",
        "Cmnd_Alias",
        "Cmd_Alias",
    ];
    if kinds.contains(&first) {
        return match line.contains('=') {
            true => None,
            false => Some(format!("`{first}` has no `=`")),
        };
    }
    // Quoted text may hold anything, and so may what follows a backslash.
    if line.contains(['"', '\\']) {
        return None;
    }
    let opened = line.matches('(').count();
    if opened != line.matches(')').count() {
        return Some("a parenthesis is open".to_owned());
    }
    let bare = without_parentheses(line);
    let bare = TAGS.iter().fold(bare, |text, tag| without_tag(&text, tag));
    // Digests and addresses have colons that part nothing.
    if bare.contains("sha") || bare.contains("::") {
        return None;
    }
    bare.split(':').enumerate().find_map(of_rule)
}

/// Words before a command that are followed by a colon.
const TAGS: [&str; 16] = [
    "NOPASSWD",
    "PASSWD",
    "NOEXEC",
    "EXEC",
    "NOSETENV",
    "SETENV",
    "NOLOG_INPUT",
    "LOG_INPUT",
    "NOLOG_OUTPUT",
    "LOG_OUTPUT",
    "NOMAIL",
    "MAIL",
    "NOFOLLOW",
    "FOLLOW",
    "NOINTERCEPT",
    "INTERCEPT",
];

/// `WHO HOST = COMMANDS`, without what stands in parentheses and without tags; behind a colon without who.
fn of_rule((index, rule): (usize, &str)) -> Option<String> {
    let rule = rule.trim();
    let Some((who, commands)) = rule.split_once('=') else {
        return Some(format!("`{rule}` has no `=`"));
    };
    // Lists go on behind their commas.
    let parts: Vec<&str> = who.split(',').map(str::trim).collect();
    let count = parts.join(",").split_whitespace().count();
    if index == 0 && count != 2 && !who.contains('!') {
        return Some(format!(
            "in front of `=` stand who and where, and there is `{}`",
            who.trim()
        ));
    }
    commands.split(',').find_map(of_command)
}

fn of_command(command: &str) -> Option<String> {
    // Options of a rule, such as `TIMEOUT=5`, stand in front of its command.
    let mut words = command.split_whitespace().skip_while(|word| word.contains('='));
    let Some(program) = words.next().map(|word| word.trim_start_matches('!')) else {
        return Some("a command is missing".to_owned());
    };
    if matches!(program, "sudoedit" | "list" | "") || program.starts_with(['/', '^', '~', '%', '+']) {
        return None;
    }
    if !program.starts_with(|sign: char| sign.is_ascii_uppercase()) {
        return Some(format!("the command `{program}` is no full path"));
    }
    let is_name = program
        .chars()
        .all(|sign| sign.is_ascii_alphanumeric() || sign == '_');
    match words.next() {
        _ if !is_name => Some(format!("`{program}` is neither a path nor a name")),
        Some(next) => Some(format!("`{program}` is followed by `{next}`")),
        None => None,
    }
}

/// A line up to its comment; `#1000` is a number of a user.
fn without_comment(line: &str) -> &str {
    let is_number = |at: usize| line[at + 1..].starts_with(|sign: char| sign.is_ascii_digit());
    let is_include = |at: usize| at == 0 && line[1..].starts_with("include");
    let comment = line
        .match_indices('#')
        .find(|(at, _)| !is_number(*at) && !is_include(*at));
    comment.map_or(line, |(at, _)| &line[..at])
}

fn without_parentheses(line: &str) -> String {
    let mut depth = 0_u32;
    line.chars()
        .filter(|sign| {
            match sign {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// Without a tag and its colon, where it stands as a word.
fn without_tag(text: &str, tag: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(at) = rest.find(tag) {
        let after = rest[at + tag.len()..].trim_start();
        let begins = rest[..at]
            .chars()
            .next_back()
            .is_none_or(|sign| !(sign.is_ascii_alphanumeric() || sign == '_'));
        match after.strip_prefix(':').filter(|_| begins) {
            Some(after) => {
                kept += &rest[..at];
                rest = after;
            }
            None => {
                kept += &rest[..at + tag.len()];
                rest = &rest[at + tag.len()..];
            }
        }
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sudo_reads_has_no_fault() {
        // Each was given to `visudo -cf` of sudo 1.9.13 and 1.9.16, as were those below.
        for text in [
            "",
            "coder ALL=(ALL) NOPASSWD:ALL\n",
            "coder ALL=(ALL) NOPASSWD: ALL",
            "coder ALL = ( ALL : ALL ) NOPASSWD : SETENV : ALL\n",
            "%sudo\tALL=(ALL:ALL) ALL # why\n",
            "#1000 ALL=(root) NOPASSWD: /usr/bin/apt-get *, !/bin/su\n",
            "Defaults env_reset\nDefaults:coder !requiretty\nDefaults!/bin/ls noexec\n",
            "@includedir /etc/sudoers.d\n#includedir /etc/sudoers.d\n",
            "# coder ALL=(ALL NOPASSWD:ALL\n",
            "User_Alias A = one, two\nCmnd_Alias SHELLS = /bin/sh, \\\n /bin/bash\nA ALL = SHELLS\n",
            "coder ALL=(ALL) \\\n  NOPASSWD:ALL\n",
            "one, two ALL=(ALL) NOPASSWD: sudoedit /etc/hosts\n",
            "coder a = /bin/ls : b = /bin/cat\n",
            "coder ALL=(ALL) TIMEOUT=5 NOPASSWD: /bin/ls\n",
            "coder ALL=(ALL) NOPASSWD: sha224:0GomF8mNN3wlDt1HD9XldjJ3SNgpFdbjO1+NsQ /bin/ls\n",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
    }

    #[test]
    fn what_sudo_leaves_out_is_told_with_its_line() {
        for (text, line, told) in [
            ("coder ALL=(ALL NOPASSWD:ALL\n", 1, "parenthesis"),
            ("# x\n\ncoder ALL=(ALL) NOPASWD:ALL\n", 3, "`ALL` has no `=`"),
            ("coder NOPASSWD: ALL\n", 1, "has no `=`"),
            (
                "coder ALL=(ALL) NOPASSWD: apt-get\n",
                1,
                "`apt-get` is no full path",
            ),
            ("coder=(ALL) NOPASSWD:ALL\n", 1, "who and where"),
            ("coder ALL=(ALL) NOPASSWD:\n", 1, "a command is missing"),
            ("coder ALL=(ALL) NOPASSWD:ALL,\n", 1, "a command is missing"),
            (
                "coder ALL=(ALL) NOPASSWD ALL\n",
                1,
                "`NOPASSWD` is followed by `ALL`",
            ),
            ("coder ALL=ALL NOPASSWD:ALL\n", 1, "`ALL` is followed by `ALL`"),
            ("coder ALL=(ALL) NOPASSWD:ALL;\n", 1, "`ALL;` is neither"),
            ("coder ALL=(ALL) nopasswd:ALL\n", 1, "`nopasswd` is no full path"),
            ("ALL=(ALL) NOPASSWD:ALL\n", 1, "who and where"),
            // `echo -e` of a shell that has no such option.
            ("-e coder ALL=(ALL) NOPASSWD:ALL\n", 1, "there is `-e coder ALL`"),
            ("User_Alias A one\n", 1, "`User_Alias` has no `=`"),
            ("coder ALL=(ALL) \\\n NOPASSWD:\n", 1, "a command is missing"),
        ] {
            let found = fault(text);
            let (at, why) = found.clone().unwrap_or_default();
            assert!(at == line && why.contains(told), "{text}: {found:?}");
        }
    }
}
