//! Progress as lines, for logs and for terminals that cannot be drawn on.
//!
//! Each line begins with its step's number, so that nothing a step writes stands at the start of a line,
//! where a CI runner would take it for a command.

use std::io::Write;
use std::time::Instant;

use super::{Event, Step, Steps, Writer};
use crate::report::printable::{printable, printable_at_start};

/// Writes lines.
pub struct Plain<W: Write> {
    out: W,
    began: Instant,
    /// The step that the last line was about.
    last: Option<usize>,
}

impl<W: Write> Plain<W> {
    /// To wherever lines go.
    pub fn new(out: W) -> Self {
        Self {
            out,
            began: Instant::now(),
            last: None,
        }
    }

    fn line(&mut self, step: usize, words: &str) {
        if self.last.is_some_and(|last| last != step) {
            self.write("");
        }
        self.last = Some(step);
        self.write(&format!("#{} {}", step + 1, printable(words)));
    }

    fn write(&mut self, line: &str) {
        // Nobody reads it: the build goes on all the same.
        let _ = writeln!(self.out, "{line}");
    }

    fn log(&mut self, index: usize, step: &Step) {
        let at = step.took().unwrap_or_else(|| self.began.elapsed());
        for line in &step.fresh {
            self.line(index, &format!("{:.3} {line}", at.as_secs_f64()));
        }
    }
}

impl<W: Write> Writer for Plain<W> {
    fn show(&mut self, event: &Event, steps: &Steps) {
        match event {
            Event::Started { step } => {
                if let Some(known) = steps.all.get(*step) {
                    self.line(*step, &known.name);
                }
            }
            Event::Cached { step } => {
                if let Some(known) = steps.all.get(*step) {
                    self.line(*step, &known.name);
                    self.line(*step, "CACHED");
                }
            }
            Event::Log { step, .. } => {
                if let Some(known) = steps.all.get(*step) {
                    self.log(*step, known);
                }
            }
            Event::Done { step, .. } => {
                if let Some(known) = steps.all.get(*step) {
                    self.log(*step, known);
                    let took = known.took().unwrap_or_default().as_secs_f64();
                    self.line(*step, &format!("DONE {took:.1}s"));
                }
            }
            Event::Failed { step, message } => {
                if let Some(known) = steps.all.get(*step) {
                    self.log(*step, known);
                    self.line(*step, &format!("ERROR: {message}"));
                }
            }
            Event::Amount {
                step,
                what,
                current,
                total,
            } if *total > 0 && current >= total => {
                self.line(*step, &format!("{what} {total} done"));
            }
            Event::Note(words) => self.write(&printable_at_start(words)),
            Event::Step { .. } | Event::Amount { .. } | Event::Image { .. } | Event::Tick => {}
        }
        // As above.
        let _ = self.out.flush();
    }

    fn end(&mut self, _steps: &Steps) {}
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn shown(events: &[Event]) -> String {
        let mut out = Vec::new();
        let mut steps = Steps::default();
        let mut plain = Plain::new(&mut out);
        for event in events {
            steps.take(event);
            plain.show(event, &steps);
        }
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn steps_lines_and_outcomes_are_told_in_order() {
        let text = shown(&[
            Event::Step {
                step: 0,
                name: "[1/2] FROM busybox".to_owned(),
            },
            Event::Step {
                step: 1,
                name: "[2/2] RUN make".to_owned(),
            },
            Event::Cached { step: 0 },
            Event::Started { step: 1 },
            Event::Log {
                step: 1,
                bytes: b"\x1b[31mhello\x1b[0m\nwor".to_vec(),
            },
            Event::Done {
                step: 1,
                took: Some(Duration::from_millis(1250)),
            },
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..4],
            ["#1 [1/2] FROM busybox", "#1 CACHED", "", "#2 [2/2] RUN make"]
        );
        assert!(
            lines[4].starts_with("#2 0.") && lines[4].ends_with(" hello"),
            "{text}"
        );
        assert!(lines[5].ends_with(" wor"), "{text}");
        assert_eq!(lines[6], "#2 DONE 1.2s");
    }

    #[test]
    fn a_log_cannot_speak_to_a_runner_or_a_terminal() {
        let text = shown(&[
            Event::Step {
                step: 0,
                name: "x\n::error::".to_owned(),
            },
            Event::Started { step: 0 },
            Event::Log {
                step: 0,
                bytes: b"::error::a\n##[error]b\n\xc2\x9b31m\n".to_vec(),
            },
            Event::Note("::warning::c".to_owned()),
        ]);
        for line in text.lines() {
            assert!(!line.trim_start().starts_with("::"), "{line}");
            assert!(!line.contains("##[") && !line.contains('\u{9b}'), "{line}");
        }
    }
}
