//! `new`: a template and answers to a folder.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{Exit, say};
use crate::cli::{Global, New};
use crate::disk::{self, NewFile, PlaceError};
use crate::report::printable::{printable, printable_at_start};
use crate::template::{Answer, Fault, Faults, Given, Kind, Library, MadeFiles, Question, Template};

/// Makes the folder.
pub fn new(global: &Global, arguments: &New, out: &mut dyn Write) -> Result<Exit> {
    let library = library(arguments.from.as_deref())?;
    let template = match &arguments.template {
        Some(name) => match library.template(name) {
            Ok(template) => Some(template),
            Err(faults) => return Ok(refused(&faults)),
        },
        None => None,
    };
    let Some(template) = template else {
        return list(&library, out);
    };
    if arguments.list {
        return show(&template, out);
    }
    if template.is_part() {
        bail!(
            "`{}` is a part of other templates and makes nothing itself",
            template.name
        );
    }
    match made(arguments, &template) {
        Ok(files) => write(global, arguments, &template, &files, out),
        Err(faults) => Ok(refused(&faults)),
    }
}

/// Our templates, and those of a folder before them.
pub fn library(from: Option<&Path>) -> Result<Library> {
    let mut library = Library::builtin();
    if let Some(folder) = from {
        let files = disk::read_folder(folder)?;
        let folder = disk::absolute(folder);
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        library
            .add(&name, &disk::shown(&folder), files)
            .map_err(|fault| anyhow::anyhow!("{fault}"))?;
    }
    Ok(library)
}

/// Says all faults.
pub fn refused(faults: &Faults) -> Exit {
    for fault in &faults.0 {
        say(&format!("error: {fault}"));
    }
    Exit::Failed
}

fn made(arguments: &New, template: &Template) -> Result<MadeFiles, Faults> {
    let mut given = Given::default();
    let mut faults = Vec::new();
    for text in &arguments.set {
        if let Err(fault) = given.add_typed(template, text) {
            faults.push(fault);
        }
    }
    if let Some(file) = &arguments.answers {
        let name = disk::shown(file);
        match disk::read(file, &name) {
            Ok(source) => {
                if let Err(wrong) = given.add_file(template, &source) {
                    faults.extend(wrong.0);
                }
            }
            Err(error) => faults.push(Fault::new(error.to_string())),
        }
    }
    if !faults.is_empty() {
        return Err(Faults(faults));
    }
    let asks = arguments.answers.is_none() && io::stdin().is_terminal() && io::stderr().is_terminal();
    let answers = if asks {
        let (mut input, mut output) = (io::stdin().lock(), io::stderr());
        template.answers(&given, &mut |question, default| {
            ask(question, default, &mut input, &mut output)
        })?
    } else {
        template.answers_by_default(&given)?
    };
    template.make(&answers)
}

/// Asks one question until the answer fits; an empty line takes the default.
fn ask(
    question: &Question,
    default: &Answer,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<Answer, Fault> {
    let ended = || Fault::new("the questions were not answered");
    let choices = match question.kind {
        Kind::Choice => format!(" ({})", question.choices.join(", ")),
        Kind::Flag => " (yes, no)".to_owned(),
        Kind::List => " (apart by commas)".to_owned(),
        Kind::Text => String::new(),
    };
    let prompt = format!("{}: {}{choices}", question.name.value, question.help);
    loop {
        let prompt = format!("{}\n  [{}] ", printable(&prompt), printable(&default.typed()));
        let written = output.write_all(prompt.as_bytes()).and_then(|()| output.flush());
        let mut line = Vec::new();
        // A line longer than any answer is no answer.
        let mut limited = io::Read::take(&mut *input, 1 << 16);
        let read = limited.read_until(b'\n', &mut line);
        if written.is_err() || !matches!(read, Ok(1..)) {
            return Err(ended());
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        let answer = match line {
            "" => Ok(default.clone()),
            // The way to say nothing where the default says something.
            "-" if question.kind == Kind::List => Ok(Answer::List(Vec::new())),
            line => question.read_typed(line),
        };
        match answer {
            Ok(answer) => return Ok(answer),
            Err(fault) => {
                let words = format!("{}\n", printable(&fault.to_string()));
                output.write_all(words.as_bytes()).map_err(|_| ended())?;
            }
        }
    }
}

fn write(
    global: &Global,
    arguments: &New,
    template: &Template,
    files: &MadeFiles,
    out: &mut dyn Write,
) -> Result<Exit> {
    let folder = match &arguments.dir {
        Some(folder) => folder.clone(),
        None => PathBuf::from(&template.name),
    };
    let new = |(path, file): (&String, &crate::template::Made)| {
        let file = NewFile {
            bytes: files.get(path).map_or(&[][..], |made| &made.bytes),
            executable: file.executable,
        };
        (path.clone(), file)
    };
    let new: BTreeMap<String, NewFile> = files.iter().map(new).collect();
    match disk::place(&folder, &new) {
        Ok(()) => {}
        Err(PlaceError::InTheWay(names)) => {
            for name in &names {
                say(&format!("error: {name} is in the way"));
            }
            say("error: nothing was written");
            return Ok(Exit::Failed);
        }
        Err(error) => bail!("{error}; nothing was written"),
    }
    for path in files.keys() {
        writeln!(out, "{}", printable_at_start(&disk::shown(&folder.join(path))))?;
    }
    if !global.quiet {
        let folder = disk::shown(&folder);
        say(&format!("made {folder} of the template {}", template.name));
        say(&format!(
            "check it by `seaworthy lint {folder}`; its README.md says more"
        ));
    }
    Ok(Exit::Clean)
}

/// What templates there are.
fn list(library: &Library, out: &mut dyn Write) -> Result<Exit> {
    let mut faults = Vec::new();
    for name in library.names() {
        match library.template(name) {
            Ok(template) if template.is_part() => {}
            Ok(template) => {
                writeln!(out, "{}", printable_at_start(&template.name))?;
                writeln!(out, "    {}", printable(template.summary()))?;
                for line in template.gives() {
                    writeln!(out, "    - {}", printable(line))?;
                }
                let asks: Vec<&str> = template
                    .questions()
                    .map(|question| question.name.value.as_str())
                    .collect();
                writeln!(out, "    asks: {}", printable(&asks.join(", ")))?;
            }
            Err(wrong) => faults.extend(wrong.0),
        }
    }
    match faults.is_empty() {
        true => Ok(Exit::Clean),
        false => Ok(refused(&Faults(faults))),
    }
}

/// What one template asks.
fn show(template: &Template, out: &mut dyn Write) -> Result<Exit> {
    writeln!(out, "{}", printable_at_start(&template.name))?;
    writeln!(out, "    {}", printable(template.summary()))?;
    for line in template.gives() {
        writeln!(out, "    - {}", printable(line))?;
    }
    let answers = match template.answers_by_default(&Given::default()) {
        Ok(answers) => answers,
        Err(faults) => return Ok(refused(&faults)),
    };
    for question in template.questions() {
        let name = &question.name.value;
        let default = answers.get(name).map(Answer::typed).unwrap_or_default();
        writeln!(out)?;
        writeln!(out, "{}={}", printable_at_start(name), printable(&default))?;
        writeln!(out, "    {}", printable(&question.help))?;
        if question.kind == Kind::Choice {
            writeln!(out, "    {}", printable(&question.choices.join(" | ")))?;
        }
    }
    Ok(Exit::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, input: &str) -> (Result<Answer, Fault>, String) {
        let template = Library::builtin()
            .template("enterprise-base")
            .expect("it is ours");
        let question = template
            .questions()
            .find(|question| question.name.value == name)
            .expect("it is asked");
        let default = Answer::Text("default".to_owned());
        let mut output = Vec::new();
        let answer = ask(question, &default, &mut input.as_bytes(), &mut output);
        (answer, String::from_utf8(output).expect("it is text"))
    }

    #[test]
    fn an_empty_line_takes_the_default() {
        let (answer, prompt) = asked("user", "\n");
        assert_eq!(answer, Ok(Answer::Text("default".to_owned())));
        assert!(
            prompt.starts_with("user: ") && prompt.ends_with("[default] "),
            "{prompt}"
        );
    }

    #[test]
    fn what_does_not_fit_is_told_and_asked_again() {
        let (answer, prompt) = asked("engine", "podman\ndistribution\n");
        assert_eq!(answer, Ok(Answer::Text("distribution".to_owned())));
        assert!(prompt.contains("engine cannot be `podman`"), "{prompt}");
    }

    #[test]
    fn an_input_that_ends_is_no_answer() {
        assert!(asked("user", "").0.is_err());
    }
}
