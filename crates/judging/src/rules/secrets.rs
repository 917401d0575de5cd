//! Secrets in text: the shapes of known tokens, words that only stand for one, and how random a word is.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use memchr::memmem;
use regex::Regex;

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

/// The shape of a known secret.
struct Shape {
    /// What it is, with its article.
    kind: &'static str,
    /// One of these stands in every text of the shape, as it is written there or in small letters: looking
    /// for it takes a fraction of what looking for the shape does.
    signs: &'static [&'static str],
    /// The expression. Where there is a group, it is the secret; the shapes are those that the services
    /// document for their scanners.
    pattern: &'static str,
}

const fn shape(kind: &'static str, signs: &'static [&'static str], pattern: &'static str) -> Shape {
    Shape { kind, signs, pattern }
}

/// All shapes that are known.
const SHAPES: &[Shape] = &[
    shape(
        "an access key of AWS",
        &["AKIA", "ASIA"],
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    ),
    shape(
        "a token of GitHub",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r"\bgh[pousr]_[0-9A-Za-z]{36,}\b",
    ),
    shape(
        "a token of GitHub",
        &["github_pat_"],
        r"\bgithub_pat_[0-9A-Za-z_]{40,}\b",
    ),
    shape(
        "a token of GitLab",
        &["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-"],
        r"\bgl(?:pat|dt|rt|cbt|ptt)-[0-9A-Za-z_-]{20,}",
    ),
    shape("a token of Slack", &["xox"], r"\bxox[abeprs]-[0-9A-Za-z-]{10,}"),
    shape(
        "a webhook of Slack",
        &["hooks.slack.com"],
        r"\bhooks\.slack\.com/services/(T[0-9A-Z]{6,}/B[0-9A-Z]{6,}/[0-9A-Za-z]{16,})",
    ),
    shape("a token of npm", &["npm_"], r"\bnpm_[0-9A-Za-z]{36}\b"),
    shape("a token of PyPI", &["pypi-"], r"\bpypi-[0-9A-Za-z_-]{50,}"),
    shape("a key of Google's", &["AIza"], r"\bAIza[0-9A-Za-z_-]{35}\b"),
    shape("a key of Stripe", &["k_live_"], r"\b[rs]k_live_[0-9A-Za-z]{20,}"),
    shape(
        "a key of SendGrid",
        &["SG."],
        r"\bSG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}\b",
    ),
    shape("a token of Hugging Face", &["hf_"], r"\bhf_[A-Za-z]{34}\b"),
    shape("a key of Anthropic", &["sk-ant-"], r"\bsk-ant-[0-9A-Za-z_-]{24,}"),
    shape("a key of OpenAI", &["sk-"], r"\bsk-(?:proj-)?[0-9A-Za-z_]{40,}"),
    shape(
        "a token of DigitalOcean",
        &["_v1_"],
        r"\bdo[opr]_v1_[0-9a-f]{64}\b",
    ),
    shape(
        "a token of Docker Hub",
        &["dckr_pat_"],
        r"\bdckr_pat_[0-9A-Za-z_-]{27}",
    ),
    shape("a token of Vault", &["hvs."], r"\bhvs\.[0-9A-Za-z_-]{24,}"),
    shape(
        "a key of an Azure account",
        &["AccountKey="],
        r"\bAccountKey=([0-9A-Za-z+/]{86}==)",
    ),
    shape(
        "a private key",
        &["PRIVATE KEY"],
        r"-----BEGIN (?:[A-Z]+ ){0,2}PRIVATE KEY-----(?:\\n|\s)*([0-9A-Za-z+/=]{16,})",
    ),
    shape(
        "a JSON web token",
        &["eyJ"],
        r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
    ),
    shape(
        ADDRESS,
        &["@"],
        r#"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'"$<>{}\[\]`|;]{1,64}:([^\s/@'"$<>{}\[\]`|;:]{3,128})@[0-9A-Za-z]"#,
    ),
    shape(
        "credentials in a header",
        &["authorization"],
        r#"(?i-u)authorization:\s{0,3}(?:basic|bearer|token)\s{1,3}([0-9A-Za-z+/=._-]{8,512})"#,
    ),
];

/// What may as well be the name of somebody.
const ADDRESS: &str = "a password in an address";

/// A name that says that its value is secret, with the value.
const NAMED: &str = r#"(?i-u)([0-9A-Z_-]*(?:passw(?:or)?d|secret|token|api_?key|access_?key|private_?key|auth_?key)[0-9A-Z_]*)["']?\s{0,2}[=: ]\s{0,2}["']?([0-9A-Za-z+/=_.~!@%^&*-]{16,256})"#;

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

/// The expressions of [`SHAPES`], each made when a text first has one of its signs.
static EACH: [OnceLock<Regex>; SHAPES.len()] = [const { OnceLock::new() }; SHAPES.len()];
static BY_NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(NAMED).expect("a constant pattern"));

/// One of these stands in small letters in every name that [`NAMED`] fits.
const NAME_SIGNS: [&str; 4] = ["passw", "secret", "token", "key"];

/// Any sign of any shape or name, in any case. Most texts have none, which one look tells.
static ANY_SIGN: LazyLock<Regex> = LazyLock::new(|| {
    let of_shapes = SHAPES.iter().flat_map(|shape| shape.signs);
    let signs: Vec<String> = of_shapes
        .chain(&NAME_SIGNS)
        .map(|sign| regex::escape(sign))
        .collect();
    Regex::new(&format!("(?i-u){}", signs.join("|"))).expect("constant words")
});

impl Shape {
    /// Whether a text, and the same in small letters, has a sign of it.
    fn may_stand_in(&self, text: &str, lower: &str) -> bool {
        let is_any_case = self.pattern.starts_with("(?i");
        let text = if is_any_case { lower } else { text };
        self.signs.iter().any(|sign| stands_in(text, sign))
    }
}

fn stands_in(text: &str, sign: &str) -> bool {
    memmem::find(text.as_bytes(), sign.as_bytes()).is_some()
}

/// All secrets in a text, in order, none within another.
pub fn find(text: &str) -> Vec<Secret> {
    if !ANY_SIGN.is_match(text) {
        return Vec::new();
    }
    let mut found: Vec<Secret> = Vec::new();
    let lower = text.to_ascii_lowercase();
    for (shape, made) in SHAPES.iter().zip(&EACH) {
        if !shape.may_stand_in(text, &lower) {
            continue;
        }
        let pattern = made.get_or_init(|| Regex::new(shape.pattern).expect("a constant pattern"));
        for captures in pattern.captures_iter(text) {
            let Some(secret) = captures.get(1).or_else(|| captures.get(0)) else {
                continue;
            };
            let whole = captures.get(0).map_or("", |whole| whole.as_str());
            let is_address = shape.kind == ADDRESS;
            if is_placeholder(secret.as_str()) || is_address && is_weak(whole, secret.as_str()) {
                continue;
            }
            found.push(Secret {
                kind: shape.kind,
                range: secret.range(),
                is_certain: true,
            });
        }
    }
    if !NAME_SIGNS.iter().any(|sign| stands_in(&lower, sign)) {
        return in_order(found);
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
    in_order(found)
}

/// The same in order, those left out that stand within another.
fn in_order(mut found: Vec<Secret>) -> Vec<Secret> {
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
    fn what_has_a_shape_has_a_sign_of_it() {
        let long = "0aB1".repeat(24);
        let hex = "0a1b".repeat(16);
        let letters = "aBcD".repeat(9);
        let long = long.as_str();
        // One text for each way in which an expression can begin.
        let mut texts = vec![
            format!("AKIA{}", "0A1B".repeat(4)),
            format!("ASIA{}", "0A1B".repeat(4)),
            format!("github_pat_{long}"),
            format!("hooks.slack.com/services/T0A1B2C/B0A1B2C/{long}"),
            format!("npm_{}", &long[..36]),
            format!("pypi-{long}"),
            format!("AIza{}", &long[..35]),
            format!("rk_live_{long}"),
            format!("sk_live_{long}"),
            format!("SG.{}.{}", &long[..22], &long[..43]),
            format!("hf_{}", &letters[..34]),
            format!("sk-ant-{long}"),
            format!("sk-{long}"),
            format!("sk-proj-{long}"),
            format!("dckr_pat_{}", &long[..27]),
            format!("hvs.{long}"),
            format!("AccountKey={}==", &long[..86]),
            format!("-----BEGIN PRIVATE KEY-----\\n{long}"),
            format!("-----BEGIN RSA PRIVATE KEY-----\n{long}"),
            format!("eyJ{long}.eyJ{long}.{long}"),
            format!("https://a:{}@b", &long[..20]),
            format!("aUTHORIZATION: Bearer {long}"),
        ];
        texts.extend(["p", "o", "u", "s", "r"].map(|kind| format!("gh{kind}_{long}")));
        texts.extend(["pat", "dt", "rt", "cbt", "ptt"].map(|kind| format!("gl{kind}-{long}")));
        texts.extend(["a", "b", "e", "p", "r", "s"].map(|kind| format!("xox{kind}-{long}")));
        texts.extend(["o", "p", "r"].map(|kind| format!("do{kind}_v1_{hex}")));
        let mut met = std::collections::BTreeSet::new();
        for text in &texts {
            let lower = text.to_ascii_lowercase();
            let mut fits = 0;
            for shape in SHAPES {
                let pattern = Regex::new(shape.pattern).expect("a constant pattern");
                if pattern.is_match(text) {
                    assert!(shape.may_stand_in(text, &lower), "{text}");
                    met.insert(shape.pattern);
                    fits += 1;
                }
            }
            assert!(fits > 0, "{text}");
        }
        assert_eq!(met.len(), SHAPES.len(), "each shape has a text");
        for name in [
            "passwd",
            "password",
            "secret",
            "token",
            "api_key",
            "APIKEY",
            "access_key",
            "private_key",
            "auth_key",
        ] {
            let text = format!("{name}={}", &long[..20]);
            assert!(BY_NAME.is_match(&text), "{text}");
            let lower = text.to_ascii_lowercase();
            assert!(NAME_SIGNS.iter().any(|sign| stands_in(&lower, sign)), "{text}");
        }
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
