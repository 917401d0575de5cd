//! Blocks: conditions, loops, `case`, and the tests that are syntax of their own.

use shuck_ast::{
    CaseCommand, CompoundCommand, ConditionalCommand, ConditionalExpr, ForCommand, IfCommand, Span, Stmt,
    StmtSeq, Word,
};

use super::setting::{Left, Outcome, Setting, add};
use super::walk::Walk;
use super::{Loop, Part, Runs, ShellWord};

impl Walk<'_> {
    /// A block, in the setting that its redirects make.
    pub(super) fn compound(&mut self, compound: &CompoundCommand, stmt: &Stmt, setting: &Setting) -> Outcome {
        match compound {
            CompoundCommand::If(command) => self.condition(command, setting),
            CompoundCommand::For(command) => self.for_each(command, setting),
            CompoundCommand::Foreach(command) => self.over_words(
                command.variable.as_str(),
                Some(&command.words),
                &command.body,
                setting,
            ),
            CompoundCommand::Select(command) => {
                // It asks for a word, and goes over none if it gets no answer.
                let maybe = Setting {
                    runs: Runs::Maybe,
                    ..setting.clone()
                };
                self.over_words(
                    command.variable.as_str(),
                    Some(&command.words),
                    &command.body,
                    &maybe,
                )
            }
            CompoundCommand::Repeat(command) => {
                self.discard(&command.count, command.count.span, setting);
                self.repeated(&command.body, &setting.behind(&[]))
            }
            CompoundCommand::ArithmeticFor(command) => {
                for node in [&command.init_ast, &command.condition_ast, &command.step_ast]
                    .into_iter()
                    .flatten()
                {
                    self.discard_arithmetic(node, setting);
                }
                self.repeated(&command.body, &setting.behind(&[]))
            }
            CompoundCommand::While(command) => {
                let asked = self.statements(&command.condition, &setting.asked());
                self.repeated(&command.body, &setting.behind(&asked.success))
            }
            CompoundCommand::Until(command) => {
                let asked = self.statements(&command.condition, &setting.asked());
                self.repeated(&command.body, &setting.behind(&asked.failure))
            }
            CompoundCommand::Case(command) => self.case(command, setting),
            CompoundCommand::Subshell(body) => {
                let inner = Setting {
                    scope: self.scope(setting.scope),
                    ..setting.clone()
                };
                Outcome {
                    left: None,
                    ..self.statements(body, &inner)
                }
            }
            CompoundCommand::BraceGroup(body) => self.statements(body, setting),
            CompoundCommand::Arithmetic(command) => {
                if let Some(node) = &command.expr_ast {
                    self.discard_arithmetic(node, setting);
                }
                let mut words = vec![self.verbatim(command.left_paren_span)];
                words.extend(command.expr_span.map(|span| ShellWord {
                    parts: vec![Part::Other(self.slice(span).to_owned())],
                    range: self.range(span),
                }));
                words.push(self.verbatim(command.right_paren_span));
                self.push(words, Vec::new(), stmt, setting)
            }
            CompoundCommand::Time(command) => match &command.command {
                Some(inner) => self.statement(inner, setting),
                None => Outcome::default(),
            },
            CompoundCommand::Conditional(command) => {
                let words = self.test(command, setting);
                self.push(words, Vec::new(), stmt, setting)
            }
            CompoundCommand::Coproc(command) => {
                let scope = self.scope(setting.scope);
                self.statement(
                    &command.body,
                    &Setting {
                        scope,
                        ..setting.asked()
                    },
                );
                Outcome::default()
            }
            CompoundCommand::Always(command) => {
                let outcome = self.statements(&command.body, setting);
                self.statements(&command.always_body, setting);
                outcome
            }
        }
    }

    /// `if`, with its branches.
    fn condition(&mut self, command: &IfCommand, setting: &Setting) -> Outcome {
        let asked = self.statements(&command.condition, &setting.asked());
        let mut outcome = Outcome::default();
        let left = self
            .statements(&command.then_branch, &setting.behind(&asked.success))
            .left;
        outcome.leave(left.map(|left| left.reached_by(&asked.failure)));
        let mut otherwise = setting.behind(&asked.failure);
        for (condition, body) in &command.elif_branches {
            let asked = self.statements(condition, &otherwise.asked());
            let left = self.statements(body, &otherwise.behind(&asked.success)).left;
            outcome.leave(left.map(unguarded));
            otherwise = otherwise.behind(&asked.failure);
        }
        if let Some(body) = &command.else_branch {
            let left = self.statements(body, &otherwise).left;
            outcome.leave(left.map(|left| match command.elif_branches.is_empty() {
                true => left.reached_by(&asked.success),
                false => unguarded(left),
            }));
        }
        outcome
    }

    fn case(&mut self, command: &CaseCommand, setting: &Setting) -> Outcome {
        self.discard(&command.word, command.word.span, setting);
        let maybe = setting.behind(&[]);
        let mut outcome = Outcome::default();
        for item in &command.cases {
            for pattern in &item.patterns {
                self.pattern(pattern, &maybe);
            }
            let left = self.statements(&item.body, &maybe).left;
            outcome.leave(left.map(unguarded));
        }
        outcome
    }

    fn for_each(&mut self, command: &ForCommand, setting: &Setting) -> Outcome {
        let target = command.targets.first();
        let name = target.map_or("", |target| match &target.name {
            Some(name) => name.as_str(),
            None => self.slice(target.span),
        });
        let name = name.to_owned();
        self.over_words(&name, command.words.as_deref(), &command.body, setting)
    }

    fn over_words(
        &mut self,
        name: &str,
        words: Option<&[Word]>,
        body: &StmtSeq,
        setting: &Setting,
    ) -> Outcome {
        let words: Vec<ShellWord> = words
            .unwrap_or_default()
            .iter()
            .map(|word| self.word(word, setting))
            .collect();
        let never_empty = words.iter().any(|word| word.constant().is_some());
        let mut inner = if never_empty {
            setting.clone()
        } else {
            setting.behind(&[])
        };
        add(&mut inner.loops, &[self.script.loops.len()]);
        self.script.loops.push(Loop {
            variable: name.to_owned(),
            words,
        });
        self.repeated(body, &inner)
    }

    /// The body of a loop. What its last round says of the loop is left open.
    fn repeated(&mut self, body: &StmtSeq, setting: &Setting) -> Outcome {
        let inner = Setting {
            decides: false,
            ..setting.clone()
        };
        let left = self.statements(body, &inner).left.filter(|left| left.script);
        Outcome {
            left: left.map(unguarded),
            ..Outcome::default()
        }
    }

    /// The words of `[[ … ]]`, signs and brackets too.
    fn test(&mut self, command: &ConditionalCommand, setting: &Setting) -> Vec<ShellWord> {
        enum Open<'tree> {
            Expression(&'tree ConditionalExpr),
            Sign(Span),
        }
        let mut words = vec![self.verbatim(command.left_bracket_span)];
        // Its operators nest a thousand deep to the left, so this goes by a list and not by calls.
        let mut open = vec![Open::Expression(&command.expression)];
        while let Some(next) = open.pop() {
            let expression = match next {
                Open::Sign(span) => {
                    words.push(self.verbatim(span));
                    continue;
                }
                Open::Expression(expression) => expression,
            };
            match expression {
                ConditionalExpr::Binary(node) => open.extend([
                    Open::Expression(&node.right),
                    Open::Sign(node.op_span),
                    Open::Expression(&node.left),
                ]),
                ConditionalExpr::Unary(node) => {
                    open.extend([Open::Expression(&node.expr), Open::Sign(node.op_span)]);
                }
                ConditionalExpr::Parenthesized(node) => open.extend([
                    Open::Sign(node.right_paren_span),
                    Open::Expression(&node.expr),
                    Open::Sign(node.left_paren_span),
                ]),
                ConditionalExpr::Word(word) | ConditionalExpr::Regex(word) => {
                    words.push(self.word(word, setting))
                }
                ConditionalExpr::Pattern(pattern) => words.push(self.pattern(pattern, setting)),
                ConditionalExpr::VarRef(reference) => {
                    self.discard_subscript(reference, setting);
                    words.push(self.verbatim(reference.span));
                }
            }
        }
        words.push(self.verbatim(command.right_bracket_span));
        words
    }
}

/// A way out that one of several branches took: which tests keep from it is not told.
fn unguarded(left: Left) -> Left {
    Left {
        guards: Vec::new(),
        ..left
    }
}
