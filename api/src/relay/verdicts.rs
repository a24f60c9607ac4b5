//! The fold's last verdicts by offset, so that whoever appended a record can ask what became
//! of it, whether the fold was faster or slower than the question.

use std::collections::{BTreeMap, VecDeque};

use schemas::fold::Outcome;
use tokio::sync::oneshot;

/// Verdicts that are remembered.
const VERDICTS_KEPT: usize = 1024;

#[derive(Default)]
pub(crate) struct Verdicts {
    recent: VecDeque<(u64, Outcome)>,
    /// Offset up to which the room is folded, exclusive.
    next: u64,
    waiting: BTreeMap<u64, oneshot::Sender<Outcome>>,
}

impl Verdicts {
    pub(crate) fn starting_at(next: u64) -> Self {
        Self { next, ..Self::default() }
    }

    /// The fold judged a record.
    pub(crate) fn add(&mut self, offset: u64, outcome: Outcome) {
        self.next = offset + 1;
        if let Some(asker) = self.waiting.remove(&offset) {
            answer(asker, outcome);
        }
        if self.recent.len() == VERDICTS_KEPT {
            self.recent.pop_front();
        }
        self.recent.push_back((offset, outcome));
    }

    /// Answers at once or when the record comes; an asker who comes too late is dropped.
    pub(crate) fn ask(&mut self, offset: u64, asker: oneshot::Sender<Outcome>) {
        if offset >= self.next {
            self.waiting.retain(|_, waiting| !waiting.is_closed());
            self.waiting.insert(offset, asker);
        } else if let Some((_, outcome)) = self.recent.iter().find(|(known, _)| *known == offset) {
            answer(asker, *outcome);
        }
    }
}

/// An asker that gave up needs no answer.
fn answer(asker: oneshot::Sender<Outcome>, outcome: Outcome) {
    if asker.send(outcome).is_err() {
        tracing::debug!("nobody waits for this verdict any more");
    }
}
