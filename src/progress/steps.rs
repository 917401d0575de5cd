//! What events add up to: every step with its state, its times, and the tail of its log.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use super::Event;
use super::log::Lines;

/// How many of its last lines are kept of each step: enough for the message of a compiler.
pub const TAIL: usize = 40;

/// How many sizes of one step are kept apart; an image has at most 127 layers.
const MOST_AMOUNTS: usize = 256;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It will run.
    Waiting,
    /// It runs.
    Running,
    /// It need not run.
    Cached,
    /// It ended well.
    Done,
    /// It failed.
    Failed,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    /// As the builder calls it.
    pub name: String,
    /// What became of it.
    pub state: State,
    /// In the builder's words, if it failed.
    pub message: Option<String>,
    /// Its last lines, the oldest first.
    pub tail: VecDeque<String>,
    /// How many lines it wrote.
    pub lines: usize,
    /// Lines that the last event completed.
    pub fresh: Vec<String>,
    began: Option<Instant>,
    took: Option<Duration>,
    log: Lines,
    amounts: BTreeMap<String, (u64, u64)>,
}

impl Step {
    fn new(name: String) -> Self {
        Self {
            name,
            state: State::Waiting,
            message: None,
            tail: VecDeque::new(),
            lines: 0,
            fresh: Vec::new(),
            began: None,
            took: None,
            log: Lines::default(),
            amounts: BTreeMap::new(),
        }
    }

    /// How long it took, or has been running.
    pub fn took(&self) -> Option<Duration> {
        match self.state {
            State::Waiting | State::Cached => None,
            _ => self.took.or_else(|| self.began.map(|began| began.elapsed())),
        }
    }

    /// What was moved of all whose size is known; none where nothing is.
    pub fn amount(&self) -> Option<(u64, u64)> {
        let known = self.amounts.values().filter(|(_, total)| *total > 0);
        let (current, total) = known.fold((0u64, 0u64), |(done, all), (current, total)| {
            (
                done.saturating_add((*current).min(*total)),
                all.saturating_add(*total),
            )
        });
        (total > 0).then_some((current, total))
    }

    /// The last lines, the one without end included.
    pub fn last_lines(&self, most: usize) -> Vec<String> {
        let open = self.log.open();
        let kept = most.saturating_sub(usize::from(open.is_some()));
        let skip = self.tail.len().saturating_sub(kept);
        self.tail.iter().skip(skip).cloned().chain(open).collect()
    }

    fn line(&mut self, line: String) {
        self.lines += 1;
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(line.clone());
        self.fresh.push(line);
    }

    fn close(&mut self, took: Option<Duration>) {
        if let Some(rest) = self.log.rest() {
            self.line(rest);
        }
        self.took = took.or_else(|| self.began.map(|began| began.elapsed()));
    }
}

/// All steps.
#[derive(Debug, Default)]
pub struct Steps {
    /// In the order in which they became known.
    pub all: Vec<Step>,
}

impl Steps {
    /// Takes an event.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::Step { step, name } => match self.all.get_mut(*step) {
                Some(known) => known.name.clone_from(name),
                None => self.all.push(Step::new(name.clone())),
            },
            Event::Started { step } => self.change(*step, |step| {
                step.fresh.clear();
                step.state = State::Running;
                step.took = None;
                step.began.get_or_insert_with(Instant::now);
            }),
            Event::Cached { step } => self.change(*step, |step| {
                step.fresh.clear();
                step.state = State::Cached;
            }),
            Event::Done { step, took } => self.change(*step, |step| {
                step.fresh.clear();
                step.close(*took);
                step.state = State::Done;
            }),
            Event::Failed { step, message } => self.change(*step, |step| {
                step.fresh.clear();
                step.close(None);
                step.state = State::Failed;
                step.message = Some(message.clone());
            }),
            Event::Log { step, bytes } => self.change(*step, |step| {
                step.fresh.clear();
                let mut complete = Vec::new();
                step.log.take(bytes, |line| complete.push(line));
                for line in complete {
                    step.line(line);
                }
            }),
            Event::Amount {
                step,
                what,
                current,
                total,
            } => self.change(*step, |step| {
                if step.amounts.len() < MOST_AMOUNTS || step.amounts.contains_key(what) {
                    step.amounts.insert(what.clone(), (*current, *total));
                }
            }),
            Event::Note(_) | Event::Image { .. } | Event::Tick => {}
        }
    }

    /// The step that failed; of several, which a builder may have at once, the first.
    pub fn failed(&self) -> Option<&Step> {
        self.all.iter().find(|step| step.state == State::Failed)
    }

    fn change(&mut self, step: usize, change: impl FnOnce(&mut Step)) {
        if let Some(step) = self.all.get_mut(step) {
            change(step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_keeps_its_last_lines_and_its_message() {
        let mut steps = Steps::default();
        let name = "[1/2] RUN make".to_owned();
        steps.take(&Event::Step { step: 0, name });
        steps.take(&Event::Started { step: 0 });
        let log = (0..TAIL + 5)
            .map(|line| format!("line {line}\n"))
            .collect::<String>()
            + "no end";
        let bytes = log.into_bytes();
        steps.take(&Event::Log { step: 0, bytes });
        assert_eq!(steps.all[0].last_lines(2), ["line 44", "no end"]);
        let message = "exit code: 7".to_owned();
        steps.take(&Event::Failed { step: 0, message });
        let failed = steps.failed().expect("one did");
        assert_eq!(failed.message.as_deref(), Some("exit code: 7"));
        assert_eq!(failed.tail.len(), TAIL);
        assert_eq!(failed.tail.back().map(String::as_str), Some("no end"));
        assert_eq!(failed.lines, TAIL + 6);
    }

    #[test]
    fn sizes_add_up_and_no_event_of_an_unknown_step_does_harm() {
        let mut steps = Steps::default();
        steps.take(&Event::Started { step: 7 });
        steps.take(&Event::Step {
            step: 0,
            name: "pull".to_owned(),
        });
        for (what, current, total) in [("a", 5, 10), ("b", 1, 0), ("c", 30, 20), ("a", 6, 10)] {
            let what = what.to_owned();
            steps.take(&Event::Amount {
                step: 0,
                what,
                current,
                total,
            });
        }
        assert_eq!(steps.all[0].amount(), Some((26, 30)));
    }
}
