//! COPY and ADD: modes, checksums, and sources that are not in the context.

use crate::syntax::reference;

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A repository of git.
    Git,
    /// A repository of git by BuildKit's old short form, which is a path for COPY and ADD.
    GitLikePath,
    /// Something on the web.
    Web,
    /// A path in the context.
    Path,
}

/// What BuildKit says of a `--chmod` that is neither octal nor symbolic.
pub(super) fn chmod(mode: &str) -> Option<String> {
    let octal =
        || format!("invalid chmod parameter: '{mode}'. it should be octal string and between 0 and 07777");
    match super::number::unsigned(mode, 8) {
        Some(bits) => (bits > 0o7777).then(octal),
        None if mode.starts_with(|first: char| first.is_ascii_digit()) => Some(octal()),
        None => (!is_symbolic(mode)).then(|| "invalid syntax".to_owned()),
    }
}

/// Whether a text is a symbolic mode, as BSD's chmod has them: `u=rw,go+X`.
fn is_symbolic(mode: &str) -> bool {
    mode.split(',').all(|clause| {
        let changes = clause.trim_start_matches(['a', 'u', 'g', 'o']);
        changes.starts_with(['+', '-', '=']) && changes.bytes().all(|byte| b"+-=rstwXxugo".contains(&byte))
    })
}

/// What BuildKit says of the `--checksum` of an ADD with these paths; a path that is not known is none.
pub(super) fn checksum(checksum: &str, paths: &[Option<String>]) -> Option<String> {
    let [path] = paths else {
        return Some("checksum can't be specified for multiple sources".to_owned());
    };
    let kind = source(path.as_deref()?);
    if kind == Source::Path {
        return Some("checksum requires HTTP(S) or Git sources".to_owned());
    }
    if kind == Source::Web {
        return reference::digest_refusal(checksum);
    }
    None
}

/// What BuildKit says of the source of a COPY.
pub(super) fn copied(path: &str) -> Option<&'static str> {
    match source(path) {
        Source::Git => Some("source can't be a git ref for COPY"),
        Source::Web => Some("source can't be a URL for COPY"),
        Source::Path | Source::GitLikePath => None,
    }
}

fn source(path: &str) -> Source {
    if path.starts_with("./") || path.starts_with("../") {
        return Source::Path;
    }
    if path.starts_with("github.com/") {
        return Source::GitLikePath;
    }
    let scheme = path
        .split_once("://")
        .filter(|(scheme, _)| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let Some((scheme, rest)) = scheme else {
        return if is_scp(path) { Source::Git } else { Source::Path };
    };
    match scheme.to_ascii_lowercase().as_str() {
        "ssh" | "git" => Source::Git,
        "http" | "https" => {
            let location = rest.split(['?', '#']).next().unwrap_or_default();
            if location
                .split_once('/')
                .is_some_and(|(_, path)| path.ends_with(".git"))
            {
                Source::Git
            } else if matches!(scheme, "http" | "https") {
                Source::Web
            } else {
                Source::Path
            }
        }
        _ => Source::Path,
    }
}

/// Whether a text is `user@host:path`, as scp has it.
fn is_scp(text: &str) -> bool {
    let Some((user, rest)) = text.split_once('@') else {
        return false;
    };
    let Some((host, _)) = rest.split_once(':') else {
        return false;
    };
    let name = |text: &str, sign: u8| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == sign)
    };
    name(user, b'_') && name(host, b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_octal_or_symbolic() {
        for mode in ["0", "755", "07777", "u=rw,go+X", "+x", "a=u-w", "go=", "u+r-w"] {
            assert_eq!(chmod(mode), None, "{mode}");
        }
        for mode in ["64a", "10000", "8", "99999999999999999999"] {
            assert_eq!(
                chmod(mode),
                Some(format!(
                    "invalid chmod parameter: '{mode}'. it should be octal string and between 0 and 07777"
                ))
            );
        }
        for mode in ["u", "rw", "+755", "u+x,", "u+q", ",", "-0755"] {
            assert_eq!(chmod(mode).as_deref(), Some("invalid syntax"), "{mode}");
        }
    }

    #[test]
    fn sources_are_told_apart() {
        for (path, kind) in [
            ("a", Source::Path),
            ("./git@a:b", Source::Path),
            ("github.com/a/b", Source::GitLikePath),
            ("https://github.com/a/b.git", Source::Git),
            ("https://github.com/a/b.git#main:c", Source::Git),
            ("https://a.org/b.git?ref=x", Source::Git),
            ("https://a.org/b.tar.gz", Source::Web),
            ("https://a.git", Source::Web),
            ("HTTPS://a.org/b", Source::Path),
            ("ssh://a/b", Source::Git),
            ("git@github.com:a/b", Source::Git),
            ("ftp://a/b", Source::Path),
            ("a@b", Source::Path),
            ("a b@c:d", Source::Path),
        ] {
            assert_eq!(source(path), kind, "{path}");
        }
    }

    #[test]
    fn a_checksum_wants_one_source_from_outside() {
        let paths = |paths: &[&str]| -> Vec<Option<String>> {
            paths.iter().map(|path| Some((*path).to_owned())).collect()
        };
        let told = |sum: &str, of: &[&str]| checksum(sum, &paths(of));
        let sum = format!("sha256:{}", "a".repeat(64));
        assert_eq!(told(&sum, &["https://a.org/b"]), None);
        assert_eq!(told("abc", &["https://a.org/b.git"]), None);
        assert_eq!(
            told("abc", &["https://a.org/b"]).as_deref(),
            Some("invalid checksum digest format")
        );
        assert_eq!(
            told(&sum, &["a"]).as_deref(),
            Some("checksum requires HTTP(S) or Git sources")
        );
        assert_eq!(
            told(&sum, &["a", "b"]).as_deref(),
            Some("checksum can't be specified for multiple sources")
        );
        assert_eq!(checksum(&sum, &[None]), None);
    }
}
