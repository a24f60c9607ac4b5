//! Commands on their way: one at a time, the same number until it is judged.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::checker::Sent;

/// Pause before the same number is sent again after `unknown`.
const RESEND_PAUSE: Duration = Duration::from_millis(300);
/// No verdict for this long means: send the same number again.
const VERDICT_WAIT_MAX: Duration = Duration::from_secs(8);

/// What a session has to say.
#[derive(Default)]
pub(super) struct Outbox {
    next: u64,
    waiting: Option<Waiting>,
}

/// A command that is not judged yet.
struct Waiting {
    client_seq: u64,
    frame: Value,
    since: Instant,
    due: Option<Instant>,
    times: u32,
}

impl Outbox {
    /// Whether a new wish may be taken on.
    pub(super) fn is_free(&self) -> bool {
        self.waiting.is_none()
    }

    /// Takes on a wish of any kind; what is kept of it.
    pub(super) fn wish(&mut self, dice: &mut StdRng, text: String) -> Sent {
        let position_ms: u32 = dice.random_range(0..600_000);
        let (kind, mut frame, text) = match dice.random_range(0..20) {
            0 => ("play", json!({"position_ms": position_ms}), None),
            1 => ("pause", json!({"position_ms": position_ms}), None),
            2 => ("seek", json!({"position_ms": position_ms}), None),
            _ => ("chat", json!({"text": text}), Some(text)),
        };
        self.next += 1;
        let client_seq = self.next;
        frame["type"] = json!(kind);
        frame["client_seq"] = json!(client_seq);
        let since = Instant::now();
        self.waiting = Some(Waiting { client_seq, frame, since, due: Some(since), times: 0 });
        Sent { client_seq, kind: kind.to_owned(), text }
    }

    /// When something is to be sent.
    pub(super) fn due(&self) -> Option<Instant> {
        self.waiting.as_ref()?.due
    }

    /// What is to be sent now, and whether it was sent before.
    pub(super) fn take_due(&mut self) -> Option<(String, bool)> {
        let waiting = self.waiting.as_mut()?;
        waiting.due = Some(Instant::now() + VERDICT_WAIT_MAX);
        waiting.times += 1;
        Some((waiting.frame.to_string(), waiting.times > 1))
    }

    /// A new connection: everything may be said again, above what was accepted.
    pub(super) fn connected(&mut self, accepted: u64) {
        self.next = self.next.max(accepted);
        if let Some(waiting) = &mut self.waiting {
            waiting.due = Some(Instant::now());
        }
    }

    /// How long this was waited for, if it was.
    pub(super) fn judged(&mut self, client_seq: u64) -> Option<Duration> {
        let waiting = self.waiting.take_if(|waiting| waiting.client_seq == client_seq)?;
        Some(waiting.since.elapsed())
    }

    /// The log did not answer.
    pub(super) fn unknown(&mut self, client_seq: u64) {
        if let Some(waiting) = &mut self.waiting
            && waiting.client_seq == client_seq
        {
            waiting.due = Some(Instant::now() + RESEND_PAUSE);
        }
    }
}
