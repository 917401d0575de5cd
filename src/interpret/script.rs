//! A script, command by command: folder, variables and users as the shell has them, tools asked
//! for their effects, scripts in scripts followed as far as their text is known.

use std::ops::Range;
use std::sync::Arc;

use crate::context::Answer;
use crate::facts::{
    Around, Change, Content, Effect, Facts, NameKind, Program, Reach, Step, Value, Write, WriteKind, path,
};
use crate::finding::{Certainty, Place};
use crate::interpret::run::{content, without_mounted};
use crate::interpret::tested;
use crate::interpret::words::{self, ShellNames};
use crate::interpret::wrappers::{self, Unwrapped};
use crate::interpret::{Walk, output};
use crate::shell::{self, Command, Dialect, Failure, Redirect, RedirectKind, Runs, Script, ShellWord};
use crate::syntax::{Instruction, Joined};
use crate::tools::{self, Call, Effects, Known};

/// How deep scripts may call scripts.
const DEEPEST: usize = 8;

/// How many commands one instruction may run in all, functions and scripts included.
const MOST_COMMANDS: usize = 20_000;

/// What holds when a script begins.
#[derive(Clone)]
pub(super) struct Frame {
    pub user: Value,
    pub home: Value,
    pub folder: Value,
    pub variables: Vec<(String, Value)>,
    pub certainty: Certainty,
    pub tolerated: bool,
    /// Names of commands that were tested on the way.
    pub tested: Vec<String>,
    /// Whether it runs because another command failed.
    pub is_fallback: bool,
}

impl Frame {
    /// Says that PATH may be anything: a start-up file has changed it, or a login shell reads one.
    pub(super) fn lose_search(&mut self) {
        self.variables
            .push(("PATH".to_owned(), Value::unknown("${PATH}")));
    }
}

/// Where the text of a script stands.
pub(super) enum Placed<'p> {
    /// All of it is told at one place: a script from elsewhere, at the word that runs it.
    Fixed(Place),
    /// In a row in the file.
    Straight { path: &'p Arc<str>, start: u32 },
    /// The joined text of an instruction, then the bodies of its heredocs.
    Joined {
        path: &'p Arc<str>,
        joined: &'p Joined,
        start: u32,
        bodies: Vec<(u32, u32)>,
    },
}

/// Runs the scripts of one instruction.
pub(super) struct Runner<'r, 'a> {
    pub walk: &'r mut Walk<'a>,
    index: usize,
    instruction: &'r Instruction,
    around: Arc<Around>,
    depth: usize,
    commands: usize,
}

/// Folder and variables of a scope.
type ScopeState = (Value, Vec<(String, Value)>);

/// The state of one shell while its script runs.
struct Shell<'s> {
    script: &'s Script,
    text: &'s str,
    dialect: Dialect,
    placed: &'s Placed<'s>,
    frame: Frame,
    /// Folder and variables of each scope, once something has run in it.
    scopes: Vec<Option<ScopeState>>,
    /// What each command is known to print.
    outputs: Vec<Option<Value>>,
    /// Blocks whose redirect has been opened.
    opened: Vec<usize>,
}

/// Looks names up for one command.
struct Names<'n> {
    facts: &'n Facts,
    shell: &'n Shell<'n>,
    scope: usize,
    loops: &'n [usize],
}

impl ShellNames for Names<'_> {
    fn variable(&self, name: &str) -> Answer<Value> {
        let script = self.shell.script;
        if self
            .loops
            .iter()
            .any(|index| script.loops[*index].variable == name)
        {
            return Answer::Unknown;
        }
        let (folder, variables) = self.shell.scope(self.scope);
        if let Some((_, value)) = variables.iter().rev().find(|(known, _)| known == name) {
            return Answer::Known(value.clone());
        }
        match name {
            "HOME" => Answer::Known(self.shell.frame.home.clone()),
            "PWD" => Answer::Known(folder.clone()),
            _ => match self.facts.config.variable(name) {
                Answer::Known(value) => Answer::Known(value.clone()),
                Answer::Absent | Answer::Unknown => Answer::Unknown,
            },
        }
    }

    fn output(&self, commands: Range<usize>) -> Option<Value> {
        let last = commands.clone().next_back()?;
        // Only what the last command prints counts, if the others print nothing or into it.
        let printed = self.shell.outputs.get(last)?.clone()?;
        let text = printed.text().trim_end_matches('\n').len();
        Some(printed.slice(0..text))
    }
}

impl Shell<'_> {
    /// Folder and variables of a scope, or of the nearest one around it.
    fn scope(&self, scope: usize) -> (&Value, &[(String, Value)]) {
        let mut scope = scope;
        loop {
            if let Some(Some((folder, variables))) = self.scopes.get(scope) {
                return (folder, variables);
            }
            let parent = self.script.scopes.get(scope).copied().unwrap_or(0);
            if parent == scope {
                return (&self.frame.folder, &self.frame.variables);
            }
            scope = parent;
        }
    }

    fn scope_mut(&mut self, scope: usize) -> &mut ScopeState {
        let inherited = || {
            let (folder, variables) = self.scope(scope);
            (folder.clone(), variables.to_vec())
        };
        let state = match self.scopes.get(scope) {
            Some(Some(_)) => None,
            _ => Some(inherited()),
        };
        if self.scopes.len() <= scope {
            self.scopes.resize(scope + 1, None);
        }
        let place = &mut self.scopes[scope];
        if let Some(state) = state {
            *place = Some(state);
        }
        place.get_or_insert_with(|| (Value::new(), Vec::new()))
    }

    fn set(&mut self, scope: usize, name: &str, value: Value) {
        let variables = &mut self.scope_mut(scope).1;
        variables.retain(|(known, _)| known != name);
        variables.push((name.to_owned(), value));
    }
}

/// One command, ready to run.
struct Ready<'c> {
    command: &'c Command,
    number: usize,
    certainty: Certainty,
    tolerated: bool,
    stdin: Option<Value>,
    place: Place,
}

impl<'r, 'a> Runner<'r, 'a> {
    pub(super) fn new(
        walk: &'r mut Walk<'a>,
        index: usize,
        instruction: &'r Instruction,
        around: Arc<Around>,
    ) -> Self {
        Self {
            walk,
            index,
            instruction,
            around,
            depth: 0,
            commands: 0,
        }
    }

    /// A place of the instruction's own text.
    pub(super) fn place_of(&self, range: Range<u32>) -> Place {
        self.walk.place(self.instruction, range)
    }

    /// A script in a language that is not a shell's.
    pub(super) fn foreign(&mut self, language: &str, frame: &Frame) {
        let place = self.walk.whole_place(self.instruction);
        let why = format!("a script for {language}");
        let mut effects = Effects::default();
        effects.opaque(&place, reach(&frame.user), why);
        let step = self.step(frame, &frame.folder.clone(), &place, None);
        self.take(step, effects);
    }

    /// The exec form: one command without a shell.
    pub(super) fn exec(&mut self, words: Vec<(Value, Place)>, frame: &Frame) {
        let place = self.walk.whole_place(self.instruction);
        let script = Script::default();
        let placed = Placed::Fixed(place.clone());
        let mut shell = Shell {
            script: &script,
            text: "",
            dialect: Dialect::Posix,
            placed: &placed,
            frame: frame.clone(),
            scopes: vec![None],
            outputs: Vec::new(),
            opened: Vec::new(),
        };
        let command = Command {
            words: Vec::new(),
            assignments: Vec::new(),
            redirects: Vec::new(),
            range: 0..0,
            runs: Runs::Always,
            failure: Failure::Fatal,
            scope: 0,
            guards: Vec::new(),
            loops: Vec::new(),
            block_redirects: Vec::new(),
            function: None,
            reads_from: None,
            piped: false,
        };
        let ready = Ready {
            command: &command,
            number: 0,
            certainty: frame.certainty,
            tolerated: frame.tolerated,
            stdin: None,
            place,
        };
        self.words(&mut shell, &ready, words);
    }

    /// The text of a script.
    pub(super) fn text(&mut self, text: &str, dialect: Dialect, placed: &Placed, frame: Frame) {
        let script = shell::read(text, dialect);
        self.script(&script, text, dialect, placed, frame);
    }

    fn script(&mut self, script: &Script, text: &str, dialect: Dialect, placed: &Placed, frame: Frame) {
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        if script.incomplete {
            let place = placed.place(0..text.len() as u32);
            let mut effects = Effects::default();
            effects.opaque(&place, reach(&frame.user), "text that no shell reads");
            let step = self.step(&frame, &frame.folder.clone(), &place, None);
            self.take(step, effects);
        }
        let mut shell = Shell {
            script,
            text,
            dialect,
            placed,
            frame,
            scopes: vec![None; script.scopes.len().max(1)],
            outputs: vec![None; script.commands.len()],
            opened: Vec::new(),
        };
        for (number, command) in script.commands.iter().enumerate() {
            if command.function.is_none() {
                let (certainty, tolerated) = (shell.frame.certainty, shell.frame.tolerated);
                self.command(&mut shell, number, command, certainty, tolerated);
            }
        }
        self.depth -= 1;
    }

    fn command(
        &mut self,
        shell: &mut Shell,
        number: usize,
        command: &Command,
        certainty: Certainty,
        tolerated: bool,
    ) {
        self.commands += 1;
        if self.commands > MOST_COMMANDS {
            return;
        }
        let runs = match command.runs {
            Runs::Always => Certainty::Certain,
            Runs::Maybe => Certainty::Possible,
        };
        let certainty = certainty.and(runs);
        let tolerated = tolerated || command.failure == Failure::Tolerated;
        let words: Vec<(Value, Place)> = {
            let names = Names {
                facts: &self.walk.facts,
                shell,
                scope: command.scope,
                loops: &command.loops,
            };
            let placed = |word: &ShellWord| {
                let place = shell.placed.place(word.range.clone());
                words::words(word, &names)
                    .into_iter()
                    .map(move |value| (value, place.clone()))
                    .collect::<Vec<_>>()
            };
            command.words.iter().flat_map(placed).collect()
        };
        self.assign(shell, command, certainty);
        let ready = Ready {
            stdin: self.stdin(shell, command),
            place: shell.placed.place(command.range.clone()),
            command,
            number,
            certainty,
            tolerated,
        };
        self.words(shell, &ready, words);
    }

    /// `NAME=value` alone sets a variable; before a program it is the program's.
    fn assign(&mut self, shell: &mut Shell, command: &Command, certainty: Certainty) {
        if !command.words.is_empty() {
            return;
        }
        for assignment in &command.assignments {
            let value = match &assignment.value {
                Some(word) if certainty == Certainty::Certain && !assignment.append => {
                    let names = Names {
                        facts: &self.walk.facts,
                        shell,
                        scope: command.scope,
                        loops: &command.loops,
                    };
                    words::assigned(word, &names)
                }
                _ => Value::unknown(format!("${{{}}}", assignment.name)),
            };
            shell.set(command.scope, &assignment.name, value);
        }
    }

    /// What is known to come in on standard input.
    fn stdin(&self, shell: &Shell, command: &Command) -> Option<Value> {
        for redirect in command.redirects.iter().rev() {
            let names = Names {
                facts: &self.walk.facts,
                shell,
                scope: command.scope,
                loops: &command.loops,
            };
            match &redirect.kind {
                RedirectKind::Heredoc { body: Some(body) } => return Some(words::assigned(body, &names)),
                RedirectKind::HereString => {
                    let mut text = words::assigned(&redirect.target, &names);
                    text.push("\n");
                    return Some(text);
                }
                _ => {}
            }
        }
        shell.outputs.get(command.reads_from?)?.clone()
    }

    /// Runs words: wrappers off, then what the shell does itself, then functions, scripts and tools.
    fn words(&mut self, shell: &mut Shell, ready: &Ready, words: Vec<(Value, Place)>) {
        let mut unwrapped = wrappers::unwrap(words);
        let scope = ready.command.scope;
        let mut frame = shell.frame.clone();
        {
            let (folder, variables) = shell.scope(scope);
            frame.folder = folder.clone();
            frame.variables = variables.to_vec();
        }
        frame.certainty = ready.certainty;
        frame.tolerated = ready.tolerated;
        tested::note(
            shell.script,
            ready.command,
            &mut frame.tested,
            &mut frame.is_fallback,
        );
        if unwrapped.wrappers.contains(&"su") {
            frame.lose_search();
        }
        if let Some(user) = &unwrapped.user {
            frame.home = self.walk.home_of(user);
            frame.user = user.clone();
        }
        if let Some(folder) = &unwrapped.folder {
            frame.folder = path::resolve(&frame.folder, &frame.home, folder);
        }
        for (name, value) in &unwrapped.variables {
            if let Some(name) = name.as_known() {
                frame.variables.push((name.to_owned(), value.clone()));
            }
        }
        for assignment in &ready.command.assignments {
            if let Some(word) = &assignment.value {
                let names = Names {
                    facts: &self.walk.facts,
                    shell,
                    scope,
                    loops: &ready.command.loops,
                };
                let value = words::assigned(word, &names);
                frame.variables.push((assignment.name.clone(), value));
            }
        }
        if unwrapped.more {
            unwrapped
                .words
                .push((self.piped_names(shell, ready), ready.place.clone()));
        }
        self.switched(ready, &unwrapped, &frame);
        self.redirects(shell, ready, &frame, &unwrapped);
        if let Some((script, place)) = unwrapped.script.clone() {
            self.nested(shell, ready, &script, &place, frame);
            return;
        }
        if unwrapped.words.is_empty() || self.builtin(shell, ready, &unwrapped, &mut frame) {
            return;
        }
        let Some(program) = unwrapped.words[0].0.as_known().map(str::to_owned) else {
            let mut effects = Effects::default();
            effects.opaque(
                &ready.place,
                program_reach(&frame.user),
                "a program whose name is not known",
            );
            self.finish(shell, ready, &frame, unwrapped, effects);
            return;
        };
        if shell.script.functions.contains(&program) {
            self.function(shell, ready, &program);
            return;
        }
        let name = program.rsplit('/').next().unwrap_or(&program).to_owned();
        if shell::dialect(std::slice::from_ref(&name)).is_some()
            && self.shell_program(shell, ready, &unwrapped, &frame)
        {
            return;
        }
        if program.contains('/') {
            let place = unwrapped.words[0].1.clone();
            let path = path::resolve(&frame.folder, &frame.home, &unwrapped.words[0].0);
            if self.script_file(&program, &place, &frame) {
                return;
            }
            if let Some(url) = self.fetched_from(&path) {
                let mut effects = Effects::default();
                if self.installer(&url, ready, &unwrapped, &frame, &place, &mut effects) {
                    self.finish(shell, ready, &frame, unwrapped, effects);
                    return;
                }
            }
        }
        let mut effects = Effects::default();
        let known = if is_of_system(&program) {
            tools::find(&name)
        } else {
            tools::find_at(&program)
        };
        let mut printed = None;
        {
            let variable = |name: &str| self.variable(&frame, name);
            let call = Call {
                words: &unwrapped.words,
                facts: &self.walk.facts,
                user: &frame.user,
                folder: &frame.folder,
                home: &frame.home,
                stdin: ready.stdin.as_ref(),
                stdout: None,
                place: &ready.place,
                variable: &variable,
            };
            match known {
                Known::Tool(tool) => tool(&call, &mut effects),
                Known::Inert => {}
                Known::Unknown => {
                    // A file of the context that cannot be read here may be any script.
                    let reach = if name.ends_with(".sh") || self.is_from_context(&program, &frame.folder) {
                        reach(&frame.user)
                    } else {
                        program_reach(&frame.user)
                    };
                    effects.opaque(&unwrapped.words[0].1, reach, format!("what `{name}` does"));
                }
            }
            if tools::needs_root(&call) {
                effects.say(&unwrapped.words[0].1, Change::NeedsRoot);
            }
            if ready.command.piped
                || !ready.command.redirects.is_empty()
                || ready.number < shell.outputs.len()
            {
                printed = output::of(&call, shell.dialect, &effects);
            }
        }
        if let Some(slot) = shell.outputs.get_mut(ready.number) {
            *slot = printed;
        }
        self.finish(shell, ready, &frame, unwrapped, effects);
    }

    /// Whether a program is a file that came from the context, by its path or from a folder of PATH.
    fn is_from_context(&self, program: &str, folder: &Value) -> bool {
        let files = &self.walk.from_context;
        if program.contains('/') {
            let path = path::resolve(folder, &Value::known("~"), &Value::known(program));
            return path.as_known().is_some_and(|path| files.contains_key(path));
        }
        [
            "/usr/local/bin",
            "/usr/bin",
            "/usr/local/sbin",
            "/usr/sbin",
            "/bin",
            "/sbin",
        ]
        .iter()
        .any(|folder| files.contains_key(&format!("{folder}/{program}")))
    }

    /// Who is named as the one that runs a command must be there.
    fn switched(&mut self, ready: &Ready, unwrapped: &Unwrapped, frame: &Frame) {
        let (Some(user), Some(place)) = (&unwrapped.user, &unwrapped.user_place) else {
            return;
        };
        let named = tools::named(user, NameKind::User).into_iter();
        let effects = Effects(
            named
                .map(|change| Effect {
                    place: place.clone(),
                    change,
                })
                .collect(),
        );
        if !effects.0.is_empty() {
            let step = self.step(frame, &frame.folder.clone(), &ready.place, None);
            self.take(step, effects);
        }
    }

    /// What xargs hands on: names that another command prints, below a folder if that is `find`'s.
    fn piped_names(&self, shell: &Shell, ready: &Ready) -> Value {
        let source = ready
            .command
            .reads_from
            .and_then(|number| shell.script.commands.get(number));
        let first = |command: &Command, at: usize| command.words.get(at).and_then(ShellWord::constant);
        let mut names = Value::new();
        if let Some(command) = source
            && first(command, 0).as_deref() == Some("find")
            && let Some(folder) = first(command, 1)
        {
            names.push(folder.trim_end_matches('/'));
            names.push("/");
        }
        names.push_hole("${arguments}");
        names
    }

    /// What the shell does itself; true if nothing is left to do.
    fn builtin(
        &mut self,
        shell: &mut Shell,
        ready: &Ready,
        unwrapped: &Unwrapped,
        frame: &mut Frame,
    ) -> bool {
        let scope = ready.command.scope;
        let words = &unwrapped.words;
        match words[0].0.as_known() {
            Some("cd" | "pushd" | "chdir") => {
                let target = words
                    .iter()
                    .skip(1)
                    .map(|(value, _)| value)
                    .find(|value| !value.text().starts_with('-') || value.is("-"));
                let folder = match target {
                    _ if ready.certainty == Certainty::Possible => Value::unknown("${PWD}"),
                    None => frame.home.clone(),
                    Some(target) if target.is("-") => Value::unknown("${OLDPWD}"),
                    Some(target) => path::resolve(&frame.folder, &frame.home, target),
                };
                shell.scope_mut(scope).0 = folder;
                self.finish(shell, ready, frame, clone_words(unwrapped), Effects::default());
                true
            }
            Some("popd") => {
                shell.scope_mut(scope).0 = Value::unknown("${OLDPWD}");
                true
            }
            Some("export" | "declare" | "readonly" | "local" | "typeset") => {
                for word in &ready.command.words {
                    let Some(assignment) = word.as_assignment() else {
                        continue;
                    };
                    let value = match &assignment.value {
                        Some(value) if ready.certainty == Certainty::Certain => {
                            let names = Names {
                                facts: &self.walk.facts,
                                shell,
                                scope,
                                loops: &ready.command.loops,
                            };
                            words::assigned(value, &names)
                        }
                        _ => Value::unknown(format!("${{{}}}", assignment.name)),
                    };
                    shell.set(scope, &assignment.name, value);
                }
                true
            }
            Some("read") => {
                for (name, _) in words
                    .iter()
                    .skip(1)
                    .filter(|(word, _)| !word.text().starts_with('-'))
                {
                    shell.set(scope, name.text(), Value::unknown(format!("${{{name}}}")));
                }
                true
            }
            Some("eval") => {
                if let [_, (script, place)] = words.as_slice() {
                    self.nested(shell, ready, &script.clone(), &place.clone(), frame.clone());
                }
                true
            }
            Some("." | "source") => {
                self.sourced(shell, ready, unwrapped, frame);
                true
            }
            _ => false,
        }
    }

    /// `. FILE`: what it sets, if it is known.
    fn sourced(&mut self, shell: &mut Shell, ready: &Ready, unwrapped: &Unwrapped, frame: &Frame) {
        let Some((file, place)) = unwrapped.words.get(1) else {
            return;
        };
        let path = path::resolve(&frame.folder, &frame.home, file);
        let scope = ready.command.scope;
        if matches!(
            path.as_known(),
            Some("/etc/os-release" | "/usr/lib/os-release" | "/etc/lsb-release")
        ) {
            let base = &self.walk.facts.from.base;
            let id = base.family.map(|family| format!("{family:?}").to_lowercase());
            for (name, value) in [
                ("VERSION_CODENAME", base.codename.clone()),
                ("UBUNTU_CODENAME", base.codename.clone()),
                ("DISTRIB_CODENAME", base.codename.clone()),
                ("VERSION_ID", base.version.clone()),
                (
                    "ID",
                    id.filter(|id| matches!(id.as_str(), "debian" | "ubuntu" | "alpine" | "fedora")),
                ),
            ] {
                let value = value.map_or_else(|| Value::unknown(format!("${{{name}}}")), Value::known);
                shell.set(scope, name, value);
            }
            return;
        }
        shell.set(scope, "PATH", Value::unknown("${PATH}"));
        if let Some(known) = path.as_known()
            && self.script_file(known, place, frame)
        {
            return;
        }
        // Files that set up a shell for a tool define functions and variables and no more.
        let name = path::name(&path);
        let sets_up = [
            "nvm.sh",
            "env",
            "activate",
            "sdkman-init.sh",
            "rvm",
            "setup.bash",
            "conda.sh",
            "asdf.sh",
        ];
        let is_start_up = name.text().starts_with('.') || name.text().ends_with("rc") || name.is("profile");
        if sets_up.contains(&name.text()) || is_start_up {
            return;
        }
        let mut effects = Effects::default();
        effects.opaque(place, reach(&frame.user), format!("the script `{file}`"));
        self.finish(shell, ready, frame, clone_words(unwrapped), effects);
    }

    /// A function of the script: its commands, in its place.
    fn function(&mut self, shell: &mut Shell, ready: &Ready, name: &str) {
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
    fn shell_program(
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
    fn piped_script(&mut self, shell: &mut Shell, ready: &Ready, unwrapped: &Unwrapped, frame: &Frame) {
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
            let names = Names {
                facts: &self.walk.facts,
                shell,
                scope: command.scope,
                loops: &command.loops,
            };
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
    fn nested(&mut self, shell: &mut Shell, ready: &Ready, script: &Value, place: &Place, frame: Frame) {
        let mut effects = Effects::default();
        if let Some(url) = url_in(script.text())
            && script.known_prefix().is_empty()
        {
            // `sh -c "$(curl …)"`.
            let words = Unwrapped::default();
            if !self.installer(url, ready, &words, &frame, place, &mut effects) {
                effects.opaque(place, reach(&frame.user), "a script from the net");
            }
            let step = self.step(&frame, &frame.folder.clone(), place, None);
            self.take(step, effects);
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
        let placed = Placed::Fixed(place.clone());
        self.text(script.text(), shell.dialect, &placed, frame);
    }

    /// A file that is run as a script, if its text is known; false if it is not.
    fn script_file(&mut self, path: &str, place: &Place, frame: &Frame) -> bool {
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

    /// A variable as a command of a frame sees it.
    fn variable(&self, frame: &Frame, name: &str) -> Answer<Value> {
        let known = frame.variables.iter().rev().find(|(known, _)| known == name);
        match known {
            Some((_, value)) => Answer::Known(value.clone()),
            None => match self.walk.facts.config.variable(name) {
                Answer::Known(value) => Answer::Known(value.clone()),
                Answer::Absent => Answer::Absent,
                Answer::Unknown => Answer::Unknown,
            },
        }
    }

    /// What a script of the net does, if that is known; false if it is not.
    fn installer(
        &self,
        url: &str,
        ready: &Ready,
        unwrapped: &Unwrapped,
        frame: &Frame,
        place: &Place,
        effects: &mut Effects,
    ) -> bool {
        let program = [(Value::known("sh"), place.clone())];
        let call = Call {
            words: if unwrapped.words.is_empty() {
                &program
            } else {
                &unwrapped.words
            },
            facts: &self.walk.facts,
            user: &frame.user,
            folder: &frame.folder,
            home: &frame.home,
            stdin: ready.stdin.as_ref(),
            stdout: None,
            place,
            variable: &|name| self.variable(frame, name),
        };
        tools::installer_from_url(url, &call, effects)
    }

    /// The URL from which a file was fetched.
    fn fetched_from(&self, path: &Value) -> Option<String> {
        let file = self.walk.facts.files.at(path.as_known()?)?;
        match &file.content {
            Content::Fetched(url) => Some(url.text().to_owned()),
            Content::Unknown | Content::Text(_) => None,
        }
    }

    /// What redirects write.
    fn redirects(&mut self, shell: &mut Shell, ready: &Ready, frame: &Frame, unwrapped: &Unwrapped) {
        let command = ready.command;
        let script = shell.script;
        let blocks = command
            .block_redirects
            .iter()
            .map(|index| (Some(*index), &script.block_redirects[*index]));
        let own = command.redirects.iter().map(|redirect| (None, redirect));
        let mut effects = Effects::default();
        for (block, redirect) in blocks.chain(own) {
            let appends = match redirect.kind {
                RedirectKind::Write => false,
                RedirectKind::Append => true,
                _ => continue,
            };
            let names = Names {
                facts: &self.walk.facts,
                shell,
                scope: command.scope,
                loops: &command.loops,
            };
            // `sudo cmd > file`: the redirect is the outer shell's, in its folder.
            let target = words::assigned(&redirect.target, &names);
            let target = path::resolve(&frame.folder, &shell.frame.home, &target);
            if target.text().starts_with("/dev/") && !target.text().starts_with("/dev/shm/") {
                continue;
            }
            let opened = block.is_some_and(|block| shell.opened.contains(&block));
            if let Some(block) = block.filter(|_| !opened) {
                shell.opened.push(block);
            }
            let printed = if redirect.descriptor == 1 && command.reads_from.is_none() || ready.stdin.is_some()
            {
                self.printed(shell, frame, unwrapped, ready)
            } else {
                None
            };
            let kind = if appends || opened {
                WriteKind::Append
            } else {
                WriteKind::File
            };
            effects.say(
                &shell.placed.place(redirect.target.range.clone()),
                Change::Write(Write {
                    path: target,
                    kind,
                    content: content(printed.as_ref()),
                    owner: None,
                    writer: "shell",
                }),
            );
        }
        if !effects.0.is_empty() {
            // The file is opened before another becomes who runs the command.
            let step = Step {
                user: shell.frame.user.clone(),
                ..self.step(frame, &frame.folder.clone(), &ready.place, None)
            };
            self.take(step, effects);
        }
    }

    /// What a command prints, as far as it is known before it runs.
    fn printed(&self, shell: &Shell, frame: &Frame, unwrapped: &Unwrapped, ready: &Ready) -> Option<Value> {
        if unwrapped.words.is_empty() {
            return Some(Value::new());
        }
        let call = Call {
            words: &unwrapped.words,
            facts: &self.walk.facts,
            user: &frame.user,
            folder: &frame.folder,
            home: &frame.home,
            stdin: ready.stdin.as_ref(),
            stdout: None,
            place: &ready.place,
            variable: &|_| Answer::Unknown,
        };
        output::of(&call, shell.dialect, &Effects::default())
    }

    fn step(&self, frame: &Frame, folder: &Value, place: &Place, program: Option<Program>) -> Step {
        Step {
            stage: self.walk.stage,
            instruction: self.index,
            keyword: "RUN",
            place: place.clone(),
            certainty: frame.certainty,
            tolerated: frame.tolerated,
            user: frame.user.clone(),
            folder: folder.clone(),
            program,
            tested: frame.tested.clone(),
            is_fallback: frame.is_fallback,
            search: frame
                .variables
                .iter()
                .rev()
                .find(|(name, _)| name == "PATH")
                .map(|(_, value)| value.clone()),
            around: Arc::clone(&self.around),
        }
    }

    fn finish(
        &mut self,
        _shell: &mut Shell,
        ready: &Ready,
        frame: &Frame,
        unwrapped: Unwrapped,
        effects: Effects,
    ) {
        let program = Program {
            words: unwrapped.words,
            wrappers: unwrapped.wrappers,
            wrapper_places: unwrapped.wrapper_places,
        };
        let step = self.step(frame, &frame.folder.clone(), &ready.place, Some(program));
        self.take(step, effects);
    }

    fn take(&mut self, step: Step, effects: Effects) {
        let effects = without_mounted(effects.0, &self.around.mounts);
        let effects = effects
            .into_iter()
            .flat_map(|effect| self.narrowed(effect))
            .collect();
        self.walk.facts.take(step, effects);
    }

    /// A removal of which nothing is known is taken to mean what the same instruction wrote: most
    /// often a folder that a variable of the script names.
    fn narrowed(&self, effect: Effect) -> Vec<Effect> {
        let Change::Remove { path, .. } = &effect.change else {
            return vec![effect];
        };
        let is_open = path.holes().first().is_some_and(|hole| hole.start == 0);
        if !is_open || self.walk.facts.files.staying().any(|file| file.path == *path) {
            return vec![effect];
        }
        let facts = &self.walk.facts;
        let here = facts.files.staying().filter(|file| {
            let step = facts.step(&file.written);
            step.instruction == self.index && step.stage == self.walk.stage && step.is_here()
        });
        here.map(|file| Effect {
            place: effect.place.clone(),
            change: Change::Remove {
                path: file.path.clone(),
                contents_only: false,
            },
        })
        .collect()
    }
}

/// What a script that nobody can read may change.
fn reach(user: &Value) -> Reach {
    match user.as_known() {
        Some("root" | "0") | None => Reach::Anything,
        Some(_) => Reach::Home,
    }
}

/// What a program that nobody knows may change.
fn program_reach(user: &Value) -> Reach {
    match user.as_known() {
        Some("root" | "0") | None => Reach::Files,
        Some(_) => Reach::Home,
    }
}

/// Whether a program is named without its folder, or by one in which programs lie.
fn is_of_system(program: &str) -> bool {
    match program.rsplit_once('/') {
        None => true,
        Some((folder, _)) => matches!(
            folder.rsplit('/').next(),
            Some("bin" | "sbin" | "condabin" | "shims")
        ),
    }
}

/// The first URL in a text.
fn url_in(text: &str) -> Option<&str> {
    let start = text.find("https://").or_else(|| text.find("http://"));
    let start = start.or_else(|| text.find("get.docker.com"))?;
    let rest = &text[start..];
    let end = rest
        .find([' ', ')', '"', '\'', '`', '|', ';', '\n'])
        .unwrap_or(rest.len());
    Some(&rest[..end])
}

fn clone_words(unwrapped: &Unwrapped) -> Unwrapped {
    Unwrapped {
        words: unwrapped.words.clone(),
        wrappers: unwrapped.wrappers.clone(),
        wrapper_places: unwrapped.wrapper_places.clone(),
        ..Unwrapped::default()
    }
}
