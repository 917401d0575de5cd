//! BuildKit's messages to events.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard_buildkit_proto::google::protobuf::Timestamp;
use bollard_buildkit_proto::moby::buildkit::v1::{StatusResponse, Vertex};

use crate::progress::Event;

/// How the builder ends the words of a step that it stopped because another one failed.
const STOPPED: &str = "context canceled";

/// Which steps there are, by the digests that BuildKit knows them by.
#[derive(Debug, Default)]
pub struct Graph {
    steps: BTreeMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    step: usize,
    started: bool,
    ended: bool,
}

impl Graph {
    /// Takes a message.
    pub fn take(&mut self, status: StatusResponse, on: &mut dyn FnMut(Event)) {
        for vertex in status.vertexes {
            self.vertex(vertex, on);
        }
        for amount in status.statuses {
            if let Some(known) = self.steps.get(&amount.vertex) {
                on(Event::Amount {
                    step: known.step,
                    what: amount.id,
                    current: u64::try_from(amount.current).unwrap_or(0),
                    total: u64::try_from(amount.total).unwrap_or(0),
                });
            }
        }
        for log in status.logs {
            if let Some(known) = self.steps.get(&log.vertex) {
                on(Event::Log {
                    step: known.step,
                    bytes: log.msg,
                });
            }
        }
        for warning in status.warnings {
            let words = String::from_utf8_lossy(&warning.short).into_owned();
            on(Event::Note(format!("note: the builder says: {words}")));
        }
    }

    fn vertex(&mut self, vertex: Vertex, on: &mut dyn FnMut(Event)) {
        let next = self.steps.len();
        let known = self.steps.entry(vertex.digest).or_insert_with(|| {
            on(Event::Step {
                step: next,
                name: vertex.name,
            });
            Known {
                step: next,
                started: false,
                ended: false,
            }
        });
        let step = known.step;
        if vertex.cached && !known.ended && vertex.error.is_empty() {
            known.ended = true;
            on(Event::Cached { step });
            return;
        }
        // A step may run again after it ended, with more to say.
        if vertex.started.is_some() && vertex.completed.is_none() && (!known.started || known.ended) {
            known.started = true;
            known.ended = false;
            on(Event::Started { step });
        }
        if let Some(completed) = &vertex.completed
            && !known.ended
        {
            if !known.started {
                known.started = true;
                on(Event::Started { step });
            }
            known.ended = true;
            if vertex.error.is_empty() {
                let took = vertex
                    .started
                    .as_ref()
                    .and_then(|started| between(started, completed));
                on(Event::Done { step, took });
            } else if !vertex.error.ends_with(STOPPED) {
                on(Event::Failed {
                    step,
                    message: vertex.error,
                });
            }
        }
    }
}

fn between(start: &Timestamp, end: &Timestamp) -> Option<Duration> {
    let nanoseconds = |at: &Timestamp| i128::from(at.seconds) * 1_000_000_000 + i128::from(at.nanos);
    let length = nanoseconds(end) - nanoseconds(start);
    Some(Duration::from_nanos(u64::try_from(length).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vertex(digest: &str, at: (Option<i64>, Option<i64>), error: &str) -> Vertex {
        let time = |seconds| Timestamp { seconds, nanos: 0 };
        Vertex {
            digest: digest.to_owned(),
            name: format!("[{digest}] RUN"),
            started: at.0.map(time),
            completed: at.1.map(time),
            error: error.to_owned(),
            ..Vertex::default()
        }
    }

    fn events(vertexes: Vec<Vertex>) -> Vec<Event> {
        let mut events = Vec::new();
        let mut graph = Graph::default();
        for vertex in vertexes {
            let status = StatusResponse {
                vertexes: vec![vertex],
                ..StatusResponse::default()
            };
            graph.take(status, &mut |event| events.push(event));
        }
        events
    }

    #[test]
    fn a_step_starts_once_and_tells_how_long_it_took() {
        let events = events(vec![
            vertex("a", (None, None), ""),
            vertex("a", (Some(5), None), ""),
            vertex("a", (Some(5), None), ""),
            vertex("a", (Some(5), Some(8)), ""),
            vertex("a", (Some(5), Some(8)), ""),
        ]);
        let took = Some(Duration::from_secs(3));
        assert_eq!(
            events[1..],
            [Event::Started { step: 0 }, Event::Done { step: 0, took }]
        );
    }

    #[test]
    fn a_step_that_was_stopped_for_another_did_not_fail() {
        let events = events(vec![
            vertex(
                "a",
                (Some(1), Some(2)),
                "process did not complete: context canceled",
            ),
            vertex("b", (Some(1), Some(2)), "exit code: 7"),
        ]);
        let failed = |event: &&Event| matches!(event, Event::Failed { .. });
        assert_eq!(events.iter().filter(failed).count(), 1, "{events:?}");
    }
}
