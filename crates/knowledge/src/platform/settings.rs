//! The variables by which a container sets up its own Sysbox.
//!
//! Sysbox reads them from the variables of the container, be they of the image or of the pod, and refuses to
//! start one that has another name with the same beginning. Source: nestybox/sysbox-runc `libsysbox/syscont`
//! at 081856c (2026-07-31).

/// How all of them begin.
pub const PREFIX: &str = "SYSBOX_";

/// Those that are on or off.
const SWITCHES: [&str; 4] = [
    "SYSBOX_ALLOW_TRUSTED_XATTR",
    "SYSBOX_HONOR_CAPS",
    "SYSBOX_IGNORE_SYSFS_CHOWN",
    "SYSBOX_SYSCONT_MODE",
];

/// The one that is a list of paths.
const LIST: &str = "SYSBOX_SKIP_UID_SHIFT";

/// Why a container does not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// In a sentence.
    pub why: String,
    /// What to do.
    pub help: String,
}

/// Why Sysbox refuses a container with this variable; none where it takes it, or where its value is not known.
pub fn refusal(name: &str, value: Option<&str>) -> Option<Refusal> {
    if !name.starts_with(PREFIX) {
        return None;
    }
    let (why, help) = if SWITCHES.contains(&name) {
        match value {
            None | Some("TRUE" | "FALSE") => return None,
            Some(value) => (
                format!("Sysbox refuses `{value}` as the value of {name}, and the container does not start"),
                "write TRUE or FALSE, in capitals".to_owned(),
            ),
        }
    } else if name == LIST {
        match value {
            Some(value) if value.contains(char::is_whitespace) || value.contains('=') => (
                format!("Sysbox refuses the value of {name}, and the container does not start"),
                "write paths with commas between them, without blanks and `=`".to_owned(),
            ),
            _ => return None,
        }
    } else {
        (
            format!("Sysbox knows no setting {name}, and the container does not start"),
            format!(
                "it knows {} and {LIST}: rename the variable, or remove it",
                SWITCHES.join(", ")
            ),
        )
    };
    Some(Refusal { why, help })
}
