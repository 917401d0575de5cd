//! Progress as JSON, one object a line, for programs.
//!
//! Each has `event`; what belongs to a step has `step`, counted from 1 as people see it. Text is printed
//! through `report::printable`: these lines end up in the logs of CI runners, too.

use std::io::Write;

use serde::Serialize;

use super::{Event, Steps, Writer};
use crate::report::printable::printable;

/// Writes JSON lines.
pub struct Json<W: Write> {
    out: W,
}

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line<'a> {
    Step {
        step: usize,
        name: String,
    },
    Started {
        step: usize,
    },
    Cached {
        step: usize,
    },
    Log {
        step: usize,
        line: String,
    },
    Amount {
        step: usize,
        what: String,
        current: u64,
        total: u64,
    },
    Done {
        step: usize,
        seconds: f64,
    },
    Failed {
        step: usize,
        message: String,
    },
    Note {
        message: String,
    },
    Image {
        id: &'a str,
    },
}

impl<W: Write> Json<W> {
    /// To wherever lines go.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    fn write(&mut self, line: &Line<'_>) {
        // Nobody reads it: the build goes on all the same.
        let _ = serde_json::to_writer(&mut self.out, line).map(|()| self.out.write_all(b"\n"));
    }

    fn log(&mut self, step: usize, steps: &Steps) {
        let Some(known) = steps.all.get(step) else { return };
        for line in &known.fresh {
            let line = printable(line).into_owned();
            self.write(&Line::Log { step: step + 1, line });
        }
    }
}

impl<W: Write> Writer for Json<W> {
    fn show(&mut self, event: &Event, steps: &Steps) {
        let text = |text: &str| printable(text).into_owned();
        match event {
            Event::Step { step, name } => self.write(&Line::Step {
                step: step + 1,
                name: text(name),
            }),
            Event::Started { step } => self.write(&Line::Started { step: step + 1 }),
            Event::Cached { step } => self.write(&Line::Cached { step: step + 1 }),
            Event::Log { step, .. } => self.log(*step, steps),
            Event::Amount {
                step,
                what,
                current,
                total,
            } => self.write(&Line::Amount {
                step: step + 1,
                what: text(what),
                current: *current,
                total: *total,
            }),
            Event::Done { step, .. } => {
                self.log(*step, steps);
                let took = steps.all.get(*step).and_then(super::Step::took);
                self.write(&Line::Done {
                    step: step + 1,
                    seconds: took.unwrap_or_default().as_secs_f64(),
                });
            }
            Event::Failed { step, message } => {
                self.log(*step, steps);
                self.write(&Line::Failed {
                    step: step + 1,
                    message: text(message),
                });
            }
            Event::Note(message) => self.write(&Line::Note {
                message: text(message),
            }),
            Event::Image { id } => self.write(&Line::Image { id }),
            Event::Tick => return,
        }
        // As above.
        let _ = self.out.flush();
    }

    fn end(&mut self, _steps: &Steps) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_an_object() {
        let mut out = Vec::new();
        let mut steps = Steps::default();
        let mut json = Json::new(&mut out);
        for event in [
            Event::Step {
                step: 0,
                name: "[1/1] RUN x".to_owned(),
            },
            Event::Started { step: 0 },
            Event::Log {
                step: 0,
                bytes: b"a \"b\"\x1b[2J\nrest".to_vec(),
            },
            Event::Tick,
            Event::Failed {
                step: 0,
                message: "exit code: 7".to_owned(),
            },
        ] {
            steps.take(&event);
            json.show(&event, &steps);
        }
        let text = String::from_utf8(out).expect("it is text");
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("it is JSON"))
            .collect();
        let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
        assert_eq!(events, ["step", "started", "log", "log", "failed"]);
        assert_eq!(lines[2]["line"], "a \"b\"");
        assert_eq!(lines[3]["line"], "rest");
        assert_eq!(lines[4]["message"], "exit code: 7");
    }
}
