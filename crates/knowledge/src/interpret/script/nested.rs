//! Scripts in scripts: functions, `sh -c`, files that are run, installers from the net.

use super::*;

impl Runner<'_, '_> {
    /// A function of the script: its commands, in its place.
    pub(super) fn function(&mut self, shell: &mut Shell, ready: &Ready, name: &str) {
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        let script = shell.script;
        for (number, command) in script.commands.iter().enumerate() {
            if command.function.as_deref() == Some(name) {
                // The body is on no branch once the function is called, as far as can be told
                // without following its own conditions.
                let guarded = !command.guards.is_empty() || !command.loops.is_empty();
                let mut called = command.clone();
                if !guarded {
                    called.runs = Runs::Always;
                }
                called.function = None;
                self.command(shell, number, &called, ready.certainty, ready.tolerated);
            }
        }
        self.depth -= 1;
    }

    /// `sh -c TEXT`, `bash FILE`, `… | sh`, `bash <<EOF`; false if it is none of these.
    pub(super) fn shell_program(
        &mut self,
        shell: &mut Shell,
        ready: &Ready,
        unwrapped: &Unwrapped,
        frame: &Frame,
    ) -> bool {
        let words = &unwrapped.words;
        let mut rest = words.iter().skip(1);
        let mut commands = false;
        let mut login = false;
        let mut operand = None;
        while let Some((word, place)) = rest.next() {
            let text = word.text();
            if let Some(letters) = text.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                login |= letters == "-login" || !letters.starts_with('-') && letters.contains(['l', 'i']);
                if text == "-o" || text == "+o" || text == "--rcfile" || text == "--init-file" {
                    rest.next();
                }
                // With `-s` the script is standard input, and what follows are its arguments.
                if !letters.starts_with('-') && letters.contains('s') {
                    operand = None;
                    break;
                }
                commands |= !letters.starts_with('-') && letters.contains('c');
                continue;
            }
            if text.starts_with('+') {
                continue;
            }
            operand = Some((word.clone(), place.clone()));
            break;
        }
        let mut inner = frame.clone();
        inner.pipefail = sets_pipefail(&words[1..]).unwrap_or(false);
        if login {
            inner.lose_search();
        }
        match operand {
            Some((script, place)) if commands => {
                self.finish(shell, ready, frame, clone_words(unwrapped), Effects::default());
                self.nested(shell, ready, &script, &place, inner);
            }
            Some((file, place)) if !file.is("-") => {
                let path = path::resolve(&frame.folder, &frame.home, &file);
                let ran = path
                    .as_known()
                    .is_some_and(|path| self.script_file(path, &place, frame));
                if !ran {
                    let mut effects = Effects::default();
                    let fetched = self.fetched_from(&path);
                    let url = url_in(file.text()).map(str::to_owned).or(fetched);
                    let installs = url.is_some_and(|url| {
                        self.installer(&url, ready, unwrapped, frame, &place, &mut effects)
                    });
                    if !installs {
                        effects.opaque(&place, reach(&frame.user), format!("the script `{file}`"));
                    }
                    self.finish(shell, ready, frame, clone_words(unwrapped), effects);
                }
            }
            _ => self.piped_script(shell, ready, unwrapped, frame),
        }
        true
    }

    /// A script that a shell reads from standard input.
    pub(super) fn piped_script(
        &mut self,
        shell: &mut Shell,
        ready: &Ready,
        unwrapped: &Unwrapped,
        frame: &Frame,
    ) {
        let is_heredoc = |redirect: &&Redirect| matches!(redirect.kind, RedirectKind::Heredoc { .. });
        if let Some(redirect) = ready.command.redirects.iter().find(is_heredoc)
            && let Some(script) = shell::read_heredoc(redirect, shell.text, shell.dialect)
        {
            self.finish(shell, ready, frame, clone_words(unwrapped), Effects::default());
            self.script(&script, shell.text, shell.dialect, shell.placed, frame.clone());
            return;
        }
        if let Some(text) = ready.stdin.as_ref().and_then(Value::as_known) {
            let placed = Placed::Fixed(ready.place.clone());
            self.text(text, shell.dialect, &placed, frame.clone());
            return;
        }
        let mut effects = Effects::default();
        let source = ready
            .command
            .reads_from
            .and_then(|number| shell.script.commands.get(number));
        let url = source.and_then(|command| {
            let names = self.names(shell, command);
            command.words.iter().find_map(|word| {
                let value = words::assigned(word, &names);
                let url = url_in(value.text())?.to_owned();
                Some((url, shell.placed.place(word.range.clone())))
            })
        });
        let installs = url
            .is_some_and(|(url, place)| self.installer(&url, ready, unwrapped, frame, &place, &mut effects));
        if !installs && (ready.command.reads_from.is_some() || ready.stdin.is_some()) {
            effects.opaque(&ready.place, reach(&frame.user), "a script from the net");
        }
        self.finish(shell, ready, frame, clone_words(unwrapped), effects);
    }

    /// A script in a word.
    pub(super) fn nested(
        &mut self,
        shell: &mut Shell,
        ready: &Ready,
        script: &Value,
        place: &Place,
        frame: Frame,
    ) {
        let mut effects = Effects::default();
        if let Some(url) = url_in(script.text())
            && script.known_prefix().is_empty()
        {
            // `sh -c "$(curl …)"`.
            let words = Unwrapped::default();
            if !self.installer(url, ready, &words, &frame, place, &mut effects) {
                effects.opaque(place, reach(&frame.user), "a script from the net");
            }
            let step = self.step(&frame, place, None);
            let fetched = Some((Value::known(url), place.clone()));
            self.take(Step { fetched, ..step }, effects);
            return;
        }
        let word = ready
            .command
            .words
            .iter()
            .find(|word| shell.placed.place(word.range.clone()) == *place);
        if let Some(word) = word
            && let Some(inner) = shell::read_word(word, shell.text, shell.dialect)
        {
            self.script(&inner, shell.text, shell.dialect, shell.placed, frame);
            return;
        }
        if let (Args::Json(words), true) = (&self.instruction.args, shell.text.is_empty()) {
            let instruction = self.instruction;
            let word = words
                .iter()
                .find(|word| self.place_of(word.range.clone()) == *place);
            let raw = word.and_then(|word| {
                let text = instruction.text.text();
                let raw = text.get(word.range.start as usize..word.range.end as usize)?;
                Some((raw.strip_prefix('"')?.strip_suffix('"')?, word.range.start + 1))
            });
            let path: Arc<str> = Arc::clone(self.walk.input.path);
            let placed = match raw {
                Some((raw, start)) if raw == script.text() => Placed::Joined {
                    path: &path,
                    joined: &instruction.text,
                    start,
                    bodies: Vec::new(),
                },
                _ => Placed::Word(place.clone()),
            };
            self.text(script.text(), shell.dialect, &placed, frame);
            return;
        }
        let placed = Placed::Fixed(place.clone());
        self.text(script.text(), shell.dialect, &placed, frame);
    }

    /// A file that is run as a script, if its text is known; false if it is not.
    pub(super) fn script_file(&mut self, path: &str, place: &Place, frame: &Frame) -> bool {
        let known = self
            .walk
            .facts
            .files
            .at(path)
            .and_then(|file| file.content.text())
            .map(|text| text.text().to_owned());
        let text = match known {
            Some(text) => text,
            None => {
                let from = self.walk.from_context.get(path).cloned();
                let read = from.and_then(|from| self.walk.read_context(&from));
                match read {
                    Some(text) => text,
                    None => return false,
                }
            }
        };
        let Some(first) = text.lines().next() else {
            return true;
        };
        let program = match first.strip_prefix("#!") {
            Some(line) => {
                let name = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
                let mut words = line.split_whitespace();
                let program = words.next().map(name).unwrap_or_default();
                if program == "env" {
                    words.next().map(name).unwrap_or_default()
                } else {
                    program
                }
            }
            None => "sh".to_owned(),
        };
        let Some(dialect) = shell::dialect(&[program]) else {
            return false;
        };
        self.text(&text, dialect, &Placed::Fixed(place.clone()), frame.clone());
        true
    }
}
