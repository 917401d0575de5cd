//! Image references, read as distribution/reference reads them, whose answers BuildKit gives.
//!
//! Variables are expanded before: `$` is no part of a reference. The messages are those of that
//! library, since users know them from `docker pull` and `docker build`.

use std::fmt;
use std::str::Chars;

use thiserror::Error;

/// The registry that is meant when a reference names none.
pub const DEFAULT_DOMAIN: &str = "docker.io";

/// The name of [`DEFAULT_DOMAIN`] in old references.
const LEGACY_DOMAIN: &str = "index.docker.io";

/// The folder of Docker Hub's own images, which familiar names leave out.
const OFFICIAL: &str = "library/";

/// The longest path of a repository, in bytes.
const PATH_LIMIT: usize = 255;

/// The longest tag, in bytes.
const TAG_LIMIT: usize = 128;

/// Why a text is no image reference.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReferenceError {
    /// The form is wrong.
    #[error("invalid reference format")]
    Format,
    /// The path of the repository has capitals.
    #[error("invalid reference format: repository name ({0}) must be lowercase")]
    Uppercase(String),
    /// Something else has capitals where none may be.
    #[error("repository name must be lowercase")]
    UppercaseName,
    /// The path of the repository is too long.
    #[error("repository name must not be more than {PATH_LIMIT} characters")]
    TooLong,
    /// It looks like the id of an image.
    #[error("invalid repository name ({0}), cannot specify 64-byte hexadecimal strings")]
    Identifier(String),
    /// The digest's algorithm is none of sha256, sha384 and sha512.
    #[error("unsupported digest algorithm")]
    Algorithm,
    /// The digest has the wrong length for its algorithm.
    #[error("invalid checksum digest length")]
    DigestLength,
    /// The digest has characters other than lower-case hexadecimal digits.
    #[error("invalid checksum digest format")]
    DigestFormat,
}

/// An image reference with what it leaves out filled in, except for the tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageRef {
    /// The registry; empty only for the few names that the library itself leaves without one.
    pub domain: String,
    /// The repository in the registry, `library/` included.
    pub path: String,
    /// The tag as written.
    pub tag: Option<String>,
    /// The digest as written.
    pub digest: Option<String>,
}

impl ImageRef {
    /// Reads a reference as `docker pull` does.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'a'..=b'f' | b'0'..=b'9')) {
            return Err(ReferenceError::Identifier(text.to_owned()));
        }
        let (domain, remainder) = split_domain(text);
        let name = remainder.split(':').next().unwrap_or_default();
        if name.to_lowercase() != name {
            return Err(ReferenceError::Uppercase(name.to_owned()));
        }
        let full = format!("{domain}/{remainder}");
        let Some(parts) = split(&full) else {
            let folded = full.to_lowercase();
            return Err(match split(&folded) {
                Some(_) => ReferenceError::UppercaseName,
                None => ReferenceError::Format,
            });
        };
        if parts.path.len() > PATH_LIMIT {
            return Err(ReferenceError::TooLong);
        }
        if let Some(digest) = parts.digest {
            check_digest(digest)?;
        }
        Ok(Self {
            domain: parts.domain.to_owned(),
            path: parts.path.to_owned(),
            tag: parts.tag.map(str::to_owned),
            digest: parts.digest.map(str::to_owned),
        })
    }

    /// Registry and repository, without tag and digest.
    pub fn repository(&self) -> String {
        if self.domain.is_empty() {
            self.path.clone()
        } else {
            format!("{}/{}", self.domain, self.path)
        }
    }

    /// The repository as people write it: without what Docker fills in.
    pub fn familiar(&self) -> String {
        if self.domain != DEFAULT_DOMAIN {
            return self.repository();
        }
        match self.path.strip_prefix(OFFICIAL) {
            Some(name) if !name.contains('/') => name.to_owned(),
            _ => self.path.clone(),
        }
    }

    /// The tag that is pulled: the one written, `latest` without one, none with a digest alone.
    pub fn effective_tag(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => Some(tag),
            (None, None) => Some("latest"),
            (None, Some(_)) => None,
        }
    }

    /// Whether a pattern of the config, such as `registry.example.com/ws-base:*`, means this image.
    ///
    /// `*` stands for any text, slashes included, `?` for one character. A pattern without a tag
    /// means all tags; one with a digest means that digest alone. What Docker fills in may be left
    /// out: `node` is `docker.io/library/node`.
    pub fn matches(&self, pattern: &str) -> bool {
        let (name, digest) = match pattern.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (pattern, None),
        };
        let (repository, tag) = split_tag(name);
        let digest_fits =
            digest.is_none_or(|digest| self.digest.as_deref().is_some_and(|own| glob(digest, own)));
        let tag_fits = tag.is_none_or(|tag| match self.effective_tag() {
            Some(own) => glob(tag, own),
            None => tag == "*",
        });
        digest_fits && tag_fits && self.repository_matches(repository)
    }

    /// Whether a pattern of registry and repository means this image's.
    fn repository_matches(&self, pattern: &str) -> bool {
        let familiar = self.familiar();
        glob(pattern, &self.repository())
            || glob(pattern, &familiar)
            || self.domain == DEFAULT_DOMAIN
                && [DEFAULT_DOMAIN, LEGACY_DOMAIN].iter().any(|domain| {
                    pattern
                        .strip_prefix(domain)
                        .and_then(|rest| rest.strip_prefix('/'))
                        .is_some_and(|rest| glob(rest, &familiar) || glob(rest, &self.path))
                })
    }
}

impl fmt::Display for ImageRef {
    /// The normal form: everything filled in, the tag `latest` included where nothing pins.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.repository())?;
        if let Some(tag) = self.effective_tag() {
            write!(formatter, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(formatter, "@{digest}")?;
        }
        Ok(())
    }
}

/// A repository and its tag, told apart by the last colon after the last slash.
pub fn split_tag(text: &str) -> (&str, Option<&str>) {
    let name = text.rfind('/').map_or(0, |slash| slash + 1);
    match text[name..].rfind(':') {
        Some(colon) => (&text[..name + colon], Some(&text[name + colon + 1..])),
        None => (text, None),
    }
}

/// Whether a text fits a pattern of `*` (any text) and `?` (any one character).
///
/// Takes at most the product of both lengths, whatever the pattern.
pub fn glob(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Behind the last star: the pattern, and the text from where that pattern was last tried.
    let mut star: Option<(Chars, Chars)> = None;
    loop {
        let mut rest = text.clone();
        let Some(sign) = rest.next() else {
            return pattern.all(|rest| rest == '*');
        };
        match pattern.next() {
            Some('*') => star = Some((pattern.clone(), text.clone())),
            Some(wanted) if wanted == '?' || wanted == sign => text = rest,
            _ => {
                let Some((behind, tried)) = &mut star else {
                    return false;
                };
                tried.next();
                (pattern, text) = (behind.clone(), tried.clone());
            }
        }
    }
}

/// The registry that a reference names or means, and what follows.
fn split_domain(text: &str) -> (String, String) {
    let Some((first, rest)) = text.split_once('/') else {
        return (DEFAULT_DOMAIN.to_owned(), format!("{OFFICIAL}{text}"));
    };
    let (domain, remainder) = if first == LEGACY_DOMAIN {
        (DEFAULT_DOMAIN, rest)
    } else if first == "localhost" || first.contains(['.', ':']) || first.to_lowercase() != first {
        (first, rest)
    } else {
        (DEFAULT_DOMAIN, text)
    };
    if domain == DEFAULT_DOMAIN && !remainder.contains('/') {
        (domain.to_owned(), format!("{OFFICIAL}{remainder}"))
    } else {
        (domain.to_owned(), remainder.to_owned())
    }
}

/// A reference cut into its parts, each of the right form.
struct Parts<'a> {
    domain: &'a str,
    path: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

/// Cuts a reference, if its form is right.
fn split(text: &str) -> Option<Parts<'_>> {
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) if is_digest(digest) => (name, Some(digest)),
        Some(_) => return None,
        None => (text, None),
    };
    let (name, tag) = split_tag(name);
    if !tag.is_none_or(is_tag) {
        return None;
    }
    let (domain, path) = match name.split_once('/') {
        Some((domain, path)) if is_domain(domain) => (domain, path),
        _ => ("", name),
    };
    path.split('/').all(is_path_component).then_some(Parts {
        domain,
        path,
        tag,
        digest,
    })
}

/// Whether a text may be a registry: a host name or an IPv6 address in brackets, and a port.
fn is_domain(text: &str) -> bool {
    let host = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
                return false;
            }
            host
        }
        _ => text,
    };
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => {
            !address.is_empty()
                && address
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || byte == b':')
        }
        None => host.split('.').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        }),
    }
}

/// Whether a text may be a part of a repository's path: words of lower-case letters and digits,
/// joined by a dot, one or two underscores, or any number of hyphens.
fn is_path_component(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    if !is_word(first) || !is_word(last) {
        return false;
    }
    bytes
        .chunk_by(|one, next| is_word(*one) == is_word(*next))
        .all(|run| {
            is_word(run[0])
                || run == b"."
                || run == b"_"
                || run == b"__"
                || run.iter().all(|&byte| byte == b'-')
        })
}

/// Whether a text may be a tag.
fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= TAG_LIMIT
        && text.bytes().next().is_some_and(is_word)
        && text
            .bytes()
            .all(|byte| is_word(byte) || byte == b'.' || byte == b'-')
}

/// Whether a text has the outer form of a digest; [`check_digest`] has the rest.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, encoded)) = text.split_once(':') else {
        return false;
    };
    let words = algorithm.split(['-', '_', '+', '.']).all(|word| {
        word.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    words && encoded.len() >= 32 && encoded.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What go-digest says of a text that is no digest.
pub fn digest_refusal(text: &str) -> Option<String> {
    let (algorithm, encoded) = text.split_once(':').unwrap_or_default();
    let is_known = matches!(algorithm, "sha256" | "sha384" | "sha512");
    let words = algorithm.split(['.', '+', '_', '-']).all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'=' | b'_' | b'-');
    let has_form = is_known || words && encoded.bytes().all(sound);
    if encoded.is_empty() || !has_form {
        return Some(ReferenceError::DigestFormat.to_string());
    }
    if is_known && !encoded.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let error = match check_digest(text) {
            Err(ReferenceError::DigestLength) => ReferenceError::DigestLength,
            _ => ReferenceError::DigestFormat,
        };
        return Some(error.to_string());
    }
    check_digest(text).err().map(|error| error.to_string())
}

/// Whether a digest is one that the library knows, and complete.
fn check_digest(text: &str) -> Result<(), ReferenceError> {
    let (algorithm, encoded) = text.split_once(':').ok_or(ReferenceError::DigestFormat)?;
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ if algorithm.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            return Err(ReferenceError::DigestFormat);
        }
        _ => return Err(ReferenceError::Algorithm),
    };
    if encoded.len() != length {
        return Err(ReferenceError::DigestLength);
    }
    if encoded.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(ReferenceError::DigestFormat);
    }
    Ok(())
}
