//! Platforms as containerd reads them: a system, an architecture, or both with a variant.

use crate::syntax::quoted;

/// What a system's name, with a version and features in parentheses, has to look like. It is part of
/// a message.
const SYSTEM: &str = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$";

/// What any other part has to look like. It is part of a message.
const PART: &str = "^[A-Za-z0-9_.-]+$";

/// Systems that may stand alone.
const SYSTEMS: [&str; 18] = [
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
    "macos",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

/// Architectures that may stand alone.
const ARCHITECTURES: [&str; 30] = [
    "386",
    "aarch64",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "armel",
    "armhf",
    "i386",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
    "x86-64",
    "x86_64",
];

/// What containerd says of a text that is no platform.
pub(super) fn refusal(text: &str) -> Option<String> {
    let reason = check(text).err()?;
    Some(format!("{reason}: invalid argument"))
}

fn check(text: &str) -> Result<(), String> {
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
            let system = alone.split('(').next().unwrap_or_default().to_lowercase();
            let architecture = alone.to_lowercase();
            if SYSTEMS.contains(&system.as_str()) || ARCHITECTURES.contains(&architecture.as_str()) {
                Ok(())
            } else {
                Err(format!("{}: unknown operating system or architecture", whole()))
            }
        }
        [_, _] | [_, _, _] => Ok(()),
        _ => Err(format!("{}: cannot parse platform specifier", whole())),
    }
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
