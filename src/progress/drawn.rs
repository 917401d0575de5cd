//! Progress drawn on a terminal, over and over in the same place.

use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::frame::{Room, frame};
use super::{Event, Steps, Writer};
use crate::report::printable::printable_at_start;

/// How often the picture changes at most.
const BETWEEN: Duration = Duration::from_millis(80);

/// Draws on standard error.
pub struct Drawn {
    all: MultiProgress,
    lines: Vec<ProgressBar>,
    style: ProgressStyle,
    began: Instant,
    drawn: Option<Instant>,
}

impl Default for Drawn {
    fn default() -> Self {
        Self {
            all: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()),
            lines: Vec::new(),
            style: ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar()),
            began: Instant::now(),
            drawn: None,
        }
    }
}

impl Drawn {
    fn draw(&mut self, steps: &Steps) {
        self.drawn = Some(Instant::now());
        let lines = frame(steps, self.began.elapsed(), room());
        while self.lines.len() < lines.len() {
            let line = ProgressBar::new_spinner().with_style(self.style.clone());
            self.lines.push(self.all.add(line));
        }
        while self.lines.len() > lines.len() {
            if let Some(line) = self.lines.pop() {
                self.all.remove(&line);
            }
        }
        for (line, text) in self.lines.iter().zip(lines) {
            if line.message() != text {
                line.set_message(text);
            }
        }
    }
}

/// How large the terminal is.
fn room() -> Room {
    let (height, width) = console::Term::stderr().size();
    Room {
        width: usize::from(width),
        height: usize::from(height),
    }
}

impl Writer for Drawn {
    fn show(&mut self, event: &Event, steps: &Steps) {
        if let Event::Note(words) = event {
            // Above the picture, where it stays. A closed terminal takes nothing.
            let _ = self.all.println(printable_at_start(words));
        }
        if self.drawn.is_none_or(|drawn| drawn.elapsed() >= BETWEEN) {
            self.draw(steps);
        }
    }

    fn end(&mut self, steps: &Steps) {
        self.draw(steps);
        for line in &self.lines {
            line.abandon();
        }
    }
}
