//! Words of the crate to words of ours: text as the program gets it, with what is quoted told apart.
//!
//! Text is always taken from the script and its quoting undone here, because the crate keeps some
//! literals raw and some cooked. Commands in substitutions are read on the way.

use std::ops::Range;

use shuck_ast::{
    ArithmeticExpr, ArithmeticExprNode, ArrayElem, AssignmentValue, BourneParameterExpansion,
    CommandSubstitutionSyntax, HeredocBody, HeredocBodyPart, LiteralText, ParameterExpansion, ParameterOp,
    Pattern, PatternPart, Span, StmtSeq, Subscript, VarRef, Word, WordPart, WordPartNode,
};

use super::quoting::{Quoting, push_text, unquote, variable};
use super::setting::Setting;
use super::walk::Walk;
use super::{Assignment, Part, Runs, ShellWord};

impl<'text> Walk<'text> {
    /// The text of a span; empty where the crate made the span up.
    pub(super) fn slice(&self, span: Span) -> &'text str {
        self.text
            .get(span.start.offset()..span.end.offset())
            .unwrap_or_default()
    }

    /// The bytes of a span; where the crate made the span up, the empty place at its start or the
    /// end of the text.
    pub(super) fn range(&self, span: Span) -> Range<u32> {
        let (start, end) = (span.start.offset(), span.end.offset());
        if self.text.get(start..end).is_some() {
            return start as u32..end as u32;
        }
        let start = if self.text.is_char_boundary(start) {
            start
        } else {
            self.text.len()
        };
        start as u32..start as u32
    }

    /// A word, and the commands in its substitutions.
    pub(super) fn word(&mut self, word: &Word, setting: &Setting) -> ShellWord {
        let mut parts = Vec::with_capacity(word.parts.len());
        self.parts(&word.parts, Quoting::Bare, setting, &mut parts);
        ShellWord {
            parts,
            range: self.range(word.span),
        }
    }

    /// A word whose text stands at a span, with no parts but that text.
    pub(super) fn verbatim(&self, span: Span) -> ShellWord {
        let mut parts = Vec::new();
        unquote(self.slice(span), Quoting::Bare, |piece, _, quoted| {
            push_text(&mut parts, piece, quoted)
        });
        ShellWord {
            parts,
            range: self.range(span),
        }
    }

    fn parts(&mut self, nodes: &[WordPartNode], quoting: Quoting, setting: &Setting, parts: &mut Vec<Part>) {
        for node in nodes {
            self.part(node, quoting, setting, parts);
        }
    }

    fn part(&mut self, node: &WordPartNode, quoting: Quoting, setting: &Setting, parts: &mut Vec<Part>) {
        let quoted = quoting != Quoting::Bare;
        match &node.kind {
            WordPart::Literal(literal) => self.literal(literal, node.span, quoting, parts),
            WordPart::SingleQuoted { value, .. } => push_text(parts, value.slice(self.text), true),
            WordPart::DoubleQuoted { parts: inner, .. } => {
                let before = parts.len();
                self.parts(inner, Quoting::Double, setting, parts);
                if parts.len() == before {
                    push_text(parts, "", true);
                }
            }
            WordPart::CommandSubstitution { body, syntax } => {
                parts.push(self.substitution(body, *syntax, node.span, quoted, setting));
            }
            WordPart::ProcessSubstitution { body, .. } => {
                self.substituted(body, setting);
                parts.push(Part::Other(self.slice(node.span).to_owned()));
            }
            WordPart::ArithmeticExpansion {
                expression_word_ast, ..
            } => {
                self.discard(expression_word_ast, node.span, setting);
                parts.push(Part::Other(self.slice(node.span).to_owned()));
            }
            WordPart::Variable(name) => {
                let name = name.as_str().to_owned();
                parts.push(Part::Variable {
                    name,
                    operator: String::new(),
                    quoted,
                });
            }
            WordPart::Parameter(parameter) => self.parameter(parameter, node.span, quoted, setting, parts),
            // Only zsh has it, and it expands like any other glob.
            WordPart::ZshQualifiedGlob(_) => push_text(parts, self.slice(node.span), quoted),
            WordPart::ParameterExpansion { .. }
            | WordPart::Length(_)
            | WordPart::ArrayAccess(_)
            | WordPart::ArrayLength(_)
            | WordPart::ArrayIndices(_)
            | WordPart::Substring { .. }
            | WordPart::ArraySlice { .. }
            | WordPart::IndirectExpansion { .. }
            | WordPart::PrefixMatch { .. }
            | WordPart::Transformation { .. } => parts.push(self.variable(node.span, quoted)),
        }
    }

    fn literal(&self, literal: &LiteralText, span: Span, quoting: Quoting, parts: &mut Vec<Part>) {
        let raw = self.slice(span);
        if raw.is_empty() {
            let made_up = literal.as_str(self.text, span);
            if !made_up.is_empty() {
                push_text(parts, made_up, quoting != Quoting::Bare);
            }
            return;
        }
        unquote(raw, quoting, |piece, _, quoted| push_text(parts, piece, quoted));
    }

    fn variable(&self, span: Span, quoted: bool) -> Part {
        let raw = self.slice(span);
        match variable(raw) {
            Some((name, operator)) => Part::Variable {
                name: name.to_owned(),
                operator: operator.to_owned(),
                quoted,
            },
            None => Part::Other(raw.to_owned()),
        }
    }

    fn parameter(
        &mut self,
        parameter: &ParameterExpansion,
        span: Span,
        quoted: bool,
        setting: &Setting,
        parts: &mut Vec<Part>,
    ) {
        if self.may_substitute(span) {
            match parameter.bourne() {
                Some(bourne) => self.discard_parameter(bourne, span, setting),
                None => self.script.incomplete = true,
            }
        }
        parts.push(self.variable(span, quoted));
    }

    fn substitution(
        &mut self,
        body: &StmtSeq,
        syntax: CommandSubstitutionSyntax,
        span: Span,
        quoted: bool,
        setting: &Setting,
    ) -> Part {
        let raw = self.slice(span);
        // The crate reads escaped backquotes, a substitution in a substitution, as text.
        if syntax == CommandSubstitutionSyntax::Backtick && raw.contains("\\`") {
            self.script.incomplete = true;
        }
        let commands = self.substituted(body, setting);
        Part::Substitution {
            commands,
            raw: raw.to_owned(),
            quoted,
        }
    }

    fn substituted(&mut self, body: &StmtSeq, setting: &Setting) -> Range<usize> {
        let from = self.script.commands.len();
        let inner = Setting {
            scope: self.scope(setting.scope),
            block_redirects: Vec::new(),
            reads_from: None,
            piped: false,
            decides: true,
            tolerate_last: false,
            ..setting.clone()
        };
        self.statements(body, &inner);
        from..self.script.commands.len()
    }

    /// A here-document's body.
    pub(super) fn heredoc(&mut self, body: &HeredocBody, setting: &Setting) -> ShellWord {
        let mut parts = Vec::new();
        for node in &body.parts {
            match &node.kind {
                HeredocBodyPart::Literal(literal) => {
                    let text = literal.as_str(self.text, node.span);
                    // What the crate owns has its backslashes undone.
                    if body.mode.expands() && literal == &LiteralText::Source {
                        unquote(text, Quoting::Heredoc, |piece, _, _| {
                            push_text(&mut parts, piece, true)
                        });
                    } else {
                        push_text(&mut parts, text, true);
                    }
                }
                HeredocBodyPart::Variable(name) => {
                    let name = name.as_str().to_owned();
                    parts.push(Part::Variable {
                        name,
                        operator: String::new(),
                        quoted: true,
                    });
                }
                HeredocBodyPart::CommandSubstitution { body, syntax } => {
                    let part = self.substitution(body, *syntax, node.span, true, setting);
                    parts.push(part);
                }
                HeredocBodyPart::ArithmeticExpansion {
                    expression_word_ast, ..
                } => {
                    self.discard(expression_word_ast, node.span, setting);
                    parts.push(Part::Other(self.slice(node.span).to_owned()));
                }
                HeredocBodyPart::Parameter(parameter) => {
                    self.parameter(parameter, node.span, true, setting, &mut parts);
                }
            }
        }
        ShellWord {
            parts,
            range: self.range(body.span),
        }
    }

    /// `NAME=value`.
    pub(super) fn assignment(&mut self, assignment: &shuck_ast::Assignment, setting: &Setting) -> Assignment {
        self.discard_subscript(&assignment.target, setting);
        let value = match &assignment.value {
            AssignmentValue::Scalar(word) => Some(self.word(word, setting)),
            AssignmentValue::Compound(array) => {
                for element in &array.elements {
                    if let ArrayElem::Keyed { key, .. } | ArrayElem::KeyedAppend { key, .. } = element {
                        self.discard_key(key, setting);
                    }
                    let value = &element.value().word;
                    self.discard(value, value.span, setting);
                }
                None
            }
        };
        let mut name = assignment.target.name.as_str().to_owned();
        if let Some(subscript) = &assignment.target.subscript {
            name = format!("{name}[{}]", subscript.syntax_text(self.text));
        }
        let mut range = self.range(assignment.span);
        if let Some(value) = &value {
            range.end = range.end.max(value.range.end);
        }
        Assignment {
            name,
            value,
            append: assignment.append,
            range,
        }
    }

    /// `NAME=value` as a word of `export` and its like.
    pub(super) fn assignment_word(
        &mut self,
        assignment: &shuck_ast::Assignment,
        setting: &Setting,
    ) -> ShellWord {
        let whole = self.range(assignment.span);
        let AssignmentValue::Scalar(word) = &assignment.value else {
            self.assignment(assignment, setting);
            return ShellWord {
                parts: vec![Part::Other(self.slice(assignment.span).to_owned())],
                range: whole,
            };
        };
        let value = self.word(word, setting);
        // A value that is empty has no place of its own.
        let left_end = if value.parts.is_empty() {
            whole.end
        } else {
            value.range.start
        };
        let left = self
            .text
            .get(whole.start as usize..left_end as usize)
            .unwrap_or_default();
        let mut parts = vec![Part::Bare(left.to_owned())];
        for part in value.parts {
            match part {
                Part::Bare(text) => push_text(&mut parts, &text, false),
                other => parts.push(other),
            }
        }
        ShellWord {
            parts,
            range: whole.start..whole.end.max(value.range.end),
        }
    }

    /// A pattern of `case` or `[[`, as a word.
    pub(super) fn pattern(&mut self, pattern: &Pattern, setting: &Setting) -> ShellWord {
        let mut parts = Vec::new();
        for node in &pattern.parts {
            match &node.kind {
                PatternPart::Literal(literal) => self.literal(literal, node.span, Quoting::Bare, &mut parts),
                PatternPart::Word(word) => self.parts(&word.parts, Quoting::Bare, setting, &mut parts),
                _ => push_text(&mut parts, self.slice(node.span), false),
            }
        }
        ShellWord {
            parts,
            range: self.range(pattern.span),
        }
    }

    /// Whether commands may hide in a stretch of text: a look that saves most walks.
    fn may_substitute(&self, span: Span) -> bool {
        let raw = self.slice(span);
        raw.is_empty() || raw.contains(['`', '('])
    }

    /// Reads the commands in a word that we keep raw.
    pub(super) fn discard(&mut self, word: &Word, span: Span, setting: &Setting) {
        if self.may_substitute(span) {
            self.word(word, setting);
        }
    }

    fn discard_parameter(&mut self, parameter: &BourneParameterExpansion, span: Span, setting: &Setting) {
        let maybe = Setting {
            runs: Runs::Maybe,
            ..setting.clone()
        };
        match parameter {
            BourneParameterExpansion::Operation {
                reference,
                operator,
                operand_word_ast,
                ..
            } => {
                self.discard_subscript(reference, setting);
                if let Some(word) = operand_word_ast {
                    self.discard(word, span, &maybe);
                }
                match operator.as_ref() {
                    ParameterOp::RemovePrefixShort { pattern }
                    | ParameterOp::RemovePrefixLong { pattern }
                    | ParameterOp::RemoveSuffixShort { pattern }
                    | ParameterOp::RemoveSuffixLong { pattern } => {
                        self.pattern(pattern, setting);
                    }
                    ParameterOp::ReplaceFirst {
                        pattern,
                        replacement_word_ast,
                        ..
                    }
                    | ParameterOp::ReplaceAll {
                        pattern,
                        replacement_word_ast,
                        ..
                    } => {
                        self.pattern(pattern, setting);
                        self.discard(replacement_word_ast, span, setting);
                    }
                    _ => {}
                }
            }
            BourneParameterExpansion::Indirect {
                reference,
                operand_word_ast,
                ..
            } => {
                self.discard_subscript(reference, setting);
                if let Some(word) = operand_word_ast {
                    self.discard(word, span, &maybe);
                }
            }
            BourneParameterExpansion::Slice {
                reference,
                offset_word_ast,
                length_word_ast,
                ..
            } => {
                self.discard_subscript(reference, setting);
                self.discard(offset_word_ast, span, setting);
                if let Some(word) = length_word_ast {
                    self.discard(word, span, setting);
                }
            }
            BourneParameterExpansion::Access { reference }
            | BourneParameterExpansion::Length { reference }
            | BourneParameterExpansion::Indices { reference }
            | BourneParameterExpansion::Transformation { reference, .. } => {
                self.discard_subscript(reference, setting);
            }
            BourneParameterExpansion::PrefixMatch { .. } => {}
        }
    }

    pub(super) fn discard_subscript(&mut self, reference: &VarRef, setting: &Setting) {
        if let Some(subscript) = &reference.subscript {
            self.discard_key(subscript, setting);
        }
    }

    fn discard_key(&mut self, key: &Subscript, setting: &Setting) {
        if let Some(word) = key.word_ast() {
            self.discard(word, word.span, setting);
        }
    }

    /// Reads the commands in an arithmetic expression. Its operators may nest a thousand deep to
    /// the left, so this goes by a list and not by calls.
    pub(super) fn discard_arithmetic(&mut self, node: &ArithmeticExprNode, setting: &Setting) {
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            match &node.kind {
                ArithmeticExpr::ShellWord(word) => self.discard(word, word.span, setting),
                ArithmeticExpr::Indexed { index, .. } => open.push(index),
                ArithmeticExpr::Parenthesized { expression } => open.push(expression),
                ArithmeticExpr::Unary { expr, .. } | ArithmeticExpr::Postfix { expr, .. } => open.push(expr),
                ArithmeticExpr::Binary { left, right, .. } => open.extend([right.as_ref(), left.as_ref()]),
                ArithmeticExpr::Conditional {
                    condition,
                    then_expr,
                    else_expr,
                } => {
                    open.extend([else_expr.as_ref(), then_expr.as_ref(), condition.as_ref()]);
                }
                ArithmeticExpr::Assignment { value, .. } => open.push(value),
                ArithmeticExpr::Number(_) | ArithmeticExpr::Variable(_) => {}
            }
        }
    }
}
