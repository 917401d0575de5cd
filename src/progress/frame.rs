//! What the terminal shows at one moment: a line each for all steps, and the tail of what runs.
//!
//! Pure: steps, the room there is and the time in, lines out.

use std::time::Duration;

use super::{State, Step, Steps};
use crate::report::printable::printable_char;

/// How many lines of its log a running step shows.
const TAIL: usize = 6;

/// The width of a bar, in columns.
const BAR: usize = 20;

/// Columns kept free for time, sizes and bar at the right.
const RIGHT: usize = 12;

/// How much room there is, in characters.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Columns.
    pub width: usize,
    /// Lines.
    pub height: usize,
}

/// The lines to show. There are never more than fit: steps that ended make room first, the earliest
/// before the others, and are counted instead.
pub fn frame(steps: &Steps, elapsed: Duration, room: Room) -> Vec<String> {
    let height = room.height.max(4);
    let done = steps
        .all
        .iter()
        .filter(|step| matches!(step.state, State::Done | State::Cached))
        .count();
    let head = format!(
        "[+] building {:.1}s ({done}/{})",
        elapsed.as_secs_f64(),
        steps.all.len()
    );
    let mut lines = vec![cut(&head, room.width)];
    let running = steps
        .all
        .iter()
        .filter(|step| step.state == State::Running)
        .count();
    let free = height.saturating_sub(2).saturating_sub(steps.all.len());
    let tail = (free / running.max(1)).min(TAIL);
    let shown = kept(steps, height.saturating_sub(2));
    for index in shown {
        let step = &steps.all[index];
        lines.push(line(step, room.width));
        if step.state == State::Running {
            for text in step.last_lines(tail) {
                lines.push(cut(&format!("     {text}"), room.width));
            }
        }
    }
    lines.truncate(height.saturating_sub(1));
    lines
}

/// The steps for which there is room, in order: what runs or failed, then what waits, then what ended
/// last.
fn kept(steps: &Steps, most: usize) -> Vec<usize> {
    let rank = |step: &Step| match step.state {
        State::Running | State::Failed => 0,
        State::Waiting => 1,
        State::Done | State::Cached => 2,
    };
    let mut order: Vec<usize> = (0..steps.all.len()).collect();
    order.sort_by_key(|index| {
        let rank = rank(&steps.all[*index]);
        // Of what ended the latest are of interest, of what waits the next.
        let near = if rank == 2 {
            steps.all.len() - index
        } else {
            *index
        };
        (rank, near)
    });
    order.truncate(most);
    order.sort_unstable();
    order
}

fn line(step: &Step, width: usize) -> String {
    let mark = match step.state {
        State::Waiting => ' ',
        State::Running => '>',
        State::Cached | State::Done => '✔',
        State::Failed => '✘',
    };
    let right = match (step.state, step.took()) {
        (State::Cached, _) => "CACHED".to_owned(),
        (State::Failed, _) => "ERROR".to_owned(),
        (_, Some(took)) => format!("{:.1}s", took.as_secs_f64()),
        (_, None) => String::new(),
    };
    let middle = match (step.state, step.amount()) {
        (State::Running, Some((current, total))) => {
            format!("{} {} ", bar(current, total), sizes(current, total))
        }
        _ => String::new(),
    };
    let right = format!("{middle}{right:>RIGHT$}");
    let taken = right.chars().count() + 1;
    let left = cut(&format!(" {mark} {}", step.name), width.saturating_sub(taken));
    let blanks = width.saturating_sub(left.chars().count() + taken);
    cut(&format!("{left}{} {right}", " ".repeat(blanks)), width)
}

fn bar(current: u64, total: u64) -> String {
    let filled = (u128::from(current.min(total)) * BAR as u128 / u128::from(total.max(1))) as usize;
    format!("[{}{}]", "=".repeat(filled), " ".repeat(BAR - filled))
}

fn sizes(current: u64, total: u64) -> String {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    format!("{:.1}/{:.1} MB", megabytes(current), megabytes(total))
}

/// As much of a text as fits, fit to be printed.
fn cut(text: &str, width: usize) -> String {
    let mut line: String = text.chars().take(width).map(printable_char).collect();
    if text.chars().nth(width).is_some() && width > 0 {
        line.pop();
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::Event;
    use super::*;

    fn steps(count: usize) -> Steps {
        let mut steps = Steps::default();
        for step in 0..count {
            let name = format!("[{}/{count}] RUN step {step}", step + 1);
            steps.take(&Event::Step { step, name });
        }
        steps
    }

    const ROOM: Room = Room {
        width: 60,
        height: 24,
    };

    #[test]
    fn every_step_has_its_line_and_the_running_one_its_log() {
        let mut steps = steps(4);
        steps.take(&Event::Cached { step: 0 });
        steps.take(&Event::Started { step: 1 });
        let took = Some(Duration::from_millis(2300));
        steps.take(&Event::Done { step: 1, took });
        steps.take(&Event::Started { step: 2 });
        let bytes = b"one\ntwo\x1b[31m\n".to_vec();
        steps.take(&Event::Log { step: 2, bytes });
        let what = "layer".to_owned();
        steps.take(&Event::Amount {
            step: 2,
            what,
            current: 5_000_000,
            total: 10_000_000,
        });
        let lines = frame(&steps, Duration::from_secs(3), ROOM);
        assert_eq!(lines[0], "[+] building 3.0s (2/4)");
        assert!(
            lines[1].starts_with(" ✔ [1/4] RUN step 0") && lines[1].ends_with("CACHED"),
            "{lines:?}"
        );
        assert!(lines[2].ends_with("2.3s"), "{lines:?}");
        assert!(
            lines[3].starts_with(" > ") && lines[3].contains("[==========          ] 5.0/10.0 MB"),
            "{lines:?}"
        );
        assert_eq!(lines[4..6], ["     one", "     two"]);
        assert!(lines[6].starts_with("   [4/4] RUN step 3"), "{lines:?}");
        assert!(
            lines.iter().all(|line| line.chars().count() <= ROOM.width),
            "{lines:?}"
        );
    }

    #[test]
    fn what_runs_is_shown_however_little_room_there_is() {
        let mut steps = steps(100);
        for step in 0..50 {
            steps.take(&Event::Started { step });
            steps.take(&Event::Done { step, took: None });
        }
        steps.take(&Event::Started { step: 50 });
        let room = Room { width: 30, height: 8 };
        let lines = frame(&steps, Duration::ZERO, room);
        assert!(lines.len() < room.height, "{lines:?}");
        assert!(
            lines.iter().any(|line| line.starts_with(" > [51/100]")),
            "{lines:?}"
        );
    }

    #[test]
    fn names_cannot_drive_the_terminal() {
        let mut steps = Steps::default();
        let name = "RUN \x1b[2J\u{202e}x\ny".to_owned();
        steps.take(&Event::Step { step: 0, name });
        let lines = frame(&steps, Duration::ZERO, ROOM);
        assert!(
            lines
                .iter()
                .all(|line| !line.contains(['\x1b', '\u{202e}', '\n'])),
            "{lines:?}"
        );
    }
}
