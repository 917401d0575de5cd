//! Signals that STOPSIGNAL may name: those of Linux, by moby/sys/signal.

use super::number;

/// Names without `SIG`, besides those of real-time signals.
const NAMES: [&str; 34] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE",
    "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU",
    "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
];

/// What BuildKit says of a word that is no signal.
pub(super) fn refusal(text: &str) -> Option<String> {
    let known = match number::signed(text) {
        Some(number) => number != 0,
        None => is_name(text),
    };
    (!known).then(|| format!("invalid signal: {text}"))
}

fn is_name(text: &str) -> bool {
    let upper = text.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let between = |offset: &str, most: u32| {
        let plain = !offset.starts_with('0') && offset.bytes().all(|byte| byte.is_ascii_digit());
        plain
            && offset
                .parse()
                .is_ok_and(|offset: u32| (1..=most).contains(&offset))
    };
    NAMES.contains(&name)
        || matches!(name, "RTMIN" | "RTMAX")
        || name
            .strip_prefix("RTMIN+")
            .is_some_and(|offset| between(offset, 15))
        || name
            .strip_prefix("RTMAX-")
            .is_some_and(|offset| between(offset, 14))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_names_and_numbers() {
        for signal in [
            "SIGTERM",
            "term",
            "Kill",
            "9",
            "-1",
            "SIGRTMIN+3",
            "RTMAX-14",
            "77",
        ] {
            assert_eq!(refusal(signal), None, "{signal}");
        }
        for signal in ["0", "SIGFOO", "", "SIG", "RTMIN+16", "RTMIN+03", "TERM "] {
            assert_eq!(refusal(signal), Some(format!("invalid signal: {signal}")));
        }
    }
}
