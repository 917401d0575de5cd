//! What a statement is by its form alone: a test of the shell itself, or a way out of the script.

use shuck_ast::{BinaryOp, BuiltinCommand, Command, CompoundCommand, Stmt, StmtSeq, StmtTerminator, Word};

/// How a statement leaves what is around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    /// `false`, `(exit 1)`: it goes on, as a failure.
    Fails,
    /// `exit 1`, `return 1`.
    Failing,
    /// `exit 0`, `return 0`, `break`, `continue`.
    Fine,
}

/// How a statement always leaves, seen from its form; none if it does not.
pub(super) fn leaves(stmt: &Stmt, text: &str) -> Option<Leaves> {
    if stmt.negated || matches!(stmt.terminator, Some(StmtTerminator::Background(_))) {
        return None;
    }
    match &stmt.command {
        Command::Builtin(builtin) => Some(builtin_leaves(builtin, text)),
        Command::Simple(simple) => (bare(&simple.name, text) == "false").then_some(Leaves::Fails),
        Command::Binary(binary) if binary.op == BinaryOp::And => leaves(&binary.right, text),
        Command::Compound(CompoundCommand::BraceGroup(body)) => body_leaves(body, text),
        Command::Compound(CompoundCommand::Subshell(body)) => match body_leaves(body, text) {
            Some(Leaves::Fails | Leaves::Failing) => Some(Leaves::Fails),
            _ => None,
        },
        _ => None,
    }
}

fn body_leaves(body: &StmtSeq, text: &str) -> Option<Leaves> {
    leaves(body.last()?, text)
}

/// How `exit` and its like leave.
pub(super) fn builtin_leaves(builtin: &BuiltinCommand, text: &str) -> Leaves {
    let code = match builtin {
        BuiltinCommand::Break(_) | BuiltinCommand::Continue(_) => return Leaves::Fine,
        BuiltinCommand::Return(command) => &command.code,
        BuiltinCommand::Exit(command) => &command.code,
    };
    match code {
        Some(code) if bare(code, text) == "0" => Leaves::Fine,
        _ => Leaves::Failing,
    }
}

/// Whether a statement only asks: `[`, `test`, `[[`, `((`, and how the shell looks a command up.
pub(super) fn asks(stmt: &Stmt, text: &str) -> bool {
    match &stmt.command {
        Command::Compound(CompoundCommand::Conditional(_) | CompoundCommand::Arithmetic(_)) => true,
        Command::Simple(simple) => match bare(&simple.name, text) {
            "[" | "[[" | "test" | "type" | "hash" => true,
            "command" => simple
                .args
                .first()
                .is_some_and(|flag| matches!(bare(flag, text), "-v" | "-V")),
            _ => false,
        },
        _ => false,
    }
}

/// The word as it stands in the text, with its quotes.
fn bare<'text>(word: &Word, text: &'text str) -> &'text str {
    text.get(word.span.start.offset()..word.span.end.offset())
        .unwrap_or_default()
}
