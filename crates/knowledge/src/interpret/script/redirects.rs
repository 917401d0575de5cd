//! What redirects write.

use super::*;

impl Runner<'_, '_> {
    /// What redirects write.
    pub(super) fn redirects(
        &mut self,
        shell: &mut Shell,
        ready: &Ready,
        frame: &Frame,
        unwrapped: &Unwrapped,
    ) {
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
            let names = self.names(shell, command);
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
                ..self.step(frame, &ready.place, None)
            };
            self.take(step, effects);
        }
    }

    /// What a command prints, as far as it is known before it runs.
    pub(super) fn printed(
        &self,
        shell: &Shell,
        frame: &Frame,
        unwrapped: &Unwrapped,
        ready: &Ready,
    ) -> Option<Value> {
        if unwrapped.words.is_empty() {
            return Some(Value::new());
        }
        let call = self.call(&unwrapped.words, ready, frame, &|_| Answer::Unknown);
        output::of(&call, shell.dialect, &Effects::default())
    }
}
