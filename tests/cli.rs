//! Runs the built program on the cases in `fixtures/cli` and compares what it says.
//!
//! A case is one text file. Sections start with a line such as `-- stdout --`:
//!
//! - `args`: one argument a line (`-- args --` is needed, all others may be left out)
//! - `env`: `NAME=value` lines; the environment is empty otherwise
//! - `file PATH`: a file of the working folder
//! - `setup`: `link NAME TARGET`, `folder NAME`, `fifo NAME`, `forbid NAME`, `bytes NAME HEX`,
//!   `repeat NAME COUNT TEXT` (TEXT may have `\n`), one a line
//! - `stdin`, `stdout`, `stderr`, `exit`; standard error is compared only where it stands in the case
//! - a section whose text does not end with a line end has `\ no line end` as its last line
//! - `written PATH`: what a file of the working folder holds afterwards
//!
//! With `SEAWORTHY_BLESS=1` the answers in the cases are rewritten.

#![allow(clippy::print_stdout, reason = "what is skipped is told")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cli");
    let mut trials: Vec<Trial> = fs::read_dir(&folder)
        .expect("fixtures/cli is a folder")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "case"))
        .map(|path| {
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            Trial::test(name, move || check(&path))
        })
        .collect();
    assert!(!trials.is_empty(), "there are cases");
    trials.push(Trial::test("a-closed-pipe-is-success", a_closed_pipe_is_success));
    trials.push(Trial::test("a-full-disk-is-told", a_full_disk_is_told));
    trials.push(Trial::test(
        "threads-do-not-change-the-output",
        threads_do_not_change_the_output,
    ));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What stands in a case behind a text that does not end with a line end.
const NO_LINE_END: &str = "\n\\ no line end\n";

/// The sections of a case, by their headings, in the order in which they stand.
struct Case {
    sections: Vec<(String, String)>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a case is text");
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in text.split_inclusive('\n') {
            let heading = line
                .trim_end()
                .strip_prefix("-- ")
                .and_then(|rest| rest.strip_suffix(" --"));
            match (heading, sections.last_mut()) {
                (Some(heading), _) => sections.push((heading.to_owned(), String::new())),
                (None, Some((_, body))) => body.push_str(line),
                // Before the first section stands why the case exists.
                (None, None) => sections.push(("why".to_owned(), line.to_owned())),
            }
        }
        for (_, body) in &mut sections {
            if let Some(cut) = body.strip_suffix(NO_LINE_END) {
                *body = cut.to_owned();
            }
        }
        Self { sections }
    }

    fn get(&self, name: &str) -> Option<&str> {
        let named = self.sections.iter().find(|(heading, _)| heading == name);
        named.map(|(_, body)| body.as_str())
    }

    fn lines(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name)
            .unwrap_or_default()
            .lines()
            .filter(|line| !line.is_empty())
    }

    fn set(&mut self, name: &str, text: &str) {
        match self.sections.iter_mut().find(|(heading, _)| heading == name) {
            Some((_, body)) => text.clone_into(body),
            None => self.sections.push((name.to_owned(), text.to_owned())),
        }
    }

    fn write(&self, path: &Path) {
        let mut text = String::new();
        for (heading, body) in &self.sections {
            if heading != "why" {
                text.push_str(&format!("-- {heading} --\n"));
            }
            text.push_str(body);
            if !body.is_empty() && !body.ends_with('\n') {
                text.push_str(NO_LINE_END);
            }
        }
        fs::write(path, text).expect("a case can be written");
    }
}

struct Said {
    stdout: String,
    stderr: String,
    exit: String,
    written: BTreeMap<String, String>,
}

fn check(path: &Path) -> Result<(), Failed> {
    let mut case = Case::read(path);
    let folder = tempfile::tempdir()?;
    if !set_up(&case, folder.path())? {
        println!("skipped: this user may read everything");
        return Ok(());
    }
    let said = run(&case, folder.path())?;
    if std::env::var_os("SEAWORTHY_BLESS").is_some() {
        case.set("stdout", &said.stdout);
        if case.get("stderr").is_some() {
            case.set("stderr", &said.stderr);
        }
        for (name, text) in &said.written {
            case.set(&format!("written {name}"), text);
        }
        case.set("exit", &format!("{}\n", said.exit));
        case.write(path);
        return Ok(());
    }
    compare("stdout", case.get("stdout").unwrap_or_default(), &said.stdout)?;
    if let Some(stderr) = case.get("stderr") {
        compare("stderr", stderr, &said.stderr)?;
    }
    for (name, text) in &said.written {
        compare(
            name,
            case.get(&format!("written {name}")).unwrap_or_default(),
            text,
        )?;
    }
    compare("exit", case.get("exit").unwrap_or("0\n").trim(), &said.exit)
}

fn compare(what: &str, expected: &str, got: &str) -> Result<(), Failed> {
    if expected == got {
        return Ok(());
    }
    Err(format!("{what} is not as expected\n--- expected\n{expected}\n--- got\n{got}").into())
}

/// Lays out the working folder; false if this user cannot be forbidden to read a file.
fn set_up(case: &Case, folder: &Path) -> Result<bool, Failed> {
    for (heading, body) in &case.sections {
        if let Some(name) = heading.strip_prefix("file ") {
            put(folder, name, body.as_bytes())?;
        }
    }
    for line in case.lines("setup") {
        let (verb, rest) = line.split_once(' ').ok_or("a setup line has a verb")?;
        let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let path = folder.join(name);
        match verb {
            "folder" => fs::create_dir_all(path)?,
            "bytes" => put(folder, name, &hex(rest)?)?,
            "repeat" => {
                let (count, text) = rest.split_once(' ').ok_or("repeat has a count and a text")?;
                put(
                    folder,
                    name,
                    text.replace("\\n", "\n").repeat(count.parse()?).as_bytes(),
                )?;
            }
            #[cfg(unix)]
            "link" => std::os::unix::fs::symlink(rest, path)?,
            "fifo" => {
                let made = Command::new("mkfifo").arg(path).status()?;
                assert!(made.success(), "a fifo can be made");
            }
            #[cfg(unix)]
            "forbid" => {
                use std::os::unix::fs::PermissionsExt;
                fs::set_permissions(&path, fs::Permissions::from_mode(0o000))?;
                if fs::read(&path).is_ok() || fs::read_dir(&path).is_ok() {
                    return Ok(false);
                }
            }
            _ => return Err(format!("there is no setup verb {verb}").into()),
        }
    }
    Ok(true)
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    fs::write(path, bytes)
}

fn hex(text: &str) -> Result<Vec<u8>, Failed> {
    let digits: Vec<char> = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16);
    Ok(digits.chunks(2).map(byte).collect::<Result<_, _>>()?)
}

/// The program in an environment that holds nothing but what the case gives it.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
    command.env_clear().current_dir(folder);
    command
}

fn run(case: &Case, folder: &Path) -> Result<Said, Failed> {
    let mut command = program(folder);
    command.args(case.lines("args"));
    for line in case.lines("env") {
        let (name, value) = line.split_once('=').ok_or("env has NAME=value lines")?;
        command.env(name, value);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A program that does not read its input may end before all is written.
        let _ = input.write_all(case.get("stdin").unwrap_or_default().as_bytes());
    }
    let output = child.wait_with_output()?;
    let scrub = |bytes: Vec<u8>| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    };
    let written = case
        .sections
        .iter()
        .filter_map(|(heading, _)| heading.strip_prefix("written "))
        .map(|name| {
            let bytes = fs::read(folder.join(name)).unwrap_or_default();
            (name.to_owned(), scrub(bytes))
        })
        .collect();
    Ok(Said {
        stdout: scrub(output.stdout),
        stderr: scrub(output.stderr),
        exit: output
            .status
            .code()
            .map_or("signal".to_owned(), |code| code.to_string()),
        written,
    })
}

/// Enough output to fill any pipe, and a reader that goes away.
fn a_closed_pipe_is_success() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    put(
        folder.path(),
        "Dockerfile",
        "FROM a\nNONSENSE\n".repeat(5000).as_bytes(),
    )?;
    for format in ["text", "concise", "json", "sarif", "github", "junit"] {
        let mut child = program(folder.path())
            .args(["lint", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        drop(child.stdout.take());
        let output = child.wait_with_output()?;
        compare("stderr", "", &String::from_utf8_lossy(&output.stderr))?;
        compare("exit", "Some(0)", &format!("{:?}", output.status.code()))?;
    }
    Ok(())
}

/// Standard output is a disk without room: told, exit 2, and the file beside it has all.
fn a_full_disk_is_told() -> Result<(), Failed> {
    let Ok(full) = fs::File::options().write(true).open("/dev/full") else {
        println!("skipped: there is no /dev/full");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    put(
        folder.path(),
        "Dockerfile",
        b"FROM registry.example.com/a:1\nNONSENSE\n",
    )?;
    let output = program(folder.path())
        .args([
            "lint",
            "--format",
            "json",
            "--output",
            "gnu=out.txt",
            "--output",
            "gnu=/dev/full",
        ])
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()?
        .wait_with_output()?;
    compare("exit", "Some(2)", &format!("{:?}", output.status.code()))?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    compare(
        "stderr",
        "error: cannot write /dev/full: no space left on device\nerror: cannot write to standard output: No space left on device (os error 28)\n",
        &told,
    )?;
    let written = fs::read_to_string(folder.path().join("out.txt"))?;
    compare("lines", "1", &written.lines().count().to_string())?;
    let left = fs::read_dir(folder.path())?.count();
    compare("files", "2", &left.to_string())
}

fn threads_do_not_change_the_output() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    for number in 0..200 {
        let name: PathBuf = format!("{}/Dockerfile.{number}", number % 7).into();
        put(
            folder.path(),
            &name.to_string_lossy(),
            b"FROM a\nNONSENSE\nFROM b\n# seaworthy: allow(x)\nRUN y\n",
        )?;
    }
    let outputs = ["1", "2", "8"].map(|jobs| {
        let output = program(folder.path())
            .args(["lint", "--format", "json", "--jobs", jobs])
            .output()
            .expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    });
    compare("two threads", &outputs[0], &outputs[1])?;
    compare("eight threads", &outputs[0], &outputs[2])
}
