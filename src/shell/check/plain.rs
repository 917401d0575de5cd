//! Scripts in which nothing can be found, told apart before the linter is asked: well-known programs in a
//! chain of `&&`, with words that no shell changes. Nearly half of all RUN bodies are of this kind.

/// Programs about whose plain words ShellCheck says nothing.
const PROGRAMS: &[&str] = &[
    "add-apt-repository",
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-get",
    "apt-key",
    "bower",
    "bundle",
    "cargo",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "cmake",
    "composer",
    "conda",
    "cp",
    "curl",
    "dnf",
    "docker-php-ext-enable",
    "docker-php-ext-install",
    "dotnet",
    "dpkg",
    "gem",
    "git",
    "go",
    "gradle",
    "groupadd",
    "ldconfig",
    "ln",
    "locale-gen",
    "make",
    "microdnf",
    "mkdir",
    "mv",
    "mvn",
    "node",
    "npm",
    "npx",
    "pecl",
    "pip",
    "pip3",
    "pnpm",
    "python",
    "python3",
    "rm",
    "rpm",
    "systemctl",
    "tar",
    "touch",
    "unzip",
    "update-ca-certificates",
    "useradd",
    "usermod",
    "wget",
    "yarn",
    "yum",
];

/// Words that shells know, which ShellCheck asks about where they stand among others.
const RESERVED: &[&str] = &[
    "..", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while",
];

/// Whether nothing can be found in a script.
pub fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" \t._/=:@%+,&-".contains(&byte);
    if !text.bytes().all(plain) {
        return false;
    }
    text.split("&&").all(|command| {
        let mut words = command.split_ascii_whitespace();
        let known = words
            .next()
            .is_some_and(|program| PROGRAMS.binary_search(&program).is_ok());
        known && !command.contains('&') && words.all(|word| !RESERVED.contains(&word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(PROGRAMS.is_sorted());
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn only_well_known_programs_with_plain_words_are() {
        assert!(is_plain(
            "apt-get update && apt-get install -y --no-install-recommends a=1.2-3 b"
        ));
        for text in [
            "echo a",
            "cd a; make",
            "rm *",
            "make -j$(nproc)",
            "cd a && cd ..",
            "mkdir a &",
            "",
            "make do",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }
}
