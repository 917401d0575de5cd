//! Signals by which somebody ends us, heard also between two waits.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ears for SIGINT, SIGTERM and SIGHUP. While they are there the signals do not end the process.
pub struct Interrupts {
    signals: Option<[Signal; 3]>,
    came: bool,
}

impl Interrupts {
    /// Begins to listen. Within a runtime only.
    pub fn listen() -> Self {
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        let signals: Result<Vec<Signal>, _> = kinds.into_iter().map(signal).collect();
        Self {
            signals: signals.ok().and_then(|signals| signals.try_into().ok()),
            came: false,
        }
    }

    /// Waits for the first one; comes back at once after that.
    pub async fn come(&mut self) {
        if self.came {
            return;
        }
        let Some([interrupt, terminate, hangup]) = &mut self.signals else {
            // Without ears the system ends us.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
        self.came = true;
    }
}
