//! Runs other programs: for a limited time, with limited output, and never through a shell.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
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
}

/// Runs a program to its end, giving it `input`. Past `limit` it is killed.
///
/// # Errors
/// It is missing, cannot be started, or runs too long. That it fails is no error: see [`Ran::status`].
pub fn run(command: &mut Command, input: &[u8], limit: Duration) -> Result<Ran, ProgramError> {
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
    let output = read_aside(child.stdout.take());
    let errors = read_aside(child.stderr.take());
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
    Ok(Ran {
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

fn read_aside(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read before an error is what there is.
            let _ = pipe.by_ref().take(LONGEST_OUTPUT).read_to_end(&mut kept);
            let _ = io::copy(&mut pipe, &mut io::sink());
        }
        // Nobody waits for it once the time is up.
        let _ = sender.send(kept);
    });
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
}
