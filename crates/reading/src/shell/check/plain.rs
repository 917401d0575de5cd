//! Scripts in which nothing can be found, told apart before the linter is asked: well-known programs and
//! scripts of one's own in a chain of `&&`, with words of which it is known what a shell makes of them, and
//! a line that `echo` writes to a file. Four fifths of all RUN bodies are of this kind, and the linter takes
//! longer for one of them than this does for a hundred.
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
    "ansible-playbook",
    "ant",
    "apk",
    "apk-install",
    "apt",
    "apt-add-repository",
    "apt-get",
    "apt-get-install",
    "apt-key",
    "apt-mark",
    "autoreconf",
    "bash",
    "bower",
    "bundle",
    "cabal",
    "cargo",
    "cd",
    "chgrp",
    "chkconfig",
    "chmod",
    "chown",
    "clean-install",
    "cmake",
    "composer",
    "conda",
    "configure",
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
    "dpkg-divert",
    "dpkg-reconfigure",
    "easy_install",
    "echo",
    "elasticsearch-plugin",
    "gcloud",
    "gem",
    "git",
    "glide",
    "go",
    "gpg",
    "gradle",
    "groupadd",
    "grunt",
    "gulp",
    "gunzip",
    "gzip",
    "helm",
    "install",
    "install-plugins.sh",
    "java",
    "keytool",
    "ldconfig",
    "lein",
    "ln",
    "locale-gen",
    "localedef",
    "logstash-plugin",
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
    "openssl",
    "pacman",
    "passwd",
    "pecl",
    "perl",
    "php",
    "php5enmod",
    "phpenmod",
    "pip",
    "pip2",
    "pip3",
    "pipenv",
    "pnpm",
    "poetry",
    "puppet",
    "pyenv",
    "python",
    "python3",
    "rake",
    "rbenv",
    "rm",
    "rmdir",
    "rpm",
    "rsync",
    "sbt",
    "sdkmanager",
    "sed",
    "service",
    "set",
    "sh",
    "stack",
    "svn",
    "systemctl",
    "tar",
    "touch",
    "true",
    "unzip",
    "update-alternatives",
    "update-ca-certificates",
    "update-java-alternatives",
    "update-locale",
    "update-rc.d",
    "updatedb",
    "useradd",
    "usermod",
    "virtualenv",
    "wget",
    "yarn",
    "yum",
];

/// What `set` may be given.
const SET_OPTIONS: &[&str] = &["-e", "-ex", "-u", "-x", "-xe"];

/// Variables that are set for a command alone: `DEBIAN_FRONTEND=noninteractive apt-get …`.
pub(super) const SET_FOR_ONE: &[&str] = &["CGO_ENABLED", "DEBIAN_FRONTEND", "GO111MODULE", "LC_ALL"];

/// Signs that stand in quotes where `echo` prints them, and may mean something to other programs.
const PRINTED: &[u8] = b"'()[]*#~^?";

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
        may_write: true,
    };
    let mut fed_by: Option<&[u8]> = None;
    loop {
        let Some(command) = reader.command() else {
            return false;
        };
        let program = command.program;
        let is_known = match fed_by {
            Some(before) => is_one_of(DOWNLOADERS, before) && is_one_of(READERS, program),
            None => is_one_of(PROGRAMS, program) || program.ends_with(b".sh") || is_known_by_path(program),
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

/// Whether a program that is named by its path is a known one. The linter knows a few by their last name,
/// whose words count then.
fn is_known_by_path(program: &[u8]) -> bool {
    let name = memchr::memrchr(b'/', program).map(|slash| &program[slash + 1..]);
    name.is_some_and(|name| is_one_of(PROGRAMS, name) && !matches!(name, b"echo" | b"rm" | b"set"))
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
    /// Whether `echo` may write to a file: once in a script, for where it does so again and again there is
    /// something to say.
    may_write: bool,
}

impl<'t> Reader<'t, '_> {
    /// The next command; none where a word of it is not plain.
    fn command(&mut self) -> Option<Command<'t>> {
        let mut program: Option<&[u8]> = None;
        let mut is_sudo = false;
        let mut is_set_for_one = false;
        let mut has_variable = false;
        loop {
            let blanks = self.rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
            let (blanks, rest) = self.rest.split_at(blanks.count());
            self.rest = rest;
            let end = match self.rest {
                [] => Some((End::Text, 0)),
                [b'&', b'&', ..] => Some((End::And, 2)),
                [b'|', b'|', ..] => return None,
                [b'|', ..] => Some((End::Pipe, 1)),
                _ => None,
            };
            if let Some((end, length)) = end {
                self.rest = &self.rest[length..];
                // What is set for the command is not there yet where its words are expanded.
                let program = program.filter(|_| !(is_set_for_one && has_variable));
                return program.map(|program| Command {
                    program,
                    has_variable,
                    end,
                });
            }
            // Of several blanks `echo` prints one.
            if program == Some(b"echo") && !matches!(blanks, b"" | b" ") {
                return None;
            }
            let is_echo = program == Some(b"echo") && !is_sudo;
            if self.rest[0] == b'>' {
                self.written().filter(|()| is_echo)?;
                continue;
            }
            let is_bare = !matches!(self.rest.first(), Some(b'"' | b'\''));
            let (word, variables) = match is_bare {
                true => self.bare()?,
                false => self.quoted(if is_echo { PRINTED } else { b"" })?,
            };
            has_variable |= variables > 0;
            match program {
                Some(_) if is_one_of(RESERVED, word) => return None,
                Some(b"echo") if word[0] == b'-' => return None,
                Some(b"set") if !is_one_of(SET_OPTIONS, word) => return None,
                Some(_) => {}
                // A program by a name that is not written out may be any.
                None if !is_bare || variables > 0 || word.contains(&b'*') => return None,
                None if !is_sudo && word == b"sudo" => is_sudo = true,
                None if !is_sudo && is_set_for(word) => is_set_for_one = true,
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
                // A number that touches it would be a descriptor.
                b'>' if !all[..at].iter().all(u8::is_ascii_digit) => break,
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

    /// A file that is written to, by its path, so that no program is meant.
    fn written(&mut self) -> Option<()> {
        let is_first = std::mem::take(&mut self.may_write);
        let signs = self.rest.iter().take_while(|byte| **byte == b'>').count();
        self.rest = &self.rest[signs..];
        let blanks = self.rest.iter().take_while(|byte| **byte == b' ').count();
        self.rest = &self.rest[blanks..];
        let (word, variables) = self.bare()?;
        let is_path = word.contains(&b'/') && !word.contains(&b'*') && variables == 0;
        (is_first && signs <= 2 && is_path).then_some(())
    }

    /// A word that stands in quotes as a whole, with these signs beside those that mean nothing: what is in
    /// the quotes, and how many variables.
    fn quoted(&mut self, others: &[u8]) -> Option<(&'t [u8], usize)> {
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
                byte if is_plain_sign(byte) || b" |&;<>".contains(&byte) || others.contains(&byte) => at += 1,
                _ => return None,
            }
        }
        self.rest = &all[at + 1..];
        let is_whole = matches!(self.rest.first(), None | Some(b' ' | b'\t' | b'>'));
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

/// Whether a word sets one of the variables that commands are given.
fn is_set_for(word: &[u8]) -> bool {
    // Where nothing stands behind the `=`, a blank was most likely not meant.
    let equals = memchr::memchr(b'=', word).filter(|equals| equals + 1 < word.len());
    equals.is_some_and(|equals| is_one_of(SET_FOR_ONE, &word[..equals]))
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
            scripts.push(format!(
                "set -ex && /usr/local/bin/{program} {words} && ./a/{program} {variables}"
            ));
            scripts.push(format!("DEBIAN_FRONTEND=noninteractive {program} {words}"));
            scripts.push(format!(
                "{program} a && echo \"a (b) [c] 'd'\" >> /etc/a && {program} {words}"
            ));
        }
        for options in SET_OPTIONS {
            scripts.push(format!("set {options}"));
            scripts.push(format!("set {options} && cd /a && apt-get update && cd b"));
        }
        for name in SET_FOR_ONE {
            scripts.push(format!("{name}=a.b make a && {name}=1 go build ./..."));
        }
        for (signs, end) in [(">", ""), (">>", " && rm -rf /a/b"), (" > ", " && cat.sh /a/b")] {
            for printed in [
                "deb http://a/b c main",
                "\"deb [arch=b] http://a/b $NAME main # (c)\"",
                "'a ~ b* ^c? (d) [e] #f'",
                "\"it's\" a=b",
                "$NAME",
                "\"a$NAME\"",
                "",
            ] {
                scripts.push(format!("echo {printed}{signs}/a/b{end}"));
                scripts.push(format!(
                    "mkdir a && echo {printed} && echo {printed}{signs}/a/b{end}"
                ));
            }
        }
        for script in ["/a.sh", "./a/b.sh", "a.sh"] {
            scripts.push(format!("{script} {words} $NAME \"$NAME\""));
            scripts.push(format!("cd a && sudo {script} $NAME && {script}"));
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
        for list in [
            PROGRAMS,
            DOWNLOADERS,
            READERS,
            RESERVED,
            NO_SCALARS,
            SET_OPTIONS,
            SET_FOR_ONE,
        ] {
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
            "set -ex && ./configure --a && /usr/bin/make",
            "echo \"deb [a=b] http://c $VERSION main\" >>/etc/apt/sources.list.d/a.list && apt-get update",
            "DEBIAN_FRONTEND=noninteractive apt-get install -y a",
            "bash /a/b.sh && ./c.sh",
        ] {
            assert!(is_plain(text, &["VERSION"]), "{text}");
        }
        for text in [
            "echo -e a",
            "echo a  b",
            "echo \"a\"\tb >/c",
            "echo 'a\\b'",
            "echo a >b",
            "echo a 2>/b",
            "echo a >>/b && echo c >>/b",
            "echo a >/b/*",
            "echo a >>>/b",
            "sudo echo a >/b",
            "make >/b",
            "echo a <b",
            "/bin/echo a",
            "/bin/rm -rf /a",
            "set -o pipefail",
            "PATH=/a make",
            "DEBIAN_FRONTEND=a",
            "LC_ALL=a make $VERSION",
            "LC_ALL= make",
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
