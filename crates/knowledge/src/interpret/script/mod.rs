//! A script, command by command: folder, variables and users as the shell has them, tools asked
//! for their effects, scripts in scripts followed as far as their text is known.

mod builtins;
mod downloads;
mod nested;
mod programs;
mod redirects;
mod state;
mod steps;

use std::ops::Range;
use std::sync::Arc;

use crate::context::Answer;
use crate::facts::{
    Around, Change, Content, Effect, Facts, NameKind, Program, Purpose, Reach, Run, Status, Step, Value,
    Write, WriteKind, Written, path,
};
use crate::finding::{Certainty, Place};
use crate::interpret::run::{content, without_mounted};
use crate::interpret::tested;
use crate::interpret::words::{self, ShellNames};
use crate::interpret::wrappers::{self, Unwrapped};
use crate::interpret::{Walk, output};
use crate::shell::{self, Command, Dialect, Failure, Redirect, RedirectKind, Runs, Script, ShellWord};
use crate::syntax::{Args, Instruction, Joined, Keyword};
use crate::tools::{self, Call, Effects, Known};
use downloads::url_in;
use programs::{is_of_system, program_reach, reach};
use state::{Names, Shell};

/// How deep scripts may call scripts.
const DEEPEST: usize = 8;

/// What stands for words that come in unseen.
const UNSEEN: &str = crate::facts::UNSEEN_WORDS;

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
    /// Whether a pipe fails with any of its commands (`set -o pipefail`).
    pub pipefail: bool,
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
    /// A word of the exec form whose escapes are undone: written here, and told as a whole.
    Word(Place),
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
        let step = self.step(frame, &place, None);
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
        self.walk.facts.runs.push(Run {
            stage: self.walk.stage,
            instruction: self.index,
            commands: 1,
            place: place.clone(),
            around: Arc::clone(&self.around),
        });
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
        if self.depth == 0 && !script.incomplete {
            self.note_run(script, text, placed);
        }
        self.depth += 1;
        if script.incomplete {
            let place = placed.place(0..text.len() as u32);
            let mut effects = Effects::default();
            effects.opaque(&place, reach(&frame.user), "text that no shell reads");
            let step = self.step(&frame, &place, None);
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

    /// Tells the RUN as a whole, by its own text.
    fn note_run(&mut self, script: &Script, text: &str, placed: &Placed) {
        let is_test = |word: &ShellWord| word.constant().is_some_and(|word| word == "[" || word == "[[");
        let runs = |command: &&Command| command.words.first().is_some_and(|word| !is_test(word));
        let first = script.commands.iter().find(runs);
        let range = first.map_or(0..text.len() as u32, |command| command.range.clone());
        let run = Run {
            stage: self.walk.stage,
            instruction: self.index,
            commands: script.commands.iter().filter(runs).count(),
            place: placed.place(range),
            around: Arc::clone(&self.around),
        };
        self.walk.facts.runs.push(run);
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
            let names = self.names(shell, command);
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
                    let names = self.names(shell, command);
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
            let names = self.names(shell, command);
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
        let mut frame = self.framed(shell, ready, &unwrapped);
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
        let changes_options = unwrapped.words.first().is_some_and(|(word, _)| word.is("set"));
        if changes_options && let Some(pipefail) = sets_pipefail(&unwrapped.words[1..]) {
            shell.frame.pipefail = pipefail;
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
                self.finish(shell, ready, &frame, unwrapped, Effects::default());
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
        self.program(shell, ready, &frame, unwrapped, &program);
    }

    /// What holds for a command, by where it stands, what runs it and the variables before it.
    fn framed(&self, shell: &Shell, ready: &Ready, unwrapped: &Unwrapped) -> Frame {
        let mut frame = shell.frame.clone();
        let (folder, variables) = shell.scope(ready.command.scope);
        frame.folder = folder.clone();
        frame.variables = variables.to_vec();
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
                let names = self.names(shell, ready.command);
                let value = words::assigned(word, &names);
                frame.variables.push((assignment.name.clone(), value));
            }
        }
        frame
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
        names.push_hole(UNSEEN);
        names
    }

    /// Looks up the names that a command of the script uses.
    fn names<'n>(&'n self, shell: &'n Shell<'n>, command: &'n Command) -> Names<'n> {
        Names {
            facts: &self.walk.facts,
            shell,
            scope: command.scope,
            loops: &command.loops,
        }
    }
}

/// Whether options of a shell switch `pipefail` on or off, if they name it.
pub(super) fn sets_pipefail(words: &[(Value, Place)]) -> Option<bool> {
    let mut set = None;
    for pair in words.windows(2) {
        let option = pair[0].0.text();
        if pair[1].0.is("pipefail") && option.ends_with('o') {
            set = match option.chars().next() {
                Some('-') => Some(true),
                Some('+') => Some(false),
                _ => set,
            };
        }
    }
    set
}

fn clone_words(unwrapped: &Unwrapped) -> Unwrapped {
    Unwrapped {
        words: unwrapped.words.clone(),
        wrappers: unwrapped.wrappers.clone(),
        wrapper_places: unwrapped.wrapper_places.clone(),
        ..Unwrapped::default()
    }
}
