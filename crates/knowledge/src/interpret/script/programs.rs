//! Programs: asked for their effects where a tool knows them, told as unseen where none does.

use super::*;

impl Runner<'_, '_> {
    /// A program that is neither a function nor a script whose text is known.
    pub(super) fn program(
        &mut self,
        shell: &mut Shell,
        ready: &Ready,
        frame: &Frame,
        unwrapped: Unwrapped,
        program: &str,
    ) {
        let name = program.rsplit('/').next().unwrap_or(program);
        let mut effects = Effects::default();
        let known = if is_of_system(program) {
            tools::find(name)
        } else {
            tools::find_at(program)
        };
        let mut printed = None;
        {
            let variable = |name: &str| self.variable(frame, name);
            let call = self.call(&unwrapped.words, ready, frame, &variable);
            match known {
                Known::Tool(tool) => tool(&call, &mut effects),
                Known::Inert => {}
                Known::Unknown => {
                    // A file of the context that cannot be read here may be any script.
                    let reach = if name.ends_with(".sh") || self.is_from_context(program, &frame.folder) {
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
        self.finish(shell, ready, frame, unwrapped, effects);
    }

    /// A command as tools see it.
    pub(super) fn call<'c>(
        &'c self,
        words: &'c [(Value, Place)],
        ready: &'c Ready,
        frame: &'c Frame,
        variable: &'c dyn Fn(&str) -> Answer<Value>,
    ) -> Call<'c> {
        Call {
            words,
            facts: &self.walk.facts,
            user: &frame.user,
            folder: &frame.folder,
            home: &frame.home,
            stdin: ready.stdin.as_ref(),
            stdout: None,
            place: &ready.place,
            variable,
        }
    }

    /// A variable as a command of a frame sees it.
    pub(super) fn variable(&self, frame: &Frame, name: &str) -> Answer<Value> {
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
}

/// What a script that nobody can read may change.
pub(super) fn reach(user: &Value) -> Reach {
    match user.as_known() {
        Some("root" | "0") | None => Reach::Anything,
        Some(_) => Reach::Home,
    }
}

/// What a program that nobody knows may change.
pub(super) fn program_reach(user: &Value) -> Reach {
    match user.as_known() {
        Some("root" | "0") | None => Reach::Files,
        Some(_) => Reach::Home,
    }
}

/// Whether a program is named without its folder, or by one in which programs lie.
pub(super) fn is_of_system(program: &str) -> bool {
    match program.rsplit_once('/') {
        None => true,
        Some((folder, _)) => matches!(
            folder.rsplit('/').next(),
            Some("bin" | "sbin" | "condabin" | "shims")
        ),
    }
}
