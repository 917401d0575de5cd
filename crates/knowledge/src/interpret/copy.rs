//! COPY and ADD: what arrives where, with the text of files that rules read.

use crate::context::Answer;
use crate::facts::{Change, Content, Effect, ModeReach, Source, Take, Value, Write, WriteKind, path};
use crate::interpret::Walk;
use crate::stages::FromFlag;
use crate::syntax::{Args, Instruction, Keyword, Word};
use crate::tools;

/// Where a source lies.
enum Origin<'w> {
    Context,
    Stage(Option<&'w crate::facts::Facts>),
    Elsewhere,
}

impl<'a> Walk<'a> {
    pub(super) fn copy(&mut self, index: usize, instruction: &Instruction, all: &[Option<Walk<'a>>]) {
        let (Args::Words(words) | Args::Json(words)) = &instruction.args else {
            return;
        };
        let Some((target, sources)) = words.split_last() else {
            return;
        };
        let flag = |name: &str| instruction.flags.iter().find(|flag| flag.name() == name);
        let origin = match flag("from").and_then(|flag| flag.value()) {
            None | Some("") => Origin::Context,
            Some(from) => match self.input.stages.copy_from(from, self.stage) {
                FromFlag::Stage(stage) => {
                    Origin::Stage(all.get(stage).and_then(Option::as_ref).map(|walk| &walk.facts))
                }
                FromFlag::Image(_) => Origin::Elsewhere,
            },
        };
        let owner = flag("chown")
            .and_then(|flag| flag.value())
            .map(|owner| self.word(&plain(owner)));
        let written = self.word(target);
        let place = self.place(instruction, target.range.clone());
        let resolved = path::resolve(&self.folder(), &Value::known("~"), &written);
        let into_folder = written.text().ends_with('/')
            || sources.len() > 1
            || matches!(written.text(), "." | "..")
            || resolved.as_known().is_some_and(|path| self.is_folder(path));
        let mut effects = Vec::new();
        if let (Some(owner), Some(flag)) = (&owner, flag("chown")) {
            // The value alone, if the flag stands as it is meant, without quotes.
            let (start, end) = (flag.range.start, flag.range.end);
            let length = flag.value().map_or(0, str::len) as u32;
            let is_plain = flag.text.len() as u32 == end - start;
            let start = if is_plain { end - length } else { start };
            let place = self.place(instruction, start..end);
            let named = tools::named_owner(owner).into_iter();
            effects.extend(named.map(|change| Effect {
                place: place.clone(),
                change,
            }));
        }
        let mode = flag("chmod").and_then(|flag| {
            let said = self.word(&plain(flag.value()?));
            Some((said, self.place(instruction, flag.range.clone())))
        });
        for source in sources {
            effects.extend(self.taken(instruction, source, &origin));
            let mut arrival = self.arrival(instruction, source, &origin, &resolved, into_folder);
            if flag("parents").is_some() {
                // The folders above the source come along.
                arrival.path = path::join(&resolved, &Value::unknown(format!("${{{}}}", source.text)));
                arrival.kind = WriteKind::Tree;
            }
            if let (Some(path), Some(from)) = (arrival.path.as_known(), arrival.from_context) {
                self.from_context.insert(path.to_owned(), from);
            }
            if let Some((said, place)) = &mode {
                let reach = match arrival.kind {
                    WriteKind::Tree => ModeReach::Tree,
                    WriteKind::Folder => ModeReach::Folder,
                    _ => ModeReach::File,
                };
                effects.push(Effect {
                    place: place.clone(),
                    change: Change::Mode {
                        path: arrival.path.clone(),
                        said: said.clone(),
                        reach,
                    },
                });
            }
            effects.push(Effect {
                place: place.clone(),
                change: Change::Write(Write {
                    path: arrival.path,
                    kind: arrival.kind,
                    content: arrival.content,
                    owner: owner.clone().or_else(|| Some(Value::known("root"))),
                    writer: if instruction.keyword == Keyword::Add {
                        "ADD"
                    } else {
                        "COPY"
                    },
                }),
            });
        }
        self.take(index, instruction, effects);
    }

    /// What a source is taken from, and whether it is there.
    fn taken(&self, instruction: &Instruction, source: &Word, origin: &Origin) -> Option<Effect> {
        let starts = |heredoc: &crate::syntax::Heredoc| heredoc.range.start >= source.range.start;
        let is_heredoc = instruction
            .heredocs
            .iter()
            .any(|heredoc| starts(heredoc) && heredoc.range.end <= source.range.end);
        let path = self.word(source);
        if is_heredoc || matches!(origin, Origin::Context) && is_remote(path.text()) {
            return None;
        }
        let mut take = match origin {
            Origin::Context => {
                let path = path::clean(&path);
                Take {
                    from: Source::Context,
                    there: Answer::Unknown,
                    ignored: false,
                    path,
                }
            }
            Origin::Stage(facts) => {
                let mut path = path::resolve(&Value::known("/"), &Value::known("~"), &path);
                if path.text().contains(['*', '?', '[']) {
                    path.set_glob();
                }
                Take {
                    from: Source::Stage(facts.map_or_else(String::new, |facts| facts.stage.clone())),
                    there: facts.map_or(Answer::Unknown, |facts| facts.has_path(&path)),
                    ignored: false,
                    path,
                }
            }
            Origin::Elsewhere => Take {
                from: Source::Image,
                there: Answer::Unknown,
                ignored: false,
                path,
            },
        };
        let is_pattern = take.path.text().contains(['*', '?', '[']);
        if let (Source::Context, Some(known)) = (&take.from, take.path.as_known())
            && self.input.invocation.context_given
            && !is_pattern
        {
            take.there = self.input.context.has(known);
            take.ignored = take.there.is_known() && self.input.context.ignored(known);
        }
        Some(Effect {
            place: self.place(instruction, source.range.clone()),
            change: Change::Take(take),
        })
    }

    fn is_folder(&self, path: &str) -> bool {
        const FOLDERS: &[&str] = &[
            "/",
            "/tmp",
            "/opt",
            "/etc",
            "/usr/local/bin",
            "/usr/bin",
            "/root",
            "/home",
            "/run",
            "/var",
            "/srv",
            "/usr/local",
            "/usr/local/share",
            "/etc/apt/preferences.d",
            "/etc/apt/sources.list.d",
        ];
        FOLDERS.contains(&path)
            || self.facts.files.iter().any(|file| {
                (file.path.is(path) && file.kind == WriteKind::Folder) || path::below(path, &file.path)
            })
    }

    fn arrival(
        &self,
        instruction: &Instruction,
        source: &Word,
        origin: &Origin,
        target: &Value,
        into_folder: bool,
    ) -> Arrival {
        if let Some(heredoc) = instruction.heredocs.iter().find(|heredoc| {
            source.range.start <= heredoc.range.start && heredoc.range.end <= source.range.end
        }) {
            let name = Value::known(heredoc.name.clone());
            let path = if into_folder {
                path::join(target, &name)
            } else {
                target.clone()
            };
            return Arrival {
                path,
                kind: WriteKind::File,
                content: Content::Text(self.heredoc_text(heredoc)),
                from_context: None,
            };
        }
        let from = self.word(source);
        let text = from.text();
        if instruction.keyword == Keyword::Add && is_remote(text) {
            return self.fetched(&from, target, into_folder);
        }
        let cleaned = path::clean(&from);
        let name = path::name(&cleaned);
        let is_archive = instruction.keyword == Keyword::Add && is_archive(text);
        let is_whole_folder = matches!(name.text(), "." | ".." | "") || text.ends_with('/');
        let name = if is_archive || is_whole_folder {
            Value::unknown(COPIED)
        } else if name.text().contains(['*', '?', '[']) {
            Value::unknown(name.text())
        } else {
            name
        };
        let looks_like_folder = is_archive || is_whole_folder;
        // Of a folder, what is in it is copied, and not the folder.
        let spreads = into_folder && !looks_like_folder && self.may_be_folder(&cleaned, origin, target);
        let name = if spreads { Value::unknown(COPIED) } else { name };
        let path = if into_folder || is_archive {
            path::join(target, &name)
        } else {
            target.clone()
        };
        let (content, from_context, kind) = match origin {
            _ if looks_like_folder => (Content::Unknown, None, WriteKind::Tree),
            Origin::Context => self.of_context(&cleaned, &path),
            Origin::Stage(facts) => {
                let file = cleaned
                    .as_known()
                    .and_then(|path| facts.and_then(|facts| facts.files.at(path)));
                match file {
                    Some(file) => (file.content.clone(), None, file.kind.clone()),
                    None => (Content::Unknown, None, kind_by_name(&name)),
                }
            }
            Origin::Elsewhere => (Content::Unknown, None, kind_by_name(&name)),
        };
        Arrival {
            path,
            kind,
            content,
            from_context,
        }
    }

    /// Whether a source without an extension is a folder, or may be one where that matters: in a
    /// stage, and for folders that hold those of the system.
    fn may_be_folder(&self, source: &Value, origin: &Origin, target: &Value) -> bool {
        if let (Origin::Context, Some(path)) = (origin, source.as_known()) {
            match self.input.context.is_folder(path) {
                Answer::Known(()) => return true,
                Answer::Absent => return false,
                Answer::Unknown => {}
            }
        }
        if kind_by_name(&path::name(source)) == WriteKind::File {
            return false;
        }
        let into_system = matches!(
            target.as_known(),
            Some("/" | "/usr" | "/usr/local" | "/etc" | "/etc/apt" | "/opt" | "/var")
        );
        let may_be = into_system || path::name(source) == path::name(target);
        match origin {
            Origin::Stage(facts) => {
                let source = path::resolve(&Value::known("/"), &Value::known("~"), source);
                let file = source
                    .as_known()
                    .and_then(|path| facts.and_then(|facts| facts.files.at(path)));
                file.is_none_or(|file| matches!(file.kind, WriteKind::Folder))
            }
            Origin::Context => {
                let relative = source.as_known().map(|path| path.trim_start_matches('/'));
                may_be && !relative.is_some_and(|path| self.input.context.read(path).is_known())
            }
            Origin::Elsewhere => may_be,
        }
    }

    /// A file of the context: its text is read where its place in the image gives it a meaning.
    fn of_context(&self, source: &Value, target: &Value) -> (Content, Option<String>, WriteKind) {
        let kind = kind_by_name(&path::name(source));
        let Some(known) = source.as_known() else {
            return (Content::Unknown, None, kind);
        };
        let relative = known.trim_start_matches('/').to_owned();
        let matters = target.as_known().is_some_and(is_read_by_rules);
        if !matters {
            return (Content::Unknown, Some(relative), kind);
        }
        match self.read_context(&relative) {
            Some(text) => (Content::Text(Value::known(text)), Some(relative), WriteKind::File),
            None => (Content::Unknown, Some(relative), kind),
        }
    }

    /// The text of a file in the context; none if it is missing, large, ignored or no text.
    pub(super) fn read_context(&self, path: &str) -> Option<String> {
        if self.input.context.ignored(path) {
            return None;
        }
        match self.input.context.read(path) {
            Answer::Known(bytes) if !bytes.contains(&0) => String::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    fn fetched(&self, url: &Value, target: &Value, into_folder: bool) -> Arrival {
        let is_repository = url.text().ends_with(".git") || url.text().contains(".git#");
        let kind = if is_repository {
            WriteKind::Tree
        } else {
            WriteKind::File
        };
        let end = url.text().find(['?', '#']).unwrap_or(url.text().len());
        let name = path::name(&url.slice(0..end));
        let path = if into_folder && !name.is_empty() {
            path::join(target, &name)
        } else {
            target.clone()
        };
        Arrival {
            path,
            kind,
            content: Content::Fetched(url.clone()),
            from_context: None,
        }
    }

    /// The body of a heredoc as a file gets it.
    pub(super) fn heredoc_text(&self, heredoc: &crate::syntax::Heredoc) -> Value {
        let bytes = self.input.source.slice(heredoc.body);
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        if heredoc.chomp {
            text = text
                .split_inclusive('\n')
                .map(|line| line.trim_start_matches('\t'))
                .collect();
        }
        if heredoc.expand {
            return super::words::heredoc_body(&text, &self.facts.config);
        }
        Value::known(text)
    }
}

/// How the content of a copied folder is told, whose names nobody lists.
const COPIED: &str = "${copied}";

struct Arrival {
    path: Value,
    kind: WriteKind,
    content: Content,
    from_context: Option<String>,
}

fn plain(text: &str) -> Word {
    Word {
        text: text.to_owned(),
        range: 0..0,
    }
}

fn is_remote(source: &str) -> bool {
    ["http://", "https://", "git@", "git://", "ssh://", "ftp://"]
        .iter()
        .any(|scheme| source.starts_with(scheme))
}

fn is_archive(source: &str) -> bool {
    [
        ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst",
    ]
    .iter()
    .any(|ending| source.ends_with(ending))
}

/// A name with an extension is most likely a file; what else it is, is open.
fn kind_by_name(name: &Value) -> WriteKind {
    match name.text().rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && !extension.is_empty() => WriteKind::File,
        _ => WriteKind::Tree,
    }
}

/// Places where the text of a file is a fact that rules ask for.
fn is_read_by_rules(path: &str) -> bool {
    path.starts_with("/etc/")
        || path.starts_with("/usr/lib/systemd/")
        || path.starts_with("/lib/systemd/")
        || path.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
}
