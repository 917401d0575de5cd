//! Secrets in text: the shapes of known tokens, words that only stand for one, and how random a word is.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// A secret that was found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// What it is, with its article.
    pub kind: &'static str,
    /// Where the secret itself stands.
    pub range: Range<usize>,
    /// Whether its shape alone says so; else a name says it and the value looks random.
    pub is_certain: bool,
}

/// Kinds and their shapes. Where there is a group, it is the secret; the shapes are those that the
/// services document for their scanners.
const SHAPES: &[(&str, &str)] = &[
    ("an access key of AWS", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a token of GitHub", r"\bgh[pousr]_[0-9A-Za-z]{36,}\b"),
    ("a token of GitHub", r"\bgithub_pat_[0-9A-Za-z_]{40,}\b"),
    (
        "a token of GitLab",
        r"\bgl(?:pat|dt|rt|cbt|ptt)-[0-9A-Za-z_-]{20,}",
    ),
    ("a token of Slack", r"\bxox[abeprs]-[0-9A-Za-z-]{10,}"),
    (
        "a webhook of Slack",
        r"\bhooks\.slack\.com/services/(T[0-9A-Z]{6,}/B[0-9A-Z]{6,}/[0-9A-Za-z]{16,})",
    ),
    ("a token of npm", r"\bnpm_[0-9A-Za-z]{36}\b"),
    ("a token of PyPI", r"\bpypi-[0-9A-Za-z_-]{50,}"),
    ("a key of Google's", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("a key of Stripe", r"\b[rs]k_live_[0-9A-Za-z]{20,}"),
    (
        "a key of SendGrid",
        r"\bSG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}\b",
    ),
    ("a token of Hugging Face", r"\bhf_[A-Za-z]{34}\b"),
    ("a key of Anthropic", r"\bsk-ant-[0-9A-Za-z_-]{24,}"),
    ("a key of OpenAI", r"\bsk-(?:proj-)?[0-9A-Za-z_]{40,}"),
    ("a token of DigitalOcean", r"\bdo[opr]_v1_[0-9a-f]{64}\b"),
    ("a token of Docker Hub", r"\bdckr_pat_[0-9A-Za-z_-]{27}"),
    ("a token of Vault", r"\bhvs\.[0-9A-Za-z_-]{24,}"),
    ("a key of an Azure account", r"\bAccountKey=([0-9A-Za-z+/]{86}==)"),
    (
        "a private key",
        r"-----BEGIN (?:[A-Z]+ ){0,2}PRIVATE KEY-----(?:\\n|\s)*([0-9A-Za-z+/=]{16,})",
    ),
    (
        "a JSON web token",
        r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
    ),
    (
        "a password in an address",
        r#"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'"$<>{}\[\]`|;]{1,64}:([^\s/@'"$<>{}\[\]`|;:]{3,128})@[0-9A-Za-z]"#,
    ),
    (
        "credentials in a header",
        r#"(?i)authorization:\s{0,3}(?:basic|bearer|token)\s{1,3}([0-9A-Za-z+/=._-]{8,512})"#,
    ),
];

/// A name that says that its value is secret, with the value.
const NAMED: &str = r#"(?i)([0-9A-Z_-]*(?:passw(?:or)?d|secret|token|api_?key|access_?key|private_?key|auth_?key)[0-9A-Z_]*)["']?\s{0,2}[=: ]\s{0,2}["']?([0-9A-Za-z+/=_.~!@%^&*-]{16,256})"#;

/// Parts of a name that make it harmless.
const HARMLESS: [&str; 12] = [
    "public",
    "file",
    "path",
    "version",
    "url",
    "uri",
    "sha",
    "checksum",
    "hash",
    "length",
    "fingerprint",
    "_id",
];

static SET: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new(SHAPES.iter().map(|(_, shape)| shape)).expect("constant patterns"));
static EACH: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let each = SHAPES
        .iter()
        .map(|(_, shape)| Regex::new(shape).expect("a constant pattern"));
    each.collect()
});
static BY_NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(NAMED).expect("a constant pattern"));

/// All secrets in a text, in order, none within another.
pub fn find(text: &str) -> Vec<Secret> {
    let mut found: Vec<Secret> = Vec::new();
    for index in SET.matches(text) {
        let kind = SHAPES[index].0;
        for captures in EACH[index].captures_iter(text) {
            let Some(secret) = captures.get(1).or_else(|| captures.get(0)) else {
                continue;
            };
            let whole = captures.get(0).map_or("", |whole| whole.as_str());
            let is_address = kind == "a password in an address";
            if is_placeholder(secret.as_str()) || is_address && is_weak(whole, secret.as_str()) {
                continue;
            }
            found.push(Secret {
                kind,
                range: secret.range(),
                is_certain: true,
            });
        }
    }
    for captures in BY_NAME.captures_iter(text) {
        let (Some(name), Some(value)) = (captures.get(1), captures.get(2)) else {
            continue;
        };
        let name = name.as_str().to_ascii_lowercase();
        let is_harmless = HARMLESS.iter().any(|part| name.contains(part));
        if !is_harmless && !is_placeholder(value.as_str()) && looks_random(value.as_str()) {
            found.push(Secret {
                kind: "what looks like a secret",
                range: value.range(),
                is_certain: false,
            });
        }
    }
    found.sort_by_key(|secret| (secret.range.start, !secret.is_certain));
    let mut end = 0;
    found.retain(|secret| {
        let is_free = secret.range.start >= end;
        end = end.max(secret.range.end);
        is_free
    });
    found
}

/// Words in values that only stand for a secret.
const PLACEHOLDERS: [&str; 24] = [
    "example",
    "changeme",
    "change_me",
    "change-me",
    "changethis",
    "placeholder",
    "xxxx",
    "your",
    "dummy",
    "fake",
    "redacted",
    "12345678",
    "abcdefgh",
    "replace",
    "secret_key",
    "sample",
    "todo",
    "insert",
    "notreal",
    "0000000",
    "aaaaaaa",
    "insecure",
    "not-a-",
    "testtest",
];

/// Whether a value is one that people write in the place of a secret.
fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let first = lower.as_bytes().first().copied();
    // `REPO_PASSWORD` is a name, for somebody to put something in its place.
    let is_name = value.contains('_')
        && value
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_uppercase());
    is_name
        || PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || lower.contains(['$', '<', '>', '{', '}'])
        || lower.bytes().all(|byte| Some(byte) == first || byte == b'*')
}

/// Whether the password of an address is none that keeps anybody out: a word that everybody tries, or the
/// user's own name.
fn is_weak(address: &str, password: &str) -> bool {
    const TRIED: [&str; 15] = [
        "password",
        "pass",
        "passwd",
        "pwd",
        "secret",
        "root",
        "admin",
        "user",
        "test",
        "guest",
        "postgres",
        "mysql",
        "token",
        "x-oauth-basic",
        "toor",
    ];
    let after = address.split("://").nth(1).unwrap_or_default();
    let user = after.split(':').next().unwrap_or_default();
    TRIED.contains(&password.to_ascii_lowercase().as_str())
        || user.eq_ignore_ascii_case(password)
        || password.bytes().all(|byte| byte.is_ascii_digit())
}

/// Bits a character from which on a word of sixteen and more characters is random: words of languages and
/// names of files stay below, of keys in base 64 nearly all are above, and hexadecimal ones near.
const RANDOM_BITS: f64 = 3.6;

/// The same for hexadecimal digits, of which there are only sixteen.
const RANDOM_HEX_BITS: f64 = 3.0;

/// Whether a value looks as if nobody thought it up.
fn looks_random(value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.as_bytes().iter().any(is);
    let is_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    // A path, an address, an option, a list of words: somebody thought that up.
    if value.contains("//") || value.starts_with(['/', '.', '-', '~']) || value.contains("--") || digits < 2 {
        return false;
    }
    let words = value.split(['-', '_', '.', '/', '=', '&']).filter(|word| {
        word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase())
            || word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    if words.count() > 1 {
        return false;
    }
    let least = if is_hex { RANDOM_HEX_BITS } else { RANDOM_BITS };
    has(u8::is_ascii_alphabetic) && entropy(value) >= least
}

/// Shannon's entropy, in bits a byte.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = value.len() as f64;
    let share = |count: &u32| f64::from(*count) / length;
    let used = counts.iter().filter(|count| **count > 0);
    used.map(|count| -share(count) * share(count).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&'static str> {
        find(text).into_iter().map(|secret| secret.kind).collect()
    }

    #[test]
    fn known_shapes_are_found_and_placeholders_are_not() {
        let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0".repeat(2));
        assert_eq!(
            kinds(&format!("git clone https://x:{token}@github.com/a/b")),
            ["a token of GitHub"]
        );
        assert_eq!(kinds(&format!("echo {token}")), ["a token of GitHub"]);
        assert_eq!(kinds("AKIAIOSFODNN7EXAMPLE"), Vec::<&str>::new());
        assert_eq!(kinds("AKIAQ3EGRIUZ5TB7LM2X"), ["an access key of AWS"]);
        assert_eq!(
            kinds("https://user:password@db/ http://a:$B@c https://a:b@c"),
            Vec::<&str>::new()
        );
        assert_eq!(
            kinds("https://deploy:hK8s-21x@git.corp.net/"),
            ["a password in an address"]
        );
    }

    #[test]
    fn a_name_and_a_random_value_make_a_secret() {
        assert_eq!(
            kinds("DB_PASSWORD=zR8qL2xV9wT4kY7b"),
            ["what looks like a secret"]
        );
        for harmless in [
            "DB_PASSWORD=correct-horse-battery",
            "TOKEN_FILE=zR8qL2xV9wT4kY7b",
            "SECRET_KEY=changeme12345678",
            "API_KEY=/run/secrets/zR8qL2xV9w",
            "PASSWORD=$zR8qL2xV9wT4kY7b",
        ] {
            assert_eq!(kinds(harmless), Vec::<&str>::new(), "{harmless}");
        }
    }
}
