//! Scripts in which nothing can be found, told apart before the linter is asked: well-known programs in a
//! chain of `&&`, with words of which it is known what a shell makes of them. Two thirds of all RUN
//! bodies are of this kind, and the linter takes longer for one of them than this does for a hundred.
//!
//! A test asks the linter about each program with each kind of word, and about real scripts.

/// Programs about whose words ShellCheck says nothing.
const PROGRAMS: &[&str] = &[
    "a2dismod",
    "a2dissite",
    "a2enmod",
    "a2ensite",
    "add-apt-repository",
    "addgroup",
    "adduser",
    "ant",
    "apk",
    "apt",
    "apt-get",
    "apt-key",
    "apt-mark",
    "bower",
    "bundle",
    "cabal",
    "cargo",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "cmake",
    "composer",
    "conda",
    "cp",
    "cpanm",
    "curl",
    "delgroup",
    "deluser",
    "dnf",
    "docker-php-ext-configure",
    "docker-php-ext-enable",
    "docker-php-ext-install",
    "dotnet",
    "dpkg",
    "gcloud",
    "gem",
    "git",
    "go",
    "gpg",
    "gradle",
    "groupadd",
    "gunzip",
    "gzip",
    "helm",
    "java",
    "ldconfig",
    "ln",
    "locale-gen",
    "luarocks",
    "make",
    "microdnf",
    "mix",
    "mkdir",
    "mv",
    "mvn",
    "ninja",
    "node",
    "npm",
    "npx",
    "opam",
    "passwd",
    "pecl",
    "php",
    "phpenmod",
    "pip",
    "pip2",
    "pip3",
    "pnpm",
    "poetry",
    "pyenv",
    "python",
    "python3",
    "rm",
    "rpm",
    "service",
    "stack",
    "svn",
    "systemctl",
    "tar",
    "touch",
    "unzip",
    "update-alternatives",
    "update-ca-certificates",
    "update-rc.d",
    "useradd",
    "usermod",
    "virtualenv",
    "wget",
    "yarn",
    "yum",
];

/// Programs whose output may go into a pipe.
const DOWNLOADERS: &[&str] = &["curl", "wget"];

/// Programs that read what is downloaded.
const READERS: &[&str] = &[
    "apt-key", "bash", "gpg", "gunzip", "gzip", "php", "python", "python3", "sh", "tar",
];

/// Words that shells know, which ShellCheck asks about where they stand among others.
const RESERVED: &[&str] = &[
    "..", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while",
];

/// Names that bash keeps arrays in: what an image sets under such a name is not what a script gets.
const NO_SCALARS: &[&str] = &[
    "DIRSTACK",
    "FUNCNAME",
    "GROUPS",
    "IFS",
    "MAPFILE",
    "PIPESTATUS",
    "READLINE",
];

/// Whether nothing can be found in a script that begins with these names set.
pub fn is_plain(text: &str, names: &[&str]) -> bool {
    let mut reader = Reader {
        rest: text.as_bytes(),
        names,
    };
    let mut fed_by: Option<&[u8]> = None;
    loop {
        let Some(command) = reader.command() else {
            return false;
        };
        let program = command.program;
        let is_known = match fed_by {
            Some(before) => is_one_of(DOWNLOADERS, before) && is_one_of(READERS, program),
            None => is_one_of(PROGRAMS, program),
        };
        // Nothing may be left of a path but what stands behind a variable in it.
        if !is_known || command.has_variable && program == b"rm" {
            return false;
        }
        match command.end {
            End::Text => return true,
            End::And => fed_by = None,
            End::Pipe if fed_by.is_none() => fed_by = Some(program),
            End::Pipe => return false,
        }
    }
}

fn is_one_of(list: &[&str], word: &[u8]) -> bool {
    list.binary_search_by(|known| known.as_bytes().cmp(word)).is_ok()
}

/// A command of plain words.
struct Command<'t> {
    /// Its first word, or the one after `sudo`.
    program: &'t [u8],
    /// Whether a variable stands in a word.
    has_variable: bool,
    end: End,
}

/// What comes after a command.
enum End {
    Text,
    And,
    Pipe,
}

/// A script while it is read.
struct Reader<'t, 'n> {
    rest: &'t [u8],
    names: &'n [&'n str],
}

impl<'t> Reader<'t, '_> {
    /// The next command; none where a word of it is not plain.
    fn command(&mut self) -> Option<Command<'t>> {
        let mut program: Option<&[u8]> = None;
        let mut is_sudo = false;
        let mut has_variable = false;
        loop {
            let blanks = self.rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
            self.rest = &self.rest[blanks.count()..];
            let end = match self.rest {
                [] => Some((End::Text, 0)),
                [b'&', b'&', ..] => Some((End::And, 2)),
                [b'|', b'|', ..] => return None,
                [b'|', ..] => Some((End::Pipe, 1)),
                _ => None,
            };
            if let Some((end, length)) = end {
                self.rest = &self.rest[length..];
                return program.map(|program| Command {
                    program,
                    has_variable,
                    end,
                });
            }
            let is_bare = !matches!(self.rest.first(), Some(b'"' | b'\''));
            let (word, variables) = match is_bare {
                true => self.bare()?,
                false => self.quoted()?,
            };
            has_variable |= variables > 0;
            match program {
                Some(_) if is_one_of(RESERVED, word) => return None,
                Some(_) => {}
                // A program by a name that is not written out may be any.
                None if !is_bare || variables > 0 || word.contains(&b'*') => return None,
                None if !is_sudo && word == b"sudo" => is_sudo = true,
                None => program = Some(word),
            }
        }
    }

    /// A word without quotes, and how many variables stand in it. A pattern stands in it only behind
    /// something else, where it cannot become an option.
    fn bare(&mut self) -> Option<(&'t [u8], usize)> {
        let all = self.rest;
        let mut variables = 0;
        let mut at = 0;
        while let Some(&byte) = all.get(at) {
            match byte {
                b' ' | b'\t' | b'&' | b'|' => break,
                b'$' => {
                    at += self.variable(&all[at..])?;
                    variables += 1;
                    continue;
                }
                b'*' => {
                    let before = all[..at].last()?;
                    let is_behind = before.is_ascii_alphanumeric() || b"./_-".contains(before);
                    if !is_behind || all[0] == b'-' || all[..at].contains(&b'=') {
                        return None;
                    }
                }
                _ if is_plain_sign(byte) => {}
                _ => return None,
            }
            at += 1;
        }
        self.rest = &all[at..];
        (at > 0).then_some((&all[..at], variables))
    }

    /// A word that stands in quotes as a whole: what is in them, and how many variables.
    fn quoted(&mut self) -> Option<(&'t [u8], usize)> {
        let (&quote, all) = self.rest.split_first()?;
        let mut variables = 0;
        let mut at = 0;
        loop {
            match *all.get(at)? {
                byte if byte == quote => break,
                b'$' if quote == b'"' => {
                    at += self.variable(&all[at..])?;
                    variables += 1;
                }
                byte if is_plain_sign(byte) || b" |&;<>".contains(&byte) => at += 1,
                _ => return None,
            }
        }
        self.rest = &all[at + 1..];
        let is_whole = matches!(self.rest.first(), None | Some(b' ' | b'\t'));
        (at > 0 && is_whole).then_some((&all[..at], variables))
    }

    /// How long `$NAME` or `${NAME}` is, of a name that is set.
    fn variable(&self, text: &[u8]) -> Option<usize> {
        let is_braced = text.get(1) == Some(&b'{');
        let start = 1 + usize::from(is_braced);
        let signs = text.get(start..)?.iter();
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        let end = start + signs.take_while(is_name).count();
        if is_braced && text.get(end) != Some(&b'}') {
            return None;
        }
        let name = &text[start..end];
        let is_set = self.names.iter().any(|set| set.as_bytes() == name);
        let is_scalar =
            !name.starts_with(b"BASH") && !name.starts_with(b"COMP") && !is_one_of(NO_SCALARS, name);
        (is_set && is_scalar).then_some(end + usize::from(is_braced))
    }
}

/// Signs that mean nothing to a shell within a word.
fn is_plain_sign(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._/=:@%+,-".contains(&byte)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Scripts of every program with every kind of word.
    pub fn every_kind() -> Vec<String> {
        let words = "-y --a=b a.b/c:d@e%f+g,h /a/b/* ./a*.b \"a b; c | d\" 'a>=1, <2 && b'";
        let mut scripts = Vec::new();
        for program in PROGRAMS {
            let variables = match *program {
                "rm" => "",
                _ => "$NAME ${NAME} a-$NAME.b/${NAME}_x --a=$NAME \"$NAME\" \"a ${NAME}/b\"",
            };
            scripts.push(format!("{program} {words} {variables}"));
            scripts.push(format!(
                "{program} && sudo {program} a {words} && {program} {variables}"
            ));
            scripts.push(format!("mkdir -p a && {program} a"));
        }
        for downloader in DOWNLOADERS {
            for reader in READERS {
                scripts.push(format!(
                    "{downloader} -a https://a/$NAME | {reader} - && {reader} a"
                ));
                scripts.push(format!(
                    "cd a && {downloader} \"https://a\"|sudo {reader} -x $NAME"
                ));
                scripts.push(format!("{downloader} https://a/b | {reader}"));
            }
        }
        scripts
    }

    #[test]
    fn the_lists_are_sorted() {
        for list in [PROGRAMS, DOWNLOADERS, READERS, RESERVED, NO_SCALARS] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn only_well_known_programs_with_plain_words_are() {
        for text in [
            "apt-get update && apt-get install -y --no-install-recommends a=1.2-3 b",
            "apt-get clean && rm -rf /var/lib/apt/lists/* /tmp/*",
            "sudo pip install 'a>=1' \"b<2\" c==$VERSION",
            "curl -sL https://a/${VERSION}.tgz | tar -xz -C /opt",
        ] {
            assert!(is_plain(text, &["VERSION"]), "{text}");
        }
        for text in [
            "echo a",
            "cd a; make",
            "rm *",
            "rm -rf /$VERSION",
            "make -j$(nproc)",
            "cd a && cd ..",
            "cd a && cd \"..\"",
            "mkdir a &",
            "mkdir a & & mkdir b",
            "mkdir a || true",
            "",
            "sudo",
            "mkdir a &&",
            "make do",
            "make $OTHER",
            "make $",
            "make ${VERSION",
            "make ${VERSION:-1}",
            "make '$VERSION'",
            "make \"a\"b",
            "make a\"b\"",
            "make \"a",
            "make \"\"",
            "$VERSION a",
            "make a | tar b",
            "curl a | tar b | tar c",
            "curl a | mkdir b",
            "curl a || tar b",
        ] {
            assert!(!is_plain(text, &["VERSION"]), "{text}");
        }
    }
}
