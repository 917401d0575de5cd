//! Runs other programs: for a limited time, with limited output, and never through a shell.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The most output that is kept of a program, in bytes; the rest is read and dropped.
const LONGEST_OUTPUT: u64 = 1 << 20;

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// What a program did.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub output: Vec<u8>,
    /// What it wrote to standard error.
    pub errors: Vec<u8>,
}

/// A program that did nothing of use. What it was given is never in the words.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It is not there.
    #[error("there is no program {0}")]
    Missing(String),
    /// It is there and cannot be started.
    #[error("cannot run {program}: {error}")]
    Start {
        /// Its name.
        program: String,
        /// Why.
        error: io::Error,
    },
    /// It ran longer than it may.
    #[error("{program} did not end within {} s", .limit.as_secs_f32())]
    Late {
        /// Its name.
        program: String,
        /// The limit.
        limit: Duration,
    },
    /// It printed more than is read.
    #[error("{program} printed more than {} MiB", .most >> 20)]
    Long {
        /// Its name.
        program: String,
        /// The most that is read, in bytes.
        most: u64,
    },
    /// It ended with an error.
    #[error("{program} failed{}", .said.as_ref().map(|said| format!(": {said}")).unwrap_or_default())]
    Failed {
        /// Its name.
        program: String,
        /// The last line that it wrote to standard error, if any.
        said: Option<String>,
    },
}

/// What becomes of output that is longer than what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Surplus {
    /// It is read and dropped, so that the program goes on.
    Dropped,
    /// It is not read: the program fails when it writes on.
    Refused,
}

/// Runs a program to its end, giving it `input`. Past `limit` it is killed.
///
/// # Errors
/// It is missing, cannot be started, or runs too long. That it fails is no error: see [`Ran::status`].
pub fn run(command: &mut Command, input: &[u8], limit: Duration) -> Result<Ran, ProgramError> {
    let ended = run_within(command, input, limit, |pipe| {
        keep(pipe, LONGEST_OUTPUT, Surplus::Dropped)
    })?;
    Ok(Ran {
        status: ended.status,
        output: ended.output.kept,
        errors: ended.errors,
    })
}

/// Runs a program without input and gives all that it prints. Past `limit` it is killed.
///
/// # Errors
/// It is missing, cannot be started, runs too long, prints more than `most` bytes, or fails.
pub fn answer(command: &mut Command, limit: Duration, most: u64) -> Result<Vec<u8>, ProgramError> {
    let ended = run_within(command, b"", limit, move |pipe| {
        keep(pipe, most, Surplus::Refused)
    })?;
    if ended.output.is_cut {
        return Err(ProgramError::Long {
            program: shown(command.get_program()),
            most,
        });
    }
    ended.unless_failed(command).map(|piped| piped.kept)
}

/// Runs a program without input, and has what it prints read while it prints: however much it is, none of it
/// is held. Past `limit` the program is killed.
///
/// # Errors
/// It is missing, cannot be started, runs too long, or fails; what was made of its output is dropped then.
pub fn read<T: Send + 'static>(
    command: &mut Command,
    limit: Duration,
    reader: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
) -> Result<T, ProgramError> {
    let ended = run_within(command, b"", limit, |mut pipe| {
        let made = reader(&mut pipe);
        // A reader that has enough must not make the program fail at a closed pipe.
        let _ = io::copy(&mut pipe, &mut io::sink());
        made
    })?;
    ended.unless_failed(command)
}

/// How a program ended, with what was made of its output.
struct Ended<T> {
    status: ExitStatus,
    output: T,
    errors: Vec<u8>,
}

impl<T> Ended<T> {
    /// What was made of the output of a program that did as it was asked.
    fn unless_failed(self, command: &Command) -> Result<T, ProgramError> {
        if self.status.success() {
            return Ok(self.output);
        }
        let said = String::from_utf8_lossy(&self.errors);
        Err(ProgramError::Failed {
            program: shown(command.get_program()),
            said: said.trim().lines().last().map(|line| line.trim().to_owned()),
        })
    }
}

fn run_within<T: Send + 'static>(
    command: &mut Command,
    input: &[u8],
    limit: Duration,
    reader: impl FnOnce(ChildStdout) -> T + Send + 'static,
) -> Result<Ended<T>, ProgramError> {
    let name = shown(command.get_program());
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ProgramError::Missing(name.clone()),
            _ => ProgramError::Start {
                program: name.clone(),
                error,
            },
        })?;
    let output = read_aside(child.stdout.take(), reader);
    let errors = read_aside(child.stderr.take(), |pipe| {
        keep(pipe, LONGEST_OUTPUT, Surplus::Dropped).kept
    });
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_vec();
        // A program that does not read its input must not hold us up.
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let late = || ProgramError::Late {
        program: name.clone(),
        limit,
    };
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() >= limit => {
                end(&mut child);
                return Err(late());
            }
            Ok(None) => std::thread::sleep(LOOK),
            Err(error) => {
                end(&mut child);
                return Err(ProgramError::Start { program: name, error });
            }
        }
    };
    // A child of its own may hold the pipe open for longer than the program lives.
    let left = || limit.saturating_sub(started.elapsed()).max(LOOK);
    Ok(Ended {
        status,
        output: output.recv_timeout(left()).map_err(|_| late())?,
        errors: errors.recv_timeout(left()).map_err(|_| late())?,
    })
}

fn end(child: &mut Child) {
    // It may have ended by itself in between; either way it is gone afterwards.
    let _ = child.kill();
    let _ = child.wait();
}

/// What was read of a pipe.
struct Piped {
    kept: Vec<u8>,
    /// Whether there was more.
    is_cut: bool,
}

/// Keeps the beginning of what comes out of a pipe.
fn keep(mut pipe: impl Read, most: u64, surplus: Surplus) -> Piped {
    let mut kept = Vec::new();
    // What was read before an error is what there is.
    let _ = pipe.by_ref().take(most).read_to_end(&mut kept);
    let looked = match surplus {
        Surplus::Dropped => u64::MAX,
        Surplus::Refused => 1,
    };
    let is_cut = io::copy(&mut pipe.take(looked), &mut io::sink()).is_ok_and(|more| more > 0);
    Piped { kept, is_cut }
}

/// Reads a pipe in a thread of its own; what is received is what was made of it.
fn read_aside<P: Read + Send + 'static, T: Send + 'static>(
    pipe: Option<P>,
    reader: impl FnOnce(P) -> T + Send + 'static,
) -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::channel();
    if let Some(pipe) = pipe {
        std::thread::spawn(move || {
            // Nobody waits for it once the time is up.
            let _ = sender.send(reader(pipe));
        });
    }
    receiver
}

fn shown(program: &OsStr) -> String {
    program.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    #[test]
    fn input_goes_in_and_output_comes_out() {
        let ran = run(&mut Command::new("cat"), b"secret", SOON).expect("it runs");
        assert!(ran.status.success());
        assert_eq!(ran.output, b"secret");
    }

    #[test]
    fn what_runs_too_long_is_killed() {
        let limit = Duration::from_millis(100);
        let error = run(Command::new("sleep").arg("60"), b"", limit).expect_err("it is late");
        assert_eq!(error.to_string(), "sleep did not end within 0.1 s");
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = run(&mut Command::new("no-such-program-here"), b"", SOON).expect_err("it is missing");
        assert_eq!(error.to_string(), "there is no program no-such-program-here");
    }

    #[test]
    fn endless_output_is_cut() {
        let ran = run(
            Command::new("sh").args(["-c", "head -c 3000000 /dev/zero"]),
            b"",
            SOON,
        )
        .expect("it runs");
        assert_eq!(ran.output.len() as u64, LONGEST_OUTPUT);
    }

    #[test]
    fn an_answer_is_whole() {
        let mut command = Command::new("sh");
        command.args(["-c", "head -c 3000000 /dev/zero"]);
        assert_eq!(
            answer(&mut command, SOON, 3_000_000).expect("it fits").len(),
            3_000_000
        );
        let error = answer(&mut command, SOON, 2 << 20).expect_err("it does not fit");
        assert_eq!(error.to_string(), "sh printed more than 2 MiB");
    }

    #[test]
    fn an_endless_answer_ends_soon() {
        let start = Instant::now();
        let error = answer(&mut Command::new("yes"), SOON, 1 << 20).expect_err("it is endless");
        assert_eq!(error.to_string(), "yes printed more than 1 MiB");
        assert!(start.elapsed() < SOON / 2, "it took {:?}", start.elapsed());
    }

    #[test]
    fn what_is_read_while_it_is_printed_is_not_held() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo first; head -c 3000000 /dev/zero"]);
        let first = |pipe: &mut dyn Read| {
            let mut bytes = [0; 5];
            pipe.read_exact(&mut bytes).map(|()| bytes)
        };
        // It reads five bytes, and the program ends well all the same.
        let bytes = read(&mut command, SOON, first)
            .expect("it ends")
            .expect("it prints");
        assert_eq!(&bytes, b"first");
        let limit = Duration::from_millis(200);
        let error = read(&mut Command::new("yes"), limit, |_| ()).expect_err("it is endless");
        assert_eq!(error.to_string(), "yes did not end within 0.2 s");
    }

    #[test]
    fn a_failure_is_told_by_its_last_line() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo answer; echo first >&2; echo 'the last ' >&2; exit 3"]);
        let error = answer(&mut command, SOON, 1 << 20).expect_err("it fails");
        assert_eq!(error.to_string(), "sh failed: the last");
        let error = answer(&mut Command::new("false"), SOON, 1 << 20).expect_err("it fails");
        assert_eq!(error.to_string(), "false failed");
    }
}
