//! `--platform` values as containerd reads them.

/// The operating systems that containerd takes for one where no architecture is named.
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

/// The architectures that containerd takes for one where no system is named.
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

/// Operating system and architecture of a value; none where it is no platform.
pub fn parts(value: &str) -> Option<(String, String)> {
    let sound = |part: &str| {
        let signs = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'_' | b'.' | b'-');
        !part.is_empty() && part.bytes().all(signs)
    };
    let mut parts = value.split('/');
    let first = parts.next().filter(|part| sound(system_name(part)))?;
    let second = parts.next();
    let third = parts.next();
    if parts.next().is_some() || ![second, third].into_iter().flatten().all(sound) {
        return None;
    }
    match second {
        Some(architecture) => Some((system(first), self::architecture(architecture))),
        None => {
            let known = architecture(first);
            if SYSTEMS.contains(&system(first).as_str()) {
                Some((system(first), "amd64".to_owned()))
            } else if ARCHITECTURES.contains(&known.as_str()) {
                Some(("linux".to_owned(), known))
            } else {
                None
            }
        }
    }
}

/// The system without its version, which stands in parentheses.
fn system_name(part: &str) -> &str {
    match part.split_once('(') {
        Some((name, version)) if version.ends_with(')') => name,
        _ => part,
    }
}

fn system(part: &str) -> String {
    match system_name(part).to_lowercase().as_str() {
        "macos" => "darwin".to_owned(),
        other => other.to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normal() {
        let of = |value| parts(value).map(|(system, architecture)| format!("{system}/{architecture}"));
        assert_eq!(of("linux/x86_64").as_deref(), Some("linux/amd64"));
        assert_eq!(of("arm64").as_deref(), Some("linux/arm64"));
        assert_eq!(of("windows(10.0.17763)/amd64").as_deref(), Some("windows/amd64"));
        assert_eq!(of("foo"), None);
        assert_eq!(of("linux/"), None);
    }
}
