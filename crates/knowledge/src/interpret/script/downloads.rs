//! What a script takes from the net: files that it runs, and what it reads through pipes.

use super::*;

/// How many commands may stand in pipes between a download and who reads it.
const MOST_PIPED: usize = 4;

impl Runner<'_, '_> {
    /// What a script of the net does, if that is known; false if it is not.
    pub(super) fn installer(
        &self,
        url: &str,
        ready: &Ready,
        unwrapped: &Unwrapped,
        frame: &Frame,
        place: &Place,
        effects: &mut Effects,
    ) -> bool {
        let program = [(Value::known("sh"), place.clone())];
        let words = if unwrapped.words.is_empty() {
            &program
        } else {
            unwrapped.words.as_slice()
        };
        let variable = |name: &str| self.variable(frame, name);
        let call = Call {
            place,
            ..self.call(words, ready, frame, &variable)
        };
        tools::installer_from_url(url, &call, effects)
    }

    /// The URL from which a file was fetched.
    pub(super) fn fetched_from(&self, path: &Value) -> Option<String> {
        let file = self.walk.facts.files.at(path.as_known()?)?;
        match &file.content {
            Content::Fetched(url) => Some(url.text().to_owned()),
            Content::Unknown | Content::Text(_) => None,
        }
    }

    /// The address that a command reads from through pipes.
    pub(super) fn piped_download(&self, shell: &Shell, ready: &Ready) -> Option<(Value, Place)> {
        let mut source = ready.command.reads_from;
        for _ in 0..MOST_PIPED {
            let command = shell.script.commands.get(source?)?;
            let names = self.names(shell, command);
            let mut words = command.words.iter();
            let program = words.next().and_then(ShellWord::constant);
            let loads = program.is_some_and(|program| {
                let name = program.rsplit('/').next().unwrap_or(&program);
                matches!(name, "curl" | "wget" | "fetch")
            });
            if loads {
                let word = words.find_map(|word| {
                    let value = words::assigned(word, &names);
                    let is_address = value.text().contains("://") || value.text().starts_with("get.");
                    is_address.then(|| (value, shell.placed.place(word.range.clone())))
                });
                let whole = || {
                    let raw = "the address";
                    (Value::unknown(raw), shell.placed.place(command.range.clone()))
                };
                return Some(word.unwrap_or_else(whole));
            }
            source = command.reads_from;
        }
        None
    }
}

/// The first URL in a text.
pub(super) fn url_in(text: &str) -> Option<&str> {
    let start = text.find("https://").or_else(|| text.find("http://"));
    let start = start.or_else(|| text.find("get.docker.com"))?;
    let rest = &text[start..];
    let end = rest
        .find([' ', ')', '"', '\'', '`', '|', ';', '\n'])
        .unwrap_or(rest.len());
    Some(&rest[..end])
}
