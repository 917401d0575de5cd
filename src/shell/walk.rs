//! The syntax tree to a list of commands, each with what stands around it.
//!
//! A chain of `&&`, `||` or `|` nests to the left, up to a thousand deep, so chains are walked by a
//! list; calls nest only as deep as blocks do, which the parser bounds.

use std::rc::Rc;

use shuck_ast::{
    BinaryCommand, BinaryOp, BuiltinCommand, Command as Node, DeclOperand, File, FunctionDef,
    RedirectKind as Sign, RedirectTarget, Stmt, StmtSeq, StmtTerminator, Word,
};

use super::test::{Leaves, asks, builtin_leaves, leaves};
use super::{
    Assignment, Command, Failure, Guard, MOST_AROUND, Part, Redirect, RedirectKind, Runs, Script, ShellWord,
};

/// Bytes of the longest name that a function may have; each command in it carries the name.
const LONGEST_NAME: usize = 255;

/// All commands of a parsed text.
pub(super) fn script(text: &str, file: &File) -> Script {
    let script = Script {
        scopes: vec![0],
        ..Script::default()
    };
    let mut walk = Walk { text, script };
    let setting = Setting {
        runs: Runs::Always,
        failure: Failure::Fatal,
        scope: 0,
        guards: Vec::new(),
        loops: Vec::new(),
        block_redirects: Vec::new(),
        function: None,
        reads_from: None,
        piped: false,
        decides: true,
        tolerate_last: false,
    };
    walk.statements(&file.body, &setting);
    walk.script
}

/// A walk through one tree.
pub(super) struct Walk<'text> {
    /// The text that the tree's places are in.
    pub text: &'text str,
    /// What was found so far.
    pub script: Script,
}

/// Where a statement stands.
#[derive(Clone)]
pub(super) struct Setting {
    pub runs: Runs,
    pub failure: Failure,
    pub scope: usize,
    pub guards: Vec<Guard>,
    pub loops: Vec<usize>,
    pub block_redirects: Vec<usize>,
    pub function: Option<Rc<str>>,
    pub reads_from: Option<usize>,
    pub piped: bool,
    /// Whether the statement's outcome is that of the script.
    pub decides: bool,
    /// Whether a failure of the last member of a chain is foreseen, and of no other.
    pub tolerate_last: bool,
}

impl Setting {
    /// The same place, but only reached if some tests came out so.
    pub(super) fn behind(&self, guards: &[Guard]) -> Setting {
        let mut setting = Setting {
            runs: Runs::Maybe,
            ..self.clone()
        };
        guard(&mut setting.guards, guards);
        setting
    }

    /// The same place, but as a condition.
    pub(super) fn asked(&self) -> Setting {
        Setting {
            failure: Failure::Tolerated,
            decides: false,
            tolerate_last: false,
            ..self.clone()
        }
    }
}

/// Adds to a list and keeps its last entries.
pub(super) fn add<T: Copy>(list: &mut Vec<T>, more: &[T]) {
    list.extend_from_slice(more);
    if list.len() > MOST_AROUND {
        list.drain(..list.len() - MOST_AROUND);
    }
}

/// Adds tests to a list; one that is there already moves to the end, and stays certain.
fn guard(list: &mut Vec<Guard>, more: &[Guard]) {
    for guard in more {
        let mut guard = *guard;
        list.retain(|old| {
            let same = old.command == guard.command && old.succeeded == guard.succeeded;
            guard.certain |= same && old.certain;
            !same
        });
        add(list, &[guard]);
    }
}

/// What follows from how a statement came out.
#[derive(Default)]
pub(super) struct Outcome {
    /// The tests that say that it succeeded.
    pub success: Vec<Guard>,
    /// The tests that say that it failed.
    pub failure: Vec<Guard>,
    /// Whether it may have left what is around it without a failure.
    pub left: Option<Left>,
}

/// A way out that is no failure: what follows runs only if it was not taken.
pub(super) struct Left {
    /// The tests that say that it was not taken.
    pub guards: Vec<Guard>,
    /// Whether it leaves the script or function; else only the loop.
    pub script: bool,
}

impl Left {
    /// The same way out, but behind a test; `passed` says that the test did not lead to it.
    pub(super) fn reached_by(self, passed: &[Guard]) -> Left {
        let guards = if self.guards.is_empty() {
            passed.to_vec()
        } else {
            either(self.guards, passed.to_vec())
        };
        Left {
            guards,
            script: self.script,
        }
    }
}

impl Outcome {
    fn of(command: usize) -> Outcome {
        let guard = |succeeded| {
            vec![Guard {
                command,
                succeeded,
                certain: true,
            }]
        };
        Outcome {
            success: guard(true),
            failure: guard(false),
            left: None,
        }
    }

    fn negated(self) -> Outcome {
        Outcome {
            success: self.failure,
            failure: self.success,
            left: self.left,
        }
    }

    /// Adds a way out that was found in a part of the statement.
    pub(super) fn leave(&mut self, left: Option<Left>) {
        let Some(more) = left else { return };
        match &mut self.left {
            None => self.left = Some(more),
            Some(left) => {
                guard(&mut left.guards, &more.guards);
                left.script |= more.script;
            }
        }
    }
}

/// Both of two lists of tests, for a statement that came out so only if both did.
fn both(mut first: Vec<Guard>, second: Vec<Guard>) -> Vec<Guard> {
    guard(&mut first, &second);
    first
}

/// Either of two lists of tests.
fn either(first: Vec<Guard>, second: Vec<Guard>) -> Vec<Guard> {
    let mut all = both(first, second);
    for guard in &mut all {
        guard.certain = false;
    }
    all
}

impl Walk<'_> {
    /// A new shell in another.
    pub(super) fn scope(&mut self, parent: usize) -> usize {
        self.script.scopes.push(parent);
        self.script.scopes.len() - 1
    }

    /// Statements one after the other; their outcome is that of the last.
    pub(super) fn statements(&mut self, body: &StmtSeq, setting: &Setting) -> Outcome {
        let mut setting = setting.clone();
        let decides = setting.decides;
        let mut outcome = Outcome::default();
        for (index, stmt) in body.iter().enumerate() {
            setting.decides = decides && index + 1 == body.len();
            let next = self.statement(stmt, &setting);
            if let Some(left) = &next.left {
                setting.runs = Runs::Maybe;
                guard(&mut setting.guards, &left.guards);
            }
            outcome.success = next.success;
            outcome.failure = next.failure;
            outcome.leave(next.left);
        }
        outcome
    }

    pub(super) fn statement(&mut self, stmt: &Stmt, setting: &Setting) -> Outcome {
        let background = matches!(stmt.terminator, Some(StmtTerminator::Background(_)));
        if !stmt.negated && !background && !setting.tolerate_last {
            return self.plain(stmt, setting);
        }
        if matches!(stmt.command, Node::Binary(_)) && !stmt.negated && !background {
            return self.plain(stmt, setting);
        }
        let mut inner = Setting {
            failure: Failure::Tolerated,
            tolerate_last: false,
            ..setting.clone()
        };
        if background {
            inner.scope = self.scope(setting.scope);
            inner.decides = false;
        }
        let outcome = self.plain(stmt, &inner);
        if background {
            return Outcome::default();
        }
        if stmt.negated { outcome.negated() } else { outcome }
    }

    /// A statement without regard to `!` and `&`.
    fn plain(&mut self, stmt: &Stmt, setting: &Setting) -> Outcome {
        match &stmt.command {
            Node::Simple(simple) => {
                let assignments = self.assignments(&simple.assignments, setting);
                let mut words = Vec::with_capacity(simple.args.len() + 1);
                if simple.name.span.start.offset() < simple.name.span.end.offset() {
                    words.push(self.word(&simple.name, setting));
                }
                words.extend(simple.args.iter().map(|word| self.word(word, setting)));
                self.push(words, assignments, stmt, setting)
            }
            Node::Builtin(builtin) => self.builtin(builtin, stmt, setting),
            Node::Decl(clause) => {
                let assignments = self.assignments(&clause.assignments, setting);
                let mut words = Vec::with_capacity(clause.operands.len() + 1);
                words.push(self.verbatim(clause.variant_span));
                for operand in &clause.operands {
                    words.push(match operand {
                        DeclOperand::Flag(word) | DeclOperand::Dynamic(word) => self.word(word, setting),
                        DeclOperand::Name(name) => {
                            self.discard_subscript(name, setting);
                            self.verbatim(name.span)
                        }
                        DeclOperand::Assignment(assignment) => self.assignment_word(assignment, setting),
                    });
                }
                self.push(words, assignments, stmt, setting)
            }
            Node::Binary(binary) if matches!(binary.op, BinaryOp::Pipe | BinaryOp::PipeAll) => {
                self.pipeline(binary, setting)
            }
            Node::Binary(binary) => self.chain(binary, setting),
            Node::Compound(compound) => {
                let inner = self.block(stmt, setting);
                self.compound(compound, stmt, inner.as_ref().unwrap_or(setting))
            }
            Node::Function(function) => {
                self.function(function, setting.scope);
                Outcome::default()
            }
            Node::AnonymousFunction(function) => {
                for word in &function.args {
                    self.discard(word, word.span, setting);
                }
                let inner = self.block(stmt, setting);
                self.statement(&function.body, inner.as_ref().unwrap_or(setting))
            }
        }
    }

    /// The setting in a block with redirects of its own; none without.
    fn block(&mut self, stmt: &Stmt, setting: &Setting) -> Option<Setting> {
        // A test is a command by itself and keeps its redirects.
        if stmt.redirects.is_empty() || asks(stmt, self.text) {
            return None;
        }
        let redirects = self.redirects(stmt, setting);
        let from = self.script.block_redirects.len();
        self.script.block_redirects.extend(redirects);
        let added: Vec<usize> = (from..self.script.block_redirects.len()).collect();
        let mut inner = setting.clone();
        add(&mut inner.block_redirects, &added);
        Some(inner)
    }

    fn builtin(&mut self, builtin: &BuiltinCommand, stmt: &Stmt, setting: &Setting) -> Outcome {
        let (name, first, more, assignments, span) = match builtin {
            BuiltinCommand::Break(command) => (
                "break",
                &command.depth,
                &command.extra_args,
                &command.assignments,
                command.span,
            ),
            BuiltinCommand::Continue(command) => (
                "continue",
                &command.depth,
                &command.extra_args,
                &command.assignments,
                command.span,
            ),
            BuiltinCommand::Return(command) => (
                "return",
                &command.code,
                &command.extra_args,
                &command.assignments,
                command.span,
            ),
            BuiltinCommand::Exit(command) => (
                "exit",
                &command.code,
                &command.extra_args,
                &command.assignments,
                command.span,
            ),
        };
        let assignments = self.assignments(assignments, setting);
        let from = assignments
            .last()
            .map_or(span.start.offset(), |last| last.range.end as usize);
        let rest = self.text.get(from..).unwrap_or_default();
        let start = from + rest.find(name).unwrap_or(0);
        let end = (start + name.len()).min(self.text.len());
        let mut words = vec![ShellWord {
            parts: vec![Part::Bare(name.to_owned())],
            range: start as u32..end as u32,
        }];
        words.extend(
            first
                .iter()
                .chain(more)
                .map(|word: &Word| self.word(word, setting)),
        );
        let mut outcome = self.push(words, assignments, stmt, setting);
        if builtin_leaves(builtin, self.text) == Leaves::Fine {
            let script = matches!(builtin, BuiltinCommand::Return(_) | BuiltinCommand::Exit(_));
            outcome.left = Some(Left {
                guards: Vec::new(),
                script,
            });
        }
        outcome
    }

    /// Adds one command.
    pub(super) fn push(
        &mut self,
        words: Vec<ShellWord>,
        assignments: Vec<Assignment>,
        stmt: &Stmt,
        setting: &Setting,
    ) -> Outcome {
        let redirects = self.redirects(stmt, setting);
        let ranges = || {
            let words = words.iter().map(|word| &word.range);
            let assignments = assignments.iter().map(|assignment| &assignment.range);
            words
                .chain(assignments)
                .chain(redirects.iter().map(|redirect| &redirect.range))
        };
        let start = ranges().map(|range| range.start).min();
        let end = ranges().map(|range| range.end).max();
        let (Some(start), Some(end)) = (start, end) else {
            return Outcome::default();
        };
        self.script.commands.push(Command {
            range: start..end,
            words,
            assignments,
            redirects,
            runs: setting.runs,
            failure: setting.failure,
            scope: setting.scope,
            guards: setting.guards.clone(),
            loops: setting.loops.clone(),
            block_redirects: setting.block_redirects.clone(),
            function: setting.function.as_deref().map(str::to_owned),
            reads_from: setting.reads_from,
            piped: setting.piped,
        });
        Outcome::of(self.script.commands.len() - 1)
    }

    fn assignments(&mut self, assignments: &[shuck_ast::Assignment], setting: &Setting) -> Vec<Assignment> {
        assignments
            .iter()
            .map(|assignment| self.assignment(assignment, setting))
            .collect()
    }

    fn function(&mut self, function: &FunctionDef, scope: usize) {
        let mut names = function.static_names();
        let first = names.next().map(|name| name.as_str().to_owned());
        self.script.functions.extend(first.iter().cloned());
        self.script
            .functions
            .extend(names.map(|name| name.as_str().to_owned()));
        let name = first.unwrap_or_default();
        if name.len() > LONGEST_NAME {
            self.script.incomplete = true;
            return;
        }
        let inner = Setting {
            runs: Runs::Maybe,
            failure: Failure::Fatal,
            scope,
            guards: Vec::new(),
            loops: Vec::new(),
            block_redirects: Vec::new(),
            function: Some(Rc::from(name)),
            reads_from: None,
            piped: false,
            decides: true,
            tolerate_last: false,
        };
        self.statement(&function.body, &inner);
    }

    /// `a && b || c`.
    fn chain(&mut self, outermost: &BinaryCommand, setting: &Setting) -> Outcome {
        // From the last operator to the first: what stands to the right of a member says what its
        // failure does.
        let mut open: Vec<(&BinaryCommand, Setting)> = Vec::new();
        let mut node = outermost;
        let mut outer = setting.clone();
        let (first, first_setting) = loop {
            let inner = self.left_setting(node, &outer);
            open.push((node, outer));
            match &node.left.command {
                Node::Binary(next) if is_chain(next) && !node.left.negated => {
                    node = next;
                    outer = inner;
                }
                _ => break (&node.left, inner),
            }
        };
        let mut left_tolerated = first_setting.failure == Failure::Tolerated || first_setting.tolerate_last;
        let mut outcome = self.statement(first, &first_setting);
        while let Some((node, setting)) = open.pop() {
            let and = node.op == BinaryOp::And;
            let Outcome {
                success,
                failure,
                left,
            } = outcome;
            let mut inner = match (and, left_tolerated) {
                (true, false) => setting.clone(),
                (true, true) => setting.behind(&success),
                (false, _) => setting.behind(&failure),
            };
            if let Some(left) = &left {
                inner = inner.behind(&left.guards);
            }
            let right = self.statement(&node.right, &inner);
            let way_out = right
                .left
                .map(|left| left.reached_by(if and { &failure } else { &success }));
            outcome = if and {
                Outcome {
                    success: both(success, right.success),
                    failure: either(failure, right.failure),
                    left,
                }
            } else {
                Outcome {
                    success: either(success, right.success),
                    failure: both(failure, right.failure),
                    left,
                }
            };
            outcome.leave(way_out);
            // What stands to the right of this operator asks the same of the chain so far.
            left_tolerated = open.last().is_some_and(|(next, outer)| {
                let here = self.left_setting(next, outer);
                here.failure == Failure::Tolerated || here.tolerate_last
            });
        }
        outcome
    }

    /// The setting of the left side of an operator.
    fn left_setting(&self, node: &BinaryCommand, setting: &Setting) -> Setting {
        let mut inner = Setting {
            tolerate_last: false,
            ..setting.clone()
        };
        let way_out = leaves(&node.right, self.text);
        if node.op == BinaryOp::And {
            let member = match &node.left.command {
                Node::Binary(chain) if is_chain(chain) => &chain.right,
                _ => &node.left,
            };
            let foreseen = matches!(way_out, Some(Leaves::Failing | Leaves::Fine));
            inner.tolerate_last = foreseen || (!setting.decides && asks(member, self.text));
        } else if matches!(way_out, Some(Leaves::Fails | Leaves::Failing)) {
            inner.decides = true;
        } else {
            inner.failure = Failure::Tolerated;
        }
        inner
    }

    /// `a | b`.
    fn pipeline(&mut self, outermost: &BinaryCommand, setting: &Setting) -> Outcome {
        let mut members = vec![outermost.right.as_ref()];
        let mut node = outermost;
        loop {
            match &node.left.command {
                Node::Binary(next) if !is_chain(next) && !node.left.negated => {
                    node = next;
                    members.push(node.right.as_ref());
                }
                _ => break members.push(node.left.as_ref()),
            }
        }
        let mut inner = setting.clone();
        let mut outcome = Outcome::default();
        while let Some(member) = members.pop() {
            inner.scope = self.scope(setting.scope);
            inner.piped = !members.is_empty() || setting.piped;
            inner.decides = members.is_empty() && setting.decides;
            inner.tolerate_last = members.is_empty() && setting.tolerate_last;
            let before = self.script.commands.len();
            outcome = self.statement(member, &inner);
            let after = self.script.commands.len();
            inner.reads_from = (after > before).then(|| after - 1);
        }
        // A member is a shell of its own: `exit` leaves only that.
        outcome.left = None;
        outcome
    }

    /// Redirects of a statement.
    fn redirects(&mut self, stmt: &Stmt, setting: &Setting) -> Vec<Redirect> {
        let mut redirects = Vec::with_capacity(stmt.redirects.len());
        for redirect in &stmt.redirects {
            self.redirect(redirect, setting, &mut redirects);
        }
        redirects
    }

    fn redirect(&mut self, redirect: &shuck_ast::Redirect, setting: &Setting, redirects: &mut Vec<Redirect>) {
        let raw = self.slice(redirect.span);
        let mut range = self.range(redirect.span);
        let default = u32::from(
            !raw.trim_start_matches(|sign: char| sign.is_ascii_digit())
                .starts_with('<'),
        );
        let digits = raw.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(0);
        let descriptor = match redirect.fd {
            Some(descriptor) => u32::try_from(descriptor).unwrap_or(default),
            None => raw[..digits].parse().unwrap_or(default),
        };
        let word = match &redirect.target {
            RedirectTarget::Heredoc(heredoc) => {
                let body = self.heredoc(&heredoc.body, setting);
                let target = self.word(&heredoc.delimiter.raw, setting);
                range.end = range.end.max(target.range.end);
                let kind = RedirectKind::Heredoc { body: Some(body) };
                redirects.push(Redirect {
                    descriptor,
                    kind,
                    target,
                    range,
                });
                return;
            }
            RedirectTarget::Word(word) => word,
        };
        let mut target = self.word(word, setting);
        if word.span.start.offset() >= word.span.end.offset() {
            // The crate has no place for the `1` of `2>&1`, and makes up that of `&>>file`.
            let written = raw
                .rfind('&')
                .map(|at| at + 1)
                .filter(|&at| at < raw.len() && !raw.ends_with('>'));
            target.range = match written {
                Some(at) => range.start + at as u32..range.end,
                None => range.end..range.end,
            };
        }
        range.end = range.end.max(target.range.end);
        let kind = match redirect.kind {
            Sign::Input | Sign::ReadWrite => RedirectKind::Read,
            Sign::Output | Sign::Clobber | Sign::OutputBoth => RedirectKind::Write,
            Sign::Append => RedirectKind::Append,
            Sign::HereString => RedirectKind::HereString,
            Sign::DupInput => RedirectKind::Duplicate,
            Sign::DupOutput if is_descriptor(&target) => RedirectKind::Duplicate,
            Sign::DupOutput => RedirectKind::Write,
            Sign::HereDoc | Sign::HereDocStrip => RedirectKind::Heredoc { body: None },
        };
        let both = redirect.kind == Sign::OutputBoth
            || (redirect.kind == Sign::DupOutput && kind == RedirectKind::Write && digits == 0);
        let end = range.end;
        redirects.push(Redirect {
            descriptor,
            kind,
            target,
            range: range.clone(),
        });
        if both {
            let target = ShellWord {
                parts: vec![Part::Bare("1".to_owned())],
                range: end..end,
            };
            redirects.push(Redirect {
                descriptor: 2,
                kind: RedirectKind::Duplicate,
                target,
                range,
            });
        }
    }
}

fn is_chain(binary: &BinaryCommand) -> bool {
    matches!(binary.op, BinaryOp::And | BinaryOp::Or)
}

/// Whether `>&` copies a descriptor: a number, a number and `-`, `-`, or a value that we cannot know.
fn is_descriptor(target: &ShellWord) -> bool {
    target.constant().is_none_or(|text| {
        let digits = text.strip_suffix('-').unwrap_or(&text);
        digits.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty()
    })
}
