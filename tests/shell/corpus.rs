//! The RUN bodies of real Dockerfiles, where those are at hand.

use std::time::Instant;

use seaworthy::shell::{Dialect, Script, read, read_word};

use super::{Exact, check, shared};

/// RUN bodies of a Dockerfile in shell form, with continuations joined and comments dropped: a
/// short reader of its own, so that this test stands on the shell alone.
fn run_bodies(dockerfile: &str) -> Vec<String> {
    let mut bodies = Vec::new();
    let mut lines = dockerfile.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_start();
        let Some(rest) = line
            .get(..4)
            .filter(|word| word.eq_ignore_ascii_case("run "))
            .map(|_| &line[4..])
        else {
            // What goes on over several lines is no place for a RUN.
            let mut last = line;
            while last.trim_end().ends_with('\\') && !line.starts_with('#') {
                match lines.next() {
                    Some(next) => last = next,
                    None => break,
                }
            }
            continue;
        };
        let mut body = String::new();
        let mut current = rest.to_owned();
        loop {
            let Some(kept) = current.trim_end().strip_suffix('\\') else {
                body.push_str(&current);
                break;
            };
            body.push_str(kept);
            let next = lines.by_ref().find(|next| {
                let next = next.trim_start();
                !next.is_empty() && !next.starts_with('#')
            });
            match next {
                Some(next) => current = next.to_owned(),
                None => break,
            }
        }
        let mut body = body.trim_start();
        while let Some(flag) = body.strip_prefix("--") {
            body = flag
                .split_once(char::is_whitespace)
                .map_or("", |(_, rest)| rest.trim_start());
        }
        if !body.starts_with('[') && !body.contains("<<") {
            bodies.push(body.to_owned());
        }
    }
    bodies
}

#[test]
fn real_bodies_are_read() {
    let Some(bodies) = corpus() else { return };
    let size: usize = bodies.iter().map(String::len).sum();
    let mut commands = 0;
    let mut incomplete = Vec::new();
    let started = Instant::now();
    let scripts: Vec<Script> = bodies.iter().map(|body| read(body, Dialect::Posix)).collect();
    let elapsed = started.elapsed();
    for (body, script) in bodies.iter().zip(&scripts) {
        check(script, body, Exact::Yes);
        commands += script.commands.len();
        for word in script.commands.iter().flat_map(|command| &command.words) {
            let inner = read_word(word, body, Dialect::Posix).expect("a word of this body");
            check(&inner, body, Exact::No);
        }
        if script.incomplete {
            incomplete.push(body);
        }
    }
    println!(
        "{} bodies, {size} bytes, {commands} commands, {} incomplete, {:.1} MB/s",
        bodies.len(),
        incomplete.len(),
        size as f64 / 1e6 / elapsed.as_secs_f64()
    );
    for body in &incomplete {
        println!("incomplete: {}", body.chars().take(300).collect::<String>());
    }
    assert!(
        incomplete.len() * 100 <= bodies.len(),
        "{} of {}",
        incomplete.len(),
        bodies.len()
    );
}

/// All RUN bodies of the real files; none, with a note, where those are not at hand.
fn corpus() -> Option<Vec<String>> {
    let files = shared::whole_corpus();
    let texts = files.values().map(|bytes| String::from_utf8_lossy(bytes));
    let mut bodies: Vec<String> = texts.flat_map(|text| run_bodies(&text)).collect();
    bodies.sort();
    bodies.dedup();
    (!bodies.is_empty()).then_some(bodies)
}

/// What stands before a break is found although the rest makes no sense.
#[test]
fn commands_before_a_break_are_found() {
    let Some(bodies) = corpus() else { return };
    let (mut expected, mut found) = (0, 0);
    for (index, body) in bodies.iter().enumerate().filter(|(index, _)| index % 3 == 0) {
        let whole = read(body, Dialect::Bash);
        let operators: Vec<usize> = ["&&", "||", " | ", ";"]
            .iter()
            .flat_map(|operator| body.match_indices(operator).map(|(at, _)| at))
            .collect();
        let Some(&at) = operators.get(index % operators.len().max(1)) else {
            continue;
        };
        let head = &body[..at];
        let rest = &body[at..];
        for broken in [
            format!("{head} && ;; {rest}"),
            format!("{head} ) {rest}"),
            format!("{head} && \" {rest}"),
        ] {
            let script = read(&broken, Dialect::Bash);
            for command in whole
                .commands
                .iter()
                .filter(|command| command.range.end as usize <= at)
            {
                expected += 1;
                found += usize::from(script.commands.iter().any(|other| other.range == command.range));
            }
        }
    }
    println!("{found} of {expected} commands before a break");
    assert!(found * 100 >= expected * 98, "{found} of {expected}");
}
