//! Steps that printed nothing that is known: what their exit code alone says.

use super::explain::{Explanation, Fault};
use super::scene::Scene;

/// Signals are told as 128 and their number.
const KILLED: i64 = 137;
const CRASHED: i64 = 139;

/// Exit codes of curl, as `man curl` lists them, with what the kinds of the network are called.
const CURL: &[(i64, &str, Fault, &str, &str)] = &[
    (
        5,
        "proxy-unreachable",
        Fault::Network,
        "curl's proxy has no address here",
        "check HTTP_PROXY and HTTPS_PROXY",
    ),
    (
        6,
        "name-resolution",
        Fault::Network,
        "a host that curl asks has no address here",
        "check the name, and the builder's DNS",
    ),
    (
        7,
        "connection-refused",
        Fault::Network,
        "a host that curl asks does not let it connect",
        "check address and port, and whether a proxy is needed",
    ),
    (
        22,
        "download-not-found",
        Fault::Author,
        "the server has not what curl asks for, or refuses it",
        "mend the address; `-S` beside `-s` shows the server's answer",
    ),
    (
        28,
        "connection-timed-out",
        Fault::Network,
        "a host that curl asks does not answer in time",
        "build again",
    ),
    (
        35,
        "tls-failed",
        Fault::Network,
        "curl gets no TLS connection",
        "look at proxy and server",
    ),
    (
        60,
        "certificate-untrusted",
        Fault::Network,
        "curl does not trust a server's certificate",
        "copy the proxy's authority to /usr/local/share/ca-certificates and run `update-ca-certificates` first",
    ),
    (
        77,
        "certificate-store-missing",
        Fault::Author,
        "the image has no certificates of authorities, so that curl trusts no https",
        "install ca-certificates first",
    ),
];

/// Programs whose exit code 1 is an answer and no fault.
const QUESTIONS: &[&str] = &[
    "grep", "egrep", "fgrep", "test", "[", "[[", "cmp", "diff", "which", "getent", "false", "pgrep",
];

/// What the exit code says.
pub fn explain(scene: &Scene) -> Option<Explanation> {
    let exit = scene.exit?;
    let said = |kind, fault, cause: String, help: &str, rule| {
        Some(Explanation {
            kind,
            fault,
            cause,
            help: help.to_owned(),
            rule,
            evidence: Vec::new(),
        })
    };
    match exit {
        KILLED => {
            return said(
                "out-of-memory",
                Fault::Platform,
                "the step was killed (exit code 137), most often because memory ran out".to_owned(),
                "give the builder more memory, or take less at once; the kernel's log on the builder tells for certain",
                None,
            );
        }
        CRASHED => {
            return said(
                "program-crashed",
                Fault::Platform,
                "a program crashed (exit code 139, a bad memory access)".to_owned(),
                "under emulation this is often the emulator's: build on a machine of that architecture; else the \
                 program and its libraries do not fit together",
                None,
            );
        }
        _ => {}
    }
    if !scene.is_silent() || scene.failure.keyword != "RUN" {
        return None;
    }
    let asked_curl = CURL.iter().find(|row| row.0 == exit && scene.has_word("curl"));
    if let Some((_, kind, fault, cause, help)) = asked_curl {
        let rule = (*kind == "certificate-store-missing").then_some("https-without-ca");
        return said(kind, *fault, format!("{cause} (exit code {exit})"), help, rule);
    }
    let question = last_program(&scene.failure.instruction)?;
    if exit == 1 && QUESTIONS.contains(&question) {
        return said(
            "check-failed",
            Fault::Author,
            format!(
                "nothing was printed: `{question}` answers \"no\" by exit code 1, and the step ends with that"
            ),
            "if \"no\" is no fault, end the command with `|| true` or put it into an `if`",
            None,
        );
    }
    None
}

/// The program of the last command of a RUN in shell form, as far as that can be told from its words:
/// what follows the last operator.
fn last_program(instruction: &str) -> Option<&str> {
    /// What opens a command but is none.
    const OPENERS: &[&str] = &["!", "{", "(", "then", "do", "else", "exec", "time", "RUN", "sudo"];
    let last = instruction
        .rsplit(['&', '|', ';', '\n'])
        .find(|part| !part.trim().is_empty())?;
    last.split_whitespace()
        .find(|word| !OPENERS.contains(word) && !word.starts_with("--") && !word.contains('='))
}

#[cfg(test)]
mod tests {
    use super::last_program;

    #[test]
    fn the_last_command_is_found_by_its_words() {
        let programs = [
            "RUN a && grep -q x y",
            "RUN --mount=type=cache,target=/x test -f y",
            "RUN X=1 ! [ -d z ]",
        ]
        .map(last_program);
        assert_eq!(programs, [Some("grep"), Some("test"), Some("[")]);
    }
}
