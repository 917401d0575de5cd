//! The syntax tree to a list of commands, each with what stands around it.
//!
//! A chain of `&&`, `||` or `|` nests to the left, up to a thousand deep, so chains are walked by a
//! list; calls nest only as deep as blocks do, which the parser bounds.

use std::rc::Rc;

use shuck_ast::{
    BinaryCommand, BinaryOp, BuiltinCommand, Command as Node, DeclOperand, File, FunctionDef, Stmt, StmtSeq,
    StmtTerminator, Word,
};

use super::form::{Leaves, asks, builtin_leaves, leaves};
use super::setting::{Left, Outcome, Setting, add, both, either, guard};
use super::{Assignment, Command, Failure, Part, Runs, Script, ShellWord};

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
            // Only its last call says what its outcome is to the script.
            decides: false,
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
}

fn is_chain(binary: &BinaryCommand) -> bool {
    matches!(binary.op, BinaryOp::And | BinaryOp::Or)
}
