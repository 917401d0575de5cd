//! The classic builder's lines to events; Podman's are much the same.
//!
//! A step's own output comes between the builder's lines and may look like them, so only the next number
//! of the same count begins a step.

use crate::progress::Event;

/// How many steps a builder may have; a Dockerfile of 64 MiB has fewer.
const MOST_STEPS: usize = 1 << 20;

/// Where the builder is.
#[derive(Debug, Default)]
pub struct Course {
    /// The step that runs, from 0.
    step: Option<usize>,
    /// As the builder counts: of how many.
    count: Option<usize>,
    cached: bool,
    /// Whether the end of the line that began the step is still to come: it is written apart.
    opened: bool,
    /// The image's id, if a line told it.
    pub told_id: Option<String>,
}

impl Course {
    /// Takes what the builder writes.
    pub fn take(&mut self, text: &str, on: &mut dyn FnMut(Event)) {
        let line = text.trim_end_matches(['\n', '\r']);
        if std::mem::take(&mut self.opened) && line.is_empty() {
            return;
        }
        if let Some((number, count, instruction)) = header(line)
            && number == self.step.map_or(1, |step| step + 2)
            && self.count.is_none_or(|known| known == count)
            && number <= count
        {
            self.end(on);
            let step = number - 1;
            (self.step, self.count, self.cached) = (Some(step), Some(count), false);
            self.opened = true;
            let name = format!("[{number}/{count}] {instruction}");
            on(Event::Step { step, name });
            on(Event::Started { step });
            return;
        }
        match (self.step, line.trim()) {
            (Some(step), "---> Using cache") | (Some(step), "--> Using cache") if !self.cached => {
                self.cached = true;
                on(Event::Cached { step });
            }
            (_, line) if is_noise(line) => {
                let told = line.strip_prefix("Successfully built ");
                self.told_id = told.map(str::to_owned).or_else(|| self.told_id.take());
            }
            (Some(step), _) => on(Event::Log {
                step,
                bytes: text.as_bytes().to_vec(),
            }),
            (None, "") => {}
            (None, line) => on(Event::Note(line.to_owned())),
        }
    }

    /// The builder moved a layer.
    pub fn moved(&self, layer: &str, current: u64, total: u64, on: &mut dyn FnMut(Event)) {
        if let Some(step) = self.step {
            on(Event::Amount {
                step,
                what: layer.to_owned(),
                current,
                total,
            });
        }
    }

    /// The step that runs ended well.
    pub fn end(&mut self, on: &mut dyn FnMut(Event)) {
        if let Some(step) = self.step
            && !self.cached
        {
            on(Event::Done { step, took: None });
        }
        self.cached = true;
    }

    /// The step that runs failed.
    pub fn fail(&mut self, message: &str, on: &mut dyn FnMut(Event)) {
        if let Some(step) = self.step {
            on(Event::Failed {
                step,
                message: message.to_owned(),
            });
        }
    }
}

/// `Step 3/4 : RUN …` of the classic builder, `STEP 3/4: RUN …` of Podman's.
fn header(line: &str) -> Option<(usize, usize, &str)> {
    let rest = line
        .strip_prefix("Step ")
        .or_else(|| line.strip_prefix("STEP "))?;
    let (numbers, instruction) = rest.split_once(':')?;
    let (number, count) = numbers.trim().split_once('/')?;
    let number: usize = number.parse().ok()?;
    let count: usize = count.parse().ok()?;
    (number >= 1 && count <= MOST_STEPS).then(|| (number, count, instruction.trim()))
}

/// What says nothing to people: ids of layers and containers.
fn is_noise(line: &str) -> bool {
    let is_id = |text: &str| text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let after = |mark: &str| line.strip_prefix(mark);
    after("---> ").is_some_and(|rest| is_id(rest) || rest.starts_with("Running in "))
        || after("--> ").is_some_and(is_id)
        || after("Removing intermediate container ").is_some_and(is_id)
        || after("Removed intermediate container ").is_some_and(is_id)
        || after("Successfully built ").is_some_and(is_id)
        || after("Successfully tagged ").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(lines: &[&str]) -> (Vec<Event>, Course) {
        let mut events = Vec::new();
        let mut course = Course::default();
        for line in lines {
            course.take(line, &mut |event| events.push(event));
        }
        (events, course)
    }

    #[test]
    fn steps_follow_one_another() {
        let (events, course) = events(&[
            "Step 1/2 : FROM busybox",
            "\n",
            " ---> 0252f2e60ba0\n",
            "Step 2/2 : RUN echo hi",
            "\n",
            " ---> Running in 0252f2e60ba0\n",
            "hi\n",
            "Step 9/9 : FROM evil\n",
            "Removing intermediate container 0252f2e60ba0\n",
            "Successfully built 0252f2e60ba0\n",
        ]);
        let names: Vec<&str> = events
            .iter()
            .filter_map(|event| match event {
                Event::Step { name, .. } => Some(name.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(names, ["[1/2] FROM busybox", "[2/2] RUN echo hi"]);
        let log = |event: &Event| matches!(event, Event::Log { step: 1, bytes } if bytes == b"hi\n");
        assert!(events.iter().any(log), "{events:?}");
        let empty = |event: &Event| matches!(event, Event::Log { bytes, .. } if bytes == b"\n");
        assert!(!events.iter().any(empty), "{events:?}");
        assert_eq!(course.told_id.as_deref(), Some("0252f2e60ba0"));
    }

    #[test]
    fn what_is_cached_did_not_run() {
        let (events, _) = events(&["Step 1/2 : FROM a\n", " ---> Using cache\n", "Step 2/2 : RUN b\n"]);
        let cached = events
            .iter()
            .filter(|event| matches!(event, Event::Cached { step: 0 }));
        let done = events.iter().filter(|event| matches!(event, Event::Done { .. }));
        assert_eq!((cached.count(), done.count()), (1, 0));
    }
}
