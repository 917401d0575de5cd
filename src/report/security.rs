//! Which rules are about security, and how grave their faults are.
//!
//! Code scanning orders alerts by this number; a rule that is not about security has none, for an alert
//! with one is shown as a vulnerability.

/// Rules with their scores from 0.0 to 10.0, in the bands of CVSS 3: from 4.0 medium, from 7.0 high, from
/// 9.0 critical.
pub const SCORES: &[(&str, &str)] = &[
    ("certificate-check-off", "7.0"),
    ("host-key-check-off", "5.5"),
    ("password-in-clear", "6.5"),
    ("piped-into-shell", "5.5"),
    ("registry-untrusted", "6.0"),
    ("remote-add-unchecked", "5.0"),
    ("secret-file-copied", "8.0"),
    ("secret-in-arg-or-env", "7.5"),
    ("secret-in-text", "9.0"),
    ("signature-check-off", "7.0"),
    ("user-root", "5.0"),
    ("world-writable", "5.0"),
];

/// The score of a rule; none if it is not about security.
pub fn score(rule: &str) -> Option<&'static str> {
    SCORES
        .iter()
        .find(|(name, _)| *name == rule)
        .map(|(_, score)| *score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_belongs_to_a_rule_and_is_a_number() {
        for (name, score) in SCORES {
            let rules = crate::rules::find(name);
            assert_eq!(rules.len(), 1, "{name}");
            assert_eq!(rules[0].name, *name);
            let score: f32 = score.parse().expect("a number");
            assert!((0.1..=10.0).contains(&score), "{name}");
        }
    }
}
