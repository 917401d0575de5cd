//! The state of one shell while its script runs: folders and variables by scope.

use super::*;

/// Folder and variables of a scope.
pub(super) type ScopeState = (Value, Vec<(String, Value)>);

/// The state of one shell while its script runs.
pub(super) struct Shell<'s> {
    pub(super) script: &'s Script,
    pub(super) text: &'s str,
    pub(super) dialect: Dialect,
    pub(super) placed: &'s Placed<'s>,
    pub(super) frame: Frame,
    /// Folder and variables of each scope, once something has run in it.
    pub(super) scopes: Vec<Option<ScopeState>>,
    /// What each command is known to print.
    pub(super) outputs: Vec<Option<Value>>,
    /// Blocks whose redirect has been opened.
    pub(super) opened: Vec<usize>,
}

/// Looks names up for one command.
pub(super) struct Names<'n> {
    pub(super) facts: &'n Facts,
    pub(super) shell: &'n Shell<'n>,
    pub(super) scope: usize,
    pub(super) loops: &'n [usize],
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
    pub(super) fn scope(&self, scope: usize) -> (&Value, &[(String, Value)]) {
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

    pub(super) fn scope_mut(&mut self, scope: usize) -> &mut ScopeState {
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

    pub(super) fn set(&mut self, scope: usize, name: &str, value: Value) {
        let variables = &mut self.scope_mut(scope).1;
        variables.retain(|(known, _)| known != name);
        variables.push((name.to_owned(), value));
    }
}
