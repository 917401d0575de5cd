//! The names of variables that a script asks for or sets.

use std::collections::BTreeSet;

/// The names that a script asks for or sets, and what is known of them when it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Those that are set, by ARG, ENV, the base or BuildKit itself.
    pub set: Vec<String>,
    /// Those that an image of which little is known may set.
    pub unsure: Vec<String>,
}

/// The arguments that BuildKit gives every RUN where they are given to it, in both cases.
const PROXIES: [&str; 5] = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

/// Whether BuildKit itself may set a name.
pub(super) fn is_proxy(name: &str) -> bool {
    PROXIES.iter().any(|proxy| name.eq_ignore_ascii_case(proxy))
}

/// Adds the names in a text: what stands behind a `$`, or before a `=`; every word where something is
/// counted, since names stand bare there.
pub(super) fn collect<'t>(text: &'t str, names: &mut BTreeSet<&'t str>) {
    let bytes = text.as_bytes();
    let counts = text.contains("((") || text.contains(" -v ");
    let mut at = 0;
    while at < bytes.len() {
        if !(bytes[at] == b'_' || bytes[at].is_ascii_alphabetic()) {
            // A number with letters behind it is no name.
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && (bytes[at] == b'_' || bytes[at].is_ascii_alphanumeric()) {
            at += 1;
        }
        let before = bytes[..start].last();
        let asked = match before {
            Some(b'$') => true,
            Some(b'{' | b'#' | b'!') => {
                bytes[..start - 1].ends_with(b"$") || bytes[..start - 1].ends_with(b"${")
            }
            _ => false,
        };
        let is_set = bytes[at..].starts_with(b"=") || bytes[at..].starts_with(b"+=");
        if asked || is_set || counts {
            names.insert(&text[start..at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&str> {
        let mut names = BTreeSet::new();
        collect(text, &mut names);
        names.into_iter().collect()
    }

    #[test]
    fn names_are_asked_for_or_set() {
        assert_eq!(
            of("echo $A ${B} ${#C} ${!D} E=1 F+=2 --g h"),
            ["A", "B", "C", "D", "E", "F"]
        );
        assert_eq!(of("echo $((x + 1))"), ["echo", "x"]);
        assert_eq!(of("é$ü"), Vec::<&str>::new());
    }
}
