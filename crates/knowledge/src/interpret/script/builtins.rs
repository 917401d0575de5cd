//! What a shell does itself: folders, variables, `source`.

use super::*;

impl Runner<'_, '_> {
    /// What the shell does itself; true if nothing is left to do.
    pub(super) fn builtin(
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
                            let names = self.names(shell, ready.command);
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
    pub(super) fn sourced(&mut self, shell: &mut Shell, ready: &Ready, unwrapped: &Unwrapped, frame: &Frame) {
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
}
