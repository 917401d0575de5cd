//! Mounts of RUN: their options after expansion, and what does not go together.

use super::number;
use super::scope::{Folder, join};
use crate::syntax::expand::{ExpandError, Expanded};
use crate::syntax::{fields, nearest, quoted, suggestion};

/// The types.
const TYPES: [&str; 5] = ["bind", "cache", "tmpfs", "secret", "ssh"];

/// How a cache may be shared.
const SHARING: [&str; 3] = ["shared", "private", "locked"];

/// The keys as they are suggested; in the order in which equally near ones win.
const KEYS: [&str; 19] = [
    "type",
    "from",
    "source",
    "target",
    "readonly",
    "id",
    "sharing",
    "required",
    "size",
    "mode",
    "uid",
    "gid",
    "src",
    "dst",
    "destination",
    "ro",
    "rw",
    "readwrite",
    "env",
];

/// What BuildKit says of a mount, and the part of it that is at fault; empty where it is the whole.
pub(super) type Wrong = (String, String);

/// A value that may not be known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Known {
    /// It was not given, or is empty.
    #[default]
    Empty,
    /// It is this.
    Text(String),
    /// It hangs on a variable that is not known.
    Unknown,
}

impl Known {
    fn is_set(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    fn is_empty(&self) -> bool {
        *self == Self::Empty
    }
}

impl From<Expanded> for Known {
    fn from(expanded: Expanded) -> Self {
        match expanded.text.as_str() {
            _ if !expanded.holes.is_empty() => Self::Unknown,
            "" => Self::Empty,
            _ => Self::Text(expanded.text),
        }
    }
}

/// A mount as it was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Mount {
    /// The type in lower case; none where it is not known.
    kind: Option<&'static str>,
    pub from: Known,
    source: Known,
    pub target: Known,
    id: Known,
    sharing: Known,
    mode: bool,
    uid: bool,
    gid: bool,
}

/// Reads a mount; `expand` replaces variables.
pub(super) fn read(
    value: &str,
    expand: impl Fn(&str) -> Result<Expanded, ExpandError>,
) -> Result<Mount, Wrong> {
    let fields =
        fields(value).map_err(|reason| (format!("failed to parse csv mounts: {reason}"), String::new()))?;
    let mut mount = Mount {
        kind: Some("bind"),
        ..Mount::default()
    };
    for field in &fields {
        mount
            .option(field, &expand)
            .map_err(|message| (message, field.clone()))?;
    }
    mount.check().map_err(|message| (message, String::new()))?;
    Ok(mount)
}

impl Mount {
    fn option(
        &mut self,
        field: &str,
        expand: &impl Fn(&str) -> Result<Expanded, ExpandError>,
    ) -> Result<(), String> {
        let Some((key, value)) = field.split_once('=') else {
            return match field.to_lowercase().as_str() {
                "readonly" | "ro" | "readwrite" | "rw" => Ok(()),
                key @ "required" => self.only(key, &["secret", "ssh"]),
                _ => Err(format!("invalid field '{field}' must be a key=value pair")),
            };
        };
        let key = key.to_lowercase();
        let value = Known::from(expand(value).map_err(|error| error.to_string())?);
        let text = match &value {
            Known::Text(text) => Some(text.as_str()),
            Known::Empty => Some(""),
            Known::Unknown => None,
        };
        let each = |sound: fn(&str) -> bool| text.is_none_or(sound);
        let shown = text.unwrap_or_default();
        match key.as_str() {
            "type" => {
                let lower = text.map(str::to_lowercase);
                self.kind = match lower {
                    None => None,
                    Some(lower) => Some(*TYPES.iter().find(|kind| **kind == lower).ok_or_else(|| {
                        let near = suggestion(nearest(shown, TYPES.into_iter()));
                        format!("unsupported mount type {}{near}", quoted(shown))
                    })?),
                };
            }
            "from" => self.from = value,
            "source" | "src" => self.source = value,
            "target" | "dst" | "destination" => self.target = value,
            "id" => self.id = value,
            "env" => {}
            "readonly" | "ro" | "readwrite" | "rw" | "required" => {
                if key == "required" {
                    self.only(&key, &["secret", "ssh"])?;
                }
                if !each(|text| number::boolean(text).is_some()) {
                    return Err(format!("invalid value for {key}: {shown}"));
                }
            }
            "size" => {
                self.only(&key, &["tmpfs"])?;
                if !each(number::is_size) {
                    return Err(format!("invalid value for {key}: {shown}"));
                }
            }
            "sharing" => {
                if !each(|text| SHARING.contains(&text.to_lowercase().as_str())) {
                    let near = suggestion(nearest(shown, SHARING.into_iter()));
                    return Err(format!("unsupported sharing value {}{near}", quoted(shown)));
                }
                self.sharing = value;
            }
            "mode" | "uid" | "gid" => {
                let radix = if key == "mode" { 8 } else { 10 };
                if text.is_some_and(|text| number::unsigned(text, radix).is_none()) {
                    return Err(format!("invalid value {shown} for {key}"));
                }
                match key.as_str() {
                    "mode" => self.mode = true,
                    "uid" => self.uid = true,
                    _ => self.gid = true,
                }
            }
            _ => {
                let near = suggestion(nearest(&key, KEYS.into_iter()));
                return Err(format!("unexpected key '{key}' in '{field}'{near}"));
            }
        }
        Ok(())
    }

    /// Refuses a key that the type, as told so far, does not have.
    fn only(&self, key: &str, kinds: &[&str]) -> Result<(), String> {
        match self.kind {
            Some(kind) if !kinds.contains(&kind) => {
                Err(format!("unexpected key '{key}' for mount type '{kind}'"))
            }
            _ => Ok(()),
        }
    }

    /// What does not go together.
    fn check(&self) -> Result<(), String> {
        let Some(kind) = self.kind else {
            return Ok(());
        };
        if matches!(kind, "bind" | "tmpfs") {
            for (name, given) in [("mode", self.mode), ("uid", self.uid), ("gid", self.gid)] {
                if given {
                    return Err(format!("{name} not allowed for {} type mounts", quoted(kind)));
                }
            }
        }
        if kind == "secret" {
            if self.from.is_set() {
                return Err("secret mount should not have a from".to_owned());
            }
            if !self.sharing.is_empty() {
                return Err("secret mount should not define sharing".to_owned());
            }
            if self.source.is_empty() && self.target.is_empty() && self.id.is_empty() {
                return Err("invalid secret mount. one of source, target required".to_owned());
            }
            if self.source.is_set() && self.id.is_set() {
                return Err("both source and id can't be set".to_owned());
            }
        }
        if !self.sharing.is_empty() && kind != "cache" {
            return Err(format!("invalid cache sharing set for {kind} mount"));
        }
        Ok(())
    }

    /// What is wrong once the working folder is there, none where that is not known; and whether that
    /// is sure.
    pub(super) fn placed(&self, folder: Option<&Folder>) -> Option<(String, bool)> {
        match self.kind? {
            "secret" => return None,
            "ssh" => {
                let source = self.source.is_set();
                return source.then(|| ("ssh does not support source".to_owned(), true));
            }
            _ => {}
        }
        let root = "invalid mount target \"/\"".to_owned();
        let target = match &self.target {
            Known::Unknown => return None,
            Known::Empty => "",
            Known::Text(target) => target,
        };
        if target.starts_with('/') {
            return (target == "/").then_some((root, true));
        }
        // A target of its own was written by somebody who knows the image's folder.
        let folder = folder.filter(|folder| folder.is_sure || target.is_empty())?;
        (join(&folder.path, target) == "/").then_some((root, folder.is_sure))
    }

    /// Whether it takes files from somewhere else.
    pub(super) fn is_taken(&self) -> bool {
        self.kind.is_some() && self.from.is_set()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::expand::{self, Lookup, Variables};

    struct Table;

    impl Variables for Table {
        fn get(&self, name: &str) -> Lookup {
            match name {
                "cache" => Lookup::Set("cache".into()),
                "unknown" => Lookup::Unknown,
                _ => Lookup::Unset,
            }
        }
    }

    fn told(value: &str) -> Option<String> {
        let mount = match read(value, |word| expand::expand(word, '\\', &Table)) {
            Ok(mount) => mount,
            Err((message, _)) => return Some(message),
        };
        let root = Folder {
            path: "/".to_owned(),
            is_sure: true,
        };
        mount.placed(Some(&root)).map(|(message, _)| message)
    }

    #[test]
    fn sound_mounts_are_taken() {
        for value in [
            "target=/a",
            "type=$cache,target=/a,sharing=locked,mode=0755,uid=1,gid=1",
            "TYPE=Cache,dst=/a",
            "type=secret,id=a,required",
            "type=secret,id=a,env=B,mode=0400",
            "type=ssh,required=true",
            "type=tmpfs,target=/a,size=64m",
            "type=bind,src=.,target=/a,rw",
            "type=$unknown,target=/a,size=1,sharing=shared",
            "target=/$unknown",
            "type=secret,source=$unknown,id=$unknown",
        ] {
            assert_eq!(told(value), None, "{value}");
        }
    }

    #[test]
    fn unsound_ones_are_told_in_buildkits_words() {
        for (value, message) in [
            ("type=tmp", "unsupported mount type \"tmp\" (did you mean tmpfs?)"),
            (
                "typ=tmpfs",
                "unexpected key 'typ' in 'typ=tmpfs' (did you mean type?)",
            ),
            ("x", "invalid field 'x' must be a key=value pair"),
            (
                "type=cache,target=/a,size=1",
                "unexpected key 'size' for mount type 'cache'",
            ),
            (
                "required,type=secret,id=a",
                "unexpected key 'required' for mount type 'bind'",
            ),
            ("type=secret,id=a,required=yes", "invalid value for required: yes"),
            ("type=tmpfs,target=/a,size=x", "invalid value for size: x"),
            ("target=/a,mode=0755", "mode not allowed for \"bind\" type mounts"),
            ("type=cache,target=/a,mode=9", "invalid value 9 for mode"),
            ("type=cache,target=/a,uid=-1", "invalid value -1 for uid"),
            (
                "type=cache,target=/a,sharing=share",
                "unsupported sharing value \"share\" (did you mean shared?)",
            ),
            (
                "target=/a,sharing=shared",
                "invalid cache sharing set for bind mount",
            ),
            ("type=secret,id=a,from=b", "secret mount should not have a from"),
            (
                "type=secret",
                "invalid secret mount. one of source, target required",
            ),
            ("type=secret,src=a,id=b", "both source and id can't be set"),
            ("type=ssh,source=a", "ssh does not support source"),
            ("type=cache", "invalid mount target \"/\""),
            ("target=/", "invalid mount target \"/\""),
            ("target=.", "invalid mount target \"/\""),
            (
                "target='a",
                "failed to process \"'a\": unexpected end of statement while looking for matching single-quote",
            ),
        ] {
            assert_eq!(told(value).as_deref(), Some(message), "{value}");
        }
    }
}
