//! Numbers and truth values as Go reads them.

/// What Go's `strconv.ParseBool` takes.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// A number of 32 bits without sign, as Go's `strconv.ParseUint` reads it.
pub(super) fn unsigned(text: &str, radix: u32) -> Option<u32> {
    // Rust would take a plus sign.
    if text.starts_with('+') {
        return None;
    }
    u32::from_str_radix(text, radix).ok()
}

/// A decimal number of 64 bits, as Go's `strconv.Atoi` reads it.
pub(super) fn signed(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// Whether Go's `units.RAMInBytes` takes a size such as `64m` or `1.5 GiB`.
pub(super) fn is_size(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    if whole == 0 {
        return false;
    }
    let mut rest = &text[whole..];
    let mut points = 0;
    while let Some(after) = rest.strip_prefix('.') {
        let fraction = digits(after);
        if fraction == 0 {
            return false;
        }
        points += 1;
        rest = &after[fraction..];
    }
    // More than one point has the right form and is no number.
    if points > 1 {
        return false;
    }
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let rest = rest
        .strip_prefix(|unit: char| "kmgtp".contains(unit.to_ascii_lowercase()))
        .unwrap_or(rest);
    let rest = rest.strip_prefix(['i', 'I']).unwrap_or(rest);
    matches!(rest, "" | "b" | "B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_docker() {
        for size in ["1", "64m", "1.5 GiB", "10kb", "7B", "3i", "1 "] {
            assert!(is_size(size), "{size}");
        }
        for size in ["", "m", "1..5", "1.2.3", "1x", "-1", "1  m", "1mm"] {
            assert!(!is_size(size), "{size}");
        }
    }

    #[test]
    fn numbers_are_those_of_go() {
        assert_eq!(unsigned("755", 8), Some(0o755));
        assert_eq!(unsigned("+755", 8), None);
        assert_eq!(unsigned("0x1", 8), None);
        assert_eq!(signed("00"), Some(0));
        assert_eq!(signed("-1"), Some(-1));
        assert_eq!(signed("1a"), None);
    }
}
