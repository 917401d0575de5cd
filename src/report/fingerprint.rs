//! A name for a finding that stays when lines move.

use std::collections::{BTreeMap, BTreeSet};

/// Gives fingerprints to the findings of one file, in the order in which they stand.
///
/// Made of the rule, the text of the instruction with its blanks made alike, and a counter for
/// findings that are alike in both.
#[derive(Debug, Default)]
pub struct Fingerprints {
    seen: BTreeMap<u64, u32>,
}

impl Fingerprints {
    /// The fingerprint of the next finding.
    pub fn next(&mut self, rule: &str, instruction: &str) -> String {
        let mut hash = Hash::new();
        hash.add(rule.as_bytes());
        for word in instruction.split_whitespace() {
            hash.add(b" ");
            hash.add(word.as_bytes());
        }
        let counter = self.seen.entry(hash.0).or_insert(0);
        hash.add(b"\n");
        hash.add(counter.to_string().as_bytes());
        *counter += 1;
        format!("{:016x}", hash.0)
    }
}

/// Gives names to findings of several files, each once in a report.
#[derive(Debug, Default)]
pub struct Unique {
    given: BTreeSet<String>,
}

impl Unique {
    /// The name of the finding with this fingerprint in this file.
    pub fn next(&mut self, path: &str, fingerprint: &str) -> String {
        let mut hash = Hash::new();
        hash.add(path.as_bytes());
        hash.add(b"\n");
        hash.add(fingerprint.as_bytes());
        loop {
            let name = format!("{:016x}", hash.0);
            if self.given.insert(name.clone()) {
                return name;
            }
            // Findings of several invocations may share place and text.
            hash.add(b"+");
        }
    }
}

/// FNV-1a with 64 bits: it must be the same in every version of this program, which the standard
/// library's hashes do not promise.
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_do_not_count_and_repetitions_do() {
        let mut one = Fingerprints::default();
        let mut other = Fingerprints::default();
        let first = one.next("rule", "RUN a   b");
        assert_eq!(first, other.next("rule", "RUN a b"));
        assert_ne!(first, one.next("rule", "RUN a b"));
        assert_ne!(first, other.next("another", "RUN a b"));
    }

    #[test]
    fn no_name_is_given_twice() {
        let mut unique = Unique::default();
        let first = unique.next("a", "1");
        assert_ne!(first, unique.next("a", "1"));
        assert_ne!(first, unique.next("b", "1"));
        assert_eq!(first, Unique::default().next("a", "1"));
    }

    #[test]
    fn it_never_changes() {
        assert_eq!(Fingerprints::default().next("demo", "RUN x"), "c46744eb09389831");
    }
}
