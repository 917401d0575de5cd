//! Platforms as containerd reads them: a system, an architecture, or both with a variant.
//!
//! Names are read in any case and made normal (`macOS` is darwin, `x86_64` is amd64) before they are
//! looked up.

use crate::syntax::quoted;

/// What a system's name, with a version and features in parentheses, has to look like. It is part of
/// a message.
const SYSTEM: &str = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$";

/// What any other part has to look like. It is part of a message.
const PART: &str = "^[A-Za-z0-9_.-]+$";

/// Systems that may stand alone, by their normal names.
const SYSTEMS: [&str; 17] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

/// Architectures that may stand alone, by their normal names.
const ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "ppc64",
    "ppc64le",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// What containerd says of a text that is no platform.
pub(super) fn refusal(text: &str) -> Option<String> {
    let reason = read(text).err()?;
    Some(format!("{reason}: invalid argument"))
}

/// System and architecture of a `--platform` value, by their normal names; none where it is no
/// platform. A system alone has the architecture amd64, an architecture alone the system linux: what
/// containerd takes from the machine that builds.
pub fn parts(text: &str) -> Option<(String, String)> {
    read(text).ok()
}

fn read(text: &str) -> Result<(String, String), String> {
    let whole = || quoted(text);
    if text.contains('*') {
        return Err(format!("{}: wildcards not yet supported", whole()));
    }
    let parts: Vec<&str> = text.splitn(4, '/').collect();
    for (index, part) in parts.iter().enumerate() {
        let (sound, what, form) = if index == 0 {
            (
                is_system(part),
                "an invalid OS component",
                ("OSAndVersion specifier component", SYSTEM),
            )
        } else {
            (
                is_part(part),
                "an invalid component",
                ("platform specifier component", PART),
            )
        };
        if !sound {
            return Err(format!(
                "{} is {what} of {}: {} must match {}",
                quoted(part),
                whole(),
                form.0,
                quoted(form.1)
            ));
        }
    }
    match parts.as_slice() {
        [alone] => {
            let (system, architecture) = (system(alone), architecture(alone));
            if SYSTEMS.contains(&system.as_str()) {
                Ok((system, "amd64".to_owned()))
            } else if ARCHITECTURES.contains(&architecture.as_str()) {
                Ok(("linux".to_owned(), architecture))
            } else {
                Err(format!("{}: unknown operating system or architecture", whole()))
            }
        }
        [first, second] | [first, second, _] => Ok((system(first), architecture(second))),
        _ => Err(format!("{}: cannot parse platform specifier", whole())),
    }
}

/// The system without its version, which stands in parentheses.
fn system(part: &str) -> String {
    let name = part.split('(').next().unwrap_or_default().to_lowercase();
    if name == "macos" {
        "darwin".to_owned()
    } else {
        name
    }
}

fn architecture(part: &str) -> String {
    match part.to_lowercase().as_str() {
        "i386" => "386",
        "x86_64" | "x86-64" => "amd64",
        "aarch64" => "arm64",
        "armhf" | "armel" => "arm",
        other => return other.to_owned(),
    }
    .to_owned()
}

fn is_part(text: &str) -> bool {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    !text.is_empty() && text.bytes().all(sound)
}

/// Whether a text has the form that [`SYSTEM`] tells.
fn is_system(text: &str) -> bool {
    let is_name = |text: &str| is_part(text) && !text.contains('.');
    let Some((name, rest)) = text.split_once('(') else {
        return is_name(text);
    };
    let Some(inside) = rest.strip_suffix(')') else {
        return false;
    };
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'%' | b'-');
    let mut options = inside.split('+');
    let version = options.next().unwrap_or_default();
    is_name(name)
        && version.bytes().all(sound)
        && options.all(|feature| !feature.is_empty() && feature.bytes().all(sound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_may_be_short() {
        for text in [
            "linux",
            "amd64",
            "Linux/AMD64",
            "linux/arm/v7",
            "windows(10.0.17763+win32k)/amd64",
            "foo/bar",
            "macOS",
        ] {
            assert_eq!(refusal(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_normal() {
        let of = |value| parts(value).map(|(system, architecture)| format!("{system}/{architecture}"));
        assert_eq!(of("linux/x86_64").as_deref(), Some("linux/amd64"));
        assert_eq!(of("arm64").as_deref(), Some("linux/arm64"));
        assert_eq!(of("windows(10.0.17763)/amd64").as_deref(), Some("windows/amd64"));
        assert_eq!(of("foo"), None);
        assert_eq!(of("linux/"), None);
    }

    #[test]
    fn what_is_no_platform_is_told_in_containerds_words() {
        for (text, message) in [
            (
                "foo",
                r#""foo": unknown operating system or architecture: invalid argument"#,
            ),
            (
                "linux/*",
                r#""linux/*": wildcards not yet supported: invalid argument"#,
            ),
            (
                "a/b/c/d",
                r#""a/b/c/d": cannot parse platform specifier: invalid argument"#,
            ),
            (
                "linux/",
                r#""" is an invalid component of "linux/": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument"#,
            ),
            (
                "/amd64",
                r#""" is an invalid OS component of "/amd64": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$": invalid argument"#,
            ),
        ] {
            assert_eq!(refusal(text).as_deref(), Some(message));
        }
    }
}
